/*
 * Fragments, put together.
 *
 * A datagram's bytes are kept in blocks, so that a far-off fragment costs one
 * block and not everything before it; which bytes are there is a bit for each
 * eight of them, the unit in which fragments count. So no order or overlap of
 * fragments costs more than their bytes do. The first copy of a byte stays.
 *
 * A fragment that comes again after its datagram was whole begins another. It
 * is not thrown away, as all of the others may come again too, or the id be in
 * use again. But that it waited in vain is not told, and what comes under its
 * id a while later does not join it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/span.h"
#include "decode/decode_priv.h"

#define UNIT_BYTES   8
#define BLOCK_UNITS  256
#define BLOCK_BYTES  (BLOCK_UNITS * UNIT_BYTES)
#define DATAGRAM_MAX 65535 /* what an IP header can promise */
#define BLOCKS_MAX   ((DATAGRAM_MAX + BLOCK_BYTES) / BLOCK_BYTES)
#define BUCKETS      1024

/* Twice what hosts wait at most (RFC 1122, 3.3.2), for clocks of captures that were merged. */
#define WAIT_NS (120 * SECOND_NS)
/* Copies come within milliseconds; at 1 Gbit/s an id is used again after 0.65 s (RFC 4963). */
#define COPY_NS (SECOND_NS / 2)
/* Without a budget something must bound us too. */
#define DATAGRAMS_MAX     4096
#define BLOCKS_IN_USE_MAX 16384

struct block {
	uint64_t have[BLOCK_UNITS / 64];
	uint8_t data[BLOCK_BYTES];
};

struct key {
	uint8_t src[16];
	uint8_t dst[16];
	uint32_t id;
	uint8_t proto;
	uint8_t ip_version;
	uint16_t zero;
};

/* Numbers of items stand here plus one, so that a zeroed datagram names none. */
struct datagram {
	uint32_t next; /* in its bucket */
	uint32_t older, newer;
	uint32_t bucket;
	int64_t first_ns;
	struct key key;
	uint32_t total_bytes; /* known once the last fragment came */
	bool total_known;
	uint32_t have_units;
	uint32_t end_bytes; /* of the fragment that reaches furthest */
	uint32_t pieces;
	bool is_copy; /* begun just after one with this key was whole */
	uint32_t blocks[BLOCKS_MAX];
};

/* The datagram that became whole last, of those in one bucket. */
struct done {
	struct key key;
	int64_t when_ns;
};

struct fragments {
	struct budget *budget;
	struct hash_seed seed;
	struct pool datagrams;
	struct pool blocks;
	uint32_t datagram_count;
	uint32_t block_count;
	uint32_t oldest, newest;
	uint32_t buckets[BUCKETS];
	struct done done[BUCKETS];
	uint8_t *whole[REASSEMBLIES_MAX];
	struct fragment_story story;
};

struct fragments *
fragments_new(struct budget *budget)
{
	struct fragments *f = mem_zalloc(sizeof(*f));

	f->budget = budget;
	f->seed = hash_seed_draw();
	pool_init(&f->datagrams, sizeof(struct datagram));
	pool_init(&f->blocks, sizeof(struct block));
	return f;
}

void
fragments_free(struct fragments *f)
{
	if (f == NULL)
		return;
	budget_give(f->budget, f->datagram_count * sizeof(struct datagram));
	budget_give(f->budget, f->block_count * sizeof(struct block));
	pool_fini(&f->datagrams);
	pool_fini(&f->blocks);
	for (unsigned i = 0; i < REASSEMBLIES_MAX; i++)
		free(f->whole[i]);
	free(f);
}

static struct datagram *
datagram_at(const struct fragments *f, uint32_t named)
{
	return named == 0 ? NULL : pool_at(&f->datagrams, named - 1);
}

struct fragment_story
fragments_story(const struct fragments *f)
{
	struct fragment_story story = f->story;

	for (uint32_t named = f->oldest; named != 0; named = datagram_at(f, named)->newer)
		story.expired += !datagram_at(f, named)->is_copy;
	return story;
}

static uint32_t
bucket_of(const struct fragments *f, const struct key *key)
{
	uint64_t words[sizeof(*key) / 8], hash = f->seed.b;

	memcpy(words, key, sizeof(words));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		hash = hash_mix(hash ^ words[i], f->seed.a ^ i);
	return (uint32_t)(hash % BUCKETS);
}

