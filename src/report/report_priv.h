/* report_priv: what the files of report share; private to the room. */
#ifndef SYNSCOPE_REPORT_PRIV_H
#define SYNSCOPE_REPORT_PRIV_H

#include "base/mem.h"
#include "base/path.h"
#include "base/span.h"
#include "base/text.h"
#include "markup/markup.h"
#include "report/digest.h"
#include "report/print.h"
#include "report/report.h"

struct told_stages;
struct phrase;

/* What a section is written from. */
struct chapter {
	const struct report_options *options;
	const struct catalog *catalog;
	const struct report_source *source;
	const struct figure_data *data; /* of source, as are the next six */
	const struct tally *tally;
	const struct experiment *experiment;       /* NULL: none was given */
	const struct experiment_capture *recorded; /* what it tells; NULL: nothing of this one */
	const struct flow_view *views;             /* by place in data->flows */
	struct clients_sum *clients;               /* of section_clients */
	struct tables_sum *tables;                 /* of section_tables */
	const struct analysis_summary *summary;
	const struct analysis *analysis;
	const struct listener_row **ranked; /* those of data, the one with most to tell first */
	unsigned number;                    /* from 1 */
	const char *name;                   /* of its page and folder */
	struct markup_node *node;           /* its <capture> */
	struct print_shelf *shelf;          /* where scenes go; NULL: nowhere */
};

/* --- slug.c --- */

/* Names that were given away. */
struct slugs {
	char **names;
	size_t count;
};

/* A name like the file's that is no other's, whatever bytes are in it; ours. */
const char *slug_new(struct slugs *slugs, const char *path);
void slugs_fini(struct slugs *slugs);

/* --- document.c --- */

struct told_file {
	const char *path;
	uint64_t frames; /* 0: it is one of several parts */
};

struct report {
	struct report_options options;
	struct catalog *catalog;
	struct markup_document *document;
	struct digests *digests;
	struct told_file *told; /* those that are in a chapter */
	size_t told_count;
	struct slugs slugs;
	struct told_stages *stages; /* what is remembered of each capture */
	const char *name;           /* of the capture at hand */
	unsigned count;             /* of chapters */
	struct print_shelf shelf;
	int64_t first_ns; /* of the first of them */
};

/* Seconds with nine digits. */
void set_time(struct markup_node *node, const char *name, int64_t ns);
/* Frames by their index in the run, as figures number them, with blanks between; of none, nothing. */
void set_frames(struct markup_node *node, const char *name, const uint32_t *indexes, size_t count);

/* --- words.c --- */

/* "127.0.0.1:17777", "[::1]:80" */
void put_tuple_end(struct text *out, const struct tuple *tuple, bool dst);
void set_end(struct markup_node *node, const char *name, const struct tuple *tuple, bool dst);
/* Of what listens: "*:80" where that is on more addresses than one. */
void put_local(struct text *out, const struct tuple *local, bool any_address);
void set_local(struct markup_node *node, const struct tuple *local, bool any_address);
void set_address(struct markup_node *node, const char *name, const struct tuple *tuple, bool dst);
/* For people: "0.012252", "2019-05-20 02:54:59.946262" of UTC, "1–3", "2+". */
void put_since(struct text *out, int64_t ns);
void set_since(struct markup_node *node, const char *name, int64_t ns);
void set_clock(struct markup_node *node, const char *name, int64_t ns);
/* ... and it says that it is UTC. */
void set_date(struct markup_node *node, const char *name, int64_t ns);
void put_range(struct text *out, const struct range *range);
void set_range(struct markup_node *node, const char *name, const struct range *range);
/* Their names with blanks between; of none, nothing. */
void set_marks(struct markup_node *node, const char *name, uint32_t marks);
/* Ends of a socket, as netstat has them. */
void set_socket(struct markup_node *node, const struct socket_row *row);

/* In the reader's language, with its words filled in. */
void put_sentence(struct text *out, const struct catalog *catalog, const char *sentence,
    const char *const *words, size_t count);
