/*
 * source: one file, standard input or bytes in memory, unpacked if need be.
 *
 * Whatever the size of a file, it passes through two fixed buffers: the
 * window, which readers look into, and for compressed files the bytes read
 * ahead of the codec. What is not compressed is read straight to where it is
 * wanted.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "capture/capture_priv.h"

/* At once: larger reads gain nothing, and push what was read out of the second cache. */
#define READ_MAX_BYTES ((size_t)512 << 10)

/* After a jump, little may be wanted before the next: few frames and what lies between them. */
#define READ_MIN_BYTES ((size_t)4 << 10)

/* Copying to an address that is no multiple of this took the kernel four times as long. */
#define CACHE_LINE_BYTES 64

/* A peek may find so much unread, short of a byte, and then read once more. */
#define WINDOW_BYTES (SOURCE_PEEK_MAX + READ_MAX_BYTES + CACHE_LINE_BYTES)

/* Move what is left to the front, but so that what follows it starts on a cache line. */
static uint8_t *
move_to_front(uint8_t *buffer, const uint8_t *at, size_t left)
{
	size_t room = (left + CACHE_LINE_BYTES - 1) / CACHE_LINE_BYTES * CACHE_LINE_BYTES;

	return memmove(buffer + room - left, at, left);
}

/* Bytes of the file as it lies on disk; 0 at its end or in trouble. */
static size_t
read_raw(struct source *s, uint8_t *to, size_t room)
{
	ssize_t got;

	if (s->fd < 0) {
		got = (ssize_t)(s->memory_left < room ? s->memory_left : room);
		memcpy(to, s->memory, (size_t)got);
		s->memory += got;
		s->memory_left -= (size_t)got;
	} else {
		do
			got = read(s->fd, to, room);
		while (got < 0 && errno == EINTR);
	}
	if (got < 0) {
		s->trouble = diag_set(&s->why, ST_IO, "%s: %s", s->name, strerror(errno));
		return 0;
	}
	s->raw_offset += (uint64_t)got;
	return (size_t)got;
}

/* More compressed bytes, behind those that are left. */
static bool
refill_raw(struct source *s)
{
	size_t left = (size_t)(s->raw_end - s->raw_at);
	uint8_t *at = move_to_front(s->raw, s->raw_at, left);
	uint8_t *to = at + left;
	size_t got = read_raw(s, to, READ_MAX_BYTES);

	s->raw_at = at;
	s->raw_end = to + got;
	return got != 0;
}

static size_t
raw_left(const struct source *s)
{
	return (size_t)(s->raw_end - s->raw_at);
}

/* Files padded with zeros to whole blocks are as good as others. */
static bool
skip_zeros(struct source *s)
{
	for (;;) {
		while (s->raw_at < s->raw_end && *s->raw_at == 0)
			s->raw_at++;
		if (s->raw_at < s->raw_end)
			return true;
		if (!refill_raw(s))
			return false;
	}
}

static bool
begin_member(struct source *s)
{
	if (!skip_zeros(s)) {
		if (s->trouble == ST_OK)
			s->trouble = ST_END;
		return false;
	}
	while (raw_left(s) < CODEC_MAGIC_MAX && refill_raw(s))
		continue;
	if (s->trouble != ST_OK)
		return false;
	if (!codec_starts(s->codec, s->raw_at, raw_left(s))) {
		s->trouble = diag_set(&s->why, ST_FORMAT,
		    "%s: after its %s data, at byte %" PRIu64 ", something else follows", s->name,
		    s->codec->name, s->raw_offset - raw_left(s));
		return false;
	}
	s->codec_state = s->codec->open();
	if (s->codec_state == NULL)
		s->trouble = diag_set(&s->why, ST_LIMIT, "%s: no memory to unpack its %s data",
		    s->name, s->codec->name);
	return s->codec_state != NULL;
}

static void
end_member(struct source *s)
{
	if (s->codec_state != NULL)
		s->codec->close(s->codec_state);
	s->codec_state = NULL;
}

/* done_bytes: what this call has unpacked before it ran into trouble */
static void
codec_trouble(struct source *s, size_t done_bytes, const char *what, const char *why)
{
	if (s->trouble != ST_OK)
		return; /* a read error says more */
	s->trouble = diag_set(&s->why, ST_FORMAT,
	    "%s: its %s data is %s (byte %" PRIu64 " unpacked)%s%s", s->name, s->codec->name, what,
	    s->end_offset + done_bytes, why == NULL ? "" : ": ", why == NULL ? "" : why);
}

/*
 * Unpack until there is something to show for it and reading on might block.
 * A codec that neither takes nor gives is damaged input, not a reason to wait.
 */
static size_t
unpack(struct source *s, uint8_t *to, size_t room)
{
	struct codec_io io = { .out = to, .out_room = room };

	while (io.out_room != 0 && (s->codec_state != NULL || begin_member(s))) {
		size_t room_before = io.out_room;
		enum codec_result result;

		io.in = s->raw_at;
		io.in_bytes = raw_left(s);
		result = s->codec->step(s->codec_state, &io);
		if (result == CODEC_MORE && io.in_bytes != 0 && io.in == s->raw_at &&
		    io.out_room == room_before) {
			result = CODEC_BAD;
			io.why = "it leads nowhere";
		}
		s->raw_at = io.in;
		if (result == CODEC_END) {
			end_member(s);
		} else if (result == CODEC_BAD) {
			codec_trouble(s, room - io.out_room, "damaged", io.why);
			break;
		} else if (io.in_bytes == 0 && io.out_room != 0) {
			if (io.out_room != room)
				break;
			if (!refill_raw(s)) {
				codec_trouble(s, 0, "cut short", NULL);
				break;
			}
		}
	}
	return room - io.out_room;
}

