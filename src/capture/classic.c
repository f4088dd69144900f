/*
 * classic: the pcap format of old, read by libpcap, but for the plain records.
 *
 * libpcap knows the dialects, the link types and what is wrong with a damaged
 * file. Records that are plainly there are walked here (classic_walk), which
 * halves the cost of a small packet.
 *
 * libpcap is handed a FILE of our making, with a large buffer and without
 * locks: its own way of opening a file more than doubles the time. What it
 * reads first is not the file's header but one we made of it, in which the
 * things libpcap would stumble over are set right:
 *
 * - a snapshot length that lies, since libpcap cuts frames down to it;
 * - a minor version that is newer than libpcap, as the format never changed;
 * - AIX, which numbers link types as SNMP does and counts nanoseconds;
 * - Ixia, whose header is four bytes longer.
 */
#include <errno.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef HAVE___FSETLOCKING
#include <stdio_ext.h>
#endif

#include "base/bytes.h"
#include "base/hint.h"
#include "base/mem.h"
#include "base/span.h"
#include "capture/capture_priv.h"

#define NS_PER_US           1000
#define FILE_HEADER_BYTES   24
#define RECORD_HEADER_BYTES 16

/* Longer records than any network's go to libpcap, which knows the link types' limits. */
#define WALK_BYTES_MAX    ((uint32_t)256 << 10)
#define FILE_BUFFER_BYTES ((size_t)256 << 10)

/* No link type's frames are larger in libpcap; it allocates what a frame needs. */
#define SNAPLEN_MAX_BYTES ((uint32_t)128 << 20)

#define MAGIC_MICRO    0xa1b2c3d4u
#define MAGIC_NANO     0xa1b23c4du
#define MAGIC_MODIFIED 0xa1b2cd34u

static const struct magic {
	uint32_t file;
	uint32_t libpcap; /* what to tell libpcap instead */
	uint8_t record_header_bytes;
	uint8_t extra_header_bytes; /* behind the usual header */
} magics[] = {
	{ MAGIC_MICRO, MAGIC_MICRO, 16, 0 }, { MAGIC_NANO, MAGIC_NANO, 16, 0 },
	{ MAGIC_MODIFIED, MAGIC_MODIFIED, 24, 0 }, /* each record says its interface, too */
	{ 0x1c0001acu, MAGIC_NANO, 16, 4 },        /* Ixia's hardware */
	{ 0x1c0001abu, MAGIC_MICRO, 16, 4 },       /* Ixia's software */
};

/* AIX writes version 2.2 and ifTypes (IANAifType-MIB) that no pcap 2.2 had as link types. */
static const struct aix_link {
	uint32_t if_type;
	uint32_t link;
} aix_links[] = {
	{ 6, 1 },   /* Ethernet */
	{ 9, 6 },   /* token ring */
	{ 15, 10 }, /* FDDI */
	{ 24, 0 },  /* loopback */
};

/* What libpcap says of a bad record. */
#define INVALID_LENGTH "invalid packet capture length %u"
#define CUT_HEADER     "truncated dump file; tried to read %u header bytes, only got %u"
#define CUT_DATA       "truncated dump file; tried to read %u captured bytes, only got %u"

struct classic {
	pcap_t *pcap;
	int64_t ns_per_unit; /* of a time's second half */
	uint64_t offset; /* of the next record, in the uncompressed file; not kept while it walks */
	uint32_t record_header_bytes;
	uint32_t frames;
	uint32_t link;
	bool walks; /* records are read here, not by libpcap */

	FILE *file; /* NULL once libpcap owns it */
	uint8_t *file_buffer;
	struct source *source;
	uint8_t header[FILE_HEADER_BYTES];
	size_t header_given;
};

/* The fields of the file's header, in the byte order of the file. */
struct file_header {
	const struct magic *magic;
	bool little;
	uint32_t libpcap_magic;
	uint16_t major;
	uint16_t minor;
	uint32_t link;
};

static const struct magic *
find_magic(const uint8_t *data, size_t count, bool *little)
{
	struct bytes b = bytes_of(data, count);
	uint32_t big = bytes_u32(&b);

	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		*little = magics[i].file == __builtin_bswap32(big);
		if (!b.overrun && (*little || magics[i].file == big))
			return &magics[i];
	}
	return NULL;
}

bool
classic_starts(const uint8_t *data, size_t count)
{
	bool little;

	return find_magic(data, count, &little) != NULL;
}

