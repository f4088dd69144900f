/*
 * pcapng: blocks, one after the other (draft-ietf-opsawg-pcapng).
 *
 * Not through libpcap, which gives up where a second interface differs from
 * the first in link type or snapshot length, hides which interface a frame
 * is from and does not number frames as Wireshark does. What a block claims
 * is checked before it is believed: both its lengths, its interface, and
 * that its packet fits into it.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/span.h"
#include "capture/capture_priv.h"

#define ORDER_MAGIC        0x1a2b3c4du
#define BLOCK_HEADER_BYTES 8 /* type and length; the length stands again at the end */
#define BLOCK_MIN_BYTES    12

/* No capturing program writes more of a frame; of a larger one so much is handed on. */
#define FRAME_MAX_BYTES ((uint64_t)256 << 10)

/* A section could name as many as its blocks allow; nobody has so many. */
#define INTERFACES_MAX 65536

enum {
	SECTION = 0x0a0d0d0a, /* the same in both byte orders */
	INTERFACE = 1,
	OLD_PACKET = 2,
	SIMPLE_PACKET = 3,
	STATISTICS = 5,
	ENHANCED_PACKET = 6,
	JOURNAL = 9,
	SYSDIG_EVENT = 0x204,
	SYSDIG_EVENT_2 = 0x216,
	SYSDIG_EVENT_2_LARGE = 0x221,
	CUSTOM = 0xbad,
	CUSTOM_NO_COPY = 0x40000bad,
};

/* How an interface counts time, and what its frames are. */
struct interface {
	uint64_t ns_per_unit; /* 0: its units are finer, or no power of ten */
	uint64_t units_per_s;
	int64_t offset_ns;
	uint32_t link;
	uint32_t snap_bytes; /* 0: no bound */
};

struct pcapng {
	struct source *source;
	uint64_t block_bytes; /* of the block looked at last, to be passed before the next */
	struct interface *interfaces; /* of this section */
	uint32_t interface_count;
	size_t interface_room;
	uint32_t interfaces_before; /* of earlier sections */
	struct notes *notes;        /* NULL: nobody asks */
	uint32_t part;
	uint32_t frames;
	int64_t ts_ns; /* of the latest frame that had a time */
	bool little;
};

/* A block that can be looked at. */
struct block {
	uint32_t type;
	uint32_t bytes;
	uint64_t offset;
	struct bytes body; /* between the two lengths; of a very large block, the beginning */
};

bool
pcapng_starts(const uint8_t *data, size_t count)
{
	struct bytes b = bytes_of(data, count);

	return bytes_u32(&b) == SECTION && !b.overrun;
}

struct pcapng *
pcapng_new(struct source *source, struct notes *notes, uint32_t part)
{
	struct pcapng *ng = mem_zalloc(sizeof(*ng));

	ng->source = source;
	ng->notes = notes;
	ng->part = part;
	return ng;
}

void
pcapng_free(struct pcapng *ng)
{
	if (ng == NULL)
		return;
	free(ng->interfaces);
	free(ng);
}

uint32_t
pcapng_frames(const struct pcapng *ng)
{
	return ng->frames;
}

static uint16_t
take_u16(const struct pcapng *ng, struct bytes *b)
{
	return order_u16(b, ng->little);
}

static uint32_t
take_u32(const struct pcapng *ng, struct bytes *b)
{
	return order_u32(b, ng->little);
}

static enum status
damaged(const struct pcapng *ng, const struct block *block, const char *what, struct diag *diag)
{
	return diag_set(diag, ST_FORMAT,
	    "%s: damaged in the block at byte %" PRIu64 ", after frame %" PRIu32 ": %s",
	    ng->source->name, block->offset, ng->frames, what);
}

static enum status
cut_short(const struct pcapng *ng, const struct block *block, uint64_t got, uint64_t wanted,
    struct diag *diag)
{
	enum status st = source_trouble(ng->source, diag);

	if (st != ST_OK)
		return st;
	return diag_set(diag, ST_FORMAT,
	    "%s: cut short in the block at byte %" PRIu64 ", after frame %" PRIu32 ": %" PRIu64
	    " of %" PRIu64 " bytes",
	    ng->source->name, block->offset, ng->frames, got, wanted);
}

/* Past the block looked at last, which may be larger than the window. */
static enum status
pass_block(struct pcapng *ng, struct diag *diag)
{
	struct block block = { .offset = source_offset(ng->source) };
	uint64_t skipped = source_skip(ng->source, ng->block_bytes);

	if (skipped < ng->block_bytes)
		return cut_short(ng, &block, skipped, ng->block_bytes, diag);
	ng->block_bytes = 0;
	return ST_OK;
}

