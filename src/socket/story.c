/*
 * What one connection's beginning leaves behind while packets go by: its steps,
 * until the server has proved that it took the connection. What they force is
 * judged when all is in, by judge.c.
 */
#include "base/seq.h"
#include "socket/socket_priv.h"

static bool
is_proof(const struct story *story, const struct step *heard)
{
	uint16_t flags = heard->flags;
	uint32_t ack = heard->ack - story->isn[ROLE_CLIENT];

	if (!(story->flags & STORY_ANSWERED) || flags & TCP_SYN)
		return false;
	if (flags & TCP_RST)
		return flags & TCP_ACK && heard->window != 0;
	if (says_something(heard) || (flags & TCP_ACK && acks_more(ack)))
		return true;
	/* A request answers what it does not take, too; but it has no memory for SACK, or of later timestamps. */
	return heard->has_sack || (heard->has_ts && story->has_syn_ts &&
				      (int32_t)(heard->ts_echo - story->last_syn_ts) > 0);
}

/* What the client acknowledges behind the SYN-ACK, the server has said, seen or not. */
static bool
heard_speech(const struct story *story, const struct step *heard)
{
	return story->flags & STORY_ANSWERED &&
	       (heard->flags & (TCP_ACK | TCP_RST | TCP_SYN)) == TCP_ACK &&
	       acks_more(heard->ack - story->isn[ROLE_SERVER]);
}

static void
note_syn(struct story *story, const struct step *syn)
{
	if (!(story->flags & STORY_SYN)) {
		story->flags |= STORY_SYN;
		story->isn[ROLE_CLIENT] = syn->seq;
		story->syn_ns = syn->ts_ns;
		story->syn_index = syn->index;
	} else if (span_ns(syn->ts_ns, story->last_syn_ns) < AGAIN_MIN_NS) {
		return;
	} else {
		story->syn_gap_ns = span_ns(syn->ts_ns, story->last_syn_ns);
	}
	story->last_syn_ns = syn->ts_ns;
	story->last_syn_ts = syn->ts_value;
	story->has_syn_ts = syn->has_ts;
	if (story->syn_count < UINT8_MAX)
		story->syn_count++;
	story->mss[ROLE_CLIENT] = syn->mss;
	story->ttl[ROLE_CLIENT] = syn->ttl;
}

/* A second SYN a second after the first says nothing; the third tells how the client goes on. */
static void
note_pace(struct sockets *all, const struct story *story, int64_t old_gap_ns)
{
	if (story->syn_count != 3 || old_gap_ns > 1300 * MS_NS || old_gap_ns < 700 * MS_NS)
		return;
	if (story->syn_gap_ns < 1300 * MS_NS)
		all->syn_lingers = true;
	else
		all->syn_doubles = true;
}

/* A request sends its SYN-ACK again with the same number. With another, nothing was kept of the first: it was a cookie. */
static bool
begins_anew(const struct story *story, const struct step *answer)
{
	return answer->seq != story->isn[ROLE_SERVER] && story->knock_ns == NEVER_NS;
}

/*
 * A request remembers the timestamp of the SYN that it came of, and each of its
 * SYN-ACKs echoes that: one behind a SYN that came again tells whether an earlier
 * one had been heard, and its answer lost.
 */
static int64_t
echoed_ns(const struct sockets *all, const struct story *story, const struct step *answer)
{
	if (story->syn_count < 2 || !answer->has_ts || answer->ts_echo == story->last_syn_ts)
		return NEVER_NS;
	for (const struct step *step = step_first(all, story); step != NULL;
	     step = step_next(all, step))
		if (step->role == ROLE_CLIENT && step->flags & TCP_SYN && step->has_ts &&
		    step->ts_value == answer->ts_echo)
			return step->ts_ns;
	return NEVER_NS;
}

/* Of the SYN that it answers. */
static enum cookie_sign
sign_of(const struct sockets *all, const struct story *story, const struct step *answer)
{
	for (const struct step *step = step_first(all, story); step != NULL;
	     step = step_next(all, step))
		if (step->role == ROLE_CLIENT && step->flags & TCP_SYN)
			return answer_sign(step, answer);
	return COOKIE_UNTOLD;
}

static void
note_answer(struct sockets *all, struct story *story, const struct step *answer)
{
	bool is_late = story->flags & STORY_UNSEEN; /* it only was captured behind its ACK */

	if (story->flags & STORY_ANSWERED && !is_late && !begins_anew(story, answer))
		return;
	story->flags &= (uint16_t)~STORY_UNSEEN;
	story->flags |= STORY_ANSWERED;
	story->isn[ROLE_SERVER] = answer->seq;
	if (!is_late) {
		story->answer_ns = answer->ts_ns;
		story->answer_index = answer->index;
	}
	story->echoed_ns = echoed_ns(all, story, answer);
	story->cookie_sign = (uint8_t)sign_of(all, story, answer);
	story->mss[ROLE_SERVER] = answer->mss;
	story->ttl[ROLE_SERVER] = answer->ttl;
	if (!(story->flags & STORY_SYN))
		story->isn[ROLE_CLIENT] = answer->ack - 1;
	else if (answer->ack - story->isn[ROLE_CLIENT] > 1)
		story->flags |= STORY_FAST_OPEN;
}

