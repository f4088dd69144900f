/*
 * What the file itself tells: who captured it, at which interfaces, what was
 * lost there, and the comments that people left in it. Strings of strangers.
 */
#include "report/report_priv.h"

#include <string.h>

static const struct notes *
notes_of(const struct chapter *chapter)
{
	return analysis_notes(chapter->analysis);
}

/* Line breaks of any system become one character. */
static void
put_lines(struct text *out, const char *words, char line_break)
{
	for (; *words != '\0'; words++) {
		if (words[0] == '\r' && words[1] == '\n')
			continue;
		text_char(out, *words == '\r' || *words == '\n' ? line_break : *words);
	}
}

static void
phrase_line(struct phrase *phrase, const char *words)
{
	struct text line = { 0 };

	put_lines(&line, words, ' ');
	phrase_text(phrase, text_str(&line));
	text_fini(&line);
}

#define EACH_NOTE(one, chapter) \
	for (const struct note *one = notes_of(chapter)->at, \
			       *end_##one = one + notes_of(chapter)->count; \
	     one < end_##one; one++)

static const struct {
	enum note_kind kind;
	const char *name;
	const char *sentence;
} makers[] = {
	{ NOTE_PROGRAM, "program", N_("The program that wrote it: %1") },
	{ NOTE_SYSTEM, "system", N_("The system that it was captured on: %1") },
	{ NOTE_HARDWARE, "hardware", N_("The machine that it was captured on: %1") },
};

static void
tell_makers(const struct chapter *chapter, struct markup_node *quality)
{
	struct phrase phrase = { 0 };

	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++)
		EACH_NOTE(note, chapter)
		{
			if (note->kind != makers[i].kind)
				continue;
			phrase_line(&phrase, note->words);
			quality_fact(chapter, quality, makers[i].name, &phrase, makers[i].sentence);
		}
}

static bool
is_of_same_interface(const struct note *a, const struct note *b)
{
	return a->part == b->part && a->number == b->number;
}

/* Its name, and what it is described as; one of them may be missing, and either may come first. */
static void
put_interface(struct text *out, const struct chapter *chapter, const struct note *first)
{
	text_put(out, first->words);
	EACH_NOTE(note, chapter)
	{
		if (note <= first || !is_of_same_interface(note, first) ||
		    (note->kind != NOTE_INTERFACE && note->kind != NOTE_DESCRIPTION))
			continue;
		text_put(out, " – ");
		text_put(out, note->words);
	}
}

static bool
is_first_of_interface(const struct chapter *chapter, const struct note *note)
{
	if (note->kind != NOTE_INTERFACE && note->kind != NOTE_DESCRIPTION)
		return false;
	EACH_NOTE(before, chapter)
	if (before < note && is_of_same_interface(before, note) &&
	    (before->kind == NOTE_INTERFACE || before->kind == NOTE_DESCRIPTION))
		return false;
	return true;
}

static void
tell_interfaces(const struct chapter *chapter, struct markup_node *quality)
{
	struct phrase phrase = { 0 };

	EACH_NOTE(note, chapter)
	{
		struct text words = { 0 };

		if (!is_first_of_interface(chapter, note))
			continue;
		put_interface(&words, chapter, note);
		phrase_u64(&phrase, note->number);
		phrase_line(&phrase, text_str(&words));
		quality_fact(chapter, quality, "interface", &phrase, N_("Interface %1: %2"));
		text_fini(&words);
	}
	EACH_NOTE(note, chapter)
	{
		if (note->kind != NOTE_FILTER)
			continue;
		phrase_u64(&phrase, note->number);
		phrase_line(&phrase, note->words);
		quality_fact(chapter, quality, "capture-filter", &phrase,
		    N_("At interface %1 only what matches this was captured: %2"));
	}
}

static void
tell_drops(const struct chapter *chapter, struct markup_node *quality)
{
	struct phrase phrase = { 0 };

	EACH_NOTE(note, chapter)
	{
		if (note->kind != NOTE_DROPPED)
			continue;
		phrase_u64(&phrase, note->count);
		phrase_u64(&phrase, note->number);
		quality_fact(chapter, quality, "dropped", &phrase,
		    catalog_say_n(chapter->catalog,
			N_N("The capturing system says that it lost %1 packet at interface %2.",
			    "The capturing system says that it lost %1 packets at interface "
			    "%2."),
			note->count));
	}
}

void
quality_notes(const struct chapter *chapter, struct markup_node *quality)
{
	struct phrase none = { 0 };

	if (notes_of(chapter)->count == 0 && chapter->summary->frames > 0)
		quality_fact(chapter, quality, "program", &none,
		    N_("The file does not say what captured it, nor at which interface."));
	tell_makers(chapter, quality);
	tell_interfaces(chapter, quality);
	tell_drops(chapter, quality);
}

void
quality_comments(const struct chapter *chapter, struct markup_node *quality)
{
	EACH_NOTE(note, chapter)
	{
		struct markup_node *comment;
		struct text words = { 0 };
		uint32_t index;

		if (note->kind != NOTE_COMMENT)
			continue;
		put_lines(&words, note->words, '\n');
		comment = markup_add_words(quality, "comment", text_str(&words));
		text_fini(&words);
		index = analysis_index(chapter->analysis, note->part, note->number);
		set_frames(comment, "frames", &index, note->number > 0 && index > 0);
	}
	if (notes_of(chapter)->left_out > 0)
		add_left_out(chapter, "comment", notes_of(chapter)->left_out,
		    N_N("%1 more comment in the file, or what else it says of itself, is not "
			"listed here.",
			"%1 more comments in the file, or what else it says of itself, are not "
			"listed here."));
}
