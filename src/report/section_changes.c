/*
 * Each change of a socket: what the time slider moves through.
 */
#include "report/report_priv.h"

#include <stdlib.h>
#include <string.h>

/* The first of them: each moment up to the last one told is whole. */
#define CHANGES_MAX 3000

static bool
is_listener(const struct socket_row *row)
{
	return row->flow == 0;
}

void
set_socket(struct markup_node *node, const struct socket_row *row)
{
	markup_set(node, "proto", "tcp");
	set_local(node, &row->ends, row->flow == 0 && row->any_address);
	if (row->flow == 0)
		markup_set(node, "remote", "*:*");
	else
		set_end(node, "remote", &row->ends, true);
}

/* --- until when a change holds --- */

/* Of one socket together, in the order of time. */
static int
by_socket(const struct socket_row *a, const struct socket_row *b)
{
	if (a->flow != b->flow)
		return a->flow < b->flow ? -1 : 1;
	if (a->is_server != b->is_server)
		return a->is_server ? 1 : -1;
	return is_listener(a) ? memcmp(&a->ends, &b->ends, sizeof(a->ends)) : 0;
}

static int
by_socket_and_time(const void *one, const void *other)
{
	const struct socket_row *a = *(const struct socket_row *const *)one;
	const struct socket_row *b = *(const struct socket_row *const *)other;
	int difference = by_socket(a, b);

	if (difference != 0)
		return difference;
	return a < b ? -1 : a > b; /* rows stand in the order of time */
}

/* By the place of a change: the next one of the same socket; NULL: none. */
static const struct socket_row **
find_next(const struct socket_row *rows, size_t count)
{
	const struct socket_row **sorted = mem_zalloc((count + 1) * sizeof(*sorted));
	const struct socket_row **next = mem_zalloc((count + 1) * sizeof(*next));

	for (size_t i = 0; i < count; i++)
		sorted[i] = &rows[i];
	qsort(sorted, count, sizeof(*sorted), by_socket_and_time);
	for (size_t i = 0; i + 1 < count; i++)
		if (by_socket(sorted[i], sorted[i + 1]) == 0)
			next[sorted[i] - rows] = sorted[i + 1];
	free(sorted);
	return next;
}

/* --- the section --- */

static void
set_queue(struct markup_node *node, const char *name, const char *name_best,
    const struct range *range, int64_t best)
{
	set_range(node, name, range);
	if (range->lo != range->hi && best >= 0)
		markup_set_i64(node, name_best, best);
}

static void
add_change(
    const struct chapter *chapter, const struct socket_row *row, const struct socket_row *next)
{
	struct markup_node *node = markup_add(chapter->node, "change");

	set_time(node, "at", row->at_ns);
	set_since(node, "since", span_ns(row->at_ns, chapter->summary->first_ns));
	if (next != NULL)
		set_time(node, "until", next->at_ns);
	set_socket(node, row);
	markup_set_i64(node, "flow", row->flow);
	markup_set(node, "side",
	    is_listener(row) ? "listener"
	    : row->is_server ? "server"
			     : "client");
	markup_set(node, "state", sock_words[row->state].name);
	set_queue(node, "recv-q", "recv-q-best", &row->recv_q, row->recv_q_best);
	set_queue(node, "send-q", "send-q-best", &row->send_q, row->send_q_best);
	markup_set(node, "certain", row->certain ? "yes" : "no");
	set_frames(node, "frames", row->because.index, row->because.count);
}

void
section_changes(const struct chapter *chapter)
{
	const struct socket_row *rows = chapter->data->sockets;
	size_t all = chapter->data->socket_count;
	size_t count = all < CHANGES_MAX ? all : CHANGES_MAX;
	const struct socket_row **next;

	/* No moment is told by half. */
	while (count < all && count > 0 && rows[count - 1].at_ns == rows[count].at_ns)
		count--;
	next = find_next(rows, count);
	for (size_t i = 0; i < count; i++)
		add_change(chapter, &rows[i], next[i]);
	free(next);
	if (all > count)
		add_left_out(chapter, "change", all - count,
		    N_N("%1 later change of a socket is not listed here.",
			"%1 later changes of sockets are not listed here."));
}
