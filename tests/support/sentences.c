/*
 * The sentences of the templates that are built in, as C, for xgettext.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/diag.h"
#include "report/template.h"

/* Signs and numbers are the same in every language. */
static bool
has_letters(const char *sentence)
{
	while (*sentence != '\0' && !isalpha((unsigned char)*sentence))
		sentence++;
	return *sentence != '\0';
}

static void
print(void *ctx, const char *sentence)
{
	(void)ctx;
	if (!has_letters(sentence))
		return;
	fputs("N_(\"", stdout);
	for (const char *at = sentence; *at != '\0'; at++) {
		if (*at == '"' || *at == '\\')
			putchar('\\');
		putchar(*at);
	}
	fputs("\")\n", stdout);
}

int
main(void)
{
	struct diag diag;

	for (size_t i = 0; i < template_name_count; i++)
		if (template_sentences(template_names[i], print, NULL, &diag) != ST_OK) {
			fprintf(stderr, "%s\n", diag.text);
			return 1;
		}
	return 0;
}
