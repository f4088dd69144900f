/*
 * figure: the result of an analysis, drawn.
 *
 *   collect.c      rows are kept under a budget, of the flows that were asked for
 *   kind.def       the kinds of figures; KIND.c lays one out as a scene, with
 *                  KIND_*.c where it is large
 *   model.c        what rows say of segments and states, endpoint.c of a listener
 *   gauge.c        a listener's accept queue, running down a page
 *   chart.c        values, legends; time_axis.c, times
 *   scene.c        the scene, its texts (scene_text.c), their measures
 *                  (measure.c), colours (class.def)
 *   paint_svg.c    a scene becomes SVG, through markup
 *   paint_cairo.c  a scene becomes PNG; paint_pdf.c, PDF, or several one PDF
 *                  (paper.h): the door to cairo and pango
 *   ladder.c       what a ladder is made of; ladder_scene.c, and as lines of
 *                  text, Mermaid and PlantUML, ladder_words.c
 *   info.c         a packet in Wireshark's words
 *   label.def      every word that is drawn, in each language
 */
#ifndef SYNSCOPE_FIGURE_H
#define SYNSCOPE_FIGURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/analysis.h"
#include "base/diag.h"
#include "base/text.h"
#include "figure/scene.h"
#include "prose/prose.h"

/* --- what is drawn: rows of one capture --- */

struct figure_data {
	const char *name;           /* of the capture, for people */
	struct packet_row *packets; /* in the order of the capture */
	size_t packet_count;
	struct flow_row *flows; /* by number; history is ours */
	size_t flow_count;
	struct socket_row *sockets; /* each change, in the order of time */
	size_t socket_count;
	uint32_t *socket_order; /* places in sockets: by flow, client's end first, by time */
	struct listener_row *listeners;
	size_t listener_count;
	int64_t first_ns; /* of the capture */
	int64_t last_ns;
	struct figure_wire *wires; /* by index; only where they were asked for */
	size_t wire_count;
	const struct figure_frame *frame; /* NULL: none was chosen, or it is in no flow */
	uint64_t left_out;                /* rows that the budget had no room for */
	struct figure_store *store;       /* ours */
};

/* The longest TCP header, and what tells of an ICMP message. */
#define FIGURE_WIRE_BYTES 60

/* Of a packet, what its row has no room for. */
struct figure_wire {
	uint32_t index;
	uint32_t wire_bytes;
	uint32_t peer_base; /* TCP: what the other side's relative numbers begin at */
	uint32_t dup_acks;  /* TCP: duplicates of its ACK so far, this one among them */
	uint8_t ttl;
	bool bad_length; /* IP or UDP promise more than there is */
	uint8_t count;
	uint8_t bytes[FIGURE_WIRE_BYTES]; /* TCP's or UDP's header, ICMP's beginning */
};

/* Of a longer frame the beginning is kept. */
#define FIGURE_FRAME_BYTES ((size_t)64 << 10)

/* The frame that was chosen. */
struct figure_frame {
	uint32_t index;
	uint32_t flow;
	uint32_t link;
	uint32_t wire_bytes;
	uint32_t captured_bytes;
	uint32_t payload_at;    /* captured_bytes: there is none in it */
	uint32_t payload_bytes; /* as far as captured */
	const uint8_t *bytes;
	size_t count; /* of bytes */
};

/* What to keep. */
struct figure_wanted {
	const uint32_t *flows; /* none: all; copied */
	size_t flow_count;
	uint32_t frame;     /* whose bytes, by its index; 0: none's */
	bool first_data;    /* ... but those of the first data of the first flow that has any */
	size_t limit_bytes; /* 0: FIGURE_LIMIT_BYTES */
};

/* Some 500,000 packets; nobody can look at a figure of more. A quarter is for flows and listeners. */
#define FIGURE_LIMIT_BYTES ((size_t)128 << 20)

/*
 * Rows are handed in as the analysis hands them out, by whoever runs it (with
 * sockets_options.want_rows, and neither moments nor a pace). Then _done, and
 * the data holds for as long as the analysis does.
 */
struct figure_data *figure_data_new(const struct figure_wanted *wanted);
void figure_data_free(struct figure_data *data);
void figure_collect_packet(struct figure_data *data, const struct packet_row *row);
/* Rows of packets come later than what is told of them here. */
void figure_collect_wire(struct figure_data *data, const struct packet_wire *wire);
void figure_collect_flow(struct figure_data *data, const struct flow_row *row);
void figure_collect_socket(struct figure_data *data, const struct socket_row *row);
void figure_collect_listener(struct figure_data *data, const struct listener_row *row);
void figure_collect_done(
    struct figure_data *data, const struct analysis *analysis, const char *name);

/* NULL: it was not kept, or there is none. */
const struct figure_wire *figure_wire(const struct figure_data *data, uint32_t index);
const struct flow_row *figure_flow(const struct figure_data *data, uint32_t flow);

/* --- the list of packets, as Wireshark has it --- */

/* Words are borrowed for the call. */
struct figure_listed {
	const struct packet_row *row;
	const struct figure_wire *wire; /* NULL: it was not kept */
	const char *protocol;
	const char *info;
	const char *rule;       /* of the colouring rules, the one that holds */
	const char *rule_class; /* what figures call it */
};

