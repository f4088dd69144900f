/* check_priv: what the files of check share; private to the room. */
#ifndef SYNSCOPE_CHECK_PRIV_H
#define SYNSCOPE_CHECK_PRIV_H

#include "base/mem.h"
#include "base/sha256.h"
#include "check/check.h"

/* --- vocabulary: fact.c --- */

enum scope { SCOPE_TOTAL, SCOPE_LISTENER, SCOPE_FLOW, SCOPE_SOCKET, SCOPE_COUNT };

/* What a fact's values are. */
enum value_type {
	VALUE_COUNT,
	VALUE_BYTES,
	VALUE_TIME,  /* ns */
	VALUE_RANGE, /* a count that the packets may leave open */
	VALUE_WORD,
	VALUE_SET, /* words: bits */
	VALUE_TEXT,
	VALUE_STEPS, /* packets in order */
};

enum fact_id {
#define FACT(id, scope, name, type, severity, figure, prose) FACT_##id,
#include "check/fact.def"
#undef FACT
	FACT_COUNT_OF
};

enum schedule {
#define SCHEDULE(id, name, prose) SCHEDULE_##id,
#include "check/schedule.def"
#undef SCHEDULE
	SCHEDULE_COUNT
};

/* Whose packets or bytes. */
enum whose { WHOSE_CLIENT, WHOSE_SERVER, WHOSE_BOTH, WHOSE_NONE, WHOSE_COUNT };

extern const char *const whose_names[WHOSE_COUNT];

/* What was sent again, and by whom. */
enum resent {
	RESENT_SYN = 0x01,
	RESENT_SYN_ACK = 0x02,
	RESENT_CLIENT_DATA = 0x04,
	RESENT_SERVER_DATA = 0x08,
	RESENT_FIN = 0x10,
	/* The end of what is under way, to ask for an answer: its reader is slow. */
	RESENT_CLIENT_PROBE = 0x20,
	RESENT_SERVER_PROBE = 0x40,
	RESENT_QUEUED = 0x80, /* whatever a full accept queue made come again */
	/* Of a flow: some bytes were other ones when they came again. */
	RESENT_ALTERED = 0x100,
};

/* What became of it at the accept queue. */
enum at_queue { QUEUE_FREE, QUEUE_WAITED, QUEUE_FULL };

/* --- what was collected --- */

/* Of a packet, what a check may ask for. */
struct kept_packet {
	int64_t ts_ns;
	uint32_t index;
	uint32_t number; /* in its file */
	uint32_t flow;   /* 1 + place in flows, once _done; before, its number */
	uint32_t seq;
	uint32_t ack;
	uint32_t length;
	uint32_t because[BECAUSE_MAX];
	uint16_t flags;
	uint16_t marks;
	uint16_t file; /* of check_data's files */
	uint16_t sport;
	uint8_t cause;
	uint8_t because_count;
	uint8_t from;      /* enum whose: client or server, once _done */
	uint8_t resent;    /* of enum resent; 0: it did not come again: derive.c */
	uint32_t src_fold; /* the source's address, folded: tells the sides apart with sport */
	uint64_t filters;  /* bits: which filters it matches */
};

#define FILTERS_MAX 64

/* The beginning of a stream is kept as it is, the rest as a digest of each block. */
#define HEAD_BYTES  2048
#define BLOCK_BYTES 256
#define CONTENT_MAX 256 /* a stream so short is told as text */

/* One side's bytes, as far as they could be put in order. */
struct payload {
	bool is_known;     /* it was followed from its first packet to its last */
	uint64_t length;   /* gaps counted */
	uint64_t in_order; /* of its beginning: bytes before the first gap */
	uint64_t gaps;     /* bytes that are not there */
	uint64_t left_out; /* behind a hole that nobody acknowledged */
	uint8_t digest[SHA256_BYTES];
	uint8_t undated[SHA256_BYTES]; /* of the bytes without the values of HTTP's Date fields */
	bool has_dates;                /* head and blocks are without them too */
	uint32_t altered; /* index of the first packet that brought other bytes again; 0: none */
	uint8_t *head;
	uint32_t head_count;
	uint64_t *blocks; /* of whole blocks after the head */
	size_t block_count;
	uint64_t found; /* bits: which of the strings asked for stand in it */
};

#define NEEDLES_MAX 64

