/*
 * Zeek's words for a connection, conn_state and history, since analysts read
 * them fluently. They come out of Zeek's own picture of the two ends, which
 * is not TCP's: a SYN-ACK establishes, nothing checks an ACK, and a RST is
 * believed from wherever it comes. So that picture is kept here as it is, and
 * conn.c judges for itself.
 *
 * What is approximate: an unanswered SYN and a long silence do not end the
 * record here, as Zeek's timers do, because our flow goes on.
 */
#include "tcp/conn_priv.h"

#include "base/seq.h"

/* Zeek's tcp_close_delay: what comes later begins a record of its own. */
#define LINGER_NS (5 * SECOND_NS)

enum event { GOT_SYN, GOT_SYN_ACK, GOT_FIN, GOT_RST, EVENT_COUNT };

/*
 * One end, by what it sent. A blank cell is ZEEK_INACTIVE, zero on purpose:
 * nothing leads back there, so it says that nothing changes. What depends on
 * the other end is in the functions that step.
 */
static const uint8_t next_state[ZEEK_STATE_COUNT][EVENT_COUNT] = {
	[ZEEK_INACTIVE] = {
		[GOT_SYN] = ZEEK_SYN_SENT, /* of the responder: ZEEK_ESTABLISHED */
		[GOT_SYN_ACK] = ZEEK_SYN_ACK_SENT,
		[GOT_FIN] = ZEEK_CLOSED,
		[GOT_RST] = ZEEK_RESET,
	},
	[ZEEK_SYN_SENT] = { [GOT_FIN] = ZEEK_CLOSED, [GOT_RST] = ZEEK_RESET },
	[ZEEK_SYN_ACK_SENT] = { [GOT_FIN] = ZEEK_CLOSED, [GOT_RST] = ZEEK_RESET },
	[ZEEK_PARTIAL] = { [GOT_FIN] = ZEEK_CLOSED, [GOT_RST] = ZEEK_RESET },
	[ZEEK_ESTABLISHED] = { [GOT_FIN] = ZEEK_CLOSED, [GOT_RST] = ZEEK_RESET },
	[ZEEK_CLOSED] = { [GOT_RST] = ZEEK_RESET }, /* unless the other is closed too */
};

/* --- history --- */

/* Letters that are given the 1st, 10th, 100th, ... time. */
enum rare { RARE_CHECKSUM, RARE_GAP, RARE_RESENT, RARE_ZERO_WINDOW };

static inline void
append(struct conn *conn, char letter)
{
	if (conn->history_length < HISTORY_MAX)
		conn->history[conn->history_length++] = letter;
}

static inline void
add(struct conn *conn, enum side side, char letter)
{
	append(conn, side == conn->origin ? letter : (char)(letter | 0x20));
}

static inline void
add_once(struct conn *conn, enum side side, enum seen kind, char letter)
{
	if (conn->seen[side] & kind)
		return;
	conn->seen[side] |= kind;
	add(conn, side, letter);
}

static void
add_rare(struct conn *conn, enum side side, enum rare kind, char letter)
{
	uint16_t *count = &conn->rare[side][kind];

	if (*count == UINT16_MAX)
		return;
	switch (++*count) {
	case 1:
	case 10:
	case 100:
	case 1000:
	case 10000:
		add(conn, side, letter);
	}
}

/* S, H and R: again where the number differs from the last of the kind. */
static inline void
add_numbered(
    struct conn *conn, enum side side, enum seen kind, char letter, uint32_t *last, uint32_t rel)
{
	if (!(conn->seen[side] & kind) || *last != rel)
		add(conn, side, letter);
	conn->seen[side] |= kind;
	*last = rel;
}

/* Zeek remembers by role what it has seen, not by end. */
static void
turn_roles(struct conn *conn)
{
	uint8_t seen = conn->seen[SIDE_A];

	conn->seen[SIDE_A] = conn->seen[SIDE_B];
	conn->seen[SIDE_B] = seen;
	conn->origin = !conn->origin;
}

/*
 * A SYN-ACK out of nowhere may be a scan, so its sender is the originator at
 * first. Scanners neither get nor send what comes now: it was the responder.
 */
static __attribute__((noinline)) void
turn_round(struct conn *conn)
{
	turn_roles(conn);
	conn->history[0] = '^';
	conn->history[1] = 'h';
	conn->history_length = 2;
}

void
zeek_first(struct conn *conn, enum side side, enum seen kind)
{
	if (conn->history_length == 1 && conn->history[0] == 'H') {
		turn_round(conn);
		if (conn->seen[side] & kind)
			return;
	}
	conn->seen[side] |= kind;
	add(conn, side, kind == SEEN_DATA ? 'D' : 'A');
}

