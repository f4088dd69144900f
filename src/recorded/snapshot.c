/*
 * A table is what `netstat -atn` or `ss -tan` printed: by net-tools 1.60 and
 * 2.10, by iproute2, and by the netstat of BSD and macOS. Nobody promises what
 * else is in the file, so that a line that is not understood is counted and
 * passed over.
 */
#include "recorded/recorded.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/when.h"

/* More than anybody records, and little enough to be kept. */
#define FILE_MB_MAX 256
#define ROWS_MAX    (1u << 20)
#define TABLES_MAX  (1u << 16)

#define WORDS_MAX   8
#define ADDRESS_MAX 64 /* in characters */

struct word_at {
	const char *at;
	size_t length;
};

/* Which headings the table at hand has had. */
enum heading {
	HEADING_NONE = 0,
	HEADING_ACTIVE = 0x01,  /* Active Internet connections */
	HEADING_COLUMNS = 0x02, /* Proto Recv-Q, State Recv-Q, Netid State */
};

struct parse {
	struct snapshots *out;
	const char *name;
	size_t table_room, row_room;
	uint32_t line;
	unsigned headings;
	char label[SNAPSHOT_LABEL]; /* of a snapshot that begins with the line at hand */
	struct diag *diag;
};

/* --- words --- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Up to so many words of a line; how many there were. */
static size_t
split(struct word_at *words, size_t most, const char *at, const char *end)
{
	size_t count = 0;

	while (count < most) {
		while (at < end && is_blank(*at))
			at++;
		if (at == end)
			break;
		words[count].at = at;
		while (at < end && !is_blank(*at))
			at++;
		words[count].length = (size_t)(at - words[count].at);
		count++;
	}
	return count;
}

static bool
is_word(const struct word_at *word, const char *expected)
{
	return word->length == strlen(expected) && memcmp(word->at, expected, word->length) == 0;
}

static bool
is_one_of(const struct word_at *word, const char *const *names)
{
	for (; *names != NULL; names++)
		if (is_word(word, *names))
			return true;
	return false;
}

static bool
read_number(const struct word_at *word, int64_t most, int64_t *number)
{
	*number = 0;
	for (size_t i = 0; i < word->length; i++) {
		if (word->at[i] < '0' || word->at[i] > '9')
			return false;
		*number = *number * 10 + (word->at[i] - '0');
		if (*number > most)
			return false;
	}
	return word->length > 0;
}

/* --- addresses --- */

static bool
is_wildcard(const uint8_t address[16])
{
	static const uint8_t zeros[16];

	return memcmp(address, zeros, sizeof(zeros)) == 0;
}

