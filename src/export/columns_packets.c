#include "export/export_priv.h"

#include "export/line.h"
#include "export/object.h"

#define NUMBER(field) \
	static bool read_##field(const void *row, union cell *cell) \
	{ \
		cell->number = ((const struct packet_row *)row)->field; \
		return true; \
	}
#define TCP_NUMBER(field) \
	static bool read_##field(const void *row, union cell *cell) \
	{ \
		cell->number = ((const struct packet_row *)row)->field; \
		return is_tcp(row); \
	}
#define ICMP_NUMBER(field) \
	static bool read_##field(const void *row, union cell *cell) \
	{ \
		cell->number = ((const struct packet_row *)row)->field; \
		return is_of_icmp(row); \
	}

static bool
is_tcp(const struct packet_row *row)
{
	return row->tuple.proto == PROTO_TCP;
}

static bool
is_of_icmp(const struct packet_row *row)
{
	return is_icmp(&row->tuple);
}

NUMBER(flow)
NUMBER(length)
TCP_NUMBER(seq)
TCP_NUMBER(ack)
TCP_NUMBER(window)
ICMP_NUMBER(icmp_type)
ICMP_NUMBER(icmp_code)

static bool
read_file(const void *row, union cell *cell)
{
	cell->word = ((const struct packet_row *)row)->frame.file;
	return cell->word != NULL;
}

static bool
read_frame(const void *row, union cell *cell)
{
	cell->number = ((const struct packet_row *)row)->frame.number;
	return true;
}

static bool
read_time(const void *row, union cell *cell)
{
	cell->ns = ((const struct packet_row *)row)->ts_ns;
	return true;
}

static bool
read_proto(const void *row, union cell *cell)
{
	cell->word = proto_name(((const struct packet_row *)row)->tuple.proto);
	return cell->word != NULL;
}

static bool
read_src(const void *row, union cell *cell)
{
	const struct packet_row *packet = row;

	cell->address = (struct address){
		.bytes = packet->tuple.src,
		.ip_version = packet->tuple.ip_version,
		.has_port = !is_of_icmp(packet),
		.port = packet->tuple.sport,
	};
	return true;
}

static bool
read_dst(const void *row, union cell *cell)
{
	const struct packet_row *packet = row;

	cell->address = (struct address){
		.bytes = packet->tuple.dst,
		.ip_version = packet->tuple.ip_version,
		.has_port = !is_of_icmp(packet),
		.port = packet->tuple.dport,
	};
	return true;
}

static bool
read_sport(const void *row, union cell *cell)
{
	cell->number = ((const struct packet_row *)row)->tuple.sport;
	return !is_of_icmp(row);
}

static bool
read_dport(const void *row, union cell *cell)
{
	cell->number = ((const struct packet_row *)row)->tuple.dport;
	return !is_of_icmp(row);
}

static bool
read_flags(const void *row, union cell *cell)
{
	cell->list.words = flag_words;
	cell->list.bits = ((const struct packet_row *)row)->flags;
	return true;
}

static bool
read_packet(const void *row, union cell *cell)
{
	cell->packet = row;
	return true;
}

static bool
read_marks(const void *row, union cell *cell)
{
	cell->list.words = mark_words;
	cell->list.bits = ((const struct packet_row *)row)->verdict.marks;
	return true;
}

static bool
read_cause(const void *row, union cell *cell)
{
	const struct reason *reason = &((const struct packet_row *)row)->verdict.reason;

	cell->word = cause_words[reason->cause].name;
	return reason->cause != CAUSE_NONE;
}

static bool
read_because(const void *row, union cell *cell)
{
	const struct packet_row *packet = row;

	cell->because.reason = &packet->verdict.reason;
	cell->because.file = packet->frame.file;
	return true;
}

static bool
read_reason(const void *row, union cell *cell)
{
	return read_because(row, cell) && cell->because.reason->cause != CAUSE_NONE;
}

static enum hue
packet_hue(const void *row)
{
	uint16_t flags = ((const struct packet_row *)row)->flags;

	if (flags & TCP_RST)
		return HUE_BAD;
	if (flags & TCP_SYN)
		return HUE_BEGIN;
	return flags & TCP_FIN ? HUE_END : HUE_NONE;
}

enum family {
	FAMILY_RESENT,
	FAMILY_ACK,
	FAMILY_GAP,
	FAMILY_PROBE,
	FAMILY_WINDOW,
	FAMILY_REUSE,
};

/* Sent again, or lost. */
static const uint32_t worse_marks = 0
#define MARK(id, name, family, prose) \
	| (FAMILY_##family == FAMILY_RESENT || FAMILY_##family == FAMILY_GAP ? MARK_BIT(MARK_##id) \
									     : 0)
#include "tcp/mark.def"
#undef MARK
    ;

