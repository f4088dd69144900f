/*
 * reader: one part. Its first bytes, unpacked, say who reads it.
 */
#include <string.h>

#include "capture/capture_priv.h"

/* Files that people take for captures. What has no magic number is not here. */
static const struct foreign {
	const char *magic;
	uint8_t magic_bytes;
	const char *what;
} foreigns[] = {
	{ "snoop\0\0\0", 8, "a snoop file" },
	{ "btsnoop\0", 8, "a btsnoop file" },
	{ "GMBU", 4, "a Network Monitor 2 capture" },
	{ "RTSS", 4, "a Network Monitor 1 capture" },
	{ "TRSNIFF data    \x1a", 17, "a DOS Sniffer capture" },
	{ "XCP\0", 4, "a NetXRay or Windows Sniffer capture" },
	{ "\x7fver", 4, "an EtherPeek or OmniPeek capture" },
	{ "iptrace 1.0", 11, "an AIX iptrace" },
	{ "iptrace 2.0", 11, "an AIX iptrace" },
	{ "\0\0\2\0\x12\5\0\x10", 8, "a Tektronix K12 capture" },
	{ "cpse", 4, "a Capsa capture" },
	{ "\x02\x21\x4c\x18", 4, "an lz4 file of the old kind" },
	{ "PK\3\4", 4, "a zip archive" },
	{ "7z\xbc\xaf\x27\x1c", 6, "a 7-Zip archive" },
	{ "Rar!", 4, "a RAR archive" },
	{ "BZh", 3, "a bzip2 file" },
	{ "\x1f\x9d", 2, "a file of compress(1)" },
	{ "\x7f"
	  "ELF",
	    4, "a program" },
};

#define FIRST_BYTES 17

/* What this is instead, as far as we know; NULL if we do not. */
static const char *
foreign_name(const uint8_t *data, size_t count)
{
	for (size_t i = 0; i < sizeof(foreigns) / sizeof(foreigns[0]); i++) {
		const struct foreign *f = &foreigns[i];

		if (count >= f->magic_bytes && memcmp(data, f->magic, f->magic_bytes) == 0)
			return f->what;
	}
	return NULL;
}

static enum status
not_a_capture(struct source *source, struct diag *diag)
{
	const char *unpacked = source->codec == NULL ? "" : " (unpacked)";
	size_t count = source_in_window(source);
	const char *foreign = foreign_name(source->at, count);
	enum status st = source_trouble(source, diag);

	if (st != ST_OK)
		return st;
	if (count == 0)
		return diag_set(diag, ST_FORMAT, "%s: empty file%s", source->name, unpacked);
	if (foreign != NULL)
		return diag_set(diag, ST_FORMAT, "%s: %s%s, which synscope does not read",
		    source->name, foreign, unpacked);
	return diag_set(
	    diag, ST_FORMAT, "%s: not a pcap or pcapng capture%s", source->name, unpacked);
}

static enum status
open_source(struct source **out, const struct part *part, struct diag *diag)
{
	if (part->memory == NULL)
		return source_open(out, part->path, diag);
	*out = source_of_memory(part->path, part->memory, part->memory_bytes);
	return ST_OK;
}

enum status
reader_open(struct reader *r, const struct part *part, struct diag *diag)
{
	return reader_open_noting(r, part, 0, NULL, diag);
}

enum status
reader_open_noting(struct reader *r, const struct part *part, uint32_t number, struct notes *notes,
    struct diag *diag)
{
	enum status st;
	size_t count;

	*r = (struct reader){ 0 };
	st = open_source(&r->source, part, diag);
	if (st != ST_OK)
		return st;
	(void)source_peek(r->source, FIRST_BYTES);
	count = source_in_window(r->source);
	if (classic_starts(r->source->at, count))
		st = classic_open(&r->classic, r->source, diag);
	else if (pcapng_starts(r->source->at, count))
		r->pcapng = pcapng_new(r->source, notes, number);
	else
		st = not_a_capture(r->source, diag);
	if (st != ST_OK)
		reader_close(r);
	return st;
}

void
reader_close(struct reader *r)
{
	classic_close(r->classic);
	pcapng_free(r->pcapng);
	source_close(r->source);
	*r = (struct reader){ 0 };
}

enum status
reader_next(struct reader *r, struct frame *frame, struct diag *diag)
{
	if (r->classic != NULL)
		return classic_next(r->classic, frame, diag);
	return pcapng_next(r->pcapng, frame, diag);
}

uint32_t
reader_frames(const struct reader *r)
{
	return r->classic != NULL ? classic_frames(r->classic) : pcapng_frames(r->pcapng);
}

bool
reader_may_read(const char *path)
{
	struct source *source;
	struct diag unused;
	bool may;

	if (source_open(&source, path, &unused) != ST_OK)
		return true;
	(void)source_peek(source, FIRST_BYTES);
	may = classic_starts(source->at, source_in_window(source)) ||
	      pcapng_starts(source->at, source_in_window(source));
	source_close(source);
	return may;
}