/* An IPv4 address in an IPv6 socket is the packets' IPv4 address. */
static uint8_t
unmap(uint8_t address[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (memcmp(address, mapped, sizeof(mapped)) != 0)
		return 6;
	memmove(address, address + 12, 4);
	memset(address + 4, 0, 12);
	return 4;
}

/* "127.0.0.1", "::1", "[::1]", "[fe80::1]%eth0", "*"; version 0: any, of either. */
static bool
read_host(struct word_at host, uint8_t address[16], uint8_t *version)
{
	const char *scope = memchr(host.at, '%', host.length);
	char name[ADDRESS_MAX];

	memset(address, 0, 16);
	*version = 0;
	if (scope != NULL)
		host.length = (size_t)(scope - host.at);
	if (is_word(&host, "*"))
		return true;
	if (host.length >= 2 && host.at[0] == '[' && host.at[host.length - 1] == ']') {
		host.at++;
		host.length -= 2;
	}
	if (host.length == 0 || host.length >= sizeof(name))
		return false;
	memcpy(name, host.at, host.length);
	name[host.length] = '\0';
	if (inet_pton(AF_INET, name, address) == 1) {
		*version = 4;
		return true;
	}
	if (inet_pton(AF_INET6, name, address) != 1)
		return false;
	*version = unmap(address);
	return true;
}

struct endpoint {
	uint8_t address[16];
	uint8_t version;
	bool has_port;
	uint16_t port;
};

static bool
read_endpoint_at(const struct word_at *word, size_t separator, struct endpoint *end)
{
	const struct word_at host = { word->at, separator };
	const struct word_at port = { word->at + separator + 1, word->length - separator - 1 };
	int64_t number;

	end->has_port = !is_word(&port, "*");
	if (end->has_port) {
		if (!read_number(&port, UINT16_MAX, &number))
			return false;
		end->port = (uint16_t)number;
	}
	return read_host(host, end->address, &end->version);
}

static bool
read_last(const struct word_at *word, char separator, struct endpoint *end)
{
	for (size_t at = word->length; at-- > 0;)
		if (word->at[at] == separator)
			return read_endpoint_at(word, at, end);
	return false;
}

/* The port follows the last colon; with BSD and macOS, the last full stop. */
static bool
read_endpoint(const struct word_at *word, struct endpoint *end)
{
	*end = (struct endpoint){ 0 };
	return read_last(word, ':', end) || read_last(word, '.', end);
}

/* --- states --- */

static const struct {
	const char *name;
	enum sock_state state;
} spellings[] = {
#define STATE(id, name, prose) { name, SOCK_##id },
#include "socket/state.def"
#undef STATE
	/* ss */
	{ "ESTAB", SOCK_ESTABLISHED },
	{ "SYN-SENT", SOCK_SYN_SENT },
	{ "SYN-RECV", SOCK_SYN_RECV },
	{ "FIN-WAIT-1", SOCK_FIN_WAIT1 },
	{ "FIN-WAIT-2", SOCK_FIN_WAIT2 },
	{ "TIME-WAIT", SOCK_TIME_WAIT },
	{ "CLOSE-WAIT", SOCK_CLOSE_WAIT },
	{ "LAST-ACK", SOCK_LAST_ACK },
	{ "UNCONN", SOCK_CLOSED },
	/* netstat: what is bound and no more */
	{ "CLOSE", SOCK_CLOSED },
	/* BSD, macOS */
	{ "SYN_RCVD", SOCK_SYN_RECV },
	{ "SYN_RECEIVED", SOCK_SYN_RECV },
	{ "FIN_WAIT_1", SOCK_FIN_WAIT1 },
	{ "FIN_WAIT_2", SOCK_FIN_WAIT2 },
};

static bool
read_state(const struct word_at *word, enum sock_state *state)
{
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		if (!is_word(word, spellings[i].name))
			continue;
		*state = spellings[i].state;
		return true;
	}
	return false;
}

/* --- tables and rows --- */

static enum status
begin_table(struct parse *parse)
{
	struct snapshots *out = parse->out;

	if (out->table_count == TABLES_MAX)
		return diag_set(parse->diag, ST_LIMIT, "%s: line %u: more than %u snapshots",
		    parse->name, parse->line, TABLES_MAX);
	out->tables =
	    mem_room(out->tables, &parse->table_room, out->table_count, sizeof(*out->tables));
	out->tables[out->table_count++] = (struct snapshot){
		.line = parse->line,
		.first = (uint32_t)out->row_count,
	};
	memcpy(out->tables[out->table_count - 1].label, parse->label, sizeof(parse->label));
	parse->headings = HEADING_NONE;
	return ST_OK;
}

static struct snapshot *
table_at_hand(struct parse *parse)
{
	struct snapshots *out = parse->out;

	return out->table_count == 0 ? NULL : &out->tables[out->table_count - 1];
}

static enum status
add_row(struct parse *parse, const struct recorded *row)
{
	struct snapshots *out = parse->out;

	if (table_at_hand(parse) == NULL && begin_table(parse) != ST_OK)
		return ST_LIMIT;
	if (out->row_count == ROWS_MAX)
		return diag_set(parse->diag, ST_LIMIT, "%s: line %u: more than %u sockets",
		    parse->name, parse->line, ROWS_MAX);
	out->rows = mem_room(out->rows, &parse->row_room, out->row_count, sizeof(*out->rows));
	out->rows[out->row_count++] = *row;
	table_at_hand(parse)->count++;
	return ST_OK;
}

