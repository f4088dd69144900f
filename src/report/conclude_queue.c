/* Of a listening socket: what it takes without accept(), and how much its queue holds. */
#include "report/conclusion.h"

/* --- a listening socket --- */

static bool
has_completed(const struct asked *asked, struct saying *say)
{
	if (!asked_is(asked, STORY_HEALTHY) || asked_row(asked)->completed == 0 ||
	    account_is_full(asked->account))
		return false;
	EACH_FLOW(view, asked)
	frames_add(&say->frames, view->ack);
	saying_number(say, asked_row(asked)->completed);
	saying_word(say, asked->account->local);
	return true;
}

static bool
has_sockets_of_their_own(const struct asked *asked, struct saying *say)
{
	if (!asked_has_answered(asked) || asked->account->answered == 0 ||
	    asked_is(asked, STORY_FLOOD) || asked_row(asked)->cookies > 0)
		return false;
	EACH_FLOW(view, asked)
	frames_add(&say->frames, view->syn_ack);
	saying_number(say, asked->account->answered);
	return true;
}

/* Only what was recorded says how often accept() has returned at most. */
static bool
cite_connected(const struct asked *asked, struct saying *say)
{
	if (!asked_has_answered(asked) || asked->account->accepted == NOT_KNOWN ||
	    asked->account->ok <= asked->account->accepted)
		return false;
	EACH_FLOW(view, asked)
	if (view->row->conn.connect == CONNECT_OK)
		frames_add(&say->frames, view->syn_ack);
	saying_number(say, asked->account->ok);
	return true;
}

static bool
connects_without_any_accept(const struct asked *asked, struct saying *say)
{
	return asked->account->accepted == 0 && cite_connected(asked, say);
}

static bool
connects_without_accept(const struct asked *asked, struct saying *say)
{
	if (asked->account->accepted == 0 || !cite_connected(asked, say))
		return false;
	saying_number(say, asked->account->accepted);
	return true;
}

/* Who waits in a full queue has not been accepted. */
static bool
connects_before_accept(const struct asked *asked, struct saying *say)
{
	int64_t waiting = asked_row(asked)->queue_max.lo;

	if (!account_is_full(asked->account) || asked->account->accepted != NOT_KNOWN ||
	    asked->account->taken_before == 0 || waiting == 0)
		return false;
	say->frames = asked->account->held_frames;
	saying_number(say, waiting);
	return true;
}

/* --- the queue is full --- */

static bool
is_full_and(const struct asked *asked, struct saying *say, bool holds)
{
	const struct account *account = asked->account;

	if (!account_is_full(account) || !holds || !account->is_proven ||
	    account->taken_before == 0)
		return false;
	say->frames = account->held_frames;
	saying_number(say, account->taken_before);
	return true;
}

static bool
is_full_of_all(const struct asked *asked, struct saying *say)
{
	const struct account *account = asked->account;

	return is_full_and(
	    asked, say, account->held != NOT_KNOWN && account->held == account->taken_before);
}

static bool
is_full_but_for_accepted(const struct asked *asked, struct saying *say)
{
	const struct account *account = asked->account;

	if (!is_full_and(
		asked, say, account->held != NOT_KNOWN && account->held < account->taken_before))
		return false;
	saying_number(say, account->accepted);
	saying_number(say, account->held);
	return true;
}

static bool
is_full_of_some(const struct asked *asked, struct saying *say)
{
	return is_full_and(asked, say, asked->account->held == NOT_KNOWN);
}

static bool
cite_backlog(const struct asked *asked, struct saying *say)
{
	const struct account *account = asked->account;

	if (account->held == NOT_KNOWN || account->backlog == NOT_KNOWN)
		return false;
	say->frames = account->held_frames;
	saying_number(say, account->held);
	saying_number(say, account->backlog);
	return true;
}

static bool
holds_one_more(const struct asked *asked, struct saying *say)
{
	return asked->account->held == asked->account->backlog + 1 && cite_backlog(asked, say);
}

static bool
holds_another_number(const struct asked *asked, struct saying *say)
{
	if (asked->account->held == asked->account->backlog + 1 || !cite_backlog(asked, say))
		return false;
	saying_number(say, asked->account->backlog + 1);
	return true;
}

/* --- the sentences --- */

static const struct rule rules[] = {
	{ BY_COUNTS, has_completed,
	    N_N("%1 connection to %2 was completed, and nothing shows that the accept queue was "
		"ever full.",
		"%1 connections to %2 were completed, and nothing shows that the accept queue "
		"was ever full."),
	    NULL },
	{ BY_PACKETS, has_sockets_of_their_own,
	    N_N("The request that was answered got a socket of its own; the listening socket "
		"stays in LISTEN.",
		"Each of the %1 requests that were answered got a socket of its own; the "
		"listening socket stays in LISTEN."),
	    NULL },
	{ BY_PACKETS, connects_without_any_accept,
	    N_N("connect() succeeded once although accept() was never called: the kernel "
		"completes the handshake, and accept() takes no part in it.",
		"connect() succeeded %1 times although accept() was never called: the kernel "
		"completes the handshake, and accept() takes no part in it."),
	    NULL },
	{ BY_PACKETS, connects_without_accept,
	    N_("connect() succeeded %1 times, more often than accept() had returned (%2): the "
	       "kernel completes the handshake, and accept() takes no part in it."),
	    NULL, NULL },
	{ BY_PACKETS, connects_before_accept,
	    N_N("connect() succeeds before accept() returns: at least one connection in the "
		"full accept queue was established, and nobody had accepted it.",
		"connect() succeeds before accept() returns: the connections in the full accept "
		"queue, at least %1, were established, and nobody had accepted them."),
	    NULL },
	{ BY_PACKETS, is_full_of_all,
	    N_N("When a packet first found no room, the server had taken %1 connection and "
		"accept() had not returned it: with that, the accept queue was full.",
		"When a packet first found no room, the server had taken %1 connections and "
		"accept() had returned none of them: with these, the accept queue was full."),
	    NULL },
	{ BY_PACKETS, is_full_but_for_accepted,
	    N_("When a packet first found no room, the server had taken %1 connections and "
	       "accept() had returned %2: with the other %3, the accept queue was full."),
	    NULL, NULL },
	{ BY_PACKETS, is_full_of_some,
	    N_N("When a packet first found no room, the server had taken %1 connection: the "
		"accept queue was full.",
		"When a packet first found no room, the server had taken %1 connections: those "
		"of them that accept() had not returned yet filled the accept queue."),
	    NULL },
	{ BY_COUNTS, holds_one_more,
	    N_N("The accept queue holds %1 connection with a backlog of %2: backlog + 1.",
		"The accept queue holds %1 connections with a backlog of %2: backlog + 1."),
	    NULL },
	{ BY_COUNTS, holds_another_number,
	    N_N("The accept queue was full with %1 connection although the backlog is %2: that "
		"is not backlog + 1, which would be %3.",
		"The accept queue was full with %1 connections although the backlog is %2: that "
		"is not backlog + 1, which would be %3."),
	    NULL },
};

const struct rules conclude_queue = RULES(rules);
