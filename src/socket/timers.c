/*
 * When a SYN-ACK comes again: a timer sends it while the client's ACK is missing
 * or was ignored. One that does not come when it is due tells that the request is
 * no more, or is a connection by now. When it is due is known by Linux's table,
 * give or take, and exactly by others that were asked together with it.
 */
#include "socket/socket_priv.h"

/* Linux's longest, TCP_RTO_MAX. */
#define TIMER_MAX_NS (120 * SECOND_NS)
/* Who is asked within this has its timers run out in the same instant, as a rule. */
#define TOGETHER_NS MS_NS

/* They run from the first SYN-ACK, whether it was captured or lost. */
static int64_t
began_ns(const struct asked *asked)
{
	return at_most(asked->story->echoed_ns, asked->story->answer_ns);
}

/* The timer that is running. */
static int64_t
since_ns(const struct asked *asked)
{
	return asked->timers == 0 ? began_ns(asked) : asked->at_ns;
}

/* For how long a request is put aside, before its client is asked again. */
static int64_t
aside_ns(const struct listener *listener)
{
	return listener->defer_ns != 0 ? listener->defer_ns : 7 * SECOND_NS;
}

/* A bare ACK is put aside until that time is over; what answers the SYN-ACK that it ends with is not. */
bool
timer_puts_aside(const struct listener *listener, const struct asked *asked, int64_t ack_ns)
{
	int64_t age_ns = span_ns(ack_ns, began_ns(asked));

	return listener->defer &&
	       (asked->timers == 0 || span_end(age_ns, age_ns / 8) < aside_ns(listener));
}

/*
 * How long a SYN-ACK's timer runs. Each is twice the last, and so as long as all
 * before it together, and a second more: also where a request put aside let the
 * first ones pass without a word. They count in whole seconds.
 */
static int64_t
timer_ns(const struct listener *listener, const struct asked *asked)
{
	int64_t age_ns = span_ns(asked->at_ns, began_ns(asked));

	/* A request put aside is not asked about sooner than that. */
	if (listener->defer && asked->timers == 0)
		return at_least(SECOND_NS, aside_ns(listener) - age_ns);
	if (age_ns > TIMER_MAX_NS)
		return TIMER_MAX_NS;
	return age_ns < 0 ? SECOND_NS : ((age_ns + SECOND_NS / 2) / SECOND_NS + 1) * SECOND_NS;
}

/* When others were asked again that had been asked as often, and then or later; NEVER_NS: none were. */
static int64_t
with_others_ns(const struct listener *listener, const struct asked *asked)
{
	const struct asked_again *others;

	if (asked->timers >= TIMERS_COMPARED)
		return NEVER_NS;
	others = &listener->again[asked->timers];
	return since_ns(asked) <= span_end(others->asked_ns, TOGETHER_NS) &&
		       others->again_ns > asked->at_ns
		   ? others->again_ns
		   : NEVER_NS;
}

/* Timers are late by up to that, and likeliest by half of it. */
static int64_t
slack_ns(int64_t gap_ns)
{
	return gap_ns / 16 + 60 * MS_NS;
}

int64_t
timer_late_ns(const struct listener *listener, const struct asked *asked)
{
	int64_t gap_ns = timer_ns(listener, asked);

	return span_end(asked->at_ns, span_end(gap_ns, slack_ns(gap_ns)));
}

int64_t
timer_due_ns(const struct listener *listener, const struct asked *asked)
{
	return at_most(timer_late_ns(listener, asked), with_others_ns(listener, asked));
}

int64_t
timer_dropped_ns(const struct listener *listener, const struct asked *asked)
{
	int64_t gap_ns = timer_ns(listener, asked);

	return span_end(asked->at_ns, span_end(gap_ns, slack_ns(gap_ns) / 2));
}

int64_t
timer_orphaned_ns(const struct listener *listener, const struct asked *asked)
{
	int64_t gap_ns =
	    listener->defer && asked->timers == 0 ? SECOND_NS : timer_ns(listener, asked);
	int64_t at_ns = span_end(asked->at_ns, gap_ns);

	while (gap_ns < 64 * SECOND_NS &&
	       span_end(at_ns, slack_ns(gap_ns) / 2) < listener->closed_ns) {
		gap_ns *= 2;
		at_ns = span_end(at_ns, gap_ns);
	}
	return span_end(at_ns, slack_ns(gap_ns) / 2);
}

/* Under TCP_DEFER_ACCEPT: how long it was put aside; false where it was not, since its ACK was lost. */
static bool
note_aside(struct listener *listener, int64_t gap_ns)
{
	bool is_longer = gap_ns - gap_ns / 8 > listener->defer_ns;

	if (gap_ns > listener->defer_ns)
		listener->defer_ns = gap_ns;
	/* What came sooner, in comparison, was no end of that time. */
	if (is_longer)
		listener->again[0].asked_ns = INT64_MIN;
	return gap_ns + gap_ns / 8 > listener->defer_ns;
}

void
timer_note(struct listener *listener, const struct asked *asked, int64_t again_ns, bool is_acked)
{
	int64_t from_ns = since_ns(asked);

	if (asked->timers == 0 && listener->defer &&
	    (!is_acked || !note_aside(listener, span_ns(again_ns, from_ns))))
		return;
	if (asked->timers < TIMERS_COMPARED && from_ns > listener->again[asked->timers].asked_ns)
		listener->again[asked->timers] = (struct asked_again){ from_ns, again_ns };
}

void
timers_forget(struct listener *listener)
{
	listener->defer_ns = listener->asked_ns = 0;
	for (unsigned i = 0; i < TIMERS_COMPARED; i++)
		listener->again[i] = (struct asked_again){ INT64_MIN, INT64_MIN };
}
