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
	phrase_text(&saying->phrase, word);
}

void
saying_number(struct saying *saying, int64_t number)
{
	if (!saying->has_number)
		saying->number = (uint64_t)number;
	saying->has_number = true;
	phrase_u64(&saying->phrase, (uint64_t)number);
}

void
saying_since(struct saying *saying, int64_t ns)
{
	struct text since = { 0 };

	put_since(&since, ns);
	phrase_text(&saying->phrase, text_str(&since));
	text_fini(&since);
}

void
saying_span(struct saying *saying, int64_t ns)
{
	phrase_span(&saying->phrase, ns);
}

void
saying_end(struct saying *saying, const struct tuple *tuple, bool dst)
{
	phrase_end(&saying->phrase, tuple, dst);
}

void
saying_drop(struct saying *saying)
{
	struct text unused = { 0 };

	phrase_put(&saying->phrase, &unused, "");
	text_fini(&unused);
	*saying = (struct saying){ 0 };
}

struct markup_node *
saying_add(struct saying *saying, struct markup_node *parent, const struct catalog *catalog,
    const char *one, const char *many)
{
	struct markup_node *node = phrase_add(&saying->phrase, parent, "sentence",
	    many == NULL ? catalog_say(catalog, one)
			 : catalog_say_n(catalog, one, many, saying->number));

	set_frames(node, "frames", saying->frames.at, saying->frames.count);
	*saying = (struct saying){ 0 };
	return node;
}
