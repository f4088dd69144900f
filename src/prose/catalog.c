/*
 * The sentences of a language: sorted once, found by halving.
 */
#include "prose/prose.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

const char *const lang_names[LANG_COUNT] = {
	[LANG_EN] = "en",
	[LANG_ZH_CN] = "zh_CN",
};

/* Made from po/LANG.po: of a sentence with a plural, the first of the two, and all its forms. */
#define FORM_MAX 2

struct entry {
	const char *id;
	const char *forms[FORM_MAX];
};

static const struct entry entries_zh_CN[] = {
#include "prose/po/zh_CN.inc"
	{ NULL, { NULL } },
};

/* Which form stands for a count; Chinese has one. */
static size_t
form_only(uint64_t count)
{
	(void)count;
	return 0;
}

static const struct language {
	const struct entry *entries; /* NULL: what the sentences are written in */
	size_t (*form)(uint64_t count);
} languages[LANG_COUNT] = {
	[LANG_ZH_CN] = { entries_zh_CN, form_only },
};

struct catalog {
	const struct language *language;
	const struct entry **entries;
	size_t count;
};

static int
by_id(const void *a, const void *b)
{
	return strcmp((*(const struct entry *const *)a)->id, (*(const struct entry *const *)b)->id);
}

struct catalog *
catalog_new(enum lang lang)
{
	struct catalog *catalog;
	const struct entry *entries = languages[lang].entries;

	if (entries == NULL)
		return NULL;
	catalog = mem_zalloc(sizeof(*catalog));
	catalog->language = &languages[lang];
	while (entries[catalog->count].id != NULL)
		catalog->count++;
	catalog->entries = mem_realloc_array(NULL, catalog->count + 1, sizeof(*catalog->entries));
	for (size_t i = 0; i < catalog->count; i++)
		catalog->entries[i] = &entries[i];
	qsort(catalog->entries, catalog->count, sizeof(*catalog->entries), by_id);
	return catalog;
}

void
catalog_free(struct catalog *catalog)
{
	if (catalog == NULL)
		return;
	free(catalog->entries);
	free(catalog);
}

static const struct entry *
find(const struct catalog *catalog, const char *id)
{
	const struct entry key = { .id = id };
	const struct entry *wanted = &key;
	const struct entry **found;

	if (catalog == NULL || catalog->count == 0)
		return NULL;
	found =
	    bsearch(&wanted, catalog->entries, catalog->count, sizeof(*catalog->entries), by_id);
	return found == NULL ? NULL : *found;
}

const char *
catalog_say(const struct catalog *catalog, const char *sentence)
{
	const struct entry *entry = find(catalog, sentence);

	return entry == NULL ? sentence : entry->forms[0];
}

const char *
catalog_say_n(const struct catalog *catalog, const char *one, const char *many, uint64_t count)
{
	const struct entry *entry = find(catalog, one);

	if (entry == NULL)
		return count == 1 ? one : many;
	return entry->forms[catalog->language->form(count)];
}

void
prose_fill(struct text *out, const char *sentence, const char *const *words, size_t count)
{
	for (const char *at = sentence; *at != '\0'; at++) {
		if (at[0] == '%' && at[1] >= '1' && (size_t)(at[1] - '1') < count)
			text_put(out, words[*++at - '1']);
		else
			text_char(out, *at);
	}
}
