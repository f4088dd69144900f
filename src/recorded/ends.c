#include "recorded/recorded_priv.h"

#include <stdlib.h>
#include <string.h>

struct end
end_of(const uint8_t address[16], uint8_t version, uint16_t port)
{
	struct end end = { .port = port, .version = version };

	memcpy(end.address, address, sizeof(end.address));
	return end;
}

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct end));
}

void
ends_settle(struct ends *ends)
{
	size_t kept = 0;

	if (ends->count == 0)
		return;
	qsort(ends->at, ends->count, sizeof(*ends->at), compare);
	for (size_t i = 1; i < ends->count; i++)
		if (compare(&ends->at[kept], &ends->at[i]) != 0)
			ends->at[++kept] = ends->at[i];
	ends->count = kept + 1;
}

bool
ends_have(const struct ends *ends, struct end end)
{
	return ends->count > 0 &&
	       bsearch(&end, ends->at, ends->count, sizeof(end), compare) != NULL;
}

void
ends_init(struct ends *ends, size_t most)
{
	*ends = (struct ends){ .at = mem_realloc_array(NULL, most + 1, sizeof(*ends->at)) };
}

void
ends_add(struct ends *ends, struct end end)
{
	ends->at[ends->count++] = end;
	ends->ports[end.port / 8] |= (uint8_t)(1u << end.port % 8);
}

bool
ends_have_port(const struct ends *ends, uint16_t port)
{
	return ends->ports[port / 8] & 1u << port % 8;
}

void
ends_fini(struct ends *ends)
{
	free(ends->at);
}
