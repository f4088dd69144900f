/*
 * The words that say what a packet is, one table and one function each.
 */
#include <stdio.h>
#include <string.h>

#include "support/script_priv.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct vocable {
	const char *name;
	unsigned arguments;
	void (*take)(struct draft *draft, const struct word *arguments);
	uint16_t flag; /* those without arguments: a TCP flag */
};

static uint32_t
number(const struct draft *d, const struct word *word, uint32_t max)
{
	return (uint32_t)script_number(d->script, word, max);
}

/* TCP's words. */

static void
take_win(struct draft *d, const struct word *w)
{
	d->seg.window = (uint16_t)number(d, w, UINT16_MAX);
}

static void
take_seq(struct draft *d, const struct word *w)
{
	d->seq = number(d, w, UINT32_MAX);
	d->seq_given = true;
}

static void
take_ack(struct draft *d, const struct word *w)
{
	d->ack = number(d, w, UINT32_MAX);
	d->ack_given = true;
}

static void
take_raw_seq(struct draft *d, const struct word *w)
{
	d->raw_seq = number(d, w, UINT32_MAX);
}

static void
take_raw_ack(struct draft *d, const struct word *w)
{
	d->raw_ack = number(d, w, UINT32_MAX);
}

static void
take_isn(struct draft *d, const struct word *w)
{
	d->from->isn = number(d, w, UINT32_MAX);
	d->from->next = 1;
}

static void
take_urgent(struct draft *d, const struct word *w)
{
	d->seg.urgent = (uint16_t)number(d, w, UINT16_MAX);
}

static void
take_header_words(struct draft *d, const struct word *w)
{
	d->seg.header_words = (int)number(d, w, 15);
}

static void
add_option(struct draft *d, const uint8_t *option, size_t bytes, bool aligned)
{
	if (!transport_option(&d->seg, option, bytes, aligned))
		script_fail(d->script, "no room for this option");
}

static void
take_mss(struct draft *d, const struct word *w)
{
	uint8_t option[4] = { 2, 4 };

	put16(option + 2, number(d, w, UINT16_MAX));
	add_option(d, option, sizeof(option), false);
}

static void
take_ws(struct draft *d, const struct word *w)
{
	uint8_t option[3] = { 3, 3, (uint8_t)number(d, w, 255) };

	add_option(d, option, sizeof(option), true);
}

static void
take_sack_ok(struct draft *d, const struct word *w)
{
	static const uint8_t option[2] = { 4, 2 };

	(void)w;
	add_option(d, option, sizeof(option), false);
}

static void
take_ts(struct draft *d, const struct word *w)
{
	uint8_t option[10] = { 8, 10 };

	put32(put32(option + 2, number(d, w, UINT32_MAX)), number(d, w + 1, UINT32_MAX));
	add_option(d, option, sizeof(option), true);
}

/* sack 101-201,301-401: relative, as the one being told counts */
static void
take_sack(struct draft *d, const struct word *w)
{
	uint8_t option[OPTIONS_MAX] = { 5 };
	uint8_t *p = option + 2;
	char list[256];
	char *rest = list;
	char *block;

	strncpy(list, w->text, sizeof(list) - 1);
	list[sizeof(list) - 1] = '\0';
	while ((block = strsep(&rest, ",")) != NULL) {
		struct word span = { block, strlen(block), false };
		uint32_t left, right;

		if (p + 8 > option + sizeof(option))
			script_fail(d->script, "at most four SACK blocks fit");
		script_span(d->script, &span, &left, &right);
		p = put32(put32(p, d->to->isn + left), d->to->isn + right);
	}
	option[1] = (uint8_t)(p - option);
	add_option(d, option, option[1], true);
}

/* The cookie's hex digits, or "request". */
static void
take_fast_open(struct draft *d, const struct word *w)
{
	uint8_t option[18] = { 34, 2 };

	if (strcmp(w->text, "request") != 0)
		option[1] += (uint8_t)script_hex(d->script, w, option + 2, 16);
	add_option(d, option, option[1], true);
}

static void
take_option(struct draft *d, const struct word *w)
{
	uint8_t option[OPTIONS_MAX];

	add_option(d, option, script_hex(d->script, w, option, sizeof(option)), false);
}

/* IP's words. */

static void
take_id(struct draft *d, const struct word *w)
{
	d->id = number(d, w, UINT16_MAX);
}

static void
take_ttl(struct draft *d, const struct word *w)
{
	d->ip.ttl = (uint8_t)number(d, w, 255);
}

static void
take_tos(struct draft *d, const struct word *w)
{
	d->ip.tos = (uint8_t)number(d, w, 255);
}

static void
take_nodf(struct draft *d, const struct word *w)
{
	(void)w;
	d->ip.may_fragment = true;
}

static void
take_total(struct draft *d, const struct word *w)
{
	d->ip.total_bytes = (int32_t)number(d, w, UINT16_MAX);
}

static void
take_ip_checksum(struct draft *d, const struct word *w)
{
	d->ip.bad_checksum = strcmp(w->text, "bad") == 0;
}

static void
take_fragmented(struct draft *d, const struct word *w)
{
	take_nodf(d, w);
	d->fragmented = true;
}

/* What is carried. */

static void
take_checksum(struct draft *d, const struct word *w)
{
	static const char *const names[] = { "good", "partial", "bad", "zero" };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(w->text, names[i]) == 0) {
			d->seg.sum = (enum sum_kind)i;
			return;
		}
	script_fail(d->script, "%s: no such checksum", w->text);
}

static void
take_len(struct draft *d, const struct word *w)
{
	d->filler = number(d, w, PAYLOAD_MAX);
}

