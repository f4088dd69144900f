/*
 * What a listening endpoint's connections come to, all together, and what was
 * recorded of its server.
 */
#include "report/account.h"

#include <stdio.h>
#include <string.h>

/*
 * By its own packets. A backlog that was told and is not true leaves no way to
 * explain them, and then the listener's row says nothing of a full queue.
 */
bool
account_is_full(const struct account *account)
{
	const struct listener_row *row = &account->row;

	return row->kind == STORY_OVERFLOW || row->kind == STORY_ABORTING ||
	       (account->backlog != NOT_KNOWN && account->stuck + account->late > 0 &&
		   row->deferred == 0);
}

bool
account_has_flow(const struct account *account, const struct flow_row *flow)
{
	return account->has_listener && listener_serves(&account->row, flow);
}

/* --- what was recorded --- */

static bool
is_its_server(const struct listener_row *listener, const struct experiment_server *server)
{
	struct tuple local;

	return server->local == NULL || !recorded_end(server->local, &local) ||
	       local.sport == listener->local.sport;
}

static void
take_stage(struct account *account, const char *stage)
{
	static const struct {
		const char *stage;
		int64_t accepted;
		bool is_unlistened;
	} stages[] = {
		{ "none", 0, false },
		{ "socket", 0, true },
		{ "bind", 0, true },
		{ "listen", 0, false },
		{ "accept_once", 1, false },
	};

	for (size_t i = 0; stage != NULL && i < sizeof(stages) / sizeof(stages[0]); i++) {
		if (strcmp(stage, stages[i].stage) != 0)
			continue;
		account->accepted = stages[i].accepted;
		account->is_unlistened = stages[i].is_unlistened;
	}
}

static void
take_recorded(struct account *account, const struct chapter *chapter)
{
	const struct experiment_capture *recorded = chapter->recorded;

	account->backlog = NOT_KNOWN;
	account->accepted = NOT_KNOWN;
	for (size_t i = 0; recorded != NULL && i < recorded->server_count; i++) {
		const struct experiment_server *server = &recorded->servers[i];

		if (!is_its_server(&account->row, server))
			continue;
		take_stage(account, server->stage);
		if (server->has_backlog)
			account->backlog = server->backlog;
		return;
	}
}

/* --- the connections --- */

static void
note_least(uint32_t *least, uint32_t index)
{
	if (index != 0 && (*least == 0 || index < *least))
		*least = index;
}

static bool
is_connected(const struct flow_view *view)
{
	return view->row->conn.connect == CONNECT_OK;
}

static void
count_flow(struct account *account, const struct flow_view *view)
{
	enum conn_connect connect = view->row->conn.connect;

	account->flows++;
	account->is_whole &= view->packets >= view->row->packets[0] + view->row->packets[1];
	account->ok += connect == CONNECT_OK;
	account->refused += connect == CONNECT_ECONNREFUSED;
	account->pending += connect == CONNECT_PENDING;
	account->answered += view->syn_ack != 0;
	account->taken += view->taken != 0;
	account->stuck += view->ignored != 0 && view->taken == 0 && is_connected(view);
	account->late += view->ignored != 0 && view->taken != 0;
	account->open += view->row->conn.close == CLOSE_OPEN;
	note_least(&account->no_room, view->ignored);
	note_least(&account->no_room, view->dropped);
	frames_add(&account->dropped_frames, view->dropped);
	frames_add(&account->asked_frames, view->reset != 0 ? view->reset : view->syn);
	frames_add(&account->answered_frames, view->syn_ack);
	frames_add(&account->taken_frames, view->taken);
	if (view->taken == 0 && is_connected(view))
		frames_add(&account->stuck_frames, view->ignored);
}

/* Those that were connected when a packet first found no room. */
static void
count_before(struct account *account, const struct flow_view *view)
{
	if (view->ack == 0 || view->ack >= account->no_room || view->ignored != 0)
		return;
	if (view->taken == 0) {
		account->is_proven = false;
		return;
	}
	account->taken_before++;
	frames_add(&account->held_frames, view->taken);
}

static void
count_flows(struct account *account, const struct chapter *chapter)
{
	const struct figure_data *data = chapter->data;

	account->is_whole = data->flow_count >= chapter->summary->flows;
	for (size_t i = 0; i < data->flow_count; i++)
		if (listener_serves(&account->row, &data->flows[i]))
			count_flow(account, &chapter->views[i]);
	account->is_proven = account->no_room != 0;
	for (size_t i = 0; i < data->flow_count && account->no_room != 0; i++) {
		const struct flow_view *view = &chapter->views[i];

		if (!listener_serves(&account->row, &data->flows[i]))
			continue;
		count_before(account, view);
		account->let_in +=
		    view->taken > account->no_room && (view->ignored != 0 || view->dropped != 0);
	}
	frames_add(&account->held_frames, account->no_room);
}

/* A server that accepted once may have done so before the queue was full, or after. */
static void
find_held(struct account *account)
{
	int64_t taken = account->taken_before;

	account->held = NOT_KNOWN;
	if (!account_is_full(account) || !account->is_proven || !account->is_whole ||
	    account->accepted == NOT_KNOWN)
		return;
	account->held = taken - account->accepted;
	if (account->accepted > 0 && account->backlog != NOT_KNOWN && taken == account->backlog + 1)
		account->held = taken;
}

void
account_fill(
    struct account *account, const struct chapter *chapter, const struct listener_row *listener)
{
	struct text local = { 0 };

	*account =
	    (struct account){ .backlog = NOT_KNOWN, .accepted = NOT_KNOWN, .held = NOT_KNOWN };
	if (listener == NULL)
		return;
	account->has_listener = true;
	account->row = *listener;
	put_local(&local, &listener->local, listener->any_address);
	snprintf(account->local, sizeof(account->local), "%s", text_str(&local));
	text_fini(&local);
	take_recorded(account, chapter);
	count_flows(account, chapter);
	find_held(account);
}
