/*
 * A capture is its parts, read one after the other. Trouble ends a part, not
 * the capture.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "capture/capture_priv.h"

struct capture {
	struct reader reader;  /* of the current part; closed before and after it */
	struct filter *filter; /* NULL if every frame is wanted */
	struct part *parts;
	size_t part_count;
	size_t current;
	struct notes notes;  /* of the parts so far */
	uint64_t filtered;   /* frames dropped */
	uint64_t done_bytes; /* of the parts before the current one */
};

static struct capture *
capture_new(size_t part_count)
{
	struct capture *capture = mem_zalloc(sizeof(*capture));

	capture->parts = mem_zalloc(part_count * sizeof(*capture->parts));
	capture->part_count = part_count;
	return capture;
}

static enum status
open_part(struct capture *capture, struct diag *diag)
{
	return reader_open_noting(&capture->reader, &capture->parts[capture->current],
	    (uint32_t)capture->current, &capture->notes, diag);
}

/* The parts are named. A single one is opened at once, since it may be a pipe that opens but once. */
static enum status
start(struct capture *capture, const struct capture_options *options, struct diag *diag)
{
	enum status st;

	if (options != NULL && options->filter != NULL) {
		st = filter_new(&capture->filter, options->filter, diag);
		if (st != ST_OK)
			return st;
	}
	if (capture->part_count == 1)
		return open_part(capture, diag);
	parts_order(capture->parts, capture->part_count);
	return ST_OK;
}

enum status
capture_open(struct capture **out, const char *const *paths, size_t count,
    const struct capture_options *options, struct diag *diag)
{
	struct capture *capture;
	enum status st;

	if (count == 0)
		return diag_set(diag, ST_USAGE, "no capture was named");
	capture = capture_new(count);
	for (size_t i = 0; i < count; i++)
		part_init(&capture->parts[i], paths[i]);
	st = start(capture, options, diag);
	if (st != ST_OK) {
		capture_close(capture);
		return st;
	}
	*out = capture;
	return ST_OK;
}

enum status
capture_open_memory(struct capture **out, const char *name, const uint8_t *data, size_t count,
    const struct capture_options *options, struct diag *diag)
{
	struct capture *capture = capture_new(1);
	enum status st;

	capture->parts[0] = (struct part){
		.path = mem_strdup(name),
		.memory = data != NULL ? data : (const uint8_t *)"", /* of no bytes */
		.memory_bytes = count,
	};
	st = start(capture, options, diag);
	if (st != ST_OK) {
		capture_close(capture);
		return st;
	}
	*out = capture;
	return ST_OK;
}

void
capture_close(struct capture *capture)
{
	if (capture == NULL)
		return;
	reader_close(&capture->reader);
	filter_free(capture->filter);
	notes_fini(&capture->notes);
	for (size_t i = 0; i < capture->part_count; i++)
		free(capture->parts[i].path);
	free(capture->parts);
	free(capture);
}

static bool
is_open(const struct capture *capture)
{
	return capture->reader.source != NULL;
}

static void
end_part(struct capture *capture)
{
	struct part *part = &capture->parts[capture->current++];

	if (is_open(capture))
		part->frames = reader_frames(&capture->reader);
	reader_close(&capture->reader);
	capture->done_bytes += part->disk_bytes;
}

static enum status
next_of_part(struct capture *capture, struct frame *frame, struct diag *diag)
{
	enum status st = ST_OK;

	if (!is_open(capture))
		st = open_part(capture, diag);
	if (st == ST_OK)
		st = reader_next(&capture->reader, frame, diag);
	if (st != ST_OK)
		end_part(capture);
	return st;
}

/* Between parts: which frames of the last one the filter could not judge. */
static enum status
ask_filter(const struct capture *capture, struct diag *diag)
{
	if (capture->filter == NULL || capture->current == 0 || is_open(capture))
		return ST_OK;
	return filter_trouble(capture->filter, capture->parts[capture->current - 1].path, diag);
}

enum status
capture_next(struct capture *capture, struct frame *frame, struct diag *diag)
{
	enum status st;

	while (
	    (st = ask_filter(capture, diag)) == ST_OK && capture->current < capture->part_count) {
		frame->part = (uint32_t)capture->current;
		st = next_of_part(capture, frame, diag);
		if (st == ST_END)
			continue;
		if (st != ST_OK || capture->filter == NULL || filter_keeps(capture->filter, frame))
			return st;
		capture->filtered++;
	}
	return st == ST_OK ? ST_END : st;
}

enum status
capture_next_few(struct capture *capture, struct frame *frames, unsigned room, unsigned *count,
    struct diag *diag)
{
	/* In the midst of a pcap nothing else needs asking. */
	if (capture->reader.classic != NULL && capture->filter == NULL) {
		*count =
		    classic_walk(capture->reader.classic, (uint32_t)capture->current, frames, room);
		if (*count > 0)
			return ST_OK;
	}
	*count = 1;
	return capture_next(capture, frames, diag);
}

void
capture_take_notes(struct capture *capture, struct notes *out)
{
	*out = capture->notes;
	capture->notes = (struct notes){ 0 };
}

bool
capture_tell(const struct capture *capture, uint64_t *offset)
{
	return capture->part_count == 1 && capture->reader.classic != NULL &&
	       classic_tell(capture->reader.classic, offset);
}

bool
capture_jump(struct capture *capture, uint32_t number, uint64_t offset)
{
	return capture->reader.classic != NULL &&
	       classic_jump(capture->reader.classic, number, offset);
}

uint64_t
capture_filtered(const struct capture *capture)
{
	return capture->filtered;
}

size_t
capture_part_count(const struct capture *capture)
{
	return capture->part_count;
}

const char *
capture_part_path(const struct capture *capture, size_t part)
{
	return capture->parts[part].path;
}

uint32_t
capture_part_frames(const struct capture *capture, size_t part)
{
	if (part == capture->current && is_open(capture))
		return reader_frames(&capture->reader);
	return capture->parts[part].frames;
}

void
capture_progress(const struct capture *capture, uint64_t *done_bytes, uint64_t *total_bytes)
{
	*done_bytes = capture->done_bytes;
	if (is_open(capture))
		*done_bytes += capture->reader.source->raw_offset;
	*total_bytes = 0;
	for (size_t i = 0; i < capture->part_count; i++) {
		if (capture->parts[i].pipe) {
			*total_bytes = 0;
			return;
		}
		*total_bytes += capture->parts[i].disk_bytes;
	}
}
