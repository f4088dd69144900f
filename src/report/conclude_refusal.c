/* Of an endpoint where nobody listens, or that says nothing. */
#include "report/conclusion.h"

#include <string.h>

/* --- nothing listens --- */

static bool
cite_refusals(const struct asked *asked, struct saying *say)
{
	if (!asked_is(asked, STORY_NOT_LISTENING) || asked_row(asked)->refused == 0)
		return false;
	EACH_FLOW(view, asked)
	frames_add(&say->frames, view->reset);
	saying_number(say, asked_row(asked)->refused);
	saying_word(say, asked->account->local);
	return true;
}

static bool
is_refused(const struct asked *asked, struct saying *say)
{
	return !(asked_row(asked)->rivals & (RIVAL_FIREWALL | RIVAL_KERNEL)) &&
	       cite_refusals(asked, say);
}

static bool
may_be_refused(const struct asked *asked, struct saying *say)
{
	return asked_row(asked)->rivals & (RIVAL_FIREWALL | RIVAL_KERNEL) &&
	       cite_refusals(asked, say);
}

static bool
is_not_told_to_listen(const struct asked *asked, struct saying *say)
{
	(void)say;
	return asked_is(asked, STORY_NOT_LISTENING) && asked->account->is_unlistened;
}

static bool
stands_in_no_table(const struct asked *asked, struct saying *say)
{
	const struct tables_sum *sum = asked->chapter->tables;

	if (!asked_is(asked, STORY_NOT_LISTENING) || sum->tables == 0 ||
	    sum->counts[OUTCOME_AGREES] + sum->counts[OUTCOME_CONTRADICTS] +
		    sum->counts[OUTCOME_RECORDED] >
		0)
		return false;
	saying_number(say, (int64_t)sum->tables);
	saying_number(say, asked_row(asked)->local.sport);
	return true;
}

/* --- silence --- */

static bool
is_silent(const struct asked *asked, struct saying *say)
{
	if (!asked_is(asked, STORY_SILENT))
		return false;
	EACH_FLOW(view, asked)
	frames_add(&say->frames, view->syn);
	saying_number(say, asked_row(asked)->attempts);
	saying_word(say, asked->account->local);
	return true;
}

static bool
asks_again(const struct asked *asked, struct saying *say)
{
	uint32_t again = 0;
	int64_t longest_ns = 0;

	if (!asked_is(asked, STORY_SILENT))
		return false;
	EACH_FLOW(view, asked)
	{
		if (view->syns < 2)
			continue;
		again += view->syns - 1;
		frames_add(&say->frames, view->last_syn);
		if (span_ns(view->last_syn_ns, view->row->start_ns) > longest_ns)
			longest_ns = span_ns(view->last_syn_ns, view->row->start_ns);
	}
	saying_number(say, again);
	saying_since(say, longest_ns);
	return again > 0;
}

static bool
drops_in_silence(const struct asked *asked, struct saying *say)
{
	enum vantage vantage = asked_row(asked)->vantage;
	const char *kernel;

	if (!asked_is(asked, STORY_SILENT) || !asked->account->is_unlistened ||
	    (vantage != VANTAGE_LOOPBACK && vantage != VANTAGE_SERVER))
		return false;
	kernel = asked->chapter->recorded->kernel;
	if (kernel == NULL || strncmp(kernel, "Linux", strlen("Linux")) == 0)
		return false;
	saying_word(say, kernel);
	return true;
}

static bool
is_pending(const struct asked *asked, struct saying *say)
{
	if (!asked_is(asked, STORY_SILENT) || asked->account->pending == 0)
		return false;
	saying_number(say, asked->account->pending);
	return true;
}

/* --- the sentences --- */

static const struct rule rules[] = {
	{ BY_COUNTS, is_refused,
	    N_N("connect() failed once, with ECONNREFUSED: nothing listens at %2, so the kernel "
		"there answers a SYN with a RST.",
		"connect() failed %1 times, with ECONNREFUSED: nothing listens at %2, so the "
		"kernel there answers each SYN with a RST."),
	    NULL },
	{ BY_COUNTS, may_be_refused,
	    N_N("connect() failed once, with ECONNREFUSED: the SYN to %2 was answered with a RST.",
		"connect() failed %1 times, with ECONNREFUSED: each SYN to %2 was answered with "
		"a RST."),
	    NULL },
	{ BY_COUNTS, is_not_told_to_listen,
	    N_("socket() makes a socket and bind() gives it an address; only listen() lets it "
	       "take connections."),
	    NULL, NULL },
	{ BY_COUNTS, stands_in_no_table,
	    N_N("In the recorded table no socket of port %2 is to be seen: one that does not "
		"listen is not shown, and a refused connection leaves none behind.",
		"In none of the %1 recorded tables is a socket of port %2 to be seen: one that "
		"does not listen is not shown, and a refused connection leaves none behind."),
	    NULL },
	{ BY_COUNTS, is_silent,
	    N_N("%1 attempt to connect to %2 got no answer, neither a SYN-ACK nor a RST.",
		"%1 attempts to connect to %2 got no answer, neither a SYN-ACK nor a RST."),
	    NULL },
	{ BY_PACKETS, asks_again,
	    N_N("The client sent its SYN once more, %2 s after the first.",
		"The clients sent their SYNs again, %1 times altogether, the last one %2 s "
		"after the first."),
	    NULL },
	{ BY_COUNTS, drops_in_silence,
	    N_("The server's socket does not listen, and the SYNs came to it: the kernel here "
	       "(%1) drops them in silence, where Linux would answer with a RST."),
	    NULL, NULL },
	{ BY_FLOWS, is_pending,
	    N_N("%1 call of connect() had not returned when the capture ended.",
		"%1 calls of connect() had not returned when the capture ended."),
	    NULL },
};

const struct rules conclude_refusal = RULES(rules);
