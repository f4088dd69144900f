/*
 * What else it might have been: named where the packets give a reason, or where
 * nothing they say speaks against it.
 */
#include <stdlib.h>
#include <string.h>

#include "socket/socket_priv.h"

#define ICMP_UNREACHABLE  3
#define ICMP6_UNREACHABLE 1

/* What a router says for a host that it cannot reach; what any other code says, a filter answered. */
static bool
is_about_host(const struct packet *pkt)
{
	uint8_t code = pkt->icmp.code;

	if (pkt->tuple.proto == PROTO_ICMP)
		return code == 0 || code == 1 || code == 6 || code == 7;
	return code == 0 || code == 3;
}

void
rivals_icmp(struct story *story, const struct packet *pkt)
{
	uint8_t unreachable = pkt->tuple.proto == PROTO_ICMP ? ICMP_UNREACHABLE : ICMP6_UNREACHABLE;

	if (pkt->icmp.type != unreachable)
		return;
	if (is_about_host(pkt))
		story->is_unreachable = true;
	else
		story->is_prohibited = true;
}

/*
 * A server's packets to one client all come the same way, with the same TTL.
 * What has another was sent by something else: a firewall that resets, or one
 * that answers SYNs in the server's place.
 */
bool
is_odd_ttl(uint8_t usual, uint8_t ttl)
{
	return usual != 0 && ttl != 0 && ttl != usual;
}

/*
 * close() resets where bytes were not read, and a listener what it had not
 * accepted when it goes. Neither holds here: it lived on, and there was nothing
 * to read.
 */
static bool
is_lingering(const struct story *story, int64_t answered_ns)
{
	return is_reset_unheard(story) && story->reset_got == 0 && !story->has_odd_ttl &&
	       story->fate == FATE_TAKEN && story->reset_ns[ROLE_SERVER] < answered_ns;
}

/* 0: none, or more than one. */
static uint8_t
common_ttl(const struct sockets *all, const struct listener *listener)
{
	uint8_t ttl = 0;

	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next) {
		uint8_t other = story_at(all, at - 1)->ttl[ROLE_SERVER];

		if (other != 0 && ttl != 0 && other != ttl)
			return 0;
		if (other != 0)
			ttl = other;
	}
	return ttl;
}

/* A BSD's loopback has segments of 16384 bytes, headers counted; no other system's has. */
static bool
asks_as_bsd(const struct story *story)
{
	return story->mss[ROLE_CLIENT] == 16344 || story->mss[ROLE_CLIENT] == 16324;
}

static unsigned
signs_of(const struct story *story, uint8_t ttl, int64_t answered_ns)
{
	unsigned signs = 0;

	if (story->has_odd_ttl || (story->fate == FATE_REFUSED && ttl != 0 &&
				      story->refusal_ttl != 0 && story->refusal_ttl != ttl))
		signs |= SIGN_ODD_TTL;
	if (is_lingering(story, answered_ns))
		signs |= SIGN_LINGER;
	if (asks_as_bsd(story))
		signs |= SIGN_BSD;
	if (story->is_unreachable)
		signs |= SIGN_UNREACHABLE;
	if (story->is_prohibited)
		signs |= SIGN_PROHIBITED;
	return signs;
}

/*
 * A client asks again after a second (RFC 6298), or as soon as a tenth of one:
 * before that nobody knows that there is no answer, and nor do we.
 */
#define PATIENCE_NS SECOND_NS
#define AGAIN_NS    (50 * MS_NS)

static bool
was_waited(const struct sockets *all, const struct story *story)
{
	return span_ns(all->seen_ns, story->syn_ns) >= PATIENCE_NS ||
	       span_ns(story->last_syn_ns, story->syn_ns) >= AGAIN_NS;
}

static bool
is_early(const struct sockets *all, const struct listener *listener)
{
	uint32_t at = listener->first_story;

	while (at != 0 && !was_waited(all, story_at(all, at - 1)))
		at = story_at(all, at - 1)->next;
	return at == 0 && listener->lone == 0;
}

void
rivals_note(const struct sockets *all, struct listener *listener)
{
	int64_t answered_ns = answered_last_ns(all, listener);
	uint8_t ttl = common_ttl(all, listener);

	listener->signs = listener->briefs.has_odd_ttl ? SIGN_ODD_TTL : 0;
	for (uint32_t at = listener->first_story; at != 0; at = story_at(all, at - 1)->next)
		listener->signs |= signs_of(story_at(all, at - 1), ttl, answered_ns);
	if (is_early(all, listener))
		listener->signs |= SIGN_EARLY;
}

/* --- which hosts are there --- */

struct host {
	uint8_t address[16];
	uint8_t ip_version;
};

static int
compare_hosts(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct host));
}

static struct host
host_of(const struct listener *listener)
{
	struct host host = { .ip_version = listener->local.ip_version };

	memcpy(host.address, listener->local.src, sizeof(host.address));
	return host;
}

/* Who answers at one port is not down at another. */
void
rivals_note_hosts(struct sockets *all)
{
	struct host *hosts = mem_zalloc((all->listener_count + 1) * sizeof(*hosts));
	size_t count = 0;

	for (size_t i = 0; i < all->listener_count; i++)
		if (all->listeners[i].listens_ns != NEVER_NS || all->listeners[i].refused > 0)
			hosts[count++] = host_of(&all->listeners[i]);
	if (count > 0)
		qsort(hosts, count, sizeof(*hosts), compare_hosts);
	for (size_t i = 0; i < all->listener_count && count > 0; i++) {
		struct host host = host_of(&all->listeners[i]);

		if (bsearch(&host, hosts, count, sizeof(*hosts), compare_hosts) != NULL)
			all->listeners[i].signs |= SIGN_HOST_UP;
	}
	free(hosts);
}

/* --- which are named --- */

static unsigned
rivals_of_silence(const struct listener *listener)
{
	if ((listener->signs & (SIGN_EARLY | SIGN_PROHIBITED | SIGN_UNREACHABLE)) == SIGN_EARLY)
		return RIVAL_END;
	/* BSD drops SYNs silently where a port is bound, but nobody listens. Elsewhere only a filter does. */
	if (listener->vantage == VANTAGE_LOOPBACK)
		return listener->signs & SIGN_BSD ? RIVAL_KERNEL : RIVAL_FIREWALL;
	if (listener->signs & SIGN_PROHIBITED)
		return RIVAL_FIREWALL;
	if (listener->signs & SIGN_UNREACHABLE)
		return RIVAL_HOST_DOWN;
	return RIVAL_LOSS | RIVAL_FIREWALL | (listener->signs & SIGN_HOST_UP ? 0 : RIVAL_HOST_DOWN);
}

unsigned
rivals_of(const struct listener *listener, const struct listener_row *row)
{
	unsigned rivals = 0;

	if (row->kind == STORY_SILENT)
		return rivals_of_silence(listener);
	if (row->kind == STORY_NOT_LISTENING && listener->vantage != VANTAGE_LOOPBACK)
		rivals |= RIVAL_FIREWALL;
	if (listener->signs & SIGN_ODD_TTL)
		rivals |= RIVAL_FIREWALL;
	if (listener->signs & SIGN_LINGER)
		rivals |= RIVAL_LINGER;
	if (listener->doubtful || listener->unheard > 0 ||
	    (row->syn_dropped > 0 && !arrivals_are_seen(listener)))
		rivals |= RIVAL_LOSS;
	if (listener->defer)
		rivals |= RIVAL_DEFER;
	if (listener->old_kernel)
		rivals |= RIVAL_KERNEL;
	return rivals;
}
