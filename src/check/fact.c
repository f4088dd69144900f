/* The table of facts, and what is read of them all. */
#include "check/fact.h"

#include <string.h>

/* --- what is seen --- */

const struct kept_flow *
subject_flow(const struct subject *subject)
{
	return &subject->data->flows[subject->place];
}

const struct listener_row *
subject_listener(const struct subject *subject)
{
	return &subject->data->listeners[subject->place].row;
}

void
see_number(struct seen *seen, int64_t value)
{
	seen->is_known = true;
	seen->lo = seen->hi = value;
}

void
see_range(struct seen *seen, struct range range)
{
	seen->is_known = true;
	seen->lo = range.lo;
	seen->hi = range.hi;
}

void
see_word(struct seen *seen, unsigned number)
{
	seen->is_known = true;
	seen->words = 1u << number;
}

void
see_set(struct seen *seen, unsigned words)
{
	seen->is_known = true;
	seen->words = words;
}

void
see_text(struct seen *seen, const char *text, size_t length)
{
	seen->is_known = true;
	seen->text = text;
	seen->text_length = length;
}

const struct kept_packet *
subject_packet(const struct subject *subject, uint32_t i)
{
	const struct check_data *data = subject->data;

	return &data->packets[data->by_flow[subject_flow(subject)->first + i]];
}

bool
packet_is_wanted(const struct kept_packet *pkt, const struct packet_wanted *wanted, enum whose from)
{
	/* What makes it another kind of packet: an RST is one with an ACK, too, a SYN is not. */
	const unsigned telling = TCP_SYN | TCP_FIN | TCP_RST | (pkt->flags & TCP_SYN ? TCP_ACK : 0);

	if (from != WHOSE_BOTH && pkt->from != from)
		return false;
	if ((pkt->marks & wanted->marks) != wanted->marks)
		return false;
	if (wanted->has_cause && !(wanted->causes & UINT32_C(1) << pkt->cause))
		return false;
	return !wanted->has_flags || ((pkt->flags & wanted->flags) == wanted->flags &&
					 (pkt->flags & telling & ~wanted->flags) == 0);
}

/* --- the table --- */

#define read_LISTENER_COUNT NULL
#define read_COUNT          NULL
#define read_SOCKET_COUNT   NULL

const struct fact_row fact_rows[FACT_COUNT_OF] = {
#define FACT(id, scope_of_it, users_name, type_of_it, weight, kind, sentence) \
	[FACT_##id] = { \
		.name = users_name, \
		.scope = SCOPE_##scope_of_it, \
		.type = VALUE_##type_of_it, \
		.severity = weight, \
		.figure = kind, \
		.prose = sentence, \
		.read = read_##id, \
	},
#include "check/fact.def"
#undef FACT
};

static bool
is_about(const struct expected *expected, const struct subject *subject)
{
	const struct kept_flow *flow = subject_flow(subject);
	bool is_long;

	if (expected->from < WHOSE_BOTH)
		is_long = is_endless(flow, (int)expected->from);
	else
		is_long = is_endless(flow, 0) || is_endless(flow, 1);
	return is_long == (expected->endless == ENDLESS_ONLY);
}

static bool
is_about_it_at_queue(const struct expected *expected, const struct subject *subject)
{
	bool is_shut_out = subject_flow(subject)->derived.queue == QUEUE_FULL;

	return is_shut_out == (expected->shut_out == SHUT_OUT_ONLY);
}

void
fact_read(struct seen *seen, const struct subject *subject, const struct expected *expected)
{
	const struct text room = seen->room;

	*seen = (struct seen){ .room = room };
	if ((expected->endless == ENDLESS_TOO || is_about(expected, subject)) &&
	    (expected->shut_out == SHUT_OUT_TOO || is_about_it_at_queue(expected, subject)))
		fact_rows[expected->fact].read(seen, subject, expected);
}

bool
fact_is_count(enum fact_id fact)
{
	return fact == FACT_COUNT || fact == FACT_LISTENER_COUNT || fact == FACT_SOCKET_COUNT;
}

bool
fact_is_digest(enum fact_id fact)
{
	return fact == FACT_DIGEST || fact == FACT_UNDATED || fact == FACT_BEGINS;
}

enum fact_id
fact_named(enum scope scope, const char *name)
{
	for (int i = 0; i < FACT_COUNT_OF; i++)
		if (fact_rows[i].scope == scope && strcmp(fact_rows[i].name, name) == 0)
			return (enum fact_id)i;
	return FACT_COUNT_OF;
}
