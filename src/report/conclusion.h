/*
 * conclusion: sentences of what a capture shows, and what they are asked of;
 * private to report.
 *
 * A sentence is a row of a table: when it is true, and its words, for one and
 * for many. None is put together out of parts.
 */
#ifndef SYNSCOPE_REPORT_CONCLUSION_H
#define SYNSCOPE_REPORT_CONCLUSION_H

#include "report/account.h"

/* What is asked about. */
struct asked {
	const struct chapter *chapter;
	const struct account *account; /* of the capture: none */
	bool has_packets; /* each that is asked about was kept, so that counts are right */
	bool has_flows;
	uint32_t *places; /* of its flows' views; every sentence walks them */
	size_t place_count;
};

/* --- walking its flows --- */

struct walk {
	const struct asked *asked;
	size_t at;
};

const struct flow_view *walk_next(struct walk *walk);

#define EACH_FLOW(view, asked) \
	struct walk walk = { asked, 0 }; \
	for (const struct flow_view *view; (view = walk_next(&walk)) != NULL;)

/* --- its listener --- */

static inline const struct listener_row *
asked_row(const struct asked *asked)
{
	return &asked->account->row;
}

static inline bool
asked_is(const struct asked *asked, enum story_kind kind)
{
	return asked_row(asked)->kind == kind;
}

bool asked_has_answered(const struct asked *asked);

/* --- bytes: so many of each of some, or of all together --- */

struct sum {
	uint64_t count;
	int64_t each; /* -1: they differ */
	int64_t all;
};

void sum_add(struct sum *sum, int64_t bytes);
/* Whether there are any, and whether they are alike is as is asked. */
bool sum_say(const struct sum *sum, bool of_each, struct saying *say);

/* --- the sentences --- */

/* What has to be known for one to be asked about. */
enum {
	BY_COUNTS = 0,    /* nothing more than was counted on the way */
	BY_PACKETS = 0x1, /* all packets of what it is about were kept */
	BY_FLOWS = 0x2,   /* ... all flows */
};

struct rule {
	unsigned by;
	bool (*holds)(const struct asked *asked, struct saying *say);
	const char *one;
	const char *many; /* NULL: number or not, it is one sentence */
	/* instead of holds: asked of each connection */
	bool (*each)(const struct asked *asked, const struct flow_view *view, struct saying *say);
};

/* Asked from the top; a file a table. */
struct rules {
	const struct rule *at;
	size_t count;
};

#define RULES(table) \
	{ \
		table, sizeof(table) / sizeof((table)[0]) \
	}

extern const struct rules conclude_refusal; /* nobody listens, or nobody says so */
extern const struct rules conclude_queue;   /* what the listening socket did, and how full it was */
extern const struct rules conclude_ignored; /* those for whom there was no room */
extern const struct rules conclude_end;     /* what was left of it all */
extern const struct rules conclude_capture; /* the whole capture */

/* Why segments were sent again, and other causes that are worth a sentence. */
void conclude_causes(const struct asked *asked, struct markup_node *node);

#endif