/* A heading begins a table, unless it is one of those that this table has just begun with. */
static enum status
take_heading(struct parse *parse, enum heading heading)
{
	const struct snapshot *table = table_at_hand(parse);
	enum status st = ST_OK;

	if (table == NULL || table->count > 0 || parse->headings >= (unsigned)heading)
		st = begin_table(parse);
	parse->headings |= (unsigned)heading;
	return st;
}

/* "# at 1558371357.5"; what follows the moment is passed over. */
static enum status
take_comment(struct parse *parse, const struct word_at *words, size_t count)
{
	struct moment at;

	if (count < 3 || !is_word(&words[0], "#") || !is_word(&words[1], "at"))
		return ST_OK;
	if (!when_moment(words[2].at, words[2].length, &at)) {
		parse->out->unknown++;
		return ST_OK;
	}
	if (begin_table(parse) != ST_OK)
		return ST_LIMIT;
	table_at_hand(parse)->has_time = true;
	table_at_hand(parse)->at = at;
	return ST_OK;
}

/* Where the cells of a row stand. */
struct layout {
	enum printer printer;
	size_t state, recv_q, send_q, local, remote;
};

static const struct layout netstat_layout = {
	.printer = PRINTER_NETSTAT,
	.recv_q = 1,
	.send_q = 2,
	.local = 3,
	.remote = 4,
	.state = 5,
};

/* ss -tan; it names the protocol first where it was asked for others too. */
static const struct layout ss_layouts[2] = {
	{ PRINTER_SS, .state = 0, .recv_q = 1, .send_q = 2, .local = 3, .remote = 4 },
	{ PRINTER_SS, .state = 1, .recv_q = 2, .send_q = 3, .local = 4, .remote = 5 },
};

static bool
fill_ends(struct recorded *row, const struct endpoint *local, const struct endpoint *remote)
{
	if (!local->has_port)
		return false;
	row->ends.proto = PROTO_TCP;
	row->ends.ip_version = local->version;
	row->ends.sport = local->port;
	memcpy(row->ends.src, local->address, sizeof(row->ends.src));
	if (row->state == SOCK_LISTEN) {
		row->any_address = is_wildcard(local->address);
		return true;
	}
	if (!remote->has_port || local->version != remote->version || local->version == 0)
		return false;
	row->ends.dport = remote->port;
	memcpy(row->ends.dst, remote->address, sizeof(row->ends.dst));
	return true;
}

static bool
read_row(
    struct recorded *row, const struct layout *layout, const struct word_at *words, size_t count)
{
	struct endpoint local, remote;

	*row = (struct recorded){ .printer = layout->printer };
	if (count <= layout->state || count <= layout->remote)
		return false;
	return read_state(&words[layout->state], &row->state) &&
	       read_number(&words[layout->recv_q], INT32_MAX, &row->recv_q) &&
	       read_number(&words[layout->send_q], INT32_MAX, &row->send_q) &&
	       read_endpoint(&words[layout->local], &local) &&
	       read_endpoint(&words[layout->remote], &remote) &&
	       (row->state == SOCK_CLOSED || fill_ends(row, &local, &remote));
}

/* NULL: the line is no socket of TCP. */
static const struct layout *
layout_of(const struct word_at *words, size_t count)
{
	static const char *const protocols[] = { "tcp", "tcp4", "tcp6", "tcp46", NULL };
	enum sock_state state;
	int64_t number;

	if (read_state(&words[0], &state))
		return &ss_layouts[0];
	if (!is_one_of(&words[0], protocols) || count < 2)
		return NULL;
	return read_number(&words[1], INT64_MAX / 10, &number) ? &netstat_layout : &ss_layouts[1];
}

static bool
is_of_another_protocol(const struct word_at *word)
{
	static const char *const protocols[] = { "udp", "udp4", "udp6", "udp46", "udplite",
		"udplite6", "udpl", "raw", "raw6", "icmp", "icmp6", "sctp", "dccp", "mptcp", "unix",
		"nl", "p_raw", "p_dgr", "u_str", "u_dgr", "u_seq", "v_str", "v_dgr", "ti_st",
		"ti_dg", "xdp", NULL };

	return is_one_of(word, protocols);
}