/* A section header says the byte order of all that follows, its own length included. */
static bool
learn_order(struct pcapng *ng, struct bytes b)
{
	uint32_t magic;

	bytes_skip(&b, BLOCK_HEADER_BYTES);
	magic = bytes_u32(&b);
	ng->little = magic == __builtin_bswap32(ORDER_MAGIC);
	return ng->little || magic == ORDER_MAGIC;
}

static bool
lengths_agree(
    const struct pcapng *ng, const struct block *block, const uint8_t *data, size_t padded_bytes)
{
	struct bytes b = bytes_of(data, padded_bytes);

	bytes_skip(&b, padded_bytes - 4);
	return take_u32(ng, &b) == block->bytes;
}

static enum status
next_block(struct pcapng *ng, struct block *block, struct diag *diag)
{
	enum status st = pass_block(ng, diag);
	const uint8_t *data;
	uint64_t padded_bytes;
	size_t shown_bytes;
	struct bytes b;

	if (st != ST_OK)
		return st;
	block->offset = source_offset(ng->source);
	data = source_peek(ng->source, BLOCK_MIN_BYTES);
	if (data == NULL) {
		if (source_in_window(ng->source) == 0 && source_trouble(ng->source, diag) == ST_OK)
			return ST_END;
		return cut_short(ng, block, source_in_window(ng->source), BLOCK_MIN_BYTES, diag);
	}
	b = bytes_of(data, BLOCK_MIN_BYTES);
	if (pcapng_starts(data, BLOCK_MIN_BYTES) && !learn_order(ng, b))
		return damaged(ng, block, "a section without a byte order", diag);
	block->type = take_u32(ng, &b);
	block->bytes = take_u32(ng, &b);
	if (block->bytes < BLOCK_MIN_BYTES)
		return damaged(ng, block, "it claims to be shorter than any block", diag);

	/* Some writers do not count the padding, though they write it. */
	padded_bytes = ((uint64_t)block->bytes + 3) & ~(uint64_t)3;
	shown_bytes = padded_bytes < SOURCE_PEEK_MAX ? padded_bytes : SOURCE_PEEK_MAX;
	data = source_peek(ng->source, shown_bytes);
	if (data == NULL)
		return cut_short(ng, block, source_in_window(ng->source), padded_bytes, diag);
	if (shown_bytes == padded_bytes && !lengths_agree(ng, block, data, shown_bytes))
		return damaged(ng, block, "its two lengths differ", diag);
	ng->block_bytes = padded_bytes;
	block->body = bytes_of(data, shown_bytes);
	bytes_skip(&block->body, BLOCK_HEADER_BYTES);
	bytes_limit(&block->body, padded_bytes - BLOCK_MIN_BYTES);
	return ST_OK;
}

/* --- options --- */

enum {
	INTERFACE_RESOLUTION = 9,
	INTERFACE_OFFSET = 14,
	STATISTICS_DROPPED = 5,        /* by the interface */
	STATISTICS_SYSTEM_DROPPED = 7, /* by the system, for want of room */
};

static bool
next_option(const struct pcapng *ng, struct bytes *b, struct option *option)
{
	return option_next(b, ng->little, option);
}

static void
note(struct pcapng *ng, enum option_of of, const struct option *option, uint32_t number)
{
	if (ng->notes != NULL)
		option_note(ng->notes, of, option, ng->part, number);
}

/* --- what blocks hold --- */

static enum status
read_section(struct pcapng *ng, struct block *block, struct frame *frame, struct diag *diag)
{
	uint16_t major, minor;
	struct option option;

	(void)frame;
	bytes_skip(&block->body, 4); /* the byte order, learnt already */
	major = take_u16(ng, &block->body);
	minor = take_u16(ng, &block->body);
	bytes_skip(&block->body, 8); /* the section's length, which few writers know */
	if (block->body.overrun)
		return damaged(ng, block, "a section's header that ends too early", diag);
	if (major != 1 || (minor != 0 && minor != 2))
		return diag_set(diag, ST_FORMAT,
		    "%s: version %u.%u of pcapng, which synscope does not read", ng->source->name,
		    major, minor);
	ng->interfaces_before += ng->interface_count;
	ng->interface_count = 0;
	while (next_option(ng, &block->body, &option))
		note(ng, OPTION_OF_SECTION, &option, 0);
	return ST_OK;
}

/*
 * if_tsresol: ten or two to a negative power. Of units finer than these, 64
 * bits would not last from 1970 to 1971, whatever we made of them.
 */
#define POWER_OF_TEN_MAX 19
#define POWER_OF_TWO_MAX 63

