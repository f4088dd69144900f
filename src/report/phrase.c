/*
 * Sentences of the document: a pattern in the reader's language, and what fills
 * it in.
 */
#include "report/report_priv.h"

#include <assert.h>

static struct text *
next_word(struct phrase *phrase)
{
	assert(phrase->count < PHRASE_WORDS);
	return &phrase->words[phrase->count++];
}

void
phrase_text(struct phrase *phrase, const char *word)
{
	text_put(next_word(phrase), word);
}

void
phrase_u64(struct phrase *phrase, uint64_t number)
{
	text_u64(next_word(phrase), number);
}

void
phrase_span(struct phrase *phrase, int64_t ns)
{
	put_span(next_word(phrase), ns);
}

void
phrase_end(struct phrase *phrase, const struct tuple *tuple, bool dst)
{
	put_tuple_end(next_word(phrase), tuple, dst);
}

void
phrase_put(struct phrase *phrase, struct text *out, const char *sentence)
{
	const char *words[PHRASE_WORDS] = { NULL };

	for (size_t i = 0; i < phrase->count; i++)
		words[i] = text_str(&phrase->words[i]);
	prose_fill(out, sentence, words, phrase->count);
	for (size_t i = 0; i < phrase->count; i++)
		text_fini(&phrase->words[i]);
	*phrase = (struct phrase){ 0 };
}

struct markup_node *
phrase_add(
    struct phrase *phrase, struct markup_node *parent, const char *element, const char *sentence)
{
	struct text out = { 0 };
	struct markup_node *node;

	phrase_put(phrase, &out, sentence);
	node = markup_add_words(parent, element, text_str(&out));
	text_fini(&out);
	return node;
}

/* --- numbers as people read them --- */

/* Three digits that count, and no zeros behind the point that say nothing; of parts there are a thousand. */
static void
put_parts(struct text *out, uint64_t whole, uint64_t parts)
{
	unsigned digits = whole >= 100 ? 0 : whole >= 10 ? 1 : 2;
	char tail[3] = { (char)('0' + parts / 100), (char)('0' + parts / 10 % 10), '\0' };

	while (digits > 0 && tail[digits - 1] == '0')
		digits--;
	text_u64(out, whole);
	if (digits == 0)
		return;
	text_char(out, '.');
	text_bytes(out, tail, digits);
}

void
put_span(struct text *out, int64_t ns)
{
	static const struct {
		uint64_t ns;
		const char *unit;
	} units[] = {
		{ SECOND_NS, " s" },
		{ MS_NS, " ms" },
		{ UINT64_C(1000), " µs" },
	};
	uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;

	if (ns < 0)
		text_put(out, "−");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (size < units[i].ns)
			continue;
		put_parts(out, size / units[i].ns, size % units[i].ns / (units[i].ns / 1000));
		text_put(out, units[i].unit);
		return;
	}
	text_u64(out, size);
	text_put(out, size == 0 ? " s" : " ns");
}

void
put_size(struct text *out, uint64_t bytes)
{
	static const char *const units[] = { " B", " kB", " MB", " GB", " TB" };
	uint64_t divisor = 1;
	size_t i = 0;

	while (bytes / divisor >= 1000 && i + 1 < sizeof(units) / sizeof(units[0])) {
		divisor *= 1000;
		i++;
	}
	put_parts(out, bytes / divisor, i == 0 ? 0 : bytes % divisor / (divisor / 1000));
	text_put(out, units[i]);
}
