/*
 * What is known of servers' endpoints across their connections, as far as one
 * connection's causes need it: that it answers SYNs, from how near, and that it
 * has just reset another of its connections. A cache with a slot for each hash:
 * what it forgets makes a cause unknown, never wrong.
 */
#include <string.h>

#include "base/mem.h"
#include "tcp/trail_priv.h"

#define SLOTS 4096

/* An endpoint that answers sooner is on the machine that captures, or next to it. */
#define NEAR_NS (MS_NS / 5)
/* A SYN that comes again sooner than this was doubled on the way; the first timer is a second. */
#define SYN_TIMER_NS (500 * MS_NS)
/* A listener that closes resets all its queue at once. */
#define BURST_NS MS_NS

struct endpoint {
	uint8_t address[16];
	uint16_t port;
	uint8_t ip_version; /* 0: a free slot */
	bool is_near;
	uint32_t answer_index; /* the first SYN-ACK known of */
	uint32_t reset_index;  /* the latest reset of a connection that it had not spoken on */
	int64_t reset_ns;
};

struct endpoint *
endpoints_new(void)
{
	return mem_zalloc(SLOTS * sizeof(struct endpoint));
}

static struct endpoint *
slot_of(const struct trails *all, const uint8_t address[16], uint16_t port)
{
	uint64_t a, b;

	memcpy(&a, address, sizeof(a));
	memcpy(&b, address + sizeof(a), sizeof(b));
	a = (a ^ (b << 9) ^ port) * UINT64_C(0x9e3779b97f4a7c15);
	return &all->endpoints[a >> 52];
}

static bool
is_slot_of(
    const struct endpoint *slot, const uint8_t address[16], uint16_t port, uint8_t ip_version)
{
	return slot->ip_version == ip_version && slot->port == port &&
	       memcmp(slot->address, address, sizeof(slot->address)) == 0;
}

void
endpoint_fetch(const struct trails *all, const struct packet *syn_ack)
{
	__builtin_prefetch(slot_of(all, syn_ack->tuple.src, syn_ack->tuple.sport), 1);
}

void
endpoint_answers(struct trails *all, const struct packet *syn_ack, int64_t waited_ns)
{
	const struct tuple *tuple = &syn_ack->tuple;
	struct endpoint *slot = slot_of(all, tuple->src, tuple->sport);

	if (!is_slot_of(slot, tuple->src, tuple->sport, tuple->ip_version)) {
		*slot = (struct endpoint){ .port = tuple->sport, .ip_version = tuple->ip_version };
		memcpy(slot->address, tuple->src, sizeof(slot->address));
		slot->answer_index = syn_ack->index;
	}
	slot->is_near |= waited_ns >= 0 && waited_ns < NEAR_NS;
}

void
endpoint_refuses(struct trails *all, const struct packet *rst)
{
	const struct tuple *tuple = &rst->tuple;
	struct endpoint *slot = slot_of(all, tuple->src, tuple->sport);

	if (is_slot_of(slot, tuple->src, tuple->sport, tuple->ip_version))
		slot->ip_version = 0;
}

/* Its endpoint answers others, and from so near that nothing is lost between here and there. */
bool
is_syn_dropped(const struct look *look, struct reason *reason)
{
	const struct tuple *tuple = &look->pkt->tuple;
	const struct endpoint *slot = slot_of(look->all, tuple->dst, tuple->dport);

	if (look->pkt->tcp.flags & TCP_ACK || !(look->from->flags & TRAIL_SYN) ||
	    look->to->last_index != 0 || look->end != look->from->end ||
	    elapsed_ns(look, look->from->last_ns) < SYN_TIMER_NS ||
	    !is_slot_of(slot, tuple->dst, tuple->dport, tuple->ip_version) || !slot->is_near)
		return false;
	reason_cite(reason, slot->answer_index);
	reason_cite(reason, look->from->last_index);
	return true;
}

/* The server's RST of a connection on which it never spoke. */
static bool
is_reset_unspoken(const struct look *look)
{
	const struct trail_half *server = look->from;

	return look->pkt->tcp.flags & TCP_ACK && look->pkt->tcp.window != 0 &&
	       server->flags & TRAIL_SYN_ACK && !(server->flags & (TRAIL_FIN | TRAIL_RST)) &&
	       look->pkt->tcp.seq == look->conn->half[look->side].start + 1;
}

/* Of several connections that nobody had accepted, all reset in one instant, the second tells. */
bool
is_listener_closed(const struct look *look, struct reason *reason)
{
	const struct tuple *tuple = &look->pkt->tuple;
	struct endpoint *slot = slot_of(look->all, tuple->src, tuple->sport);
	bool is_second;

	if (!is_reset_unspoken(look) ||
	    !is_slot_of(slot, tuple->src, tuple->sport, tuple->ip_version))
		return false;
	is_second = slot->reset_index != 0 && elapsed_ns(look, slot->reset_ns) < BURST_NS &&
		    elapsed_ns(look, slot->reset_ns) >= 0;
	reason_cite(reason, slot->reset_index);
	if (is_second)
		revise_closed(look, slot->reset_index);
	slot->reset_index = look->pkt->index;
	slot->reset_ns = look->pkt->ts_ns;
	return is_second;
}
