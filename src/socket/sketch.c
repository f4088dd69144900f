/*
 * Beginnings that are only sketched. Nearly all go like this: SYN, SYN-ACK, the
 * client's ACK and its first bytes, the server's word that it has them, then
 * bytes of its own; and of nearly all nothing is asked but what fits in brief.
 * So their segments are put down as they come, and nothing is made of them.
 * With the server's first bytes such a one ends in brief. If anything else
 * comes, or a row shows it, its story is filled in: the segments are told to it
 * as if they had just come. Nothing is decided here that sockets.c, story.c and
 * state.c do not decide.
 */
#include <string.h>

#include "socket/socket_priv.h"

/* The first steps; behind them come the client's, and the proof. */
enum {
	STEP_SYN,
	STEP_ANSWER,
	STEP_KNOCK,
};

bool
sockets_may_open(struct sockets *all, const struct packet *syn, const struct packet *answer)
{
	uint32_t passed;

	if (!all->has_begun)
		sockets_begin(all, syn->ts_ns);
	if (all->each_change || all->options.every_ns > 0)
		return false;
	if (!all->options.want_rows)
		return true;
	passed = moments_before(all, syn->ts_ns);
	return passed == all->moment_count || all->moments[passed] >= answer->ts_ns;
}

void
sockets_open(struct sockets *all, struct sock *sock, const struct packet *syn,
    const struct packet *answer, const struct place *place)
{
	struct sketch *sketch;
	uint32_t number;

	if (!sock_begin(all, sock, syn, place, SIDE_A))
		return;
	number = pool_take(&all->stories);
	sock->story = number + 1;
	sock->flags |= SOCK_SKETCHED;
	sock->state[SIDE_A] = SOCK_ESTABLISHED;
	sock->state[SIDE_B] = SOCK_SYN_RECV;
	sketch = sketch_at(all, number);
	sketch->tuple = syn->tuple;
	sketch->flow = place->number;
	sketch->order = ++all->latest;
	sketch->is_proved = false;
	sketch->is_rested = has_rested(all, syn->ts_ns);
	sketch->step_count = STEP_KNOCK;
	sketch->isn[ROLE_CLIENT] = syn->tcp.seq;
	sketch->isn[ROLE_SERVER] = answer->tcp.seq;
	step_note(&sketch->steps[STEP_SYN], syn, ROLE_CLIENT);
	step_note(&sketch->steps[STEP_ANSWER], answer, ROLE_SERVER);
}

void
sketch_fill_in(struct sockets *all, struct sock *sock)
{
	struct story *story = story_at(all, sock->story - 1);
	const struct sketch sketch = *sketch_at(all, sock->story - 1);

	sock->flags &= (uint16_t)~SOCK_SKETCHED;
	memset(story, 0, sizeof(*story));
	story->tuple = sketch.tuple;
	story->flow = sketch.flow;
	story->order = sketch.order;
	story->client = SIDE_A;
	story->is_rested = sketch.is_rested;
	story_begin(story, sketch.steps[STEP_SYN].ts_ns, sketch.steps[STEP_SYN].index);
	for (uint32_t i = 0; i < sketch.step_count; i++)
		story_step(all, story, &sketch.steps[i]);
}

/* What settle_plain makes of it; end: the proof. */
static void
note_words(const struct sketch *sketch, struct step *end, struct plain *plain)
{
	const struct step *syn = &sketch->steps[STEP_SYN], *answer = &sketch->steps[STEP_ANSWER];
	const struct step *said = &sketch->steps[STEP_KNOCK];
	struct step proof = *end;

	while (said + 1 < end && !says_something(said))
		said++;
	plain->said_ns = said->ts_ns;
	plain->word_ns = first_word_ns(said, end, plain->knock_ns);
	proof.ack -= sketch->isn[ROLE_CLIENT];
	plain->cookie = (uint8_t)answer_sign(syn, answer);
	if (plain->cookie == COOKIE_UNTOLD)
		plain->cookie = (uint8_t)cookie_sign(
		    &sketch->tuple, (uint16_t[]){ syn->mss, answer->mss }, answer, &proof);
	plain->has_odd_ttl = is_odd_ttl(answer->ttl, end->ttl);
}

/* With the server's first bytes its story is told; false where that has to be kept. */
static bool
end_in_brief(
    struct sockets *all, struct sock *sock, struct sketch *sketch, const struct packet *word)
{
	struct step *end = sketch->steps + sketch->step_count - sketch->is_proved;
	const struct step *syn = &sketch->steps[STEP_SYN], *answer = &sketch->steps[STEP_ANSWER];
	struct plain *plain = brief_next(all);
	uint32_t brief;

	if (sketch->step_count == SKETCH_STEPS || !may_be_brief(all, sock, answer->ts_ns))
		return false;
	if (!sketch->is_proved)
		step_note(end, word, ROLE_SERVER);
	plain->tuple = sketch->tuple;
	plain->order = sketch->order;
	plain->syn_index = syn->index;
	plain->answer_index = answer->index;
	plain->knock_index = sketch->steps[STEP_KNOCK].index;
	plain->proof_index = end->index;
	plain->accept_index = word->index;
	plain->syn_ns = syn->ts_ns;
	plain->answer_ns = answer->ts_ns;
	plain->knock_ns = sketch->steps[STEP_KNOCK].ts_ns;
	plain->accept_ns = word->ts_ns;
	plain->is_rested = sketch->is_rested;
	plain->ttl[ROLE_CLIENT] = syn->ttl;
	plain->ttl[ROLE_SERVER] = answer->ttl;
	note_words(sketch, end, plain);
	if (!brief_keep(all, &brief))
		return false;
	sock->flags &= (uint16_t)~SOCK_SKETCHED;
	sock_end_in_brief(all, sock, brief);
	return true;
}

static bool
server_goes_on(
    struct sockets *all, struct sock *sock, struct sketch *sketch, const struct packet *pkt)
{
	if (sketch->step_count == STEP_KNOCK)
		return false;
	if (pkt->payload_bytes > 0)
		return end_in_brief(all, sock, sketch, pkt);
	if (sketch->is_proved)
		return true;
	if (sketch->step_count == SKETCH_STEPS ||
	    !acks_more(pkt->tcp.ack - sketch->isn[ROLE_CLIENT]))
		return false;
	step_note(&sketch->steps[sketch->step_count++], pkt, ROLE_SERVER);
	sketch->is_proved = true;
	return true;
}

static bool
client_goes_on(struct sock *sock, struct sketch *sketch, const struct packet *pkt)
{
	if (sketch->is_proved)
		return true;
	/* What it acknowledges beyond the SYN-ACK the server has said, seen or not. */
	if (sketch->step_count == SKETCH_STEPS || pkt->tcp.ack != sketch->isn[ROLE_SERVER] + 1)
		return false;
	step_note(&sketch->steps[sketch->step_count++], pkt, ROLE_CLIENT);
	sock->state[SIDE_B] = SOCK_ESTABLISHED;
	return true;
}

bool
sketch_goes_on(struct sockets *all, struct sock *sock, const struct tcp_pair *pair,
    const struct packet *pkt, enum side side)
{
	struct sketch *sketch = sketch_at(all, sock->story - 1);

	if (pkt->tcp.flags & TCP_FIN || (is_told_of(all, sock) && pair_has_gaps(pair)))
		return false;
	return side == SIDE_A ? client_goes_on(sock, sketch, pkt)
			      : server_goes_on(all, sock, sketch, pkt);
}