static enum status
take_socket(struct parse *parse, const struct word_at *words, size_t count)
{
	const struct layout *layout = layout_of(words, count);
	struct recorded row;

	if (layout != NULL && read_row(&row, layout, words, count)) {
		row.line = parse->line;
		if (row.state != SOCK_CLOSED)
			return add_row(parse, &row);
		parse->out->others++;
	} else if (layout == NULL && is_of_another_protocol(&words[0])) {
		parse->out->others++;
	} else {
		parse->out->unknown++;
	}
	return ST_OK;
}

/* What a comment says; cut where it is long, between two characters. */
static void
keep_label(struct parse *parse, const char *at, const char *end)
{
	while (at < end && (is_blank(*at) || *at == '#'))
		at++;
	while (end > at && is_blank(end[-1]))
		end--;
	if ((size_t)(end - at) >= sizeof(parse->label))
		end = at + character_begin(at, sizeof(parse->label) - 1);
	memcpy(parse->label, at, (size_t)(end - at));
	parse->label[end - at] = '\0';
}

static enum status
take_words(struct parse *parse, const struct word_at *words, size_t count)
{
	static const char *const firsts[] = { "Proto", "State", "Netid", NULL };
	if (words[0].at[0] == '#')
		return take_comment(parse, words, count);
	if (count > 1 && is_word(&words[0], "Active") && is_word(&words[1], "Internet"))
		return take_heading(parse, HEADING_ACTIVE);
	if (is_one_of(&words[0], firsts))
		return take_heading(parse, HEADING_COLUMNS);
	return take_socket(parse, words, count);
}

static enum status
take_line(struct parse *parse, const char *at, const char *end)
{
	struct word_at words[WORDS_MAX];
	size_t count = split(words, WORDS_MAX, at, end);
	enum status st = count == 0 ? ST_OK : take_words(parse, words, count);

	/* What stands directly above a snapshot is what it is called. */
	parse->label[0] = '\0';
	if (count > 0 && words[0].at[0] == '#' && !(count > 1 && is_word(&words[1], "at")))
		keep_label(parse, at, end);
	return st;
}

bool
recorded_end(const char *end, struct tuple *ends)
{
	const struct word_at word = { end, strlen(end) };
	struct endpoint endpoint;

	*ends = (struct tuple){ .proto = PROTO_TCP };
	if (!read_endpoint(&word, &endpoint) || !endpoint.has_port || endpoint.version == 0)
		return false;
	ends->ip_version = endpoint.version;
	ends->sport = endpoint.port;
	memcpy(ends->src, endpoint.address, sizeof(ends->src));
	return true;
}

enum status
snapshots_parse(
    struct snapshots *out, const char *name, const char *data, size_t size, struct diag *diag)
{
	struct parse parse = { .out = out, .name = name, .line = 1, .diag = diag };
	const char *end = data + size;
	enum status st = ST_OK;

	*out = (struct snapshots){ 0 };
	for (const char *at = data; st == ST_OK && at < end; parse.line++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline == NULL ? end : newline;

		st = take_line(&parse, at, stop);
		at = newline == NULL ? end : newline + 1;
	}
	if (st == ST_OK && out->table_count == 0)
		st = diag_set(diag, ST_FORMAT, "%s: holds no table of netstat or ss", name);
	return st;
}

enum status
snapshots_read(struct snapshots *out, const char *path, struct diag *diag)
{
	struct text data = { 0 };
	enum status st = file_read(&data, path, FILE_MB_MAX, diag);

	*out = (struct snapshots){ 0 };
	if (st == ST_OK)
		st = snapshots_parse(out, path, data.at, data.length, diag);
	text_fini(&data);
	return st;
}

void
snapshots_fini(struct snapshots *snapshots)
{
	free(snapshots->tables);
	free(snapshots->rows);
}