static void
add_controls(struct conn *conn, const struct packet *pkt, enum side side)
{
	struct conn_half *half = &conn->half[side];
	uint32_t rel = pkt->tcp.seq - half->start;

	switch (pkt->tcp.flags & CONTROL) {
	case TCP_SYN:
		add_numbered(conn, side, SEEN_SYN, pkt->tcp.flags & TCP_ACK ? 'H' : 'S',
		    &conn->syn_rel[side], rel);
		return;
	case TCP_FIN:
		add_numbered(conn, side, SEEN_FIN, 'F', &half->fin_rel, rel + pkt->payload_bytes);
		return;
	case TCP_RST:
		add_numbered(conn, side, SEEN_RST, 'R', &conn->rst_rel[side], rel);
		return;
	}
	if ((pkt->tcp.flags & (TCP_FIN | TCP_RST)) == (TCP_FIN | TCP_RST))
		add_once(conn, side, SEEN_FIN_RST, 'I');
	else
		add_once(conn, side, SEEN_MIXED, 'Q');
}

static inline void
add_letters(struct conn *conn, const struct packet *pkt, enum side side)
{
	if (pkt->tcp.flags & CONTROL)
		add_controls(conn, pkt, side);
	else if (pkt->payload_bytes > 0 && !(conn->seen[side] & SEEN_DATA))
		zeek_first(conn, side, SEEN_DATA);
	else if (pkt->payload_bytes == 0 && pkt->tcp.flags & TCP_ACK &&
		 !(conn->seen[side] & SEEN_ACK))
		zeek_first(conn, side, SEEN_ACK);
	if (pkt->tcp.window == 0 && !(pkt->tcp.flags & TCP_RST) &&
	    conn->half[!side].state != ZEEK_CLOSED && conn->half[side].state != ZEEK_RESET)
		add_rare(conn, side, RARE_ZERO_WINDOW, 'W');
}

/* --- missing bytes --- */

static bool
is_clean(const struct conn_half *half)
{
	return half->state == ZEEK_ESTABLISHED ||
	       (half->state == ZEEK_CLOSED && half->prev_state == ZEEK_ESTABLISHED);
}

/* Missing bytes are worth a letter only where both ends are known to be in step. */
static inline void
note_ack(struct conn *conn, uint32_t ack, enum side acked)
{
	struct conn_half *half = &conn->half[acked];
	unsigned count;

	if (half_has_all_below(half, ack))
		return;
	count = half_give_up(half, half_acked_bytes(half, ack));
	if (!is_clean(&conn->half[0]) || !is_clean(&conn->half[1]))
		return;
	while (count-- > 0)
		add_rare(conn, acked, RARE_GAP, 'G');
}

/* --- states --- */

static inline void
enter(struct conn_half *half, uint8_t state)
{
	if (state == ZEEK_INACTIVE || state == half->state)
		return;
	half->prev_state = half->state;
	half->state = state;
}

static void
step_syn(struct conn *conn, const struct packet *pkt, enum side side)
{
	struct conn_half *half = &conn->half[side];
	struct conn_half *peer = &conn->half[!side];
	bool has_ack = pkt->tcp.flags & TCP_ACK;

	if (half->state == ZEEK_PARTIAL && peer->state == ZEEK_INACTIVE && !has_ack) {
		enter(half, ZEEK_SYN_SENT);
		return;
	}
	if (half->state != ZEEK_INACTIVE || side == conn->origin) {
		enter(half, next_state[half->state][has_ack ? GOT_SYN_ACK : GOT_SYN]);
		return;
	}
	if (!has_ack && peer->state == ZEEK_SYN_ACK_SENT) {
		/* The SYN-ACK was captured before its SYN. */
		turn_roles(conn);
		append(conn, '^');
		enter(peer, ZEEK_ESTABLISHED);
	}
	if (peer->state == ZEEK_SYN_SENT)
		enter(peer, ZEEK_ESTABLISHED);
	enter(half, ZEEK_ESTABLISHED);
}

static void
step_fin(struct conn_half *half, struct conn_half *peer)
{
	bool was_open = half->state == ZEEK_ESTABLISHED || half->state == ZEEK_PARTIAL;

	enter(half, next_state[half->state][GOT_FIN]);
	if (was_open && peer->state == ZEEK_RESET && peer->prev_state == ZEEK_CLOSED)
		enter(peer, ZEEK_CLOSED); /* FIN, then RST: an ordinary ending after all */
}

static void
step_rst(struct conn_half *half, const struct conn_half *peer)
{
	if (half->state != ZEEK_CLOSED || peer->state != ZEEK_CLOSED)
		enter(half, next_state[half->state][GOT_RST]);
}