static void
forget(struct fragments *f, uint32_t named)
{
	struct datagram *d = datagram_at(f, named);
	uint32_t *link = &f->buckets[d->bucket];

	while (*link != named)
		link = &datagram_at(f, *link)->next;
	*link = d->next;
	*(d->older == 0 ? &f->oldest : &datagram_at(f, d->older)->newer) = d->newer;
	*(d->newer == 0 ? &f->newest : &datagram_at(f, d->newer)->older) = d->older;
	for (unsigned i = 0; i < BLOCKS_MAX; i++) {
		if (d->blocks[i] == 0)
			continue;
		pool_put(&f->blocks, d->blocks[i] - 1);
		budget_give(f->budget, sizeof(struct block));
		f->block_count--;
	}
	pool_put(&f->datagrams, named - 1);
	budget_give(f->budget, sizeof(struct datagram));
	f->datagram_count--;
}

/* It will not become whole. */
static void
give_up(struct fragments *f, uint32_t named)
{
	f->story.expired += !datagram_at(f, named)->is_copy;
	forget(f, named);
}

/* The oldest goes; false where keep is all that is left. */
static bool
forget_oldest(struct fragments *f, uint32_t keep)
{
	uint32_t named = f->oldest;

	if (named == keep)
		named = named == 0 ? 0 : datagram_at(f, named)->newer;
	if (named == 0)
		return false;
	give_up(f, named);
	return true;
}

/* Where the clock of a capture steps back, no time has passed. */
static bool
is_longer_ago(int64_t then_ns, int64_t now_ns, int64_t wait_ns)
{
	return now_ns > then_ns && (uint64_t)now_ns - (uint64_t)then_ns > (uint64_t)wait_ns;
}

/* Waited for too long. */
static void
forget_expired(struct fragments *f, int64_t now_ns)
{
	const struct datagram *d;

	while ((d = datagram_at(f, f->oldest)) != NULL) {
		if (!is_longer_ago(d->first_ns, now_ns, WAIT_NS))
			return;
		forget_oldest(f, 0);
	}
}

/* Room for one more thing of the datagram keep, if need be at the oldest ones' cost. */
static bool
make_room(struct fragments *f, uint32_t *count, uint32_t max, size_t bytes, uint32_t keep)
{
	while (*count >= max || !budget_take(f->budget, bytes))
		if (!forget_oldest(f, keep))
			return false;
	++*count;
	return true;
}

