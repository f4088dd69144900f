/*
 * A listener's row in words: whole sentences, one after another, each with its
 * condition. None is put together out of parts, and in each but one number
 * decides between one and many, so that a translator can take them one by one.
 */
#include "prose/prose.h"

#include "base/text.h"

const struct word stage_words[] = {
#define STAGE(id, name, prose) { name, prose },
#include "prose/story.def"
};

const struct word story_words[STORY_COUNT] = {
#define STORY(id, name, prose) [STORY_##id] = { name, prose },
#include "prose/story.def"
};

const struct word rival_words[] = {
#define RIVAL(id, name, prose) { name, prose },
#include "prose/story.def"
};

const struct word settle_words[] = {
#define SETTLE(id, name, prose) { name, prose },
#include "prose/story.def"
};

/* The words stand in the order of the bits. */
enum {
#define STAGE(id, name, prose) PLACE_STAGE_##id,
#include "prose/story.def"
};
enum {
#define RIVAL(id, name, prose) PLACE_RIVAL_##id,
#include "prose/story.def"
};
#define STAGE(id, name, prose) \
	_Static_assert((int)STAGE_##id == 1 << PLACE_STAGE_##id, "the place of " name);
#define RIVAL(id, name, prose) \
	_Static_assert((int)RIVAL_##id == 1 << PLACE_RIVAL_##id, "the place of " name);
#include "prose/story.def"

/* --- what the row says --- */

static bool
is_exact(const struct range *range)
{
	return range->lo == range->hi;
}

static bool
is_full(const struct listener_row *row)
{
	return row->kind == STORY_OVERFLOW || row->kind == STORY_ABORTING;
}

static bool
sees_server(const struct listener_row *row)
{
	return row->vantage == VANTAGE_SERVER || row->vantage == VANTAGE_LOOPBACK;
}

unsigned
listener_settles(const struct listener_row *row)
{
	unsigned settles = 0;

	if (is_full(row) && !is_exact(&row->backlog))
		settles |= SETTLE_BACKLOG;
	if (row->rivals & RIVAL_LOSS && row->vantage == VANTAGE_UNKNOWN)
		settles |= SETTLE_VANTAGE;
	if (!is_exact(&row->established) || !is_exact(&row->syn_recv) || row->rivals & RIVAL_END)
		settles |= SETTLE_UNTIL;
	return settles;
}

/* %1 and %2 of a sentence; the first decides between one and many. */
struct numbers {
	int64_t first;
	int64_t second;
};

#define COUNT_OF(field) \
	static bool has_##field(const struct listener_row *row, struct numbers *n) \
	{ \
		n->first = row->field; \
		return row->field > 0; \
	}

COUNT_OF(refused)
COUNT_OF(syn_dropped)
COUNT_OF(ignored_acks)
COUNT_OF(aborted)
COUNT_OF(cookies)
COUNT_OF(deferred)
COUNT_OF(completed)
COUNT_OF(unheard)
COUNT_OF(unaccepted)

static bool
always(const struct listener_row *row, struct numbers *n)
{
	n->first = row->attempts;
	n->second = row->completed;
	return true;
}

static bool
has_none_completed(const struct listener_row *row, struct numbers *n)
{
	(void)n;
	return row->completed == 0;
}

static bool
knows(const struct range *range, struct numbers *n)
{
	n->first = range->lo;
	return is_exact(range);
}

static bool
bounds(const struct range *range, struct numbers *n)
{
	n->first = range->hi;
	n->second = range->lo;
	return !is_exact(range) && range->hi != RANGE_OPEN;
}

static bool
bounds_below(const struct range *range, struct numbers *n)
{
	n->first = range->lo;
	return range->hi == RANGE_OPEN && range->lo > 0;
}

#define RANGE_OF(field) \
	static bool knows_##field(const struct listener_row *row, struct numbers *n) \
	{ \
		return knows(&row->field, n); \
	} \
	static bool bounds_##field(const struct listener_row *row, struct numbers *n) \
	{ \
		return bounds(&row->field, n); \
	} \
	static bool bounds_below_##field(const struct listener_row *row, struct numbers *n) \
	{ \
		return bounds_below(&row->field, n); \
	}

RANGE_OF(queue_max)
RANGE_OF(accepted)
RANGE_OF(backlog)

static bool
accepted_at_most(const struct listener_row *row, struct numbers *n)
{
	return bounds_accepted(row, n) && n->second == 0;
}

static bool
accepted_between(const struct listener_row *row, struct numbers *n)
{
	return bounds_accepted(row, n) && n->second > 0;
}

static bool
was_told_backlog(const struct listener_row *row, struct numbers *n)
{
	return row->backlog_told && knows_backlog(row, n);
}

static bool
found_backlog(const struct listener_row *row, struct numbers *n)
{
	return !row->backlog_told && knows_backlog(row, n);
}

static bool
accepted_none(const struct listener_row *row, struct numbers *n)
{
	return knows_accepted(row, n) && n->first == 0;
}

static bool
accepted_some(const struct listener_row *row, struct numbers *n)
{
	return knows_accepted(row, n) && n->first > 0;
}

/*
 * As many connections were taken as the backlog, the accepted and one: where
 * only their sum is known, both ranges are equally wide.
 */
static bool
trades(const struct listener_row *row, struct numbers *n)
{
	return bounds_backlog(row, n) && row->accepted.hi != RANGE_OPEN && row->accepted.lo == 0 &&
	       row->accepted.hi == row->backlog.hi - row->backlog.lo;
}

static bool
hangs_on_accepted(const struct listener_row *row, struct numbers *n)
{
	return !trades(row, n) && bounds_backlog(row, n) && !is_exact(&row->accepted);
}

static bool
is_bounded_only(const struct listener_row *row, struct numbers *n)
{
	return bounds_backlog(row, n) && is_exact(&row->accepted);
}

static bool
wants_backlog(const struct listener_row *row, struct numbers *n)
{
	(void)n;
	return listener_settles(row) & SETTLE_BACKLOG;
}

static bool
wants_vantage(const struct listener_row *row, struct numbers *n)
{
	(void)n;
	return listener_settles(row) & SETTLE_VANTAGE;
}

/* Nobody had waited for an answer yet. */
static bool
ended_early(const struct listener_row *row, struct numbers *n)
{
	n->first = row->attempts;
	return row->rivals & RIVAL_END;
}

static bool
was_waited(const struct listener_row *row, struct numbers *n)
{
	return !ended_early(row, n);
}

static bool
wants_server(const struct listener_row *row, struct numbers *n)
{
	(void)n;
	return !sees_server(row) && !(row->rivals & RIVAL_END);
}

#define MAY_BE(name, bit) \
	static bool may_be_##name(const struct listener_row *row, struct numbers *n) \
	{ \
		(void)n; \
		return row->rivals & (bit); \
	}

MAY_BE(loss, RIVAL_LOSS)
MAY_BE(firewall, RIVAL_FIREWALL)
MAY_BE(linger, RIVAL_LINGER)
MAY_BE(kernel, RIVAL_KERNEL)
MAY_BE(host_down, RIVAL_HOST_DOWN)

/* Where it is not what was concluded already. */
static bool
may_be_defer(const struct listener_row *row, struct numbers *n)
{
	(void)n;
	return row->rivals & RIVAL_DEFER && row->deferred == 0;
}

/* --- the sentences --- */

enum {
	OF_NOT_LISTENING = 1 << STORY_NOT_LISTENING,
	OF_SILENT = 1 << STORY_SILENT,
	OF_HEALTHY = 1 << STORY_HEALTHY,
	OF_OVERFLOW = 1 << STORY_OVERFLOW,
	OF_ABORTING = 1 << STORY_ABORTING,
	OF_FLOOD = 1 << STORY_FLOOD,
	OF_FULL = OF_OVERFLOW | OF_ABORTING,
	OF_LISTENING = OF_HEALTHY | OF_FULL | OF_FLOOD,
	OF_ALL = OF_LISTENING | OF_NOT_LISTENING | OF_SILENT,
};

static const struct sentence {
	unsigned stories; /* that it is told of */
	bool (*holds)(const struct listener_row *row, struct numbers *n);
	const char *one;
	const char *many; /* NULL: number or not, it is one sentence */
} sentences[] = {
	/* what was concluded */
	{ OF_NOT_LISTENING, has_refused,
	    N_N("Nothing listened: %1 attempt to connect was refused, and none was answered "
		"otherwise.",
		"Nothing listened: %1 attempts to connect were refused, and none was answered "
		"otherwise.") },
	{ OF_SILENT, ended_early,
	    N_N("%1 attempt to connect was not answered before the capture ended, less than a "
		"second later.",
		"%1 attempts to connect were not answered before the capture ended, less than a "
		"second later.") },
	{ OF_SILENT, was_waited,
	    N_N("%1 attempt to connect was never answered.",
		"%1 attempts to connect were never answered.") },
	{ OF_HEALTHY, has_completed,
	    N_N("%1 connection was completed, and nothing shows that the accept queue was ever "
		"full.",
		"%1 connections were completed, and nothing shows that the accept queue was "
		"ever full.") },
	{ OF_HEALTHY, has_none_completed,
	    N_("No connection was completed, but nothing shows that the accept queue was full."),
	    NULL },
	{ OF_OVERFLOW, always, N_("The accept queue was full."), NULL },
	{ OF_ABORTING, always,
	    N_("The accept queue was full, and the server reset what did not fit."), NULL },
	{ OF_FLOOD, always,
	    N_("A flood: %1 connections were asked for, and of those the clients completed %2."),
	    NULL },

	/* why */
	{ OF_FULL, knows_queue_max, N_N("It held %1 connection.", "It held %1 connections.") },
	{ OF_FULL, bounds_queue_max, N_("It held between %2 and %1 connections."), NULL },
	{ OF_FULL, bounds_below_queue_max,
	    N_N("It held at least %1 connection.", "It held at least %1 connections.") },
	{ OF_LISTENING, has_ignored_acks, N_N("%1 ACK was ignored.", "%1 ACKs were ignored.") },
	{ OF_LISTENING, has_syn_dropped,
	    N_N("%1 SYN was left without an answer.", "%1 SYNs were left without an answer.") },
	{ OF_LISTENING, has_aborted,
	    N_N("%1 connection was reset for want of room.",
		"%1 connections were reset for want of room.") },
	{ OF_LISTENING, has_refused,
	    N_N("%1 attempt to connect was refused: it did not always listen.",
		"%1 attempts to connect were refused: it did not always listen.") },
	{ OF_LISTENING, has_cookies,
	    N_N("%1 SYN was answered by a cookie.", "%1 SYNs were answered by cookies.") },
	{ OF_LISTENING, has_deferred,
	    N_N("%1 request waited for data, as TCP_DEFER_ACCEPT asks.",
		"%1 requests waited for data, as TCP_DEFER_ACCEPT asks.") },
	{ OF_LISTENING, has_unheard,
	    N_N("What %1 client sent was never acknowledged.",
		"What %1 clients sent was never acknowledged.") },
	{ OF_LISTENING, has_unaccepted,
	    N_N("When it closed, %1 connection still waited for accept().",
		"When it closed, %1 connections still waited for accept().") },

	/* what follows */
	{ OF_FULL, was_told_backlog, N_("Its backlog, as told, is %1."), NULL },
	{ OF_FULL, found_backlog, N_("So its backlog is %1."), NULL },
	{ OF_FULL, trades,
	    N_("If nothing had been accepted before that, its backlog is %1; each accept() "
	       "makes it one less, down to %2."),
	    NULL },
	{ OF_FULL, hangs_on_accepted,
	    N_("So its backlog is between %2 and %1: the less, the more connections had been "
	       "accepted before that."),
	    NULL },
	{ OF_FULL, is_bounded_only, N_("So its backlog is between %2 and %1."), NULL },
	{ OF_FULL, bounds_below_backlog, N_("So its backlog is at least %1."), NULL },
	{ OF_FULL, accepted_none, N_("Nothing was accepted."), NULL },
	{ OF_FULL | OF_HEALTHY, accepted_some,
	    N_N("accept() returned once.", "accept() returned %1 times.") },
	{ OF_FULL, accepted_at_most,
	    N_N("accept() returned at most once.", "accept() returned at most %1 times.") },
	{ OF_FULL, accepted_between, N_("accept() returned between %2 and %1 times."), NULL },
	{ OF_FULL | OF_HEALTHY, bounds_below_accepted,
	    N_N("accept() returned at least once.", "accept() returned at least %1 times.") },
	{ OF_FULL, wants_backlog, N_("--assume backlog=N settles it."), NULL },

	/* what else it might be */
	{ OF_NOT_LISTENING, always,
	    N_("A program that called socket() or bind(), but not listen(), looks the same as "
	       "none."),
	    NULL },
	{ OF_NOT_LISTENING, may_be_firewall, N_("A firewall may have refused in its place."),
	    NULL },
	{ OF_NOT_LISTENING, may_be_kernel,
	    N_("Some systems, such as Windows, refuse when the accept queue is full."), NULL },
	{ OF_SILENT, may_be_host_down, N_("The host may be down."), NULL },
	{ OF_SILENT, may_be_firewall, N_("A firewall may have swallowed the SYNs."), NULL },
	{ OF_SILENT, may_be_kernel,
	    N_("On some systems, such as macOS, a socket that is bound and does not listen is "
	       "silent."),
	    NULL },
	{ OF_LISTENING, may_be_firewall,
	    N_("Something on the way, such as a load balancer or a firewall, may have answered "
	       "in its place: not all packets that seem to be the server's have the same TTL."),
	    NULL },
	{ OF_LISTENING, may_be_kernel,
	    N_("The server's kernel may follow other rules than a current Linux does."), NULL },
	{ OF_LISTENING, may_be_defer, N_("TCP_DEFER_ACCEPT would look the same."), NULL },
	{ OF_LISTENING, may_be_linger,
	    N_("The program itself may have reset connections with nothing left to read, as "
	       "SO_LINGER with a time of 0 does."),
	    NULL },
	{ OF_ALL, may_be_loss, N_("Packets may have been lost where the capture does not show it."),
	    NULL },
	{ OF_ALL, wants_vantage, N_("--assume vantage=PLACE says whether that can be."), NULL },
	{ OF_SILENT, ended_early,
	    N_("A longer capture would settle it, and so does --assume until=TIME where it ran "
	       "on."),
	    NULL },
	{ OF_SILENT, wants_server, N_("A capture taken at the server would settle it."), NULL },
};

static void
fill(struct text *out, const char *sentence, const struct numbers *n)
{
	struct text first = { 0 };
	struct text second = { 0 };

	text_i64(&first, n->first);
	text_i64(&second, n->second);
	prose_fill(out, sentence, (const char *[]){ text_str(&first), text_str(&second) }, 2);
	text_fini(&first);
	text_fini(&second);
}

void
verdict_each(const struct listener_row *row, const struct catalog *catalog,
    void (*tell)(void *ctx, const char *sentence), void *ctx)
{
	struct text line = { 0 };

	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
		const struct sentence *s = &sentences[i];
		struct numbers n = { 0 };

		if (!(s->stories & 1u << row->kind) || !s->holds(row, &n))
			continue;
		line.length = 0;
		fill(&line,
		    s->many == NULL ? catalog_say(catalog, s->one)
				    : catalog_say_n(catalog, s->one, s->many, (uint64_t)n.first),
		    &n);
		tell(ctx, text_str(&line));
	}
	text_fini(&line);
}

static void
join(void *ctx, const char *sentence)
{
	struct text *out = ctx;

	if (out->length > 0 && (unsigned char)out->at[out->length - 1] < 0x80) /* after "。" none */
		text_char(out, ' ');
	text_put(out, sentence);
}

void
verdict_write(struct text *out, const struct listener_row *row, const struct catalog *catalog)
{
	verdict_each(row, catalog, join, out);
}
