#include "base/names.h"

#include <stddef.h>
#include <string.h>

/* Longer ones are no slip of the pen. */
#define NAME_MAX_BYTES 60

bool
name_is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

/* As people type, who do not mind case. */
static bool
is_same_letter(char a, char b)
{
	char difference = (char)(a ^ b);
	char small = (char)(a | 0x20);

	return difference == 0 || (difference == 0x20 && small >= 'a' && small <= 'z');
}

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	unsigned less = a < b ? a : b;

	return less < c ? less : c;
}

/* Letters to put in, leave out or replace, or two to exchange, until one is the other. */
static unsigned
slips(const char *a, const char *b)
{
	unsigned table[NAME_MAX_BYTES + 1][NAME_MAX_BYTES + 1];
	size_t rows = strlen(a), columns = strlen(b);

	if (rows > NAME_MAX_BYTES || columns > NAME_MAX_BYTES)
		return NAME_MAX_BYTES;
	for (unsigned i = 0; i <= rows; i++)
		for (unsigned j = 0; j <= columns; j++) {
			if (i == 0 || j == 0) {
				table[i][j] = i + j;
				continue;
			}
			table[i][j] = least(table[i - 1][j] + 1, table[i][j - 1] + 1,
			    table[i - 1][j - 1] + !is_same_letter(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && is_same_letter(a[i - 1], b[j - 2]) &&
			    is_same_letter(a[i - 2], b[j - 1]))
				table[i][j] =
				    least(table[i][j], table[i - 2][j - 2] + 1, table[i][j]);
		}
	return table[rows][columns];
}

const char *
name_meant(const char *name, const char *const *names)
{
	size_t length = strnlen(name, NAME_MAX_BYTES);
	/* Of a short name, a single slip makes many. */
	unsigned best = length > 3 ? (unsigned)length / 4 + 2 : 2;
	const char *meant = NULL;

	for (; *names != NULL; names++) {
		unsigned count = slips(name, *names);

		if (count < best) {
			best = count;
			meant = *names;
		}
	}
	return meant;
}