/* The next bytes, straight to where they are wanted; 0 at the end or in trouble. */
static size_t
produce(struct source *s, uint8_t *to, size_t room)
{
	size_t got;

	if (s->trouble != ST_OK)
		return 0;
	got = s->codec == NULL ? read_raw(s, to, room) : unpack(s, to, room);
	s->end_offset += got;
	if (got == 0 && s->trouble == ST_OK)
		s->trouble = ST_END;
	return got;
}

const uint8_t *
source_fill(struct source *s, size_t count)
{
	size_t left = source_in_window(s);
	uint8_t *to;
	size_t got;

	assert(count <= SOURCE_PEEK_MAX);
	s->at = move_to_front(s->window, s->at, left);
	to = s->window + (s->at - s->window) + left;
	s->end = to;
	while (source_in_window(s) < count) {
		got = produce(s, to, s->read_bytes);
		if (got == 0)
			return NULL;
		to += got;
		s->end = to;
		if (s->read_bytes < READ_MAX_BYTES)
			s->read_bytes *= 2;
	}
	return s->at;
}

uint64_t
source_skip(struct source *s, uint64_t count)
{
	uint64_t skipped = 0;

	for (;;) {
		size_t here = source_in_window(s);

		if (here >= count - skipped) {
			s->at += count - skipped;
			return count;
		}
		skipped += here;
		s->at = s->end;
		if (source_fill(s, 1) == NULL)
			return skipped;
	}
}

bool
source_jump(struct source *s, uint64_t offset)
{
	uint64_t here = source_offset(s);

	if (offset >= here && offset - here <= source_in_window(s)) {
		s->at += offset - here;
		return true;
	}
	if (!s->jumps || s->trouble != ST_OK || offset > INT64_MAX ||
	    lseek(s->fd, (off_t)offset, SEEK_SET) != (off_t)offset)
		return false;
	s->at = s->end = s->window;
	s->end_offset = s->raw_offset = offset;
	s->read_bytes = READ_MIN_BYTES;
	return true;
}

size_t
source_read(struct source *s, uint8_t *to, size_t room)
{
	size_t here = source_in_window(s);

	if (here == 0)
		return produce(s, to, room);
	if (here > room)
		here = room;
	memcpy(to, s->at, here);
	s->at += here;
	return here;
}

enum status
source_trouble(const struct source *s, struct diag *diag)
{
	if (s->trouble == ST_OK || s->trouble == ST_END)
		return ST_OK;
	*diag = s->why;
	return s->trouble;
}

/* What was read first becomes the codec's input, if there is one to unpack it. */
static void
sniff_codec(struct source *s)
{
	(void)source_fill(s, CODEC_MAGIC_MAX);
	s->codec = codec_of(s->at, source_in_window(s));
	if (s->codec == NULL)
		return;
	s->raw = s->window;
	s->raw_at = s->at;
	s->raw_end = s->end;
	s->window = mem_table_new(WINDOW_BYTES);
	s->at = s->window;
	s->end = s->window;
	s->end_offset = 0;
	if (s->trouble == ST_END)
		s->trouble = ST_OK; /* that was the end of the packed bytes */
}

static struct source *
source_new(const char *name)
{
	struct source *s = mem_zalloc(sizeof(*s));

	s->name = mem_strdup(name);
	s->fd = -1;
	s->read_bytes = READ_MAX_BYTES;
	s->window = mem_table_new(WINDOW_BYTES);
	s->at = s->window;
	s->end = s->window;
	return s;
}

struct source *
source_of_memory(const char *name, const uint8_t *data, size_t count)
{
	struct source *s = source_new(name);

	s->memory = data;
	s->memory_left = count;
	sniff_codec(s);
	return s;
}

enum status
source_open(struct source **out, const char *path, struct diag *diag)
{
	bool is_stdin = strcmp(path, "-") == 0;
	struct source *s = source_new(is_stdin ? "standard input" : path);
	enum status st;

	s->is_stdin = is_stdin;
	s->fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0) {
		st = diag_set(diag, ST_IO, "%s: %s", s->name, strerror(errno));
		goto fail;
	}
	sniff_codec(s);
	s->jumps = !is_stdin && s->codec == NULL && lseek(s->fd, 0, SEEK_CUR) >= 0;
	st = source_trouble(s, diag);
	if (st != ST_OK)
		goto fail;
	*out = s;
	return ST_OK;
fail:
	source_close(s);
	return st;
}

void
source_close(struct source *s)
{
	if (s == NULL)
		return;
	end_member(s);
	if (s->fd >= 0 && !s->is_stdin)
		close(s->fd);
	mem_table_free(s->window, WINDOW_BYTES);
	mem_table_free(s->raw, WINDOW_BYTES);
	free(s->name);
	free(s);
}
