#include "support/capture_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/wire.h"

enum {
	PCAPNG_SECTION = 0x0a0d0d0a,
	PCAPNG_INTERFACE = 1,
	PCAPNG_PACKET = 6,
	PCAPNG_MAGIC = 0x1a2b3c4d,
	PCAPNG_TSRESOL = 9, /* the option that gives a power of ten */
	PCAP_MAGIC_US = 0xa1b2c3d4,
	PCAP_MAGIC_NS = 0xa1b23c4d,
};

void
capture_file_fini(struct capture_file *file)
{
	free(file->bytes);
}

static uint8_t *
add(struct capture_file *file, size_t count)
{
	uint8_t *added;

	if (file->room - file->count < count) {
		file->room = (file->count + count) * 2;
		file->bytes = realloc(file->bytes, file->room);
		if (file->bytes == NULL)
			abort();
	}
	added = file->bytes + file->count;
	file->count += count;
	return memset(added, 0, count);
}

static void
add16(struct capture_file *file, uint32_t value)
{
	put16_in(add(file, 2), value, file->little_endian);
}

static void
add32(struct capture_file *file, uint32_t value)
{
	put32_in(add(file, 4), value, file->little_endian);
}

bool
capture_file_option(struct capture_file *file, uint32_t code, const uint8_t *value, size_t count)
{
	uint8_t *at = file->options + file->option_bytes;
	size_t padded = (count + 3) & ~(size_t)3;

	if (sizeof(file->options) - file->option_bytes < 4 + padded)
		return false;
	memset(at, 0, 4 + padded);
	put16_in(at, code, file->little_endian);
	put16_in(at + 2, (uint32_t)count, file->little_endian);
	put_bytes(at + 4, value, count);
	file->option_bytes += 4 + padded;
	return true;
}

/* With the end of options. */
static uint32_t
options_length(const struct capture_file *file)
{
	return file->option_bytes == 0 ? 0 : (uint32_t)file->option_bytes + 4;
}

static void
add_options(struct capture_file *file)
{
	put_bytes(add(file, options_length(file)), file->options, file->option_bytes);
	file->option_bytes = 0;
}

static void
begin_pcap(struct capture_file *file, uint32_t link)
{
	add32(file, file->nanoseconds ? PCAP_MAGIC_NS : PCAP_MAGIC_US);
	add16(file, 2);
	add16(file, 4);
	add32(file, 0);
	add32(file, 0);
	add32(file, file->snaplen);
	add32(file, link);
}

static void
begin_pcapng(struct capture_file *file, uint32_t link)
{
	uint32_t length = 28 + options_length(file);

	add32(file, PCAPNG_SECTION);
	add32(file, length);
	add32(file, PCAPNG_MAGIC);
	add16(file, 1);
	add16(file, 0);
	add32(file, UINT32_MAX); /* a section of unknown length */
	add32(file, UINT32_MAX);
	add_options(file);
	add32(file, length);
	capture_file_interface(file, link);
}

void
capture_file_begin(struct capture_file *file, uint32_t link)
{
	if (file->format == FORMAT_PCAP)
		begin_pcap(file, link);
	else if (file->format == FORMAT_PCAPNG)
		begin_pcapng(file, link);
}

void
capture_file_interface(struct capture_file *file, uint32_t link)
{
	uint32_t length = 32 + (uint32_t)file->option_bytes;

	add32(file, PCAPNG_INTERFACE);
	add32(file, length);
	add16(file, link);
	add16(file, 0);
	add32(file, file->snaplen);
	add16(file, PCAPNG_TSRESOL);
	add16(file, 1);
	*add(file, 4) = file->nanoseconds ? 9 : 6;
	put_bytes(add(file, file->option_bytes), file->options, file->option_bytes);
	file->option_bytes = 0;
	add32(file, 0);
	add32(file, length);
	file->interfaces++;
}

static void
add_pcap_frame(
    struct capture_file *file, const struct record *record, const uint8_t *frame, size_t count)
{
	int64_t fraction = record->ts_ns % 1000000000;

	add32(file, (uint32_t)(record->ts_ns / 1000000000));
	add32(file, (uint32_t)(file->nanoseconds ? fraction : fraction / 1000));
	add32(file, record->captured_bytes);
	add32(file, record->wire_bytes);
	put_bytes(add(file, count), frame, count);
}

static void
add_pcapng_frame(
    struct capture_file *file, const struct record *record, const uint8_t *frame, size_t count)
{
	uint64_t time = (uint64_t)(file->nanoseconds ? record->ts_ns : record->ts_ns / 1000);
	size_t padded = (count + 3) & ~(size_t)3;
	uint32_t length = (uint32_t)padded + 32 + options_length(file);

	add32(file, PCAPNG_PACKET);
	add32(file, length);
	add32(file, file->interfaces - 1);
	add32(file, (uint32_t)(time >> 32));
	add32(file, (uint32_t)time);
	add32(file, record->captured_bytes);
	add32(file, record->wire_bytes);
	put_bytes(add(file, padded), frame, count);
	add_options(file);
	add32(file, length);
}

void
capture_file_frame(
    struct capture_file *file, const struct record *record, const uint8_t *frame, size_t count)
{
	if (file->format == FORMAT_PCAPNG)
		add_pcapng_frame(file, record, frame, count);
	else
		add_pcap_frame(file, record, frame, count);
}

void
capture_file_raw(struct capture_file *file, const uint8_t *bytes, size_t count)
{
	put_bytes(add(file, count), bytes, count);
}

void
capture_file_cut(struct capture_file *file, size_t count)
{
	file->count -= count < file->count ? count : file->count;
}

bool
capture_file_write(const struct capture_file *file, const char *path)
{
	FILE *out = fopen(path, "wb");
	bool written;

	if (out == NULL)
		return false;
	written = file->count == 0 || fwrite(file->bytes, file->count, 1, out) == 1;
	return fclose(out) == 0 && written;
}
