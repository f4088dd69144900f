#include "recorded/recorded_priv.h"

#include <stdlib.h>
#include <string.h>

static uint64_t
hash_of(const struct comparison *c, const struct tuple *ends)
{
	uint64_t words[sizeof(*ends) / sizeof(uint64_t)];
	uint64_t hash = 0;

	_Static_assert(sizeof(words) == sizeof(*ends), "all of it");
	memcpy(words, ends, sizeof(words));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		hash = hash_mix(hash ^ words[i] ^ c->index.seed.a, c->index.seed.b);
	return hash;
}

static uint32_t *
slot_of(const struct comparison *c, const struct tuple *ends)
{
	uint32_t at = (uint32_t)hash_of(c, ends) & c->index.mask;

	while (c->index.slots[at] != 0 &&
	       memcmp(&c->known[c->index.slots[at] - 1].ends, ends, sizeof(*ends)) != 0)
		at = (at + 1) & c->index.mask;
	return &c->index.slots[at];
}

static void
widen_index(struct comparison *c)
{
	uint32_t slots = c->index.slots == NULL ? 1024 : (c->index.mask + 1) * 2;

	free(c->index.slots);
	c->index.slots = mem_zalloc(slots * sizeof(*c->index.slots));
	c->index.mask = slots - 1;
	for (size_t i = 0; i < c->known_count; i++)
		*slot_of(c, &c->known[i].ends) = (uint32_t)i + 1;
}

uint32_t
known_or_new(struct comparison *c, const struct tuple *ends)
{
	uint32_t *slot;

	if (c->index.slots == NULL || c->known_count * 2 > c->index.mask)
		widen_index(c);
	slot = slot_of(c, ends);
	if (*slot != 0)
		return *slot - 1;
	c->known = mem_room(c->known, &c->known_room, c->known_count, sizeof(*c->known));
	c->known[c->known_count] = (struct known){ .ends = *ends, .latest = NOTHING };
	*slot = (uint32_t)++c->known_count;
	return *slot - 1;
}