struct kept_flow {
	struct flow_row row; /* history is ours */
	uint32_t first;      /* of data->by_flow: its packets */
	uint32_t count;
	struct payload payload[2]; /* from client, from server */
	uint32_t first_seq;        /* of its first packet */
	bool is_background;        /* said to nobody in particular */
	bool
	    is_knock; /* refused by an idle end that took another one later: who waits for a server */
	bool is_encrypted; /* its bytes are never the same twice */
	uint64_t filters;  /* bits: which filters one of its packets matches */
	/* derive.c */
	struct derived {
		uint32_t copies[2]; /* of the client's SYN, of the server's SYN-ACK */
		unsigned resent;    /* bits of enum resent */
		uint32_t resent_count;
		uint32_t repeat_count; /* ... but probes, and what met a full queue */
		uint8_t closed_first;  /* enum whose */
		uint8_t spoke_first;
		uint8_t half_close;
		uint8_t reset_by;
		uint8_t stalled;
		uint8_t directions;
		uint8_t schedules[3];   /* bits of enum schedule: SYN, SYN-ACK, data */
		uint32_t fin[2];        /* indices of the first FIN of each side; 0: none */
		uint32_t reset;         /* of the first RST; 0: none */
		int64_t half_closed_ns; /* between the FINs; -1: there are not both */
		uint32_t shake[3];      /* of SYN, SYN-ACK and the ACK that completed it */
		int64_t answered_ns;    /* from the latest SYN to the ACK; -1: not known */
		int64_t refused_ns;     /* from the latest SYN to the RST; -1: it was not */
		int64_t waited_ns;      /* from the first SYN until a full queue let it in; -1 */
		int64_t sooner_ns;      /* ... had it been let in two attempts before */
		uint8_t queue;          /* enum at_queue */
		bool was_heard;         /* the client went on as if somebody had answered */
		/* Of either side: so much is under way at once that its end may be probed for. */
		bool may_probe[2];
	} derived;
};

struct kept_listener {
	struct listener_row row;
	struct check_frame first; /* file is data's */
};

struct check_data {
	struct budget budget;
	uint64_t left_out;
	char **files;
	size_t file_count;
	const void *last_file;       /* as the analysis named it; behind files[file_count - 1] */
	struct kept_packet *packets; /* in the order of index */
	size_t packet_count, packet_room;
	struct kept_flow *flows; /* in the order of numbers */
	size_t flow_count, flow_room;
	uint32_t *by_flow; /* places in packets: those of a flow are neighbours */
	struct kept_listener *listeners;
	size_t listener_count, listener_room;
	struct socket_row *sockets; /* each change, in the order of time */
	size_t socket_count, socket_room;
	/* By number of flow: streams under way. A SYN that nobody answers is only noted. */
	struct follow_slot {
		struct following *following; /* NULL: none yet */
		uint32_t first_seq;
		bool has_first;
		bool has_syn; /* and nothing else */
		bool is_over; /* its row was told, or memory had no room */
	} * following;
	size_t following_count;
	size_t comparing_count; /* of those, whose bytes are compared if they come again */
	struct budget stream_budget;
	struct sha256 fresh; /* to begin digests with: making one takes its time */
	const struct expectations *expectations;
	char *name;
	int64_t first_ns, last_ns;
	bool has_server_packets; /* of TCP */
};

/* payload.c: the streams of a flow, from its first packet to its row. */
void payload_follow(struct check_data *data, const struct packet_wire *wire);
void payload_take(struct check_data *data, uint32_t flow, enum side client, struct payload *two);
/* The number that its first packet began with; of TCP. */
uint32_t payload_first_seq(const struct check_data *data, uint32_t flow);
void payload_end_all(struct check_data *data);
void payload_fini(struct payload *payload);
/* Where they differ first; false: they do not, as far as both are there. */
bool payload_differ(const struct payload *a, const struct payload *b, uint64_t *at);
/* Nothing of it is missing. */
bool payload_is_whole(const struct payload *payload);
/*
 * A digest of the first so many bytes: all that are in order, a number up to
 * HEAD_BYTES, or a multiple of BLOCK_BYTES. False: so many are not there.
 */
bool payload_begins(const struct payload *payload, uint64_t bytes, uint8_t digest[SHA256_BYTES]);

