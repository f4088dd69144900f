/*
 * MPLS. Labels do not say what they lead to, so it is guessed.
 */
#include "decode/decode_priv.h"

#define MAC_BYTES     6
#define LABEL_LAST    0x100 /* the bottom of the stack */
#define CONTROL_BYTES 4

/* Types that are likely enough at the right place to tell that Ethernet begins here. */
static const uint16_t usual_types[] = { 0x0800, 0x0806, 0x86dd, 0x8100, 0x88a8, 0x9100, 0x8847,
	0x8848, 0x8863, 0x8864, 0x88cc };

static bool
has_ethernet_at(const struct walk *w, size_t skip)
{
	struct bytes b = w->b;
	uint16_t type;

	bytes_skip(&b, skip + 2 * MAC_BYTES);
	type = bytes_u16(&b);
	for (size_t i = 0; i < sizeof(usual_types) / sizeof(usual_types[0]); i++)
		if (type == usual_types[i])
			return true;
	return false;
}

/* A pseudowire's associated channel (RFC 5586): the channel type tells. */
static enum layer
channel(struct walk *w)
{
	static const struct next types[] = {
		{ 0x0021, LAYER_IP, 0 },
		{ 0x0057, LAYER_IPV6, 0 },
	};
	uint16_t type;

	bytes_skip(&w->b, 2);
	type = bytes_u16(&w->b);
	return w->b.overrun ? walk_short(w) : WALK_TO(w, types, type);
}

/*
 * The first half byte: 4 and 6 are IP, 1 is a channel (RFC 4928). 0 is a
 * control word, but addresses of Ethernet cards begin so more often than not;
 * where a type stands decides.
 */
static enum layer
payload(struct walk *w)
{
	uint8_t first;

	if (bytes_left(&w->b) == 0)
		return walk_short(w);
	first = w->b.at[0] >> 4;
	if (first == 4 || first == 6)
		return LAYER_IP;
	if (first == 1)
		return channel(w);
	if (has_ethernet_at(w, 0) && !(first == 0 && has_ethernet_at(w, CONTROL_BYTES)))
		return LAYER_ETHERNET;
	if (first != 0)
		return walk_end(DECODE_OTHER);
	bytes_skip(&w->b, CONTROL_BYTES);
	return w->b.overrun ? walk_short(w) : LAYER_ETHERNET;
}

enum layer
walk_mpls(struct walk *w)
{
	uint32_t label;

	do {
		label = bytes_u32(&w->b);
	} while ((label & LABEL_LAST) == 0 && !w->b.overrun);
	return w->b.overrun ? walk_short(w) : payload(w);
}
