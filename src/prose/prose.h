/*
 * prose: what was found, in sentences, in the reader's language.
 *
 *   verdict.c  a listener's row, in sentences; words of story.def
 *   catalog.c  a sentence in another language
 *   po/        the translations, as gettext's tools keep them
 *
 * A sentence in the code is English, and is what its translation is found by.
 * None is put together out of parts: %1 to %9 stand for what is filled in.
 */
#ifndef SYNSCOPE_PROSE_H
#define SYNSCOPE_PROSE_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/analysis.h"

struct text;

/* --- catalog.c --- */

enum lang { LANG_EN, LANG_ZH_CN, LANG_COUNT };

extern const char *const lang_names[LANG_COUNT];

/* Marks a sentence that stands in a table, for whoever collects them. */
#define N_(sentence) sentence
/* ... of one, and of many. */
#define N_N(one, many) one, many

/*
 * The sentences of one language. They are built in: libintl would look where
 * the machine's locales say, and speak English on one that has none.
 */
struct catalog;
struct catalog *catalog_new(enum lang lang);
void catalog_free(struct catalog *catalog);
/* A sentence without a translation, and of NULL any, stays as it is. */
const char *catalog_say(const struct catalog *catalog, const char *sentence);
const char *catalog_say_n(
    const struct catalog *catalog, const char *one, const char *many, uint64_t count);

/* A sentence with its %1, %2, ... filled in; translators may turn them around. */
void prose_fill(struct text *out, const char *sentence, const char *const *words, size_t count);

/* --- verdict.c: a listener's row --- */

/* What would settle the rest. */
enum settle {
	SETTLE_BACKLOG = 0x01,
	SETTLE_VANTAGE = 0x02,
	SETTLE_UNTIL = 0x04,
};

/* Words by bit, or by enum story_kind. */
extern const struct word stage_words[], story_words[STORY_COUNT], rival_words[], settle_words[];
unsigned listener_settles(const struct listener_row *row); /* bits of enum settle */

/* Each sentence that holds of it, in order. */
void verdict_each(const struct listener_row *row, const struct catalog *catalog,
    void (*sentence)(void *ctx, const char *sentence), void *ctx);
/* All of them, one after another. */
void verdict_write(struct text *out, const struct listener_row *row, const struct catalog *catalog);

#endif