static bool
is_same(const struct key *a, const struct key *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* The number of the datagram that waits under this key, or 0. */
static uint32_t
find(struct fragments *f, const struct key *key, uint32_t bucket, int64_t now_ns)
{
	uint32_t named = f->buckets[bucket];
	const struct datagram *d;

	while (named != 0 && !is_same(&datagram_at(f, named)->key, key))
		named = datagram_at(f, named)->next;
	d = datagram_at(f, named);
	if (d == NULL || !d->is_copy || !is_longer_ago(d->first_ns, now_ns, COPY_NS))
		return named;
	give_up(f, named);
	return 0;
}

static bool
was_just_whole(const struct fragments *f, const struct key *key, uint32_t bucket, int64_t now_ns)
{
	const struct done *done = &f->done[bucket];

	return is_same(&done->key, key) && !is_longer_ago(done->when_ns, now_ns, COPY_NS);
}

/* The number of the datagram that the key names, a new one if need be; 0 without room. */
static uint32_t
find_or_make(struct fragments *f, const struct key *key, int64_t now_ns)
{
	uint32_t bucket = bucket_of(f, key);
	uint32_t named = find(f, key, bucket, now_ns);
	struct datagram *d;

	if (named != 0)
		return named;
	if (!make_room(f, &f->datagram_count, DATAGRAMS_MAX, sizeof(*d), 0))
		return 0;
	named = pool_get(&f->datagrams) + 1;
	d = datagram_at(f, named);
	d->key = *key;
	d->first_ns = now_ns;
	d->is_copy = was_just_whole(f, key, bucket, now_ns);
	d->bucket = bucket;
	d->next = f->buckets[bucket];
	f->buckets[bucket] = named;
	d->older = f->newest;
	*(f->newest == 0 ? &f->oldest : &datagram_at(f, f->newest)->newer) = named;
	f->newest = named;
	return named;
}

static struct block *
block_for(struct fragments *f, struct datagram *d, uint32_t named, uint32_t unit)
{
	uint32_t *block = &d->blocks[unit / BLOCK_UNITS];

	if (*block == 0) {
		if (!make_room(f, &f->block_count, BLOCKS_IN_USE_MAX, sizeof(struct block), named))
			return NULL;
		*block = pool_get(&f->blocks) + 1;
	}
	return pool_at(&f->blocks, *block - 1);
}

/* What a fragment met of bytes that were there already. */
struct meeting {
	bool overlap;
	bool conflict;
};

static bool
keep_bytes(struct fragments *f, uint32_t named, uint32_t offset_bytes, struct bytes piece,
    struct meeting *met)
{
	struct datagram *d = datagram_at(f, named);

	for (uint32_t unit = offset_bytes / UNIT_BYTES; bytes_left(&piece) > 0; unit++) {
		size_t left = bytes_left(&piece);
		size_t count = left < UNIT_BYTES ? left : UNIT_BYTES;
		const uint8_t *data = bytes_take(&piece, count);
		struct block *block = block_for(f, d, named, unit);
		uint32_t in_block = unit % BLOCK_UNITS;
		uint64_t bit = UINT64_C(1) << (in_block % 64);
		uint8_t *at;

		if (block == NULL)
			return false;
		at = block->data + (size_t)in_block * UNIT_BYTES;
		if (block->have[in_block / 64] & bit) {
			met->overlap = true;
			met->conflict = met->conflict || memcmp(at, data, count) != 0;
			continue;
		}
		block->have[in_block / 64] |= bit;
		memcpy(at, data, count);
		d->have_units++;
	}
	return true;
}

/*
 * Where a fragment says that the datagram ends, or lies beyond that end: false
 * if it contradicts what came before.
 */
static bool
agree_on_end(struct datagram *d, uint32_t end_bytes, bool more)
{
	if (d->total_known &&
	    (end_bytes > d->total_bytes || (!more && end_bytes != d->total_bytes)))
		return false;
	if (!more) {
		if (end_bytes < d->end_bytes)
			return false;
		d->total_known = true;
		d->total_bytes = end_bytes;
	}
	if (end_bytes > d->end_bytes)
		d->end_bytes = end_bytes;
	return true;
}

static bool
is_complete(const struct datagram *d)
{
	return d->total_known && d->have_units == (d->total_bytes + UNIT_BYTES - 1) / UNIT_BYTES;
}

static struct bytes
copy_whole(struct fragments *f, const struct datagram *d, unsigned nth)
{
	uint8_t *to;

	if (f->whole[nth] == NULL)
		f->whole[nth] = mem_alloc(BLOCKS_MAX * BLOCK_BYTES);
	to = f->whole[nth];
	for (uint32_t at = 0, i = 0; at < d->total_bytes; at += BLOCK_BYTES, i++) {
		const struct block *block = pool_at(&f->blocks, d->blocks[i] - 1);

		memcpy(to + at, block->data, BLOCK_BYTES);
	}
	return bytes_of(to, d->total_bytes);
}

enum decoded
fragments_add(struct fragments *f, const struct packet *pkt, const struct fragment *fragment,
    struct bytes piece, unsigned nth, struct whole *whole)
{
	struct key key = { .id = fragment->id, .proto = fragment->proto };
	struct meeting met = { false, false };
	struct datagram *d;
	uint32_t named, end_bytes;

	/* Only the last may end within a unit; of others the odd bytes cannot be placed. */
	if (fragment->more)
		bytes_limit(&piece, bytes_left(&piece) / UNIT_BYTES * UNIT_BYTES);
	if (bytes_left(&piece) > DATAGRAM_MAX - fragment->offset_bytes)
		return DECODE_MALFORMED;
	end_bytes = fragment->offset_bytes + (uint32_t)bytes_left(&piece);

	forget_expired(f, pkt->ts_ns);
	memcpy(key.src, pkt->tuple.src, sizeof(key.src));
	memcpy(key.dst, pkt->tuple.dst, sizeof(key.dst));
	key.ip_version = pkt->tuple.ip_version;
	named = find_or_make(f, &key, pkt->ts_ns);
	if (named == 0)
		return DECODE_FRAGMENT;
	d = datagram_at(f, named);
	d->pieces++;
	if (!agree_on_end(d, end_bytes, fragment->more)) {
		f->story.overlaps++;
		f->story.conflicts++;
		return DECODE_FRAGMENT;
	}
	if (!keep_bytes(f, named, fragment->offset_bytes, piece, &met)) {
		give_up(f, named);
		return DECODE_FRAGMENT;
	}
	f->story.overlaps += met.overlap;
	f->story.conflicts += met.conflict;
	if (!is_complete(d))
		return DECODE_FRAGMENT;
	whole->b = copy_whole(f, d, nth);
	whole->pieces = d->pieces;
	f->done[d->bucket] = (struct done){ .key = key, .when_ns = pkt->ts_ns };
	forget(f, named);
	return DECODE_OK;
}
