#include "base/hash.h"

#include <sys/random.h>

struct hash_seed
hash_seed_draw(void)
{
	struct hash_seed seed;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != (long)sizeof(seed))
		seed = (struct hash_seed){ 0x9e3779b97f4a7c15u, 0xd1b54a32d192ed03u };
	return seed;
}
