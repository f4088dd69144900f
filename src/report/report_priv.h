/* report_priv: what the files of report share; private to the room. */
#ifndef SYNSCOPE_REPORT_PRIV_H
#define SYNSCOPE_REPORT_PRIV_H

#include "base/mem.h"
#include "base/text.h"
#include "markup/markup.h"
#include "report/report.h"

/* What a section is written from. */
struct chapter {
	const struct report_options *options;
	const struct catalog *catalog;
	const struct report_source *source;
	const struct figure_data *data; /* of source, as are the next six */
	const struct tally *tally;
	const struct experiment *experiment; /* NULL: none was given */
	const struct experiment_capture *recorded; /* what it tells; NULL: nothing of this one */
	const struct flow_view *views; /* by place in data->flows */
	struct tables_sum *tables; /* what section_tables found, for those after it */
	const struct analysis_summary *summary;
	const struct analysis *analysis;
	unsigned number;  /* from 1 */
	const char *name; /* of its page and folder */
	struct markup_node *node; /* its <capture> */
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

struct report {
	struct report_options options;
	struct catalog *catalog;
	struct markup_document *document;
	struct slugs slugs;
	const char *name; /* of the capture at hand */
	unsigned count;   /* of chapters */
};

/* Seconds with nine digits. */
void set_time(struct markup_node *node, const char *name, int64_t ns);
/* Frames by their index in the run, as figures number them, with blanks between; of none, nothing. */
void set_frames(struct markup_node *node, const char *name, const uint32_t *indexes, size_t count);

/* --- words.c --- */

/* "127.0.0.1:17777", "[::1]:80" */
void put_end(struct text *out, const uint8_t address[16], uint8_t ip_version, uint16_t port);
void set_end(struct markup_node *node, const char *name, const struct tuple *tuple, bool dst);
void set_address(struct markup_node *node, const char *name, const struct tuple *tuple, bool dst);
/* For people: "0.012252", "2019-05-20 02:54:59.946262" of UTC, "1–3", "2+". */
void put_since(struct text *out, int64_t ns);
void set_since(struct markup_node *node, const char *name, int64_t ns);
void set_clock(struct markup_node *node, const char *name, int64_t ns);
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

/* --- section_recorded.c --- */

/* A file of the experiment could not be read. */
void add_unreadable(const struct chapter *chapter, const char *what, const char *file);

/* --- view.c --- */

/* What packets show of a flow. Frames by their index, 0: there is none. */
struct flow_view {
	const struct flow_row *row;
	uint32_t written[2]; /* bytes, each once; by who sent them, client first */
	uint32_t acked[2];   /* of those */
	/* of the client */
	uint32_t syn, last_syn;
	uint32_t ack;  /* the first after the SYN-ACK */
	uint32_t data, last_data;
	uint32_t syns, syns_dropped, dup_acks, data_again;
	int64_t last_syn_ns;
	/* of the server */
	uint32_t syn_ack, last_syn_ack;
	uint32_t syn_acks_again;
	uint32_t reset;
	uint32_t taken; /* shows that it took the connection */
	uint32_t ignored; /* the first ACK that it ignored, for want of room */
	int64_t syn_ack_ns, taken_ns;
};

/* By place in data->flows. */
struct flow_view *views_new(const struct figure_data *data);
void views_fill(struct flow_view *views, const struct figure_data *data);
/* NULL: the flow was not kept. */
const struct flow_view *view_of(const struct chapter *chapter, uint32_t flow);
bool view_is_from_client(const struct flow_view *view, const struct packet_row *row);

/* --- section_tables.c --- */

struct tables_sum {
	uint64_t tables, rows;
	uint64_t counts[OUTCOME_COUNT];
};

/* --- section_*.c: each adds to chapter->node what it has to say --- */

void section_servers(const struct chapter *chapter);
void section_clients(const struct chapter *chapter);
void section_outputs(const struct chapter *chapter);
void section_tables(const struct chapter *chapter);
void section_changes(const struct chapter *chapter);
void section_packets(const struct chapter *chapter);
void section_listeners(const struct chapter *chapter);

#endif