/* The first of data->packets and the last; each, where these overlap. */
void figure_list(const struct figure_data *data, size_t first, size_t last,
    void (*listed)(void *ctx, const struct figure_listed *packet), void *ctx);

/* --- how it is drawn --- */

enum figure_time {
	TIME_COMPRESSED, /* gaps grow with their logarithm, and long ones are broken visibly */
	TIME_SCALED,     /* to scale */
	TIME_EVEN,       /* one packet, one step */
	TIME_COUNT
};

enum figure_format {
	FIGURE_SVG,
	FIGURE_PNG,
	FIGURE_PDF,
	FIGURE_TXT,
	FIGURE_MERMAID,
	FIGURE_PLANTUML,
	FIGURE_FORMAT_COUNT
};

enum figure_side {
	SIDE_EITHER, /* the one that sent more */
	SIDE_CLIENT,
	SIDE_SERVER,
};

/* "127.0.0.1:17777" or an address alone, and what to call it. */
struct figure_alias {
	const char *end;
	const char *name;
};

struct figure_options {
	const uint32_t *flows; /* none: the kind chooses */
	size_t flow_count;
	bool theme_auto; /* SVG follows its reader's; else, and elsewhere, theme */
	enum scene_theme theme;
	enum lang lang;
	enum figure_time time;
	const struct figure_alias *aliases;
	size_t alias_count;
	const char *id_prefix; /* where SVGs share a page, one for each (see below); NULL: alone */
	bool has_date;
	int64_t date_s; /* PDF says that it was made then; else, when its packets were captured */
	uint32_t frame; /* the one that is chosen, by its index; 0: none */
	const uint32_t *apart; /* indices of frames that are never drawn with others as one */
	size_t apart_count;
	const char *const *lanes; /* ends or aliases, from the left; others follow */
	size_t lane_count;
	enum figure_side side; /* whose bytes, where a kind shows one side's */
	bool wrong;            /* the picture that the packets disprove, where a kind has one */
};

/*
 * In SVG, what shows a packet is a group that says so:
 *
 *	<g id="frame-12" data-frame="12" data-flow="3">
 *
 * The number is the frame's index in the run, and a figure has one such group
 * for a frame at most. Where neighbours are drawn as one, it bears the first
 * one's number, data-last-frame is the last one's, and it stands for those of
 * its flow from one to the other; without data-flow, for some of several. What
 * shows a state or a call of one flow is a group with data-flow alone.
 *
 * Figures that are put into one HTML page need an id_prefix each, a letter and
 * then letters, digits, "-" and "_". It stands before every id; the svg element
 * is PREFIXfigure, with no XML declaration before it; and every rule of its style
 * sheet begins with that id, so that it restyles neither page nor neighbours.
 */

extern const char *const figure_time_names[TIME_COUNT];

/* What figure formats are called, and how their files end. */
extern const struct figure_format_row {
	const char *name;
	const char *suffix;
	bool from_scene; /* else by the kind's own words */
} figure_formats[FIGURE_FORMAT_COUNT];

/* By the end of a file's name; FIGURE_FORMAT_COUNT: it says nothing. */
enum figure_format figure_format_of(const char *path);

enum {
	NEEDS_PACKETS = 0x1,
	NEEDS_SOCKETS = 0x2,
	NEEDS_LISTENERS = 0x4,
	NEEDS_ALL_FLOWS = 0x8, /* those that are named only say what to draw of all */
	NEEDS_WIRE = 0x10,     /* headers, and the bytes of a chosen frame */
};

struct figure_kind {
	const char *name;
	unsigned needs;
	/* ST_USAGE: there is nothing to draw, and diag says why. */
	enum status (*build)(struct scene *scene, const struct figure_data *data,
	    const struct figure_options *options, struct diag *diag);
	enum status (*words)(struct text *out, enum figure_format format,
	    const struct figure_data *data, const struct figure_options *options,
	    struct diag *diag);
	/* Fills in the numbers of the flows that it draws, where there are more; flow_count at most. */
	size_t (*choose)(
	    const struct figure_data *data, const struct figure_options *options, uint32_t *flows);
	const char *sentence;
};

extern const struct figure_kind figure_kinds[];
extern const size_t figure_kind_count;

/* NULL: there is none of that name. */
const struct figure_kind *figure_kind_named(const char *name);

/*
 * Which flows a figure would be about, for who has data with something left out
 * and can collect once more: numbers, ascending, for the caller to free. 0: it
 * needs all that were wanted already.
 */
size_t figure_choose(const struct figure_kind *kind, const struct figure_data *data,
    const struct figure_options *options, uint32_t **flows);

/* Draw it; bytes are appended to out. ST_USAGE: not of this data, or not in this format. */
enum status figure_draw(struct text *out, const struct figure_kind *kind, enum figure_format format,
    const struct figure_data *data, const struct figure_options *options, struct diag *diag);

/* Laid out only, for who paints it more than once; the caller's. */
enum status figure_scene(struct scene **out, const struct figure_kind *kind,
    const struct figure_data *data, const struct figure_options *options, struct diag *diag);

/* A scene of one's own, likewise. */
enum status figure_paint(struct text *out, const struct scene *scene, enum figure_format format,
    const struct figure_options *options, struct diag *diag);

#endif
