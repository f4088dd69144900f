#include "export/shown.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/put.h"

const char *const export_format_names[FORMAT_COUNT] = {
	[FORMAT_TEXT] = "text",
	[FORMAT_JSONL] = "jsonl",
	[FORMAT_CSV] = "csv",
	[FORMAT_XML] = "xml",
};

static const struct writer *const writers[FORMAT_COUNT] = {
	[FORMAT_TEXT] = &text_writer,
	[FORMAT_JSONL] = &jsonl_writer,
	[FORMAT_CSV] = &csv_writer,
	[FORMAT_XML] = &xml_writer,
};

static const struct record *const records[RECORD_COUNT] = {
	[RECORD_PACKETS] = &packets_record,
	[RECORD_FLOWS] = &flows_record,
	[RECORD_SOCKETS] = &sockets_record,
	[RECORD_SOCKET_CHANGES] = &socket_changes_record,
	[RECORD_LISTENERS] = &listeners_record,
	[RECORD_COMPARISON] = &comparison_record,
};

const char *
proto_name(uint8_t proto)
{
	switch (proto) {
	case PROTO_TCP:
		return "tcp";
	case PROTO_UDP:
		return "udp";
	case PROTO_ICMP:
		return "icmp";
	case PROTO_ICMP6:
		return "icmp6";
	default:
		return NULL;
	}
}

void
write_nothing(struct export *out)
{
	(void)out;
}

char *
row_foreign(struct export *out, char *to)
{
	row_end(out, to);
	out->writer->escape(out->text, out->scratch.at, out->scratch.length);
	return row_begin(out);
}

const char *
row_frame(const struct export *out, uint32_t index, const char *row_file, uint32_t *number)
{
	struct frame_name name = { .file = NULL, .number = index };

	if (out->analysis != NULL)
		name = analysis_frame(out->analysis, index);
	*number = name.number;
	if (name.file == row_file || name.file == NULL || row_file == NULL)
		return NULL;
	return strcmp(name.file, row_file) == 0 ? NULL : name.file;
}

char *
row_socket(char *to, const struct address *address)
{
	if (address->ip_version == 6)
		*to++ = '[';
	to = address->ip_version == 0 ? put_char(to, '*') : row_address(to, address);
	if (address->ip_version == 6)
		*to++ = ']';
	*to++ = ':';
	return address->has_port ? put_u64(to, address->port) : put_char(to, '*');
}

char *
row_range(char *to, const struct range *range)
{
	to = put_u64(to, (uint64_t)range->lo);
	if (range->lo == range->hi)
		return to;
	to = put_bytes(to, "..", 2);
	return range->hi == RANGE_OPEN ? to : put_u64(to, (uint64_t)range->hi);
}

bool
row_shows_new_file(struct export *out, const void *row)
{
	const char *name = out->record->file(row);
	struct shown_file *file = &out->file;

	if (name == file->latest)
		return false;
	file->latest = name;
	if (name == NULL || (file->name != NULL && strcmp(file->name, name) == 0))
		return false;
	free(file->name);
	file->name = mem_strdup(name);
	file->shown.length = 0;
	out->writer->escape(&file->shown, name, strlen(name));
	return true;
}

static void
choose_columns(struct export *out)
{
	assert(out->record->column_count <= COLUMNS_MAX); /* FOR_EACH_COLUMN sees no more */
	for (size_t i = 0; i < out->record->column_count; i++) {
		if (!(out->record->columns[i].views & out->writer->view))
			continue;
		out->columns[out->column_count++] = &out->record->columns[i];
	}
}

struct export *
export_new_adopt(struct sink *sink, enum export_record record, const struct export_options *options)
{
	struct export *out = mem_zalloc(sizeof(*out));

	out->sink = sink;
	sink->sha = options->sha;
	out->text = &sink->pending;
	out->record = records[record];
	out->writer = writers[options->format];
	out->options = *options;
	choose_columns(out);
	out->writer->begin(out);
	return out;
}