static struct file_header
read_header(const uint8_t *data)
{
	struct bytes b = bytes_of(data, FILE_HEADER_BYTES);
	struct file_header h;

	h.magic = find_magic(data, FILE_HEADER_BYTES, &h.little);
	h.libpcap_magic = h.magic->libpcap;
	bytes_skip(&b, 4);
	h.major = order_u16(&b, h.little);
	h.minor = order_u16(&b, h.little);
	bytes_skip(&b, 12);
	h.link = order_u32(&b, h.little);
	return h;
}

static void
set_right(struct file_header *h)
{
	if (h->major == 2 && h->minor == 2 && h->magic->file == MAGIC_MICRO) {
		for (size_t i = 0; i < sizeof(aix_links) / sizeof(aix_links[0]); i++) {
			if (aix_links[i].if_type != h->link)
				continue;
			h->link = aix_links[i].link;
			h->libpcap_magic = MAGIC_NANO;
			break;
		}
	}
	/* 543 is DG/UX, which libpcap knows; what is too old it must refuse. */
	if ((h->major == 2 && h->minor > 4) || (h->major > 2 && h->major != 543)) {
		h->major = 2;
		h->minor = 4;
	}
}

static uint8_t *
put(uint8_t *to, uint32_t value, unsigned bytes, bool little)
{
	for (unsigned i = 0; i < bytes; i++)
		to[little ? i : bytes - 1 - i] = (uint8_t)(value >> 8 * i);
	return to + bytes;
}

static void
write_header(const struct file_header *h, uint8_t *to)
{
	to = put(to, h->libpcap_magic, 4, h->little);
	to = put(to, h->major, 2, h->little);
	to = put(to, h->minor, 2, h->little);
	to = put(to, 0, 4, h->little); /* the zone and accuracy of times, never used */
	to = put(to, 0, 4, h->little);
	to = put(to, SNAPLEN_MAX_BYTES, 4, h->little);
	put(to, h->link, 4, h->little);
}

/*
 * Behind the FILE: the header as we made it, then the source. The header comes
 * alone, so that of the records nothing is read ahead before libpcap is asked
 * for one.
 */
static ssize_t
read_cookie(void *cookie, char *to, size_t room)
{
	struct classic *c = cookie;
	size_t left = FILE_HEADER_BYTES - c->header_given;
	struct diag unused;

	if (left != 0) {
		if (room < left)
			left = room;
		memcpy(to, c->header + c->header_given, left);
		c->header_given += left;
		return (ssize_t)left;
	}
	room = source_read(c->source, (uint8_t *)to, room);
	if (room == 0 && source_trouble(c->source, &unused) != ST_OK) {
		errno = EIO;
		return -1;
	}
	return (ssize_t)room;
}

#ifndef HAVE_FOPENCOOKIE
static int
read_funopen(void *cookie, char *to, int room)
{
	return (int)read_cookie(cookie, to, (size_t)room);
}
#endif

static FILE *
open_file(struct classic *c)
{
#ifdef HAVE_FOPENCOOKIE
	return fopencookie(c, "rb", (cookie_io_functions_t){ .read = read_cookie });
#else
	return funopen(c, read_funopen, NULL, NULL, NULL);
#endif
}

static enum status
open_libpcap(struct classic *c, struct diag *diag)
{
	char why[PCAP_ERRBUF_SIZE];

	c->file = open_file(c);
	if (c->file == NULL)
		return diag_set(diag, ST_IO, "%s: %s", c->source->name, strerror(errno));
	c->file_buffer = mem_alloc(FILE_BUFFER_BYTES);
	setvbuf(c->file, (char *)c->file_buffer, _IOFBF, FILE_BUFFER_BYTES);
#ifdef HAVE___FSETLOCKING
	__fsetlocking(c->file, FSETLOCKING_BYCALLER);
#endif
	c->pcap =
	    pcap_fopen_offline_with_tstamp_precision(c->file, PCAP_TSTAMP_PRECISION_NANO, why);
	if (c->pcap == NULL)
		return diag_set(diag, ST_FORMAT, "%s: %s", c->source->name, why);
	c->file = NULL;
	c->link = (uint32_t)pcap_datalink(c->pcap);
	/* Swapped files have pseudo-headers that libpcap puts right; old ones, swapped lengths. */
	c->walks = !pcap_is_swapped(c->pcap) && c->record_header_bytes == RECORD_HEADER_BYTES &&
		   pcap_major_version(c->pcap) == 2 && pcap_minor_version(c->pcap) == 4;
	return ST_OK;
}

