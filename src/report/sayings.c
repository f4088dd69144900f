/*
 * Sentences, with the frames that they rest on.
 */
#include "report/account.h"

void
frames_add(struct frames *frames, uint32_t index)
{
	size_t place = frames->count;

	if (index == 0)
		return;
	while (place > 0 && frames->at[place - 1] > index)
		place--;
	if ((place > 0 && frames->at[place - 1] == index) || place == FRAMES_MAX)
		return;
	if (frames->count < FRAMES_MAX)
		frames->count++;
	for (size_t i = frames->count - 1; i > place; i--)
		frames->at[i] = frames->at[i - 1];
	frames->at[place] = index;
}

void
saying_word(struct saying *saying, const char *word)
{
	text_put(&saying->words[saying->count++], word);
}

void
saying_number(struct saying *saying, int64_t number)
{
	text_i64(&saying->words[saying->count++], number);
	if (!saying->has_number)
		saying->number = (uint64_t)number;
	saying->has_number = true;
}

void
saying_since(struct saying *saying, int64_t ns)
{
	put_since(&saying->words[saying->count++], ns);
}

void
saying_end(struct saying *saying, const struct tuple *tuple, bool dst)
{
	put_end(&saying->words[saying->count++], dst ? tuple->dst : tuple->src, tuple->ip_version,
	    dst ? tuple->dport : tuple->sport);
}

void
saying_drop(struct saying *saying)
{
	for (size_t i = 0; i < saying->count; i++)
		text_fini(&saying->words[i]);
	*saying = (struct saying){ 0 };
}

struct markup_node *
saying_add(struct saying *saying, struct markup_node *parent, const struct catalog *catalog,
    const char *one, const char *many)
{
	const char *sentence = many == NULL ? catalog_say(catalog, one)
					    : catalog_say_n(catalog, one, many, saying->number);
	const char *words[9];
	struct text said = { 0 };
	struct markup_node *node;

	for (size_t i = 0; i < saying->count; i++)
		words[i] = text_str(&saying->words[i]);
	prose_fill(&said, sentence, words, saying->count);
	node = markup_add_words(parent, "sentence", text_str(&said));
	set_frames(node, "frames", saying->frames.at, saying->frames.count);
	text_fini(&said);
	saying_drop(saying);
	return node;
}