/* derive.c */
void derive_flow(struct check_data *data, struct kept_flow *flow);

/* NULL: memory had no room for it. */
struct kept_packet *kept_packet(const struct check_data *data, uint32_t index);

/* --- values that are expected: test.c --- */

enum test_kind {
	TEST_ANY,
	TEST_NONE,
	TEST_ALL,
	TEST_NUMBER, /* from lo to hi */
	TEST_WORDS,
	TEST_TEXT,
};

struct test {
	enum test_kind kind;
	bool is_not;      /* of words: none of them */
	bool is_pattern;  /* of text: * stands for anything */
	bool is_possibly; /* of what the packets leave open: one of the possibilities is enough */
	int64_t lo, hi;   /* INT64_MIN, INT64_MAX: no bound */
	unsigned words;   /* bits: of a word fact's list, or a set's */
	char *text;
	size_t text_length;
	char *said; /* as it was written, for people */
};

/* words: by bit, names; NULL-terminated; for word and set facts. */
enum status test_parse(struct test *test, const char *said, enum value_type type,
    const char *const *words, struct diag *diag);
void test_fini(struct test *test);

/* What was seen of one subject. */
struct seen {
	bool is_known;
	int64_t lo, hi;
	unsigned words;   /* a word: one bit; a set: any; what the packets leave open: is_open */
	bool is_open;     /* words are possibilities rather than a set */
	const char *text; /* with its length, since content has zero bytes */
	size_t text_length;
	struct text room; /* what text may point into */
};

bool test_meets(const struct test *test, const struct seen *seen, enum value_type type);
/* "10 ms", "between 2 and 4", "fin or open". */
void seen_put(
    struct text *out, const struct seen *seen, enum value_type type, const char *const *words);
/* Times in milliseconds, or seconds where they are long; bytes as they are. */
void value_put(struct text *out, int64_t value, enum value_type type);
/* A number and its tolerance, with units: quantity.c. False: it is none. */
bool quantity_parse(struct test *test, const char *said, enum value_type type);
/* \n, \x1b, \\: what a person can type. */
void escape_put(struct text *out, const char *data, size_t count);
bool escape_read(struct text *out, const char *said);

/* --- which are meant: select.c --- */

struct end_wanted {
	bool has_address, has_port, is_dynamic;
	uint8_t ip_version;
	uint8_t address[16];
	uint16_t port;
};

/* Ports that a system gives out on its own begin here (Linux; IANA: 49152). */
#define DYNAMIC_PORT 32768

struct selector {
	struct end_wanted server, client,
	    end;                       /* of a listener or socket: local is server, remote client */
	uint8_t proto;                 /* 0: any */
	bool no_knocks;                /* without those that asked before anybody listened */
	bool others;                   /* those that no other group of the capture means */
	uint32_t order_from, order_to; /* 0: all; UINT32_MAX: to the last */
	bool order_last;
	int filter; /* of the expectations'; -1: none */
	bool has_state;
	unsigned states; /* bits of enum sock_state */
	bool has_at;
	struct moment at;
};

bool end_parse(struct end_wanted *end, const char *said);
bool end_matches(
    const struct end_wanted *end, const uint8_t address[16], uint8_t ip_version, uint16_t port);
void end_wanted_put(struct text *out, const struct end_wanted *end);

/* Places in flows, listeners or sockets; on the heap. */
struct members {
	uint32_t *at;
	size_t count;
};

struct group;
struct capture_group;
void members_of(struct members *members, const struct check_data *data,
    const struct capture_group *capture, const struct group *group);
void members_fini(struct members *members);

/* --- expectations --- */

/* Which packets are counted. */
struct packet_wanted {
	uint16_t marks; /* MARK_BIT; 0: whatever */
	uint16_t
	    flags; /* all of these, where has_flags, and no other of those that tell packets apart */
	bool has_flags;
	bool has_cause;
	uint32_t causes; /* bits of enum cause */
};

struct step {
	enum whose from;
	struct packet_wanted wanted;
};