/* An element that holds it. */
struct markup_node *add_said(struct markup_node *parent, const char *name,
    const struct catalog *catalog, const char *sentence, const char *const *words, size_t count);
/* So many of these are not in the document; what: the element's name. */
struct markup_node *add_left_out(const struct chapter *chapter, const char *what, uint64_t count,
    const char *one, const char *many);

/* --- section_quality.c --- */

/* The phrase is empty then. */
void quality_fact(const struct chapter *chapter, struct markup_node *quality, const char *name,
    struct phrase *phrase, const char *sentence);

/* --- section_notes.c --- */

void quality_notes(const struct chapter *chapter, struct markup_node *quality);
void quality_comments(const struct chapter *chapter, struct markup_node *quality);

/* --- trouble.c --- */

/* What was wrong with a file, as it was said of it. */
void put_trouble(struct text *out, const struct catalog *catalog, const char *said);

/* --- section_recorded.c --- */

/* A file of the experiment could not be read. */
void add_unreadable(const struct chapter *chapter, const char *what, const char *file);

/* --- view.c --- */

/* Something that is sent again and again: the pauses between. */
struct pauses {
	int64_t at_ns; /* when it was sent last; 0: never */
	int64_t first_ns, last_ns;
	uint32_t count;
	bool shrinks; /* some pause was no longer than the one before */
};

/* What packets show of a flow. Frames by their index, 0: there is none. */
struct flow_view {
	const struct flow_row *row;
	uint32_t packets;    /* that were seen */
	uint32_t written[2]; /* bytes, each once; by who sent them, client first */
	uint32_t acked[2];   /* of those */
	/* of the client */
	uint32_t syn, last_syn;
	uint32_t ack; /* the first after the SYN-ACK */
	uint32_t data, last_data;
	uint32_t syns, dup_acks, data_again;
	int64_t last_syn_ns;
	/* of the server */
	uint32_t syn_ack, last_syn_ack;
	uint32_t syn_acks_again;
	uint32_t reset;
	uint32_t taken;   /* shows that it took the connection */
	uint32_t ignored; /* the first ACK that it ignored, for want of room */
	uint32_t dropped; /* the first SYN that it dropped */
	int64_t syn_ack_ns, taken_ns;
	struct pauses syn_ack_pauses;    /* of the server */
	struct pauses data_pauses;       /* of the client, the same bytes */
	const struct socket_row *unread; /* its end, when it last surely had some; NULL: never */
};

/* By place in data->flows. */
struct flow_view *views_new(const struct figure_data *data);
void views_free(struct flow_view *views, const struct figure_data *data);
void views_fill(struct flow_view *views, const struct figure_data *data);
/* NULL: the flow was not kept. */
const struct flow_view *view_of(const struct chapter *chapter, uint32_t flow);
bool view_is_from_client(const struct flow_view *view, const struct packet_row *row);

/* --- what sections found, for those after them --- */

struct clients_sum {
	uint64_t agree, contradict;
	uint64_t unheard; /* wrote without an error, and the server acknowledged nothing */
};

struct tables_sum {
	uint64_t tables;
	uint64_t counts[OUTCOME_COUNT]; /* rows */
	/* in the last table that has any: the server's connections with bytes that nobody has read */
	uint64_t waiting;
	int64_t waiting_bytes; /* of each; -1: they differ */
};

/* --- phrase.c --- */

#define PHRASE_WORDS 9

/* What fills a sentence in; a zeroed one is ready, and is so again once it was said. */
struct phrase {
	struct text words[PHRASE_WORDS];
	size_t count;
};

/* In the order of %1, %2, ... */
void phrase_text(struct phrase *phrase, const char *word);
void phrase_u64(struct phrase *phrase, uint64_t number);
void phrase_span(struct phrase *phrase, int64_t ns);
void phrase_end(struct phrase *phrase, const struct tuple *tuple, bool dst);
/* sentence: in the reader's language, as the catalog has it. */
void phrase_put(struct phrase *phrase, struct text *out, const char *sentence);
/* ... as a last child of parent. */
struct markup_node *phrase_add(
    struct phrase *phrase, struct markup_node *parent, const char *element, const char *sentence);

