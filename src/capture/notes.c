/*
 * What a file says of itself. Anybody may have written it, as much of it as he
 * liked: of each kind so many notes are kept, each so long, and the others are
 * counted.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "capture/capture_priv.h"

#define NOTE_BYTES_MAX 1024

static const size_t most[NOTE_COUNT] = {
	[NOTE_PROGRAM] = 4,
	[NOTE_SYSTEM] = 4,
	[NOTE_HARDWARE] = 4,
	[NOTE_INTERFACE] = 16,
	[NOTE_DESCRIPTION] = 16,
	[NOTE_FILTER] = 16,
	[NOTE_DROPPED] = 16,
	[NOTE_COMMENT] = 50,
};

void
notes_fini(struct notes *notes)
{
	for (size_t i = 0; i < notes->count; i++)
		free(notes->at[i].words);
	free(notes->at);
	*notes = (struct notes){ 0 };
}

/* For one more of its kind; where there is none, it is left out. */
static bool
has_room(struct notes *notes, enum note_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < notes->count; i++)
		count += notes->at[i].kind == kind;
	notes->left_out += count == most[kind];
	return count < most[kind];
}

static void
add(struct notes *notes, const struct note *note, char *words)
{
	struct note *added;

	notes->at = mem_realloc_array(notes->at, notes->count + 1, sizeof(*notes->at));
	added = &notes->at[notes->count++];
	*added = *note;
	added->words = words;
}

/* Each section of a file, and each part of a capture, says who wrote it. */
static bool
is_said_once(enum note_kind kind)
{
	return kind == NOTE_PROGRAM || kind == NOTE_SYSTEM || kind == NOTE_HARDWARE;
}

static bool
is_known(const struct notes *notes, enum note_kind kind, const char *words)
{
	for (size_t i = 0; i < notes->count; i++)
		if (notes->at[i].kind == kind && strcmp(notes->at[i].words, words) == 0)
			return true;
	return false;
}

static char *
words_of(const uint8_t *data, size_t count)
{
	static const char ellipsis[] = "…";
	size_t length = strnlen((const char *)data, count);
	bool is_long = length > NOTE_BYTES_MAX;
	char *words;

	if (is_long)
		length = character_begin((const char *)data, NOTE_BYTES_MAX);
	words = mem_zalloc(length + sizeof(ellipsis));
	memcpy(words, data, length);
	if (is_long)
		memcpy(words + length, ellipsis, sizeof(ellipsis));
	return words;
}

void
notes_add(struct notes *notes, const struct note *note, const uint8_t *data, size_t count)
{
	char *words;

	if (count == 0 || data[0] == '\0')
		return;
	/* Each packet may have a comment, and those beyond the last are not copied. */
	if (!is_said_once(note->kind)) {
		if (has_room(notes, note->kind))
			add(notes, note, words_of(data, count));
		return;
	}
	words = words_of(data, count);
	if (!is_known(notes, note->kind, words) && has_room(notes, note->kind))
		add(notes, note, words);
	else
		free(words);
}

void
notes_count(struct notes *notes, const struct note *note)
{
	for (size_t i = 0; i < notes->count; i++) {
		struct note *known = &notes->at[i];

		if (known->kind == note->kind && known->part == note->part &&
		    known->number == note->number) {
			known->count = note->count;
			return;
		}
	}
	if (has_room(notes, note->kind))
		add(notes, note, NULL);
}