enum status
export_open(struct export **out, const char *path, enum export_record record,
    const struct export_options *options, struct diag *diag)
{
	struct sink *sink;
	enum status st = sink_open(&sink, path, diag);

	if (st == ST_OK)
		*out = export_new_adopt(sink, record, options);
	return st;
}

void
export_source(struct export *out, const struct analysis *analysis)
{
	out->analysis = analysis;
	out->based = false;
	out->headed = false;
	out->has_group = false;
	out->file.latest = NULL;
}

static void
write_row(struct export *out, const void *row)
{
	out->writer->row(out, row);
	out->has_rows = true;
	sink_settle(out->sink);
}

void
export_packet(struct export *out, const struct packet_row *row)
{
	write_row(out, row);
}

void
export_flow(struct export *out, const struct flow_row *row)
{
	write_row(out, row);
}

/* The capture's first frame: of its first part, and what times count from. */
static void
find_base(const struct export *out, const char **file, int64_t *base_ns)
{
	if (out->analysis == NULL)
		return;
	*file = analysis_frame(out->analysis, 1).file;
	*base_ns = analysis_summary(out->analysis)->first_ns;
}

static struct reason
reason_of(const struct evidence *evidence)
{
	struct reason reason = { .because_count = evidence->count };

	memcpy(reason.because, evidence->index, sizeof(reason.because));
	return reason;
}

void
export_socket(struct export *out, const struct socket_row *row)
{
	struct shown shown = {
		.row = row,
		.base_ns = row->at_ns,
		.because = reason_of(&row->because),
	};

	find_base(out, &shown.file, &shown.base_ns);
	if (out->analysis != NULL && row->because.count > 0)
		shown.file = analysis_frame(out->analysis, row->because.index[0]).file;
	write_row(out, &shown);
}

void
export_no_socket(struct export *out, int64_t at_ns)
{
	const struct socket_row row = { .at_ns = at_ns };
	struct shown shown = { .row = &row, .base_ns = at_ns };

	if (out->writer->none == NULL)
		return;
	find_base(out, &shown.file, &shown.base_ns);
	out->writer->none(out, &shown);
	out->has_rows = true;
}

void
export_listener(struct export *out, const struct listener_row *row)
{
	struct shown shown = { .row = row, .because = reason_of(&row->because) };
	struct text verdict = { 0 };

	find_base(out, &shown.file, &shown.base_ns);
	if (out->analysis != NULL && row->first_index > 0)
		shown.file = analysis_frame(out->analysis, row->first_index).file;
	verdict_write(&verdict, row, out->options.catalog);
	shown.verdict = text_str(&verdict);
	write_row(out, &shown);
	text_fini(&verdict);
}

void
export_compared(struct export *out, const struct compared_row *row)
{
	struct shown shown = { .row = row };

	find_base(out, &shown.file, &shown.base_ns);
	if (row->found != NULL)
		shown.because = reason_of(&row->found->because);
	write_row(out, &shown);
}

void
export_remark(struct export *out, const char *sentence)
{
	if (out->writer->remark == NULL)
		return;
	out->writer->remark(out, sentence);
	out->has_rows = true;
}

bool
export_failed(const struct export *out)
{
	return sink_failed(out->sink);
}

static void
export_free(struct export *out)
{
	free(out->file.name);
	text_fini(&out->file.shown);
	text_fini(&out->scratch);
	free(out);
}

enum status
export_close(struct export *out, struct diag *diag)
{
	enum status st;

	out->writer->end(out);
	st = sink_close(out->sink, diag);
	export_free(out);
	return st;
}

/* The end is written here too: what standard output holds should parse. */
void
export_abandon(struct export *out)
{
	if (out == NULL)
		return;
	out->writer->end(out);
	if (!out->has_rows) /* so that nothing was sent yet */
		out->text->length = 0;
	sink_abandon(out->sink);
	export_free(out);
}
