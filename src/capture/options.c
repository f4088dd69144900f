/*
 * Options of pcapng's blocks: what follows their bodies, each with a code that
 * means something else in each kind of block.
 */
#include "capture/capture_priv.h"

bool
option_next(struct bytes *b, bool little, struct option *option)
{
	enum { END = 0 };
	uint16_t count;

	if (bytes_left(b) == 0)
		return false;
	option->code = order_u16(b, little);
	count = order_u16(b, little);
	option->value = bytes_of(b->at, bytes_left(b));
	bytes_skip(b, (count + 3u) & ~3u);
	bytes_limit(&option->value, count);
	return !b->overrun && option->code != END;
}

static const struct told {
	enum option_of of;
	uint16_t code;
	enum note_kind kind;
} told[] = {
	{ OPTION_OF_SECTION, 1, NOTE_COMMENT },
	{ OPTION_OF_SECTION, 2, NOTE_HARDWARE },
	{ OPTION_OF_SECTION, 3, NOTE_SYSTEM },
	{ OPTION_OF_SECTION, 4, NOTE_PROGRAM },
	{ OPTION_OF_INTERFACE, 1, NOTE_COMMENT },
	{ OPTION_OF_INTERFACE, 2, NOTE_INTERFACE },
	{ OPTION_OF_INTERFACE, 3, NOTE_DESCRIPTION },
	{ OPTION_OF_INTERFACE, 11, NOTE_FILTER },
	{ OPTION_OF_INTERFACE, 12, NOTE_SYSTEM },
	{ OPTION_OF_INTERFACE, 15, NOTE_HARDWARE },
	{ OPTION_OF_PACKET, 1, NOTE_COMMENT },
};

/* A comment on an interface is one on the whole. */
static uint32_t
number_of(const struct told *row, uint32_t number)
{
	bool is_of_interface = row->kind == NOTE_INTERFACE || row->kind == NOTE_DESCRIPTION ||
			       row->kind == NOTE_FILTER;

	return is_of_interface || row->of == OPTION_OF_PACKET ? number : 0;
}

void
option_note(struct notes *notes, enum option_of of, const struct option *option, uint32_t part,
    uint32_t number)
{
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		struct note note = { .kind = told[i].kind, .part = part };
		struct bytes words = option->value;

		if (told[i].of != of || told[i].code != option->code)
			continue;
		/* A filter is words, after a zero, or a program. */
		if (note.kind == NOTE_FILTER && bytes_u8(&words) != 0)
			return;
		note.number = number_of(&told[i], number);
		notes_add(notes, &note, words.at, bytes_left(&words));
	}
}