static enum status
header_cut_short(struct source *source, size_t header_bytes, struct diag *diag)
{
	enum status st = source_trouble(source, diag);

	if (st != ST_OK)
		return st;
	return diag_set(diag, ST_FORMAT, "%s: cut short in the file's header: %zu of %zu bytes",
	    source->name, source_in_window(source), header_bytes);
}

enum status
classic_open(struct classic **out, struct source *source, struct diag *diag)
{
	const uint8_t *data = source_peek(source, FILE_HEADER_BYTES);
	struct file_header header;
	struct classic *c;
	size_t header_bytes;
	enum status st;

	if (data == NULL)
		return header_cut_short(source, FILE_HEADER_BYTES, diag);
	header = read_header(data);
	header_bytes = FILE_HEADER_BYTES + header.magic->extra_header_bytes;
	if (source_peek(source, header_bytes) == NULL)
		return header_cut_short(source, header_bytes, diag);
	source_skip(source, header_bytes);
	set_right(&header);

	c = mem_zalloc(sizeof(*c));
	c->source = source;
	c->offset = header_bytes;
	c->record_header_bytes = header.magic->record_header_bytes;
	c->ns_per_unit = header.libpcap_magic == MAGIC_NANO ? 1 : NS_PER_US;
	write_header(&header, c->header);
	st = open_libpcap(c, diag);
	if (st != ST_OK) {
		classic_close(c);
		return st;
	}
	*out = c;
	return ST_OK;
}

void
classic_close(struct classic *c)
{
	if (c == NULL)
		return;
	if (c->pcap != NULL)
		pcap_close(c->pcap);
	if (c->file != NULL)
		fclose(c->file);
	free(c->file_buffer);
	free(c);
}

/*
 * How much there was of a record is only to be had from libpcap's sentence;
 * should that ever change, the sentence itself will have to do.
 */
static enum status
bad_record(const struct classic *c, const char *why, struct diag *diag)
{
	const char *what = "damaged in";
	char detail[PCAP_ERRBUF_SIZE];
	unsigned wanted, got;

	snprintf(detail, sizeof(detail), "%s", why);
	if (sscanf(why, INVALID_LENGTH, &wanted) == 1) {
		snprintf(detail, sizeof(detail), "it claims %u captured bytes", wanted);
	} else if (sscanf(why, CUT_HEADER, &wanted, &got) == 2) {
		what = "cut short in the header of";
		snprintf(detail, sizeof(detail), "%u of %u bytes", got, wanted);
	} else if (sscanf(why, CUT_DATA, &wanted, &got) == 2) {
		what = "cut short in";
		snprintf(detail, sizeof(detail), "%u of %u bytes", got, wanted);
	}
	return diag_set(diag, ST_FORMAT, "%s: %s frame %" PRIu64 " (byte %" PRIu64 "): %s",
	    c->source->name, what, (uint64_t)c->frames + 1, c->offset, detail);
}

/*
 * libpcap has no other frame. The source may be in trouble further on than
 * the record that libpcap found damaged; where it found the bytes to end, the
 * source knows why.
 */
static enum status
no_more(const struct classic *c, int rc, struct diag *diag)
{
	const char *why = pcap_geterr(c->pcap);
	enum status st = source_trouble(c->source, diag);
	unsigned unused;

	if (rc == PCAP_ERROR && sscanf(why, INVALID_LENGTH, &unused) == 1)
		return bad_record(c, why, diag);
	if (st != ST_OK)
		return st;
	return rc == PCAP_ERROR_BREAK ? ST_END : bad_record(c, why, diag);
}

/*
 * No fraction of a second. It is unsigned in the file, but libpcap takes it
 * for signed on machines of the file's byte order. Where microseconds should
 * stand, some programs have written nanoseconds. What is neither is garbage:
 * counted as it stands it would be up to an hour.
 */
static SELDOM int64_t
odd_fraction(const struct classic *c, int64_t fraction_ns)
{
	if (fraction_ns < 0)
		fraction_ns += ((int64_t)1 << 32) * c->ns_per_unit;
	fraction_ns /= c->ns_per_unit;
	return fraction_ns < SECOND_NS ? fraction_ns : 0;
}

