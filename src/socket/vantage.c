/*
 * Where the capture was taken: at the end that answers at once, or between the
 * two, as times and TTLs tell.
 */
#include <string.h>

#include "socket/socket_priv.h"

static bool
is_loopback(const struct tuple *ends)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (ends->ip_version == 4)
		return ends->dst[0] == 127;
	return memcmp(ends->dst, one, sizeof(one)) == 0;
}

/* Between the two of them, who answers so much faster sits here. */
#define NEAR_RATIO 4
/*
 * Who both answer within this share a machine, unless the server takes much
 * longer: then it is the client's machine, and a wire that can lose packets
 * lies between. Tried on veth pairs, 3 to 20 microseconds apart and alike from
 * both ends, and on a bridge in user space, 40 and 10 as seen from the client.
 */
#define INSTANT_NS  (100 * INT64_C(1000))
#define ALIKE_RATIO 2

/* What stacks begin with: a packet that has it came over no router. */
static bool
is_unrouted(uint8_t ttl)
{
	return ttl == 64 || ttl == 128 || ttl == 255;
}

static void
shorten(int64_t *shortest_ns, int64_t from_ns, int64_t to_ns)
{
	/* A clock that was set back tells nothing. */
	if (from_ns == NEVER_NS || to_ns == NEVER_NS || to_ns < from_ns)
		return;
	if (span_ns(to_ns, from_ns) < *shortest_ns)
		*shortest_ns = span_ns(to_ns, from_ns);
}

/* What takes longer tells nothing of how much there was to do. */
#define PROMPT_NS (200 * INT64_C(1000))

static void
look_at_answer(struct nearness *near, int64_t answer_ns)
{
	if (answer_ns <= 0 || answer_ns > PROMPT_NS)
		return;
	near->answers++;
	near->answers_ns += answer_ns;
}

static void
look_at_word(struct nearness *near, uint32_t word_ns)
{
	if (word_ns == 0 || word_ns > PROMPT_NS)
		return;
	near->words++;
	if (word_ns < near->word_ns)
		near->word_ns = word_ns;
}

void
join_near(struct nearness *into, const struct nearness *from)
{
	if (from->server_ns < into->server_ns)
		into->server_ns = from->server_ns;
	if (from->client_ns < into->client_ns)
		into->client_ns = from->client_ns;
	if (from->word_ns < into->word_ns)
		into->word_ns = from->word_ns;
	into->server_routed |= from->server_routed;
	into->client_routed |= from->client_routed;
	into->loopback |= from->loopback;
	into->answers += from->answers;
	into->answers_ns += from->answers_ns;
	into->words += from->words;
}

/*
 * To take in bytes is as much to do as to answer a SYN; to make the connection
 * that they are for, which TCP_DEFER_ACCEPT puts off until then, twice as much.
 * On the loopback interface nothing else comes between, if both had rested
 * before: of 153 listeners that did not defer none took 1.5 times as long, of 28
 * that did 21 took 1.6 times and more.
 */
static bool
is_slow_of_word(const struct nearness *near)
{
	return near->words > 0 && near->answers > 0 && near->words + near->answers > 2 &&
	       near->word_ns * near->answers * 5 > near->answers_ns * 8;
}

static void
look_at_ends(struct nearness *near, const struct tuple *ends, const uint8_t ttl[2])
{
	near->loopback |= is_loopback(ends) || memcmp(ends->src, ends->dst, sizeof(ends->src)) == 0;
	near->server_routed |= ttl[ROLE_SERVER] != 0 && !is_unrouted(ttl[ROLE_SERVER]);
	near->client_routed |= ttl[ROLE_CLIENT] != 0 && !is_unrouted(ttl[ROLE_CLIENT]);
}

void
look_near_plain(struct nearness *near, const struct plain *plain)
{
	look_at_ends(near, &plain->tuple, plain->ttl);
	if (plain->is_rested)
		look_at_answer(near, span_ns(plain->answer_ns, plain->syn_ns));
	look_at_word(near, plain->word_ns);
	shorten(&near->server_ns, plain->syn_ns, plain->answer_ns);
	shorten(&near->client_ns, plain->answer_ns, plain->knock_ns);
}

void
look_near(struct nearness *near, const struct story *story)
{
	look_at_ends(near, &story->tuple, story->ttl);
	if (story->is_rested && story->syn_count == 1)
		look_at_answer(near, span_ns(story->answer_ns, story->syn_ns));
	look_at_word(near, story->word_ns);
	if (story->syn_count == 1) {
		shorten(&near->server_ns, story->syn_ns, story->answer_ns);
		if (story->answer_ns == NEVER_NS)
			shorten(&near->server_ns, story->syn_ns, story->reset_ns[ROLE_SERVER]);
	}
	shorten(&near->client_ns, story->answer_ns, story->knock_ns);
	if (story->knock_ns == NEVER_NS) /* a scanner's SYN-ACK is answered by a RST */
		shorten(&near->client_ns, story->answer_ns, story->reset_ns[ROLE_CLIENT]);
}

static enum vantage
vantage_of(struct listener *listener)
{
	const struct nearness near = listener->near;
	/* Nobody answers in no time: else the clock is too coarse, or all were stamped alike. */
	bool is_timed = near.server_ns > 0 || near.client_ns > 0;
	bool at_server, at_client;

	listener->is_instant = is_timed && near.server_ns < INSTANT_NS &&
			       near.client_ns < INSTANT_NS && !near.server_routed &&
			       !near.client_routed;
	if (near.loopback)
		return VANTAGE_LOOPBACK;
	if (!is_timed || near.server_ns == NEVER_NS)
		return VANTAGE_UNKNOWN;
	if (near.client_ns == NEVER_NS)
		return near.server_ns < INSTANT_NS && !near.server_routed ? VANTAGE_SERVER
									  : VANTAGE_UNKNOWN;
	at_client = near.client_ns < near.server_ns / NEAR_RATIO;
	at_server = !at_client && (near.server_ns < near.client_ns / NEAR_RATIO ||
				      (near.server_ns < INSTANT_NS && near.client_ns < INSTANT_NS &&
					  near.server_ns < near.client_ns * ALIKE_RATIO));
	if (at_server && !near.server_routed)
		return VANTAGE_SERVER;
	if (at_client && !near.client_routed)
		return VANTAGE_CLIENT;
	return VANTAGE_MIDDLE;
}

void
listener_locate(const struct sockets *all, struct listener *listener)
{
	listener->vantage = all->options.vantage != VANTAGE_UNKNOWN ? (uint8_t)all->options.vantage
								    : (uint8_t)vantage_of(listener);
	listener->is_slow_of_word =
	    listener->vantage == VANTAGE_LOOPBACK && is_slow_of_word(&listener->near);
}
