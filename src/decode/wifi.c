/*
 * IEEE 802.11, and the headers in which captures tell how a frame was received.
 */
#include "decode/decode_priv.h"

#define PRISM_BYTES 144
#define LLC_SNAP_UI 0xaaaa03

enum {
	CONTROL_PROTECTED = 0x40, /* second byte of the frame control */
	CONTROL_ORDER = 0x80,
	CONTROL_MORE = 0x04,
	CONTROL_DS = 0x03,
	CONTROL_FROM_DS = 0x02,
	VERSION_AND_TYPE = 0x0f, /* first byte */
	DATA = 0x08,
	SUBTYPE_QOS = 0x80,
	SUBTYPE_NULL = 0x40,
	QOS_AMSDU = 0x80,
};

/* Some drivers number whole frames as if they were the last piece of one. */
static bool
begins_with_snap(const struct walk *w)
{
	struct bytes peek = w->b;

	return bytes_u32(&peek) >> 8 == LLC_SNAP_UI;
}

/* A mesh puts up to two more addresses before LLC, which never begins as that does. */
static void
skip_mesh_control(struct walk *w)
{
	enum { CONTROL_BYTES = 6, ADDRESS_BYTES = 6, ADDRESSES_MAX = 2 };
	struct bytes peek = w->b;
	uint8_t addresses = bytes_u8(&peek);

	if (addresses <= ADDRESSES_MAX)
		bytes_skip(&w->b, CONTROL_BYTES + addresses * ADDRESS_BYTES);
}

/* IEEE 802.11-2020, 9.2.4: data frames that carry something, and carry it in the clear. */
static enum layer
take_wifi(struct walk *w, bool swapped)
{
	const uint8_t *h = bytes_take(&w->b, 24);
	unsigned header = 24;
	uint8_t type, control, qos = 0;

	if (h == NULL)
		return walk_short(w);
	type = h[swapped];
	control = h[!swapped];
	if ((type & VERSION_AND_TYPE) != DATA || (type & SUBTYPE_NULL) != 0 ||
	    (control & CONTROL_PROTECTED) != 0)
		return walk_end(DECODE_OTHER);
	if (control & CONTROL_MORE) /* a piece of a packet; they are not put together */
		return walk_end(DECODE_OTHER);
	if ((control & CONTROL_DS) == CONTROL_DS) {
		bytes_skip(&w->b, 6);
		header += 6;
	}
	if (type & SUBTYPE_QOS) {
		qos = bytes_u8(&w->b);
		bytes_skip(&w->b, control & CONTROL_ORDER ? 5 : 1);
		header += control & CONTROL_ORDER ? 6 : 2;
	}
	if (w->wifi_padded)
		bytes_skip(&w->b, -header & 3);
	/* Of several packets in one frame the first: two addresses and a length before it. */
	if (qos & QOS_AMSDU) {
		bytes_skip(&w->b, 12);
		walk_limit(w, bytes_u16(&w->b));
	} else if ((type & SUBTYPE_QOS) != 0 && (control & CONTROL_FROM_DS) != 0) {
		skip_mesh_control(w);
	}
	if (w->b.overrun)
		return walk_short(w);
	return (h[22] & 0x0f) != 0 && !begins_with_snap(w) ? walk_end(DECODE_OTHER) : LAYER_LLC;
}

enum layer
walk_wifi(struct walk *w)
{
	return take_wifi(w, false);
}

/* Access points send the two bytes of the frame control in the other order. */
enum layer
walk_wifi_swapped(struct walk *w)
{
	return take_wifi(w, true);
}

/*
 * Fields are present by the bits of one or more words, and aligned to their
 * size; of them all only the flags matter, which the clock alone may precede.
 */
enum layer
walk_radiotap(struct walk *w)
{
	enum { HAS_CLOCK = 1, HAS_FLAGS = 2, PADDED = 0x20 };
	struct bytes header = w->b;
	uint16_t length;
	uint32_t present, word;
	unsigned words = 1;

	bytes_skip(&header, 2);
	length = bytes_le16(&header);
	present = word = bytes_le32(&header);
	bytes_skip(&w->b, length);
	if (w->b.overrun)
		return walk_short(w);
	if (length < 8)
		return walk_end(DECODE_MALFORMED);
	for (; (word & 0x80000000) != 0 && !header.overrun; words++)
		word = bytes_le32(&header);
	if (present & HAS_CLOCK)
		bytes_skip(&header, (words & 1 ? 0 : 4) + 8u);
	w->wifi_padded = (present & HAS_FLAGS) != 0 && (bytes_u8(&header) & PADDED) != 0;
	return LAYER_WIFI;
}

/* The same link type was used for both headers; AVS' begins with its version. */
enum layer
walk_prism(struct walk *w)
{
	struct bytes peek = w->b;

	if ((bytes_u32(&peek) & 0xfffff000) == 0x80211000)
		return LAYER_AVS;
	bytes_skip(&w->b, PRISM_BYTES);
	return w->b.overrun ? walk_short(w) : LAYER_WIFI;
}

enum layer
walk_avs(struct walk *w)
{
	struct bytes header = w->b;

	bytes_skip(&header, 4);
	bytes_skip(&w->b, bytes_u32(&header));
	return w->b.overrun ? walk_short(w) : LAYER_WIFI;
}

/* Per-packet information: a header that says its length and what follows. */
enum layer
walk_ppi(struct walk *w)
{
	struct bytes header = w->b;
	uint16_t length;
	uint32_t link;

	bytes_skip(&header, 2);
	length = bytes_le16(&header);
	link = bytes_le32(&header);
	bytes_skip(&w->b, length);
	if (w->b.overrun)
		return walk_short(w);
	return length < 8 ? walk_end(DECODE_MALFORMED) : walk_to_link(w, link);
}
