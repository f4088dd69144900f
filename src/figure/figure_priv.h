/* figure_priv: what the files of figure share; private to the room. */
#ifndef SYNSCOPE_FIGURE_PRIV_H
#define SYNSCOPE_FIGURE_PRIV_H

#include "base/span.h"
#include "figure/figure.h"

/* --- words: label.c --- */

enum label {
#define LABEL(id, english, chinese) LABEL_##id,
#include "figure/label.def"
#undef LABEL
	LABEL_COUNT
};

extern const char *const labels[LANG_COUNT][LABEL_COUNT];

/* The label with what is put in; lives as long as the scene. */
const char *label_with(
    struct scene *scene, enum lang lang, enum label label, const char *const *args, size_t count);
#define LABELED(scene, lang, label, ...) \
	label_with(scene, lang, label, (const char *const[]){ __VA_ARGS__ }, \
	    sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

/* --- pauses, where time runs down the page --- */

#define BREAK_NS (200 * MS_NS)

/* It is broken visibly, rather than drawn as long. */
static inline bool
gap_is_broken(const struct figure_options *options, int64_t gap_ns)
{
	return options->time == TIME_COMPRESSED && gap_ns >= BREAK_NS;
}

/* --- what figures say of ends and times: name.c --- */

/* "0.012252", since the capture began, and "13 µs"; live as long as the scene. */
const char *name_time(struct scene *scene, const struct figure_data *data, int64_t ns);
const char *name_span(struct scene *scene, int64_t ns);
/* "15 B", "441 kB" */
const char *name_bytes(struct scene *scene, uint64_t bytes);
/* "127.0.0.1:17777", or its alias */
const char *name_end(
    struct scene *scene, const struct figure_options *options, const struct tuple *tuple, bool dst);
/* "3", "1–3", "2 or more" */
const char *name_range(struct scene *scene, enum lang lang, struct range range);
/* "SYN, ACK" */
const char *name_flags(struct scene *scene, uint16_t flags);
/* The state as RFC 9293 spells it, and its colours. */
const char *name_state(enum sock_state state);
enum scene_class class_of_state(enum sock_state state);

/* --- what Wireshark's Info column says of a packet: info.c --- */

struct info {
	const struct packet_row *row;
	const struct figure_wire *wire; /* NULL: it was not kept */
	uint32_t other; /* the frame of a repeated ACK, or of an echo's other half; 0: none */
	bool counts;    /* TCP: its three flags of ECN are a counter, as the SYNs agreed */
};

/* One for each of data->packets; lives as long as the scene. */
const struct info *info_all(struct scene *scene, const struct figure_data *data);
void info_put(struct text *out, const struct info *info);
const char *info_protocol(const struct packet_row *row);
/* Of a message about neighbours: its link-layer address is kept, however far behind it stands. */
void info_keep_link(struct figure_wire *wire, struct bytes message);
/* "00:00:5e:00:53:01" */
void info_put_mac(struct text *out, const uint8_t *mac);

/* --- what the rows say of one another: model.c --- */

/* What became of a segment, where a rule proves it. */
enum fate {
	FATE_UNKNOWN, /* it arrived, or nothing proves that it did not */
	FATE_IGNORED, /* it arrived, and was dropped */
	FATE_LOST,    /* it did not arrive */
};

/* One for each of data->packets; lives as long as the scene. */
const enum fate *model_fates(struct scene *scene, const struct figure_data *data);

/* The place of a frame in data->packets; SIZE_MAX: it was not kept. */
size_t model_place(const struct figure_data *data, uint32_t index);

/* A flow's packet as the client sends; an ICMP error is judged by its addresses. */
bool model_from_client(const struct flow_row *flow, const struct packet_row *row);

/* How a segment is drawn. */
struct look {
	enum scene_class cls;
	enum scene_dash dash;
};
struct look model_look(const struct packet_row *row);

/* An end of a flow enters a state. */
struct change {
	size_t packet; /* with this one's sending or arrival; SIZE_MAX: at another time */
	int64_t at_ns;
	enum sock_state state;
	bool certain;
	struct evidence because;
};

/* Of one end, in the order of time, each state once; lives as long as the scene. */
size_t model_changes(struct scene *scene, const struct figure_data *data, uint32_t flow,
    bool is_server, struct change **changes);

/* "SYN, ACK", "ICMP 3/1", "UDP" */
const char *model_name(struct scene *scene, const struct packet_row *row);
/* "seq=1 ack=1 len=15" */
const char *model_numbers(struct scene *scene, const struct packet_row *row);
/* "retransmission, accept-queue-full"; empty where there is neither */
const char *model_remark(struct scene *scene, const struct packet_row *row);
/* Whole sentence for who points at it. */
const char *model_tip(struct scene *scene, const struct figure_data *data,
    const struct figure_options *options, const struct packet_row *row);
/* What a group shows: a packet, or the packets of its flow up to last, or all of a flow. */
struct scene_subject model_packet(const struct packet_row *row);
struct scene_subject model_run(const struct packet_row *row, const struct packet_row *last);
struct scene_subject model_flow(uint32_t flow);
#define NO_SUBJECT ((struct scene_subject){ 0 })
/* What a cause means, as a sentence. */
const char *model_cause(enum lang lang, enum cause cause);

/* A sample of an arrow, and what it means; returns where the next one goes. */
enum model_sample {
	MODEL_RESENT,
	MODEL_IGNORED,
	MODEL_LOST,
};
double model_legend(
    struct scene *scene, enum lang lang, struct scene_point at, enum model_sample sample);
/* The file's name without its folders. */
const char *model_capture(struct scene *scene, const struct figure_data *data);

/* --- which flows: chosen.c --- */

/* It was asked for, or none was. */
bool chosen_has(const struct figure_options *options, uint32_t flow);
/* ST_USAGE: there is none of that number. */
enum status chosen_flow(const struct flow_row **flow, const struct figure_data *data,
    uint32_t number, struct diag *diag);
/* The one TCP connection that a figure of this kind is of: what was asked for, or the best; is_better NULL: the first. */
enum status chosen_connection(const struct flow_row **flow, const struct figure_data *data,
    const struct figure_options *options, const char *kind,
    bool (*is_better)(const struct flow_row *one, const struct flow_row *other), struct diag *diag);

/* --- a listening endpoint: endpoint.c --- */

/* The one that the first flow asked for went to; else the one with the most to tell. */
enum status endpoint_choose(const struct listener_row **listener, const struct figure_data *data,
    const struct figure_options *options, struct diag *diag);
/* NULL: it asks none for a connection. */
const struct listener_row *endpoint_of_flow(
    const struct figure_data *data, const struct flow_row *flow);
bool endpoint_has_flow(const struct listener_row *listener, const struct flow_row *flow);
/* The server's end of one of its flows. */
bool endpoint_has_child(const struct listener_row *listener, const struct socket_row *row);
/* It is the listening socket itself. */
bool endpoint_is(const struct listener_row *listener, const struct socket_row *row);
/* The flows of the one that would be chosen. */
size_t endpoint_flows(
    const struct figure_data *data, const struct figure_options *options, uint32_t *flows);
const char *endpoint_name(
    struct scene *scene, const struct figure_options *options, const struct listener_row *listener);

/* How much there was from then on. */
struct level {
	int64_t at_ns;
	struct range range;
	int64_t best;
	struct evidence because;
};

struct levels {
	struct level *at; /* in the order of time; lives as long as the scene */
	size_t count;
};

enum {
	QUEUE_ACCEPT, /* connections in the accept queue */
	QUEUE_SYN,    /* requests in the SYN queue */
	QUEUE_TAKEN,  /* connections that accept() has handed out */
	QUEUE_COUNT
};

void endpoint_levels(struct scene *scene, const struct figure_data *data,
    const struct listener_row *listener, struct levels levels[QUEUE_COUNT]);
/* Whether it is known how much the accept queue holds. */
bool endpoint_has_limit(const struct listener_row *listener);

/* --- its accept queue, running down a page: gauge.c --- */

#define GAUGE_WIDTH 84.0

struct gauge {
	struct scene *scene;
	const struct figure_data *data;
	const struct figure_options *options;
	const struct listener_row *listener;
	struct levels levels;
	double most; /* it ever held, or can hold */
	double x;    /* its left edge, the caller's to set */
};

void gauge_init(struct gauge *gauge, struct scene *scene, const struct figure_data *data,
    const struct figure_options *options, const struct listener_row *listener,
    const struct levels levels[QUEUE_COUNT]);
/* ys: where each of levels begins, and where the last one ends. top: of the limit. */
void gauge_draw(const struct gauge *gauge, const double *ys, double top);
/* Its name, on a baseline, and below what it holds. */
void gauge_head(const struct gauge *gauge, double y, double line);

/* --- what found no room: endpoint.c --- */

/* What a packet came to. */
enum miss {
	MISS_NONE,
	MISS_IGNORED, /* an ACK, for want of room in the accept queue */
	MISS_DROPPED, /* a SYN */
	MISS_ABORTED, /* the RST that says so */
	MISS_COUNT
};

/* One for each of data->packets; lives as long as the scene. */
const enum miss *endpoint_misses(
    struct scene *scene, const struct figure_data *data, const struct listener_row *listener);

/* --- the kinds --- */

#define KIND(id, name, needs, build, words, choose, sentence) \
	enum status build(struct scene *scene, const struct figure_data *data, \
	    const struct figure_options *options, struct diag *diag);
#include "figure/kind.def"
#undef KIND

size_t handshake_choose(
    const struct figure_data *data, const struct figure_options *options, uint32_t *flows);
size_t sequence_choose(
    const struct figure_data *data, const struct figure_options *options, uint32_t *flows);

enum status packets_words(struct text *out, enum figure_format format,
    const struct figure_data *data, const struct figure_options *options, struct diag *diag);
enum status ladder_words(struct text *out, enum figure_format format,
    const struct figure_data *data, const struct figure_options *options, struct diag *diag);

/* --- renderers --- */

void paint_svg(struct text *out, const struct scene *scene, const struct figure_options *options);
enum status paint_png(struct text *out, const struct scene *scene,
    const struct figure_options *options, struct diag *diag);
enum status paint_pdf(struct text *out, const struct scene *scene,
    const struct figure_options *options, struct diag *diag);

#endif
