/* account: what happened at one listening endpoint, as conclusions are drawn from it; private to report. */
#ifndef SYNSCOPE_REPORT_ACCOUNT_H
#define SYNSCOPE_REPORT_ACCOUNT_H

#include "report/report_priv.h"

/* Frames by their index, ascending, each once; of more, the first ones. */
#define FRAMES_MAX 24

struct frames {
	uint32_t at[FRAMES_MAX];
	size_t count;
};

void frames_add(struct frames *frames, uint32_t index); /* 0: none */

#define NOT_KNOWN (-1)

/* Numbers alone, so that a later chapter can be held against it. */
struct account {
	bool has_listener;
	struct listener_row row;
	char local[64];

	/* what was recorded of its server; NOT_KNOWN where it was not */
	int64_t backlog;
	int64_t accepted;
	bool is_unlistened; /* it had called socket(), or bind(), and no more */

	/* of its connections: how many; what packets say of them only where all of these were kept */
	bool is_whole;
	uint32_t flows;
	uint32_t ok, refused, pending; /* by what connect() came to */
	uint32_t answered;             /* with a SYN-ACK */
	uint32_t taken;                /* the server is known to have them */
	uint32_t stuck;  /* the client is connected, the server ignored that, to the end */
	uint32_t late;   /* likewise, but taken later */
	uint32_t let_in; /* taken after a SYN or an ACK of theirs had found no room */
	uint32_t open;   /* not closed in the capture */

	/* the first packet that found no room, and what there was by then */
	uint32_t no_room;
	uint32_t taken_before;
	bool is_proven; /* whether each that was connected by then is known to be taken */

	/* how many the accept queue held when it was full; NOT_KNOWN where that is open */
	int64_t held;
	struct frames held_frames;

	/* the SYNs or what refused them, the SYN-ACKs, what shows that they were taken, ACKs ignored for good */
	struct frames asked_frames, answered_frames, taken_frames, stuck_frames;
	struct frames dropped_frames; /* SYNs, of each connection the first */
};

/* listener: NULL where there is none. */
void account_fill(
    struct account *account, const struct chapter *chapter, const struct listener_row *listener);
bool account_has_flow(const struct account *account, const struct flow_row *flow);
/* It was full, or the server refused for want of room. */
bool account_is_full(const struct account *account);

/* --- sayings.c: sentences with what they rest on --- */

struct saying {
	struct phrase phrase;
	uint64_t number; /* decides between one and many: the first number that is put in */
	bool has_number;
	struct frames frames;
};

void saying_number(struct saying *saying, int64_t number);
void saying_word(struct saying *saying, const char *word);
void saying_since(struct saying *saying, int64_t ns);
/* "1.2 s" */
void saying_span(struct saying *saying, int64_t ns);
/* A connection's end. */
void saying_end(struct saying *saying, const struct tuple *tuple, bool dst);
/* Adds <sentence frames="..">; many NULL: it is one sentence whatever the number. The saying is empty then. */
struct markup_node *saying_add(struct saying *saying, struct markup_node *parent,
    const struct catalog *catalog, const char *one, const char *many);
void saying_drop(struct saying *saying);

#endif
