/*
 * What was wrong with a file, in the reader's language. Who finds it says it in
 * one English sentence, with numbers in it; here it is taken apart again. One
 * that nobody knows stays as it is.
 */
#include "report/report_priv.h"

#include <string.h>

static const char *const sentences[] = {
	N_("cut short in frame %1 (byte %2): %3"),
	N_("cut short in the header of frame %1 (byte %2): %3"),
	N_("damaged in frame %1 (byte %2): %3"),
	N_("cut short in the file's header: %1 of %2 bytes"),
	N_("damaged in the block at byte %1, after frame %2: %3"),
	N_("cut short in the block at byte %1, after frame %2: %3"),
	N_("version %1 of pcapng, which synscope does not read"),
	N_("more than %1 interfaces (byte %2)"),
	N_("more than %1 frames; the rest was not read"),
	N_("after its %1 data, at byte %2, something else follows"),
	N_("no memory to unpack its %1 data"),
	N_("its %1 data is cut short (byte %2 unpacked)"),
	N_("its %1 data is damaged (byte %2 unpacked): %3"),
	N_("the filter says nothing about %1: %2; frames left out: %3"),
	/* ... and what stands behind the last colon */
	N_("%1 of %2 bytes"),
	N_("it claims %1 captured bytes"),
	N_("a section without a byte order"),
	N_("it claims to be shorter than any block"),
	N_("its two lengths differ"),
	N_("a section's header that ends too early"),
	N_("an interface that ends too early"),
	N_("an interface whose options make no sense"),
	N_("a packet of an interface that was never described"),
	N_("its packet is longer than itself"),
};

#define PLACES_MAX 3

struct piece_of {
	const char *at;
	size_t length;
};

static bool
is_place(const char *at)
{
	return at[0] == '%' && at[1] >= '1' && at[1] <= '0' + PLACES_MAX;
}

/* What stands in the places of the sentence, if it is that one. Their order is that of their numbers. */
static bool
take_apart(const char *sentence, const char *said, struct piece_of places[PLACES_MAX])
{
	while (*sentence != '\0') {
		struct piece_of *place;
		size_t next;

		if (!is_place(sentence)) {
			if (*sentence++ != *said++)
				return false;
			continue;
		}
		place = &places[sentence[1] - '1'];
		sentence += 2;
		next = strcspn(sentence, "%");
		place->at = said;
		while (*said != '\0' && (next == 0 || strncmp(said, sentence, next) != 0))
			said++;
		place->length = (size_t)(said - place->at);
	}
	return *said == '\0';
}

static bool
put_translated(
    struct text *out, const struct catalog *catalog, const char *sentence, const char *said)
{
	struct piece_of places[PLACES_MAX] = { { NULL, 0 } };
	struct phrase phrase = { 0 };

	if (!take_apart(sentence, said, places))
		return false;
	for (size_t i = 0; i < PLACES_MAX && places[i].at != NULL; i++) {
		struct text word = { 0 };
		struct text own = { 0 };

		text_bytes(&word, places[i].at, places[i].length);
		put_trouble(&own, catalog, text_str(&word));
		phrase_text(&phrase, text_str(&own));
		text_fini(&word);
		text_fini(&own);
	}
	phrase_put(&phrase, out, catalog_say(catalog, sentence));
	return true;
}

void
put_trouble(struct text *out, const struct catalog *catalog, const char *said)
{
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++)
		if (put_translated(out, catalog, sentences[i], said))
			return;
	text_put(out, said);
}