/* "13 µs", "2.99 s" */
void put_span(struct text *out, int64_t ns);
/* "15 B", "441 kB" */
void put_size(struct text *out, uint64_t bytes);

/* --- worth.c --- */

enum worth {
#define WORTH(id, weight, sentence) WORTH_##id,
#include "report/worth.def"
#undef WORTH
	WORTH_COUNT
};

extern const struct worth_row {
	unsigned weight;
	const char *sentence;
} worth_rows[WORTH_COUNT];

/* Bits of enum worth. */
uint32_t worth_reasons(const struct flow_row *row);
unsigned worth_weight(uint32_t reasons);

/* --- tally.c --- */

enum measure_kind {
	MEASURE_HANDSHAKE, /* nanoseconds, as are the next two */
	MEASURE_RTT,
	MEASURE_DURATION,
	MEASURE_BYTES,
	MEASURE_COUNT
};

struct measure {
	int64_t *values; /* ascending, after _end */
	size_t count;
	uint64_t left_out; /* that memory had no room for */
};

/* The first of them. */
#define TALLY_FRAMES 8
struct tally_frames {
	uint32_t indexes[TALLY_FRAMES];
	size_t count;
};

struct tally_mark {
	uint64_t count;
	uint64_t flows;             /* that have it */
	struct tally_frames frames; /* of the packets that were seen */
};

struct tally_pair {
	uint64_t count;
	struct tally_frames frames;
};

/* What flows have in common. */
struct group_key {
	uint8_t address[16]; /* of the server */
	uint16_t port;
	uint8_t ip_version; /* 0: of many servers */
	uint8_t proto;
	uint8_t is_tcp; /* else the next three say nothing */
	uint8_t open;
	uint8_t close;
	uint8_t connect;
	char conn_state[8];
};

struct tally_group {
	struct group_key key;
	uint32_t place;   /* in the order first seen */
	uint32_t example; /* its first flow */
	uint64_t count;
	uint64_t packets;
	uint64_t bytes;
	uint64_t retransmissions;
	int64_t first_ns;
	int64_t last_ns;
};

struct pick {
	uint32_t flow;
	uint32_t reasons; /* bits of enum worth */
	uint32_t group;   /* its place */
	int64_t end_ns;
	uint16_t weight;
	bool is_extra; /* many like it come first */
};

const struct measure *tally_measure(const struct tally *tally, enum measure_kind kind);
/* Connections of which the capture holds nothing that one end sent, although it did. */
uint64_t tally_one_sided(const struct tally *tally);
const struct tally_mark *tally_mark(const struct tally *tally, enum mark mark);
/* mark: MARK_COUNT is none. */
const struct tally_pair *tally_pair(const struct tally *tally, unsigned mark, enum cause cause);
/* The largest first. */
size_t tally_groups(const struct tally *tally, const struct tally_group **groups);
/* Flows worth a look, those that are most so first. */
size_t tally_picks(const struct tally *tally, const struct pick **picks);

/* --- section_*.c: each adds to chapter->node what it has to say --- */

void section_quality(const struct chapter *chapter);
void section_answer(const struct chapter *chapter);
void section_servers(const struct chapter *chapter);
void section_clients(const struct chapter *chapter);
void section_outputs(const struct chapter *chapter);
void section_tables(const struct chapter *chapter);
void section_changes(const struct chapter *chapter);
void section_packets(const struct chapter *chapter);
void section_conclusion(const struct chapter *chapter);
void section_listeners(const struct chapter *chapter);
void section_flows(const struct chapter *chapter);
void section_groups(const struct chapter *chapter);
void section_measures(const struct chapter *chapter);
void section_marks(const struct chapter *chapter);
void section_differences(const struct chapter *chapter);
void section_figures(const struct chapter *chapter);
void section_records(const struct chapter *chapter);

/* Whether the packets of a flow were kept. */
bool chapter_has_packets(const struct chapter *chapter, uint32_t flow);

/* Listeners of data, the one with most to tell first; on the heap. */
const struct listener_row **rank_listeners(const struct figure_data *data);

#endif
