/*
 * written: rows exported into memory, as if from an analysis of two files.
 *
 *   open_in_memory(record, options)   an export that only gathers
 *   finish(out)                       all that was written
 */
#ifndef SYNSCOPE_SUPPORT_WRITTEN_H
#define SYNSCOPE_SUPPORT_WRITTEN_H

#include <string.h>

#include "base/mem.h"
#include "export/export.h"
#include "export/export_priv.h"

#define FILE_NAME "good-handshake.pcap"
#define FIRST_NS  INT64_C(1558371357011645000)

struct analysis {
	int unused;
};

static const struct analysis two_files;

/* Frames up to 99 lie in the file of the rows here, the others in one with a nasty name. */
struct frame_name
analysis_frame(const struct analysis *analysis, uint32_t index)
{
	(void)analysis;
	if (index < 100)
		return (struct frame_name){ FILE_NAME, index };
	return (struct frame_name){ "=b\"\x1b\xff.pcap", index - 99 };
}

const struct analysis_summary *
analysis_summary(const struct analysis *analysis)
{
	static const struct analysis_summary summary = { .first_ns = FIRST_NS };

	(void)analysis;
	return &summary;
}

static struct export *
open_in_memory(enum export_record record, struct export_options options)
{
	struct sink *sink = mem_zalloc(sizeof(*sink));

	sink->fd = -1;
	sink->path = mem_strdup("memory");
	sink->settle_bytes = SIZE_MAX;
	return export_new_adopt(sink, record, &options);
}

/* Valid until the next call. */
static const char *
finish(struct export *out)
{
	static char written[8192];

	out->writer->end(out);
	assert_true(out->text->length < sizeof(written));
	if (out->text->length > 0) /* else there is no text to copy from */
		memcpy(written, out->text->at, out->text->length);
	written[out->text->length] = '\0';
	export_abandon(out);
	return written;
}

#endif