/* The first segment of an end, and it carries no control flag. */
static void
step_first(struct conn *conn, const struct packet *pkt, enum side side, bool by_origin)
{
	struct conn_half *half = &conn->half[side];
	const struct conn_half *peer = &conn->half[!side];

	if (!by_origin && pkt->payload_bytes == 0 && peer->state == ZEEK_SYN_SENT)
		return; /* some acknowledge a SYN before they answer it */
	if (pkt->tcp.flags & TCP_ACK && peer->state == ZEEK_ESTABLISHED)
		enter(half, ZEEK_ESTABLISHED);
	else
		enter(half, ZEEK_PARTIAL);
}

static void
step(struct conn *conn, const struct packet *pkt, enum side side, bool by_origin)
{
	struct conn_half *half = &conn->half[side];
	struct conn_half *peer = &conn->half[!side];
	uint16_t flags = pkt->tcp.flags;
	bool was_inactive = half->state == ZEEK_INACTIVE;

	if (flags & TCP_SYN)
		step_syn(conn, pkt, side);
	if (flags & TCP_FIN && (was_inactive || !(flags & TCP_RST)))
		step_fin(half, peer);
	if (flags & TCP_RST)
		step_rst(half, peer);
	if (half->state == ZEEK_INACTIVE)
		step_first(conn, pkt, side, by_origin);
}

/* An end is done with once all that it sent is accounted for. */
static inline bool
is_done(const struct conn_half *half, const struct conn_half *peer)
{
	if (half->state < ZEEK_CLOSED)
		return false;
	if (half->state == ZEEK_CLOSED && peer->holes > 0)
		return false;
	return seq_ge(half->next, half->end - 1);
}

/* One end that is done is enough where it was reset, or the other never spoke. */
static void
note_end(struct conn *conn, int64_t ts_ns)
{
	const struct conn_half *a = &conn->half[SIDE_A];
	const struct conn_half *b = &conn->half[SIDE_B];
	bool a_done = is_done(a, b);
	bool b_done = is_done(b, a);

	if ((a_done && b_done) ||
	    (a_done && (a->state == ZEEK_RESET || b->state == ZEEK_INACTIVE)) ||
	    (b_done && (b->state == ZEEK_RESET || a->state == ZEEK_INACTIVE))) {
		conn->facts |= FACT_ENDED;
		conn->closed_ns = ts_ns;
	}
}

static bool
is_over(const struct conn *conn, const struct packet *pkt)
{
	return conn->facts & FACT_ENDED && span_ns(pkt->ts_ns, conn->closed_ns) > LINGER_NS;
}

/* --- the way in --- */

void
zeek_begin(struct conn *conn, const struct packet *first, enum side side)
{
	conn->origin = (uint8_t)side;
	if (looks_like_reply(&first->tuple, first->tcp.flags)) {
		conn->origin = !side;
		append(conn, '^');
	}
}

void
zeek_corrupt(struct conn *conn, const struct packet *pkt, enum side side)
{
	if (!is_over(conn, pkt))
		add_rare(conn, side, RARE_CHECKSUM, 'C');
}

/* The steps are in Zeek's order, which is that of the letters one segment can earn. */
void
zeek_segment(struct conn *conn, const struct packet *pkt, enum side side)
{
	struct conn_half *half = &conn->half[side];
	struct conn_half *peer = &conn->half[!side];
	uint16_t flags = pkt->tcp.flags;
	bool by_origin = side == conn->origin;
	bool peer_was_active = peer->state != ZEEK_INACTIVE;
	uint32_t old_end;

	if (is_over(conn, pkt))
		return;
	if (flags & TCP_SYN || half->state == ZEEK_INACTIVE)
		half_learn_start(half, pkt);
	add_letters(conn, pkt, side);
	if (flags & TCP_FIN)
		half->flags |= HALF_FIN;
	if (flags & TCP_ACK && !peer_was_active)
		half_start(peer, pkt->tcp.ack - 1, pkt->tcp.ack - 1);
	old_end = half->end;
	if (half_move_end(half, pkt))
		add_rare(conn, side, RARE_RESENT, 'T');
	if (flags & CONTROL || half->state == ZEEK_INACTIVE)
		step(conn, pkt, side, by_origin);
	if (flags & TCP_ACK && peer_was_active)
		note_ack(conn, pkt->tcp.ack, !side);
	if (pkt->payload_bytes > 0)
		half_fill(half, pkt, old_end);
	if ((half->state >= ZEEK_CLOSED || peer->state >= ZEEK_CLOSED) &&
	    !(conn->facts & FACT_ENDED))
		note_end(conn, pkt->ts_ns);
	conn_note_step(conn);
}