static enum hue
marks_hue(const void *row)
{
	return ((const struct packet_row *)row)->verdict.marks & worse_marks ? HUE_WORSE : HUE_NONE;
}

static enum hue
reason_hue(const void *row)
{
	(void)row;
	return HUE_STRONG;
}

/* New columns for programs go to the end of their list: some read by position. */
static const struct column columns[] = {
	{ COLUMN_NAME("file"), .kind = CELL_FILE, .views = VIEW_DATA, .read = read_file },
	{ COLUMN_NAME("frame"), .kind = CELL_NUMBER, .views = VIEW_DATA | VIEW_TEXT,
	    .read = read_frame, .width = 5, .right = true },
	{ COLUMN_NAME("time"), .kind = CELL_TIME, .views = VIEW_DATA | VIEW_TEXT, .read = read_time,
	    .width = 10, .right = true },
	{ COLUMN_NAME("flow"), .kind = CELL_NUMBER, .views = VIEW_DATA | VIEW_TEXT,
	    .read = read_flow, .width = 4, .right = true },
	{ COLUMN_NAME("source"), .kind = CELL_ENDPOINT, .views = VIEW_TEXT, .read = read_src,
	    .width = 18 },
	{ COLUMN_NAME("destination"), .kind = CELL_ENDPOINT, .views = VIEW_TEXT, .read = read_dst,
	    .width = 20, .lead = "> " },
	{ COLUMN_NAME("proto"), .kind = CELL_WORD, .views = VIEW_DATA, .read = read_proto },
	{ COLUMN_NAME("src"), .kind = CELL_ADDRESS, .views = VIEW_DATA, .read = read_src },
	{ COLUMN_NAME("sport"), .kind = CELL_NUMBER, .views = VIEW_DATA, .read = read_sport },
	{ COLUMN_NAME("dst"), .kind = CELL_ADDRESS, .views = VIEW_DATA, .read = read_dst },
	{ COLUMN_NAME("dport"), .kind = CELL_NUMBER, .views = VIEW_DATA, .read = read_dport },
	{ COLUMN_NAME("flags"), .kind = CELL_WORDS, .views = VIEW_DATA, .read = read_flags,
	    .item = "flag" },
	{ COLUMN_NAME("flags"), .kind = CELL_PACKET, .views = VIEW_TEXT, .read = read_packet,
	    .width = 7, .hue = packet_hue },
	{ COLUMN_NAME("seq"), .kind = CELL_NUMBER, .views = VIEW_DATA | VIEW_TEXT, .read = read_seq,
	    .width = 7, .right = true },
	{ COLUMN_NAME("ack"), .kind = CELL_NUMBER, .views = VIEW_DATA | VIEW_TEXT, .read = read_ack,
	    .width = 7, .right = true },
	{ COLUMN_NAME("win"), .kind = CELL_NUMBER, .views = VIEW_DATA | VIEW_TEXT,
	    .read = read_window, .width = 6, .right = true },
	{ COLUMN_NAME("len"), .kind = CELL_NUMBER, .views = VIEW_DATA | VIEW_TEXT,
	    .read = read_length, .width = 5, .right = true },
	{ COLUMN_NAME("marks"), .kind = CELL_WORDS, .views = VIEW_DATA | VIEW_TEXT,
	    .read = read_marks, .item = "mark", .hue = marks_hue },
	{ COLUMN_NAME("cause"), .kind = CELL_WORD, .views = VIEW_DATA, .read = read_cause },
	{ COLUMN_NAME("because"), .kind = CELL_BECAUSE, .views = VIEW_DATA, .read = read_because,
	    .item = "because" },
	{ COLUMN_NAME("cause <- because"), .kind = CELL_REASON, .views = VIEW_TEXT,
	    .read = read_reason, .hue = reason_hue },
	{ COLUMN_NAME("icmp_type"), .kind = CELL_NUMBER, .views = VIEW_DATA,
	    .read = read_icmp_type },
	{ COLUMN_NAME("icmp_code"), .kind = CELL_NUMBER, .views = VIEW_DATA,
	    .read = read_icmp_code },
};

#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

static char *
line(struct export *out, char *to, const void *row)
{
	return line_of(out, to, row, columns, COLUMN_COUNT);
}

static char *
object(struct export *out, char *to, const void *row)
{
	return object_of(out, to, row, columns, COLUMN_COUNT);
}

static const char *
file_of(const void *row)
{
	return ((const struct packet_row *)row)->frame.file;
}

static int64_t
time_of(const void *row)
{
	return ((const struct packet_row *)row)->ts_ns;
}

const struct record packets_record = {
	.name = "packets",
	.item = "packet",
	.columns = columns,
	.column_count = COLUMN_COUNT,
	.line = line,
	.object = object,
	.file = file_of,
	.base_ns = time_of,
};
