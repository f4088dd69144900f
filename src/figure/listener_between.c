/*
 * What goes from lane to lane in a listener's figure: a client's SYN, its
 * refusal, the socket that it spawned, and what found no room.
 */
#include "figure/listener_priv.h"

/* Of a call's end that is an error, what it was. */
void
listening_draw_refusal(struct listening *all, size_t i)
{
	const struct pair *pair = &all->pairs[i];
	const struct scene_style style = { .size = 9, .anchor = ANCHOR_MIDDLE };
	const struct conn_verdict *conn = &pair->flow->conn;
	const struct lane *lane = pair->client;
	/* It is wider than its lane, and the next one may have failed in that moment, too. */
	double aside = all->is_wide || i % 2 == 0 ? 0 : 11;

	if (conn->connect_ns == 0 || conn->connect == CONNECT_OK ||
	    conn->connect == CONNECT_UNKNOWN || conn->connect == CONNECT_PENDING)
		return;
	scene_text(all->scene, CLASS_RESET, style,
	    (struct scene_point){ lane->x, listening_y(all, conn->connect_ns) + 28 + aside }, 82,
	    conn_connect_names[conn->connect]);
}

/* Its first SYN found no room, and is drawn as that. */
static bool
is_dropped(const struct listening *all, const struct pair *pair)
{
	return pair->syn != NULL && !all->is_wrong &&
	       all->misses[pair->syn - all->data->packets] == MISS_DROPPED;
}

/* A packet's group, or its flow's where it was not captured. */
static void
begin_packet(struct listening *all, const struct pair *pair, const struct packet_row *row)
{
	if (row == NULL)
		scene_group_begin(all->scene, model_flow(pair->flow->flow), NULL, NULL);
	else
		scene_group_begin(all->scene, model_packet(row),
		    model_tip(all->scene, all->data, all->options, row), NULL);
}

static void
draw_spawning(struct listening *all, const struct pair *pair)
{
	double y = listening_y(all, pair->answer_ns);
	double from = all->server->x + all->server->width / 2;
	double to = pair->child->x;

	begin_packet(all, pair, pair->answer);
	scene_line(all->scene, CLASS_SEGMENT, (struct scene_point){ from, y - 8 },
	    (struct scene_point){ to, y - 8 }, DASH_DASHED);
	scene_arrow(all->scene, CLASS_SEGMENT, (struct scene_point){ to, y - 8 },
	    (struct scene_point){ to, y }, DASH_SOLID, HEAD_FULL, HEAD_NONE);
	scene_group_end(all->scene);
}

void
listening_draw_asking(struct listening *all, const struct pair *pair)
{
	double y = listening_y(all, pair->syn_ns);
	double from = pair->client->x + pair->client->width / 2;
	double to = all->server->x - all->server->width / 2;

	if (!is_dropped(all, pair)) {
		begin_packet(all, pair, pair->syn);
		scene_arrow(all->scene, CLASS_SEGMENT, (struct scene_point){ from, y },
		    (struct scene_point){ to, y }, DASH_DASHED, HEAD_FULL, HEAD_NONE);
		scene_group_end(all->scene);
	}
	if (pair->refusal != NULL) {
		y = listening_y(all, pair->refusal_ns);
		begin_packet(all, pair, pair->refusal);
		scene_arrow(all->scene, CLASS_RESET, (struct scene_point){ to, y },
		    (struct scene_point){ from, y }, DASH_SOLID, HEAD_FULL, HEAD_NONE);
		scene_group_end(all->scene);
	}
	if (pair->child != NULL)
		draw_spawning(all, pair);
}

static void
draw_miss(struct listening *all, const struct pair *pair, const struct packet_row *row,
    enum miss miss, double y)
{
	bool is_syn = miss == MISS_DROPPED || pair->child == NULL;
	const struct lane *lane = is_syn ? all->server : pair->child;
	double x = lane->x - lane->width / 2;

	scene_group_begin(all->scene, model_packet(row),
	    model_tip(all->scene, all->data, all->options, row), NULL);
	if (is_syn)
		scene_line(all->scene, CLASS_SEGMENT,
		    (struct scene_point){ pair->client->x + pair->client->width / 2, y },
		    (struct scene_point){ x - 6, y }, DASH_DASHED);
	chart_cross(all->scene, CLASS_MISSED, (struct scene_point){ x - 6, y }, 4);
	scene_group_end(all->scene);
}

void
listening_draw_misses(struct listening *all, const struct pair *pair)
{
	double last[MISS_COUNT] = { 0 };

	for (size_t i = 0; i < all->data->packet_count; i++) {
		const struct packet_row *row = &all->data->packets[i];
		enum miss miss = all->misses[i];
		double y = listening_y(all, row->ts_ns);

		if (row->flow != pair->flow->flow || miss == MISS_NONE || y - last[miss] < 9)
			continue;
		draw_miss(all, pair, row, miss, y);
		last[miss] = y;
	}
}