static void
take_hex(struct draft *d, const struct word *w)
{
	struct transport *seg = &d->seg;

	seg->payload_bytes += (uint32_t)script_hex(
	    d->script, w, seg->payload + seg->payload_bytes, PAYLOAD_MAX - seg->payload_bytes);
}

static void
take_text(struct draft *d, const struct word *w)
{
	struct transport *seg = &d->seg;

	if (w->bytes > PAYLOAD_MAX - seg->payload_bytes)
		script_fail(d->script, "too much payload");
	put_bytes(seg->payload + seg->payload_bytes, w->text, w->bytes);
	seg->payload_bytes += (uint32_t)w->bytes;
}

static void
take_udp(struct draft *d, const struct word *w)
{
	(void)w;
	d->seg.proto = TRANSPORT_UDP;
}

static void
take_udp_length(struct draft *d, const struct word *w)
{
	d->seg.claimed_bytes = (int)number(d, w, UINT16_MAX);
}

/* icmp 3/1: type and code, of the version that the addresses have */
static void
take_icmp(struct draft *d, const struct word *w)
{
	unsigned type, code;

	if (sscanf(w->text, "%u/%u", &type, &code) != 2)
		script_fail(d->script, "%s: expected TYPE/CODE", w->text);
	d->seg.proto = d->from->end->address.version == 6 ? TRANSPORT_ICMP6 : TRANSPORT_ICMP;
	d->seg.icmp_type = (uint8_t)type;
	d->seg.icmp_code = (uint8_t)code;
}

static void
take_echo(struct draft *d, const struct word *w)
{
	d->seg.icmp_rest = number(d, w, UINT16_MAX) << 16 | number(d, w + 1, UINT16_MAX);
}

static void
take_quotes(struct draft *d, const struct word *w)
{
	d->quoted = script_frame(d->script, w);
}

static void
take_quoted(struct draft *d, const struct word *w)
{
	d->quoted_bytes = number(d, w, UINT16_MAX);
}

/* What the capture makes of the frame. */

static void
take_pad(struct draft *d, const struct word *w)
{
	d->padded_bytes = number(d, w, WIRE_TAIL);
}

static void
take_caplen(struct draft *d, const struct word *w)
{
	d->captured_bytes = number(d, w, UINT32_MAX);
}

static void
take_wire(struct draft *d, const struct word *w)
{
	d->wire_bytes = number(d, w, UINT32_MAX);
}

static void
take_claims(struct draft *d, const struct word *w)
{
	d->claimed_captured_bytes = number(d, w, UINT32_MAX);
}

static const struct vocable vocabulary[] = {
	{ "FIN", 0, NULL, FLAG_FIN },
	{ "SYN", 0, NULL, FLAG_SYN },
	{ "RST", 0, NULL, FLAG_RST },
	{ "PSH", 0, NULL, FLAG_PSH },
	{ "ACK", 0, NULL, FLAG_ACK },
	{ "URG", 0, NULL, FLAG_URG },
	{ "ECE", 0, NULL, FLAG_ECE },
	{ "CWR", 0, NULL, FLAG_CWR },
	{ "AE", 0, NULL, FLAG_AE },
	{ "win", 1, take_win, 0 },
	{ "seq", 1, take_seq, 0 },
	{ "ack", 1, take_ack, 0 },
	{ "rawseq", 1, take_raw_seq, 0 },
	{ "rawack", 1, take_raw_ack, 0 },
	{ "isn", 1, take_isn, 0 },
	{ "urg", 1, take_urgent, 0 },
	{ "offset", 1, take_header_words, 0 },
	{ "mss", 1, take_mss, 0 },
	{ "ws", 1, take_ws, 0 },
	{ "sackOK", 0, take_sack_ok, 0 },
	{ "ts", 2, take_ts, 0 },
	{ "sack", 1, take_sack, 0 },
	{ "fastopen", 1, take_fast_open, 0 },
	{ "option", 1, take_option, 0 },
	{ "id", 1, take_id, 0 },
	{ "ttl", 1, take_ttl, 0 },
	{ "tos", 1, take_tos, 0 },
	{ "nodf", 0, take_nodf, 0 },
	{ "total", 1, take_total, 0 },
	{ "ipchecksum", 1, take_ip_checksum, 0 },
	{ "fragmented", 0, take_fragmented, 0 },
	{ "checksum", 1, take_checksum, 0 },
	{ "len", 1, take_len, 0 },
	{ "hex", 1, take_hex, 0 },
	{ "udp", 0, take_udp, 0 },
	{ "udplen", 1, take_udp_length, 0 },
	{ "icmp", 1, take_icmp, 0 },
	{ "echo", 2, take_echo, 0 },
	{ "quotes", 1, take_quotes, 0 },
	{ "quoted", 1, take_quoted, 0 },
	{ "pad", 1, take_pad, 0 },
	{ "caplen", 1, take_caplen, 0 },
	{ "wire", 1, take_wire, 0 },
	{ "claims", 1, take_claims, 0 },
};

static const struct vocable *
look_up(const struct script *script, const struct word *word)
{
	for (size_t i = 0; i < COUNT_OF(vocabulary); i++)
		if (strcmp(vocabulary[i].name, word->text) == 0)
			return &vocabulary[i];
	script_fail(script, "%s: no such word", word->text);
}

void
draft_words(struct draft *d, const struct words *words, unsigned i)
{
	while (i < words->count) {
		const struct word *word = &words->word[i++];
		const struct vocable *vocable;

		if (word->quoted) {
			take_text(d, word);
			continue;
		}
		vocable = look_up(d->script, word);
		if (i + vocable->arguments > words->count)
			script_fail(d->script, "%s: a word is missing", word->text);
		if (vocable->take != NULL)
			vocable->take(d, word + 1);
		d->seg.flags |= vocable->flag;
		i += vocable->arguments;
	}
}
