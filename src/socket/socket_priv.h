/* socket_priv: what the files of socket share: all that the room keeps. Private to the room. */
#ifndef SYNSCOPE_SOCKET_PRIV_H
#define SYNSCOPE_SOCKET_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/agenda.h"
#include "base/hash.h"
#include "base/mem.h"
#include "socket/listener_priv.h"
#include "socket/socket.h"
#include "socket/story_priv.h"

/* So many wait until they are told to their listeners, whose memory is asked for before. */
#define PLAINS_MAX 16

/*
 * SYNs that nobody answered are kept as stories up to here, and stories at
 * all: what a flood brings beyond that is counted.
 */
#define LONE_MAX    (1u << 16)
#define STORIES_MAX (1u << 20)

/* Open addressing over listeners; a listener's memory is only asked for where the hash agrees. */
struct local_slot {
	uint32_t hash;
	uint32_t number; /* 1 + the listener's; 0: free */
};

struct locals {
	struct local_slot *slots;
	size_t slot_count;
};

struct sockets {
	struct sockets_options options;
	struct budget *budget;
	int64_t first_ns;
	int64_t until_ns; /* silence is heard until then: the last moment that is asked about */
	int64_t seen_ns;  /* until then the capture is known to have run */

	bool syn_doubles; /* SYNs come again after 1, 2, 4 s */
	bool syn_lingers; /* or every second at first (Linux 6.5 and later) */

	struct pool stories;
	struct pool steps;
	struct pool briefs;
	struct plain plains[PLAINS_MAX];
	unsigned plain_count;
	uint32_t begun;  /* stories ever */
	uint32_t latest; /* the order of the last to begin */
	struct pool samples;
	int64_t latest_ns; /* of them */
	uint64_t left_out;

	int64_t *moments; /* ascending; made at the first packet */
	size_t moment_count;
	bool each_change;
	bool has_begun;
	int64_t begun_ns; /* the latest story */

	uint64_t effort; /* that solve.c has spent */
	struct hash_seed seed;
	struct locals locals;
	uint32_t lone_count;
	struct listener *listeners;
	size_t listener_count;
	size_t listener_room;
	size_t next_listener;

	/* changes.c's place */
	struct agenda late; /* samples that were taken after later ones */
	size_t next_late;
	uint32_t next_sample;  /* of the others */
	int64_t reached_ns;    /* by them */
	struct due turn;       /* the end that is told next */
	struct agenda put_off; /* changes that were found, and are told when it is time */
	struct pool watches;   /* of connections between their first sample and their last */
	struct socket_row *listener_rows; /* as they were told last, or are put off */

	/* rows.c's place */
	struct agenda begins; /* samples, by the moment from which they answer */
	size_t next_begin;
	struct live *live, *spare; /* those that answer for the moment at hand; room for the next */
	size_t live_count;
	size_t moment;  /* at hand */
	unsigned group; /* of its rows */
	size_t cursor;  /* in the group */
};

static inline struct story *
story_at(const struct sockets *all, uint32_t number)
{
	return pool_at(&all->stories, number);
}

static inline struct sketch *
sketch_at(const struct sockets *all, uint32_t number)
{
	return pool_at(&all->stories, number);
}

static inline struct brief *
brief_at(const struct sockets *all, uint32_t number)
{
	return pool_at(&all->briefs, number);
}

static inline struct sample *
sample_at(const struct sockets *all, uint32_t number)
{
	return pool_at(&all->samples, number);
}

static inline struct step *
step_at(const struct sockets *all, uint32_t number)
{
	return pool_at(&all->steps, number);
}

static inline struct step *
step_first(const struct sockets *all, const struct story *story)
{
	return story->first_step == 0 ? NULL : step_at(all, story->first_step - 1);
}

static inline struct step *
step_next(const struct sockets *all, const struct step *step)
{
	return step->next == 0 ? NULL : step_at(all, step->next - 1);
}

/* --- sockets.c --- */

#define CONTROL (TCP_SYN | TCP_FIN | TCP_RST)

/* Once it is settled, nothing but a SYN, FIN or RST can teach us more while both ends are there. */
static inline bool
tells_nothing(const struct sock *sock, const struct packet *pkt)
{
	const uint16_t asked = SOCK_SETTLED | SOCK_SHUT | SOCK_SHUT << 1;

	return (sock->flags & asked) == SOCK_SETTLED && sock->state[0] == SOCK_ESTABLISHED &&
	       sock->state[1] == SOCK_ESTABLISHED && !(pkt->tcp.flags & CONTROL) &&
	       pkt->tcp.window != 0;
}

/* A connection that is new to us: whether there is room for its story. */
bool sock_begin(struct sockets *all, struct sock *sock, const struct packet *first,
    const struct place *place, enum side client);
/* Of a zeroed one, whose first segment that is, nothing else is known yet. */
void story_begin(struct story *story, int64_t first_ns, uint32_t first_index);
/* A story begins now: whether none had for a while. */
bool has_rested(struct sockets *all, int64_t now_ns);
/* Whether it can end in brief, since no row can show it. */
bool may_be_brief(const struct sockets *all, const struct sock *sock, int64_t answer_ns);
/* Its story is told: what is kept of it is that brief. */
void sock_end_in_brief(struct sockets *all, struct sock *sock, uint32_t brief);

/* --- sketch.c --- */

/* What became of it so far is told to a story, as if it had just come. */
void sketch_fill_in(struct sockets *all, struct sock *sock);
/* The next of a plain beginning, which tcp took in as such; false, and nothing done, of any other. */
bool sketch_goes_on(struct sockets *all, struct sock *sock, const struct tcp_pair *pair,
    const struct packet *pkt, enum side side);

/* --- samples.c --- */

/* At a pace, moments are added as time goes on. */
void moments_add_paced(struct sockets *all, int64_t now_ns);
/* How many moments lie before now. */
uint32_t moments_before(const struct sockets *all, int64_t now_ns);
void sample_take(struct sockets *all, struct sock *sock, const struct tcp_pair *pair, int64_t ts_ns,
    uint32_t index, uint32_t to);
/* Bytes were acknowledged, of either side, that the capture lacks. */
bool pair_has_gaps(const struct tcp_pair *pair);
/* Each of its changes may be a row. */
bool shows_changes(const struct sockets *all, const struct sock *sock);
/* Whether a row can show this connection, from now on or earlier. */
bool is_told_of(const struct sockets *all, const struct sock *sock);

/* --- brief.c --- */

/* The next to wait, to be filled in. */
static inline struct plain *
brief_next(struct sockets *all)
{
	return &all->plains[all->plain_count];
}

#endif