/* The window ends within the record at hand: read on. False where there is no more. */
static SELDOM bool
fill_window(struct source *source)
{
	const uint8_t *at = source_peek(source, RECORD_HEADER_BYTES);
	uint32_t field[4];

	if (at == NULL)
		return false;
	memcpy(field, at, sizeof(field));
	return field[2] <= WALK_BYTES_MAX &&
	       source_peek(source, RECORD_HEADER_BYTES + field[2]) != NULL;
}

/* The kernel has just written what comes, and pushed it out of the caches nearest by what followed. */
#define FETCH_AHEAD_BYTES 1024
#define FETCH_LINES       3

static inline void
fetch_ahead(const uint8_t *at)
{
	for (int i = 0; i < FETCH_LINES; i++)
		__builtin_prefetch(at + FETCH_AHEAD_BYTES + i * 64);
}

/* As many records as lie there plainly, up to room. */
static unsigned
walk_window(struct classic *c, uint32_t part, struct frame *frames, unsigned room)
{
	const uint8_t *at = c->source->at, *end = c->source->end;
	struct frame *frame = frames;

	for (; frame < frames + room; frame++) {
		uint32_t field[4]; /* seconds, fraction, captured, wire */
		int64_t fraction_ns;

		if (unlikely((size_t)(end - at) < RECORD_HEADER_BYTES))
			break;
		memcpy(field, at, sizeof(field));
		fetch_ahead(at);
		at += RECORD_HEADER_BYTES;
		if (unlikely(field[2] > (size_t)(end - at) || field[2] > WALK_BYTES_MAX)) {
			at -= RECORD_HEADER_BYTES;
			break;
		}
		fraction_ns = (int64_t)field[1] * c->ns_per_unit;
		if (unlikely(fraction_ns >= SECOND_NS))
			fraction_ns = odd_fraction(c, fraction_ns);
		frame->ts_ns = (int64_t)field[0] * SECOND_NS + fraction_ns;
		frame->data = at;
		frame->captured_bytes = field[2];
		frame->wire_bytes = field[3];
		frame->link = c->link;
		frame->part = part;
		frame->number = ++c->frames;
		at += field[2];
	}
	c->source->at = at;
	return (unsigned)(frame - frames);
}

/*
 * The next records as most files have them, taken straight from the window: a
 * third of what a packet costs would else be copying it through stdio. At the
 * first that is not plainly there (cut, absurd, the last), libpcap takes over
 * from that record on, and says what is to be said.
 */
unsigned
classic_walk(struct classic *c, uint32_t part, struct frame *frames, unsigned room)
{
	unsigned count;

	if (!c->walks)
		return 0;
	count = walk_window(c, part, frames, room);
	if (count == 0 && fill_window(c->source))
		count = walk_window(c, part, frames, room);
	return count;
}

static enum status
ask_libpcap(struct classic *c, struct frame *frame, struct diag *diag)
{
	struct pcap_pkthdr *header;
	const u_char *data;
	int64_t fraction_ns;
	int rc = pcap_next_ex(c->pcap, &header, &data);

	if (rc != 1)
		return no_more(c, rc, diag);
	fraction_ns = (int64_t)header->ts.tv_usec;
	if ((uint64_t)fraction_ns >= SECOND_NS)
		fraction_ns = odd_fraction(c, fraction_ns);
	/* The seconds are unsigned, whatever libpcap makes of them: nothing overflows. */
	frame->ts_ns = (int64_t)(uint32_t)header->ts.tv_sec * SECOND_NS + fraction_ns;
	frame->data = data;
	frame->captured_bytes = header->caplen;
	frame->wire_bytes = header->len;
	frame->link = c->link;
	frame->number = ++c->frames;
	c->offset += c->record_header_bytes + header->caplen;
	return ST_OK;
}

enum status
classic_next(struct classic *c, struct frame *frame, struct diag *diag)
{
	if (classic_walk(c, frame->part, frame, 1) == 1)
		return ST_OK;
	if (c->walks) {
		c->walks = false;
		c->offset = source_offset(c->source);
	}
	return ask_libpcap(c, frame, diag);
}

uint32_t
classic_frames(const struct classic *c)
{
	return c->frames;
}

bool
classic_tell(const struct classic *c, uint64_t *offset)
{
	*offset = source_offset(c->source);
	return c->walks && c->source->jumps;
}

bool
classic_jump(struct classic *c, uint32_t number, uint64_t offset)
{
	if (!c->walks || !source_jump(c->source, offset))
		return false;
	c->frames = number - 1;
	return true;
}
