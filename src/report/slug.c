/*
 * Names of pages and folders, made of names that captures have: those can hold
 * anything, and must lead nowhere.
 */
#include "report/report_priv.h"

#include <stdlib.h>
#include <string.h>

#define SLUG_MAX 40

/* Pages and files of the report itself. */
static const char *const taken[] = { "index", "report", "manifest", "all" };

/* Without what says that it is a capture, and how it is packed. */
static size_t
stem_length(const char *name)
{
	size_t length = strcspn(name, ".");

	return length == 0 ? strlen(name) : length;
}

/* Whatever the locale. */
static char
plain(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
		return c;
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : '-';
}

static void
put_plain(struct text *out, const char *name, size_t length)
{
	for (size_t i = 0; i < length && out->length < SLUG_MAX; i++) {
		char c = plain(name[i]);

		/* None at the beginning, and never two. */
		if (c != '-' || (out->length > 0 && out->at[out->length - 1] != '-'))
			text_char(out, c);
	}
	while (out->length > 0 && out->at[out->length - 1] == '-')
		out->length--;
	if (out->length == 0)
		text_put(out, "capture");
}

static bool
is_taken(const struct slugs *slugs, const char *name)
{
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (strcmp(taken[i], name) == 0)
			return true;
	for (size_t i = 0; i < slugs->count; i++)
		if (strcmp(slugs->names[i], name) == 0)
			return true;
	return false;
}

const char *
slug_new(struct slugs *slugs, const char *path)
{
	const char *name = strcmp(path, "-") == 0 ? "standard-input" : path_last_name(path);
	struct text slug = { 0 };
	size_t length;

	put_plain(&slug, name, stem_length(name));
	length = slug.length;
	for (uint64_t again = 2; is_taken(slugs, text_str(&slug)); again++) {
		slug.length = length;
		text_char(&slug, '-');
		text_u64(&slug, again);
	}
	slugs->names = mem_realloc_array(slugs->names, slugs->count + 1, sizeof(*slugs->names));
	slugs->names[slugs->count++] = slug.at;
	return slug.at;
}

void
slugs_fini(struct slugs *slugs)
{
	for (size_t i = 0; i < slugs->count; i++)
		free(slugs->names[i]);
	free(slugs->names);
}