static void
set_resolution(struct interface *iface, uint8_t resolution)
{
	unsigned exponent = resolution & 0x7f;

	iface->ns_per_unit = 0;
	if (resolution & 0x80) {
		if (exponent > POWER_OF_TWO_MAX)
			exponent = POWER_OF_TWO_MAX;
		iface->units_per_s = (uint64_t)1 << exponent;
		return;
	}
	iface->units_per_s = 1;
	for (unsigned i = 0; i < exponent && i < POWER_OF_TEN_MAX; i++)
		iface->units_per_s *= 10;
	if (iface->units_per_s <= SECOND_NS)
		iface->ns_per_unit = SECOND_NS / iface->units_per_s;
}

static void
set_offset(struct interface *iface, int64_t offset_s)
{
	if (__builtin_mul_overflow(offset_s, SECOND_NS, &iface->offset_ns))
		iface->offset_ns = offset_s < 0 ? INT64_MIN : INT64_MAX;
}

/* Of the one that is being described, through all sections. */
static uint32_t
interface_number(const struct pcapng *ng)
{
	return ng->interfaces_before + ng->interface_count;
}

static bool
read_interface_options(struct pcapng *ng, struct bytes b, struct interface *iface)
{
	struct option option;

	while (next_option(ng, &b, &option)) {
		size_t count = bytes_left(&option.value);

		if (option.code == INTERFACE_RESOLUTION && count == 1)
			set_resolution(iface, bytes_u8(&option.value));
		else if (option.code == INTERFACE_OFFSET && count == 8)
			set_offset(iface, (int64_t)order_u64(&option.value, ng->little));
		else
			note(ng, OPTION_OF_INTERFACE, &option, interface_number(ng));
	}
	return !b.overrun;
}

static enum status
read_interface(struct pcapng *ng, struct block *block, struct frame *frame, struct diag *diag)
{
	struct interface iface = {
		.units_per_s = 1000000, .ns_per_unit = 1000, /* unless told otherwise */
	};

	(void)frame;
	iface.link = take_u16(ng, &block->body);
	bytes_skip(&block->body, 2);
	iface.snap_bytes = take_u32(ng, &block->body);
	if (block->body.overrun)
		return damaged(ng, block, "an interface that ends too early", diag);
	if (!read_interface_options(ng, block->body, &iface))
		return damaged(ng, block, "an interface whose options make no sense", diag);
	if (ng->interface_count == INTERFACES_MAX)
		return diag_set(diag, ST_LIMIT, "%s: more than %d interfaces (byte %" PRIu64 ")",
		    ng->source->name, INTERFACES_MAX, block->offset);
	ng->interfaces = mem_room(
	    ng->interfaces, &ng->interface_room, ng->interface_count, sizeof(*ng->interfaces));
	ng->interfaces[ng->interface_count++] = iface;
	return ST_OK;
}

/* What does not fit is as early or as late as can be. */
static int64_t
interface_ns(const struct interface *iface, uint64_t units)
{
	int64_t ns;

	if (iface->ns_per_unit != 0) {
		if (__builtin_mul_overflow(units, iface->ns_per_unit, &ns))
			ns = INT64_MAX;
	} else {
		__extension__ unsigned __int128 wide = (unsigned __int128)units * SECOND_NS;

		wide /= iface->units_per_s;
		ns = wide > INT64_MAX ? INT64_MAX : (int64_t)wide;
	}
	if (__builtin_add_overflow(ns, iface->offset_ns, &ns))
		ns = iface->offset_ns < 0 ? INT64_MIN : INT64_MAX;
	return ns;
}

static const struct interface *
find_interface(const struct pcapng *ng, uint32_t number)
{
	return number < ng->interface_count ? &ng->interfaces[number] : NULL;
}

/* Its options are of no consequence, so damage in them is none. */
static void
note_packet(struct pcapng *ng, struct bytes b)
{
	struct option option;

	while (next_option(ng, &b, &option))
		note(ng, OPTION_OF_PACKET, &option, ng->frames + 1);
}

/* The rest of the body is the packet's bytes and their padding, then options, which may hold comments. */
static enum status
take_packet(struct pcapng *ng, struct block *block, const struct interface *iface,
    uint64_t captured_bytes, struct frame *frame, struct diag *diag)
{
	struct bytes *b = &block->body;
	uint64_t passed_bytes = (uint64_t)(b->at - source_peek(ng->source, 0));
	uint64_t padded_bytes = (captured_bytes + 3) & ~(uint64_t)3;

	if (iface == NULL)
		return damaged(
		    ng, block, "a packet of an interface that was never described", diag);
	if (b->overrun || padded_bytes > ng->block_bytes - 4 - passed_bytes)
		return damaged(ng, block, "its packet is longer than itself", diag);
	if (captured_bytes > FRAME_MAX_BYTES)
		captured_bytes = FRAME_MAX_BYTES;
	frame->captured_bytes = (uint32_t)captured_bytes;
	frame->data = b->at;
	bytes_skip(b, padded_bytes);
	if (bytes_left(b) > 0)
		note_packet(ng, *b);
	frame->link = iface->link;
	frame->ts_ns = ng->ts_ns;
	return ST_OK;
}