struct expected {
	enum fact_id fact;
	enum whose from; /* WHOSE_BOTH unless it says so */
	struct test test;
	bool has_flows; /* how many of the group it holds for; else of all */
	struct test flows;
	enum over {
		OVER_EACH,
		OVER_SUM,
		OVER_PERCENTILE,
	} over; /* what the value is of, where the group has several */
	unsigned percentile;
	/* Of streams that were not ended and are long: with the others, without them, or alone. */
	enum endless { ENDLESS_TOO, ENDLESS_NOT, ENDLESS_ONLY } endless;
	enum shut_out {
		SHUT_OUT_TOO,
		SHUT_OUT_NOT,
		SHUT_OUT_ONLY,
	} shut_out;     /* of flows that a full accept queue never let in, likewise */
	uint64_t first; /* of begins: how many bytes */
	struct packet_wanted wanted;
	struct step *steps;
	size_t step_count;
	int needle; /* of contains */
	bool unknown_passes;
	uint32_t line;
	uint32_t
	    good_flow; /* 1 + place in the baseline's flows of one that has this value; 0: none */
};

struct group {
	enum scope scope;
	struct selector selector;
	struct expected *facts;
	size_t count;
	uint32_t line;
	char *title; /* NULL: none */
};

struct capture_group {
	char *file; /* a pattern, for the name without its folder; NULL: all captures */
	struct group *groups;
	size_t count;
	uint32_t line;
	uint32_t used; /* captures that it was held against */
};

struct expectations {
	char *name;
	struct capture_group *captures;
	size_t count;
	char **filters;
	size_t filter_count;
	char **needles; /* with their lengths: they may have zero bytes */
	size_t *needle_lengths;
	size_t needle_count;
	bool wants_sockets;
	bool is_baseline;
	const struct check_data
	    *good; /* the first of those it was found in; NULL: read from a file */
	size_t good_count;
	const struct check_leniency *leniency; /* that the good ones were looked at with */
};

/* ... but for what is the same wherever one recording was made from the other. */
struct expectations *expectations_of_copy(const struct expectations *expectations);

struct capture_group *expectations_add(struct expectations *expectations);
struct group *capture_group_add(struct capture_group *capture, enum scope scope);
struct expected *group_add(struct group *group, enum fact_id fact);
/* A string that is to be looked for in streams: its number. There are fewer than NEEDLES_MAX. */
int expectations_add_needle(struct expectations *expectations, const char *needle, size_t length);

/* --- facts: fact.c --- */

struct subject {
	const struct check_data *data;
	enum scope scope;
	uint32_t place; /* in flows, listeners or sockets */
};

extern const struct fact_row {
	const char *name;
	enum scope scope;
	enum value_type type;
	unsigned severity;
	const char *figure;
	const char *prose;
	/* seen is zeroed but for room; NULL: by count of the group. */
	void (*read)(
	    struct seen *seen, const struct subject *subject, const struct expected *expected);
} fact_rows[FACT_COUNT_OF];

/* seen's room is kept; what the expectation is not about is not known. */
void fact_read(struct seen *seen, const struct subject *subject, const struct expected *expected);
/* Nobody knows when the capture stopped it: it is long, and was not ended. */
bool is_endless(const struct kept_flow *flow, int side);

/* Of enum endless, and of enum shut_out. */
extern const char *const too_names[];
extern const char *const scope_elements[SCOPE_COUNT];
const struct kept_flow *subject_flow(const struct subject *subject);
/* The flow's, by its place among them. */
const struct kept_packet *subject_packet(const struct subject *subject, uint32_t i);
const struct listener_row *subject_listener(const struct subject *subject);
/* How many the group means, rather than what they are like. */
bool fact_is_count(enum fact_id fact);
bool fact_is_digest(enum fact_id fact);
/* Of a word or a set: by bit, NULL at the end. */
const char *const *fact_words(enum fact_id fact);

/* FACT_COUNT_OF: there is none of that name. */
enum fact_id fact_named(enum scope scope, const char *name);
bool packet_is_wanted(
    const struct kept_packet *pkt, const struct packet_wanted *wanted, enum whose from);
/* Frames that show what was read, ascending. */
size_t fact_frames(
    uint32_t *indices, size_t room, const struct subject *subject, const struct expected *expected);

/* --- result.c --- */

struct check_case *result_add(struct check_result *result, enum check_outcome outcome);
void case_add_frame(struct check_case *c, const struct check_data *data, uint32_t index);
void case_add_good_frame(struct check_case *c, const struct check_data *data, uint32_t index);
char *text_take(struct text *text);

#endif
