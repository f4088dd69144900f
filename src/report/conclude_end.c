/* Of an endpoint when the capture ends: what was accepted, read and closed. */
#include "report/conclusion.h"

/* --- how it ended --- */

static bool
lets_all_in(const struct asked *asked, struct saying *say)
{
	const struct account *account = asked->account;

	if (account->let_in == 0 || account->stuck > 0 || account->taken < account->flows)
		return false;
	EACH_FLOW(view, asked)
	frames_add(&say->frames, view->taken);
	saying_number(say, account->taken);
	return true;
}

/* By what the packets force, where nobody has recorded it. */
static bool
has_accepted(const struct asked *asked, struct saying *say)
{
	const struct listener_row *row = asked_row(asked);

	if (!account_is_full(asked->account) || asked->account->accepted != NOT_KNOWN ||
	    row->accepted.lo == 0 || row->backlog.lo != row->backlog.hi)
		return false;
	for (size_t i = 0; i < row->because.count; i++)
		frames_add(&say->frames, row->because.index[i]);
	saying_number(say, row->accepted.lo);
	saying_number(say, row->backlog.lo);
	return true;
}

static struct sum
unread(const struct asked *asked, struct saying *say)
{
	struct sum sum = { 0 };

	EACH_FLOW(view, asked)
	{
		if (view->unread == NULL)
			continue;
		sum_add(&sum, view->unread->recv_q.lo);
		frames_add(&say->frames, view->taken);
	}
	return sum;
}

static bool
waits_in_recv_q(const struct asked *asked, struct saying *say)
{
	struct sum sum = unread(asked, say);

	return sum_say(&sum, true, say);
}

static bool
waits_all_in_recv_q(const struct asked *asked, struct saying *say)
{
	struct sum sum = unread(asked, say);

	return sum_say(&sum, false, say);
}

/* Where the packets leave it open, the tables may know. */
static bool
is_recorded_to_wait(const struct asked *asked, struct saying *say)
{
	const struct tables_sum *tables = asked->chapter->tables;
	struct saying unused = { 0 };
	const struct sum sum = unread(asked, &unused); /* which puts no words in */

	if (tables->waiting <= sum.count || tables->waiting_bytes <= 0 ||
	    !asked_has_answered(asked))
		return false;
	saying_number(say, (int64_t)tables->waiting);
	saying_number(say, tables->waiting_bytes);
	return true;
}

static bool
closes_none(const struct asked *asked, struct saying *say)
{
	if (asked->account->ok == 0 || asked->account->open < asked->account->flows)
		return false;
	saying_number(say, asked->account->ok);
	return true;
}

/* --- the sentences --- */

static const struct rule rules[] = {
	{ BY_COUNTS, has_accepted,
	    N_N("With a backlog of %2, accept() must have returned at least once: else fewer "
		"connections would have been taken.",
		"With a backlog of %2, accept() must have returned at least %1 times: else "
		"fewer connections would have been taken."),
	    NULL },
	{ BY_PACKETS, lets_all_in,
	    N_N("In the end the one request was taken: none is left in SYN_RECV.",
		"In the end all %1 requests were taken: none is left in SYN_RECV."),
	    NULL },
	{ BY_COUNTS, waits_in_recv_q,
	    N_N("%1 connection of the server had %2 bytes in Recv-Q: acknowledged by the "
		"kernel, and not yet read.",
		"%1 connections of the server had %2 bytes each in Recv-Q: acknowledged by the "
		"kernel, and not yet read."),
	    NULL },
	{ BY_COUNTS, waits_all_in_recv_q,
	    N_("%1 connections of the server had %2 bytes altogether in Recv-Q: acknowledged by "
	       "the kernel, and not yet read."),
	    NULL, NULL },
	{ BY_COUNTS, is_recorded_to_wait,
	    N_N("In the last recorded table %1 connection of the server has %2 bytes in Recv-Q: "
		"nobody has read them.",
		"In the last recorded table %1 connections of the server have %2 bytes each in "
		"Recv-Q: nobody has read them."),
	    NULL },
	{ BY_FLOWS, closes_none,
	    N_N("The connection was not closed while the capture ran.",
		"None of the connections was closed while the capture ran."),
	    NULL },
};

const struct rules conclude_end = RULES(rules);