static enum status
take_timed_packet(struct pcapng *ng, struct block *block, const struct interface *iface,
    struct frame *frame, struct diag *diag)
{
	uint64_t units = (uint64_t)take_u32(ng, &block->body) << 32;
	uint32_t captured_bytes;

	units |= take_u32(ng, &block->body);
	captured_bytes = take_u32(ng, &block->body);
	frame->wire_bytes = take_u32(ng, &block->body);
	if (iface != NULL)
		ng->ts_ns = interface_ns(iface, units);
	return take_packet(ng, block, iface, captured_bytes, frame, diag);
}

static enum status
read_enhanced_packet(struct pcapng *ng, struct block *block, struct frame *frame, struct diag *diag)
{
	const struct interface *iface = find_interface(ng, take_u32(ng, &block->body));

	return take_timed_packet(ng, block, iface, frame, diag);
}

static enum status
read_old_packet(struct pcapng *ng, struct block *block, struct frame *frame, struct diag *diag)
{
	const struct interface *iface = find_interface(ng, take_u16(ng, &block->body));

	bytes_skip(&block->body, 2); /* the packets dropped before this one */
	return take_timed_packet(ng, block, iface, frame, diag);
}

/* It has no time; that of the frame before it keeps time from jumping. */
static enum status
read_simple_packet(struct pcapng *ng, struct block *block, struct frame *frame, struct diag *diag)
{
	const struct interface *iface = find_interface(ng, 0);
	uint32_t captured_bytes;

	frame->wire_bytes = take_u32(ng, &block->body);
	captured_bytes = frame->wire_bytes;
	if (iface != NULL && iface->snap_bytes != 0 && captured_bytes > iface->snap_bytes)
		captured_bytes = iface->snap_bytes;
	return take_packet(ng, block, iface, captured_bytes, frame, diag);
}

/* What an interface saw, by now. */
static enum status
read_statistics(struct pcapng *ng, struct block *block, struct frame *frame, struct diag *diag)
{
	struct note dropped = { .kind = NOTE_DROPPED, .part = ng->part };
	struct option option;

	(void)frame;
	(void)diag;
	dropped.number = ng->interfaces_before + take_u32(ng, &block->body);
	bytes_skip(&block->body, 8); /* when that was */
	while (next_option(ng, &block->body, &option))
		if (bytes_left(&option.value) == 8 &&
		    (option.code == STATISTICS_DROPPED || option.code == STATISTICS_SYSTEM_DROPPED))
			dropped.count += order_u64(&option.value, ng->little);
	if (ng->notes != NULL && dropped.count > 0)
		notes_count(ng->notes, &dropped);
	return ST_OK;
}

enum holds { NO_FRAME, PACKET, OTHER_RECORD /* counted by Wireshark, no packet to us */ };

/* The most frequent first. Types that do not stand here are passed over. */
static const struct block_kind {
	uint32_t type;
	enum holds holds;
	enum status (*read)(
	    struct pcapng *ng, struct block *block, struct frame *frame, struct diag *diag);
} block_kinds[] = {
	{ ENHANCED_PACKET, PACKET, read_enhanced_packet },
	{ SIMPLE_PACKET, PACKET, read_simple_packet },
	{ OLD_PACKET, PACKET, read_old_packet },
	{ SECTION, NO_FRAME, read_section },
	{ INTERFACE, NO_FRAME, read_interface },
	{ STATISTICS, NO_FRAME, read_statistics },
	{ CUSTOM, OTHER_RECORD, NULL },
	{ CUSTOM_NO_COPY, OTHER_RECORD, NULL },
	{ JOURNAL, OTHER_RECORD, NULL },
	{ SYSDIG_EVENT, OTHER_RECORD, NULL },
	{ SYSDIG_EVENT_2, OTHER_RECORD, NULL },
	{ SYSDIG_EVENT_2_LARGE, OTHER_RECORD, NULL },
};

static const struct block_kind *
kind_of(uint32_t type)
{
	for (size_t i = 0; i < sizeof(block_kinds) / sizeof(block_kinds[0]); i++)
		if (block_kinds[i].type == type)
			return &block_kinds[i];
	return NULL;
}

enum status
pcapng_next(struct pcapng *ng, struct frame *frame, struct diag *diag)
{
	struct block block;
	enum status st;

	while ((st = next_block(ng, &block, diag)) == ST_OK) {
		const struct block_kind *kind = kind_of(block.type);

		if (kind == NULL)
			continue;
		if (kind->read != NULL)
			st = kind->read(ng, &block, frame, diag);
		if (st != ST_OK)
			return st;
		if (kind->holds == NO_FRAME)
			continue;
		frame->number = ++ng->frames;
		if (kind->holds == PACKET)
			return ST_OK;
	}
	return st;
}