/* --- the short ways: what the steps above come to where all is as it should be --- */

void
zeek_open(struct conn *conn, const struct packet *syn, enum side side)
{
	struct conn_half *half = &conn->half[side];

	conn->origin = (uint8_t)side;
	conn->seen[side] = SEEN_SYN;
	append(conn, 'S');
	half->start = syn->tcp.seq;
	half->end = half->next = syn->tcp.seq + 1;
	half->state = ZEEK_SYN_SENT;
}

void
zeek_answer(struct conn *conn, const struct packet *syn_ack, enum side side)
{
	struct conn_half *half = &conn->half[side];
	struct conn_half *peer = &conn->half[!side];

	conn->seen[side] |= SEEN_SYN;
	append(conn, 'h');
	half->start = syn_ack->tcp.seq;
	half->end = half->next = syn_ack->tcp.seq + 1;
	half->state = peer->state = ZEEK_ESTABLISHED;
	peer->prev_state = ZEEK_SYN_SENT;
}

void
zeek_fin(struct conn *conn, const struct packet *fin, enum side side)
{
	struct conn_half *half = &conn->half[side];
	uint32_t end = fin->tcp.seq + fin->payload_bytes;

	add_numbered(conn, side, SEEN_FIN, 'F', &half->fin_rel, end - half->start);
	half->flags = (uint8_t)((half->flags | HALF_FIN) & ~HALF_IN_STEP);
	half->next = end;
	half->end = end + 1;
	enter(half, ZEEK_CLOSED);
	if (conn->half[!side].state == ZEEK_CLOSED)
		note_end(conn, fin->ts_ns);
}

void
zeek_last_ack(struct conn *conn, const struct packet *pkt, enum side side)
{
	if (!(conn->seen[side] & SEEN_ACK) && !is_over(conn, pkt))
		zeek_first(conn, side, SEEN_ACK);
}

/* --- conn_state --- */

/* What Zeek counts as sent: the highest end, or the highest ACK, less SYN and FIN. */
static bool
sent_nothing(const struct conn_half *half, const struct conn_half *peer)
{
	int32_t sent = seq_diff(half->end, half->start);
	int32_t acked = peer->last_ack == 0 ? 0 : seq_diff(peer->last_ack, half->start);

	return (sent > acked ? sent : acked) <= 1 + ((half->flags & HALF_FIN) != 0);
}

static bool
is_silent(const struct conn_half *half)
{
	return half->state == ZEEK_INACTIVE || half->state == ZEEK_PARTIAL;
}

/* A SYN and then a RST of its sender, and nothing that would have been more: ^?S[^HAFGIQ]*R */
static bool
tells_withdrawn_syn(const char *history)
{
	if (*history == '^')
		history++;
	if (*history++ != 'S')
		return false;
	for (; *history != '\0' && *history != 'R'; history++) {
		switch (*history) {
		case 'H':
		case 'A':
		case 'F':
		case 'G':
		case 'I':
		case 'Q':
			return false;
		}
	}
	return *history == 'R';
}

static const char *
responder_reset(const struct conn_half *o, const struct conn_half *r)
{
	if (o->state == ZEEK_SYN_SENT || o->state == ZEEK_SYN_ACK_SENT)
		return "REJ";
	if (o->state == ZEEK_RESET && sent_nothing(o, r) && sent_nothing(r, o))
		return "REJ";
	return is_silent(o) ? "RSTRH" : "RSTR";
}

const char *
zeek_conn_state(const struct conn *conn)
{
	const struct conn_half *o = &conn->half[conn->origin];
	const struct conn_half *r = &conn->half[!conn->origin];

	if (r->state == ZEEK_RESET)
		return responder_reset(o, r);
	if (o->state == ZEEK_RESET && !is_silent(r))
		return "RSTO";
	if (o->state == ZEEK_RESET)
		return tells_withdrawn_syn(conn->history) ? "RSTOS0" : "OTH";
	if (o->state == ZEEK_CLOSED && r->state == ZEEK_CLOSED)
		return "SF";
	if (o->state == ZEEK_CLOSED)
		return is_silent(r) ? "SH" : "S2";
	if (r->state == ZEEK_CLOSED)
		return is_silent(o) ? "SHR" : "S3";
	if (o->state == ZEEK_SYN_SENT && r->state == ZEEK_INACTIVE)
		return "S0";
	if (o->state == ZEEK_ESTABLISHED && r->state == ZEEK_ESTABLISHED)
		return "S1";
	return "OTH";
}