/* Whoever goes on behind a SYN had it answered, or answered it, where the capture does not show it. */
static void
note_unseen_answer(struct story *story, const struct step *heard)
{
	uint16_t flags = heard->flags;

	if (flags & (TCP_SYN | TCP_RST) || !(flags & TCP_ACK) || !(story->flags & STORY_SYN) ||
	    story->flags & (STORY_ANSWERED | STORY_SIMULTANEOUS))
		return;
	/* A bare ACK can be an old connection's answer to the SYN. */
	if (heard->role == ROLE_SERVER && !says_something(heard))
		return;
	story->flags |= STORY_ANSWERED | STORY_UNSEEN;
	story->isn[ROLE_SERVER] = (heard->role == ROLE_CLIENT ? heard->ack : heard->seq) - 1;
	story->answer_ns = heard->ts_ns;
	story->answer_index = heard->index;
}

static void
keep_step(struct sockets *all, struct story *story, const struct step *heard)
{
	struct step *step;
	uint32_t number;

	if (story->step_count >= STEPS_MAX || !budget_take(all->budget, sizeof(*step))) {
		story->flags &= (uint16_t)~STORY_IN_FULL;
		return;
	}
	number = pool_get(&all->steps);
	step = step_at(all, number);
	*step = *heard;
	step->seq -= story->isn[heard->role];
	step->ack -= story->isn[!heard->role];
	if (story->last_step == 0)
		story->first_step = number + 1;
	else
		step_at(all, story->last_step - 1)->next = number + 1;
	story->last_step = number + 1;
	story->step_count++;
}

static void
drop_steps(struct sockets *all, struct story *story)
{
	for (uint32_t at = story->first_step; at != 0;) {
		uint32_t next = step_at(all, at - 1)->next;

		budget_give(all->budget, sizeof(struct step));
		pool_put(&all->steps, at - 1);
		at = next;
	}
	story->first_step = story->last_step = 0;
}

uint32_t
first_word_ns(const struct step *said, const struct step *last, int64_t knock_ns)
{
	int64_t gap_ns = span_ns(last->ts_ns, said->ts_ns);

	if (said->bytes == 0 || said->flags & TCP_FIN || last->bytes > 0 ||
	    last->role != ROLE_SERVER || span_ns(said->ts_ns, knock_ns) < RESTED_NS ||
	    gap_ns <= 0 || gap_ns > SECOND_NS)
		return 0;
	return (uint32_t)gap_ns;
}

/*
 * Most begin like this: SYN, SYN-ACK, ACK, perhaps some bytes, and the server's
 * word that it has them. What matters of that fits into the story.
 */
static void
settle_plain(struct sockets *all, struct story *story)
{
	const struct step *step = step_first(all, story), *answer, *last, *said = NULL;
	int64_t knock_ns = NEVER_NS;
	uint32_t end = 1;

	if (story->syn_count != 1 || !(story->flags & STORY_IN_FULL) ||
	    story->flags & STORY_FAST_OPEN || story->flags & STORY_SIMULTANEOUS || step == NULL ||
	    step->role != ROLE_CLIENT)
		return;
	answer = step_next(all, step);
	if (answer == NULL || answer->role != ROLE_SERVER || !(answer->flags & TCP_SYN))
		return;
	last = step_at(all, story->last_step - 1);
	for (step = step_next(all, answer); step != last; step = step_next(all, step)) {
		if (step->role != ROLE_CLIENT || step->flags & (TCP_SYN | TCP_RST) ||
		    !(step->flags & TCP_ACK) || step->seq < end)
			return;
		end = step->seq + step->bytes + (step->flags & TCP_FIN ? 1 : 0);
		knock_ns = step->ts_ns;
		if (said == NULL && says_something(step))
			said = step;
	}
	if (knock_ns == NEVER_NS)
		return;
	story->plain_lo_ns = story->knock_ns;
	story->plain_hi_ns = said != NULL ? said->ts_ns : knock_ns;
	story->word_ns = said != NULL ? first_word_ns(said, last, story->knock_ns) : 0;
	if (last->role == ROLE_SERVER && story->cookie_sign == COOKIE_UNTOLD)
		story->cookie_sign = (uint8_t)cookie_sign(&story->tuple, story->mss, answer, last);
	story->flags |= STORY_PLAIN;
	drop_steps(all, story);
}

void
story_step(struct sockets *all, struct story *story, const struct step *heard)
{
	uint16_t flags = heard->flags;
	enum role role = (enum role)heard->role;
	bool is_syn = (flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;

	if (is_syn && role == ROLE_CLIENT) {
		int64_t old_gap_ns = story->syn_gap_ns;

		note_syn(story, heard);
		note_pace(all, story, old_gap_ns);
	} else if (is_syn) {
		story->flags |= STORY_SIMULTANEOUS;
	} else if (flags & TCP_SYN && role == ROLE_SERVER) {
		note_answer(all, story, heard);
	} else {
		note_unseen_answer(story, heard);
	}
	if (role == ROLE_CLIENT && flags & TCP_ACK && !(flags & (TCP_RST | TCP_SYN)) &&
	    story->flags & STORY_ANSWERED && story->knock_ns == NEVER_NS) {
		story->knock_ns = heard->ts_ns;
		story->knock_index = heard->index;
		story->flags |= STORY_CONFIRMED;
	}
	keep_step(all, story, heard);
	if (role == ROLE_CLIENT && !heard_speech(story, heard))
		return;
	if (role == ROLE_SERVER && !is_proof(story, heard))
		return;
	if (role == ROLE_SERVER)
		story->has_odd_ttl |= is_odd_ttl(story->ttl[ROLE_SERVER], heard->ttl);
	story->flags |= STORY_PROVED;
	story->proof_ns = heard->ts_ns;
	story->proof_index = heard->index;
	settle_plain(all, story);
}
