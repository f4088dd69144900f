/*
 * HTML as the standard's parser reads it: some elements have no end, script and
 * style hold characters that are not escaped, and SVG stands among the rest
 * without prefixes.
 */
#include "markup/markup_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/names.h"
#include "base/sha256.h"
#include "base/text.h"

#define NAME_HTML  "http://www.w3.org/1999/xhtml"
#define NAME_SVG   "http://www.w3.org/2000/svg"
#define NAME_XLINK "http://www.w3.org/1999/xlink"

struct element {
	enum markup_space space;
	const char *name;
};

struct markup_html {
	struct text *out;
	struct text clean; /* the string at hand, made harmless */
	struct element *open;
	size_t depth;
	size_t room;
	bool in_tag;     /* attributes may follow */
	bool is_holding; /* in a style or script: held has what is in it */
	struct text held;
	struct text styles, scripts;
};

struct markup_html *
markup_html_new(struct text *out)
{
	struct markup_html *html = mem_zalloc(sizeof(*html));

	html->out = out;
	return html;
}

void
markup_html_free(struct markup_html *html)
{
	if (html == NULL)
		return;
	text_fini(&html->clean);
	text_fini(&html->held);
	text_fini(&html->styles);
	text_fini(&html->scripts);
	free(html->open);
	free(html);
}

enum markup_space
markup_space_of(const char *name)
{
	if (strcmp(name, NAME_HTML) == 0)
		return SPACE_HTML;
	return strcmp(name, NAME_SVG) == 0 ? SPACE_SVG : SPACE_OTHER;
}

/* --- what is special --- */

static bool
is_void(const struct element *element)
{
	static const char *const names[] = { "area", "base", "br", "col", "embed", "hr", "img",
		"input", "link", "meta", "source", "track", "wbr", NULL };

	return element->space == SPACE_HTML && name_is_one_of(element->name, names);
}

static bool
is_held(const struct element *element)
{
	static const char *const names[] = { "script", "style", NULL };

	return name_is_one_of(element->name, names);
}

/* Their parser drops a line break at the beginning. */
static bool
swallows_break(const struct element *element)
{
	static const char *const names[] = { "pre", "textarea", "listing", NULL };

	return element->space == SPACE_HTML && name_is_one_of(element->name, names);
}

bool
markup_html_may_hold(const char *content)
{
	static const char *const ends[] = { "</script", "</style", "<!--", "<script" };

	for (; (content = strchr(content, '<')) != NULL; content++)
		for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
			if (strncasecmp(content, ends[i], strlen(ends[i])) == 0)
				return false;
	return true;
}

/* --- escaping --- */

static const char *
entity_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return NULL;
	}
}

static void
put_escaped(struct text *out, const char *str, const char *special)
{
	for (;;) {
		size_t plain = strcspn(str, special);

		text_bytes(out, str, plain);
		str += plain;
		if (*str == '\0')
			return;
		text_put(out, entity_of(*str++));
	}
}

/* --- elements --- */

static struct element *
innermost(struct markup_html *html)
{
	assert(html->depth > 0);
	return &html->open[html->depth - 1];
}

static void
close_tag(struct markup_html *html)
{
	if (html->in_tag)
		text_char(html->out, '>');
	html->in_tag = false;
}

void
markup_html_begin(struct markup_html *html, enum markup_space space, const char *name)
{
	close_tag(html);
	html->open = mem_room(html->open, &html->room, html->depth, sizeof(*html->open));
	html->open[html->depth++] = (struct element){ .space = space, .name = name };
	text_char(html->out, '<');
	text_put(html->out, name);
	html->in_tag = true;
	html->is_holding = is_held(innermost(html));
	html->held.length = 0;
}

void
markup_html_attribute(struct markup_html *html, const char *name, const char *value)
{
	assert(html->in_tag);
	text_char(html->out, ' ');
	text_put(html->out, name);
	text_put(html->out, "=\"");
	put_escaped(html->out, markup_clean(&html->clean, value, "\n\t"), "&<>\"");
	text_char(html->out, '"');
}

void
markup_html_text(struct markup_html *html, const char *content)
{
	if (*content == '\0')
		return;
	if (html->is_holding) {
		text_put(&html->held, content);
		return;
	}
	if (html->in_tag && *content == '\n' && swallows_break(innermost(html))) {
		close_tag(html);
		text_char(html->out, '\n');
	}
	close_tag(html);
	put_escaped(html->out, markup_clean(&html->clean, content, "\n\t"), "&<>");
}

static void
note_digest(struct text *list, struct text *content)
{
	uint8_t digest[SHA256_BYTES];
	struct text entry = { 0 };
	struct sha256 sha;

	sha256_init(&sha);
	sha256_add(&sha, text_str(content), content->length);
	sha256_end(&sha, digest);
	text_put(&entry, " 'sha256-");
	text_base64(&entry, digest, sizeof(digest));
	text_char(&entry, '\'');
	if (strstr(text_str(list), text_str(&entry)) == NULL)
		text_put(list, text_str(&entry));
	text_fini(&entry);
}

/* Foreign elements know no raw text: there, style is escaped as all is. */
static void
put_held(struct markup_html *html)
{
	const struct element *element = innermost(html);
	const char *held = text_str(&html->held);

	note_digest(
	    strcmp(element->name, "style") == 0 ? &html->styles : &html->scripts, &html->held);
	html->is_holding = false;
	close_tag(html);
	if (element->space != SPACE_HTML) {
		put_escaped(html->out, held, "&<>");
		return;
	}
	assert(markup_html_may_hold(held));
	text_put(html->out, held);
}

void
markup_html_end(struct markup_html *html)
{
	const struct element *element = innermost(html);

	if (html->is_holding)
		put_held(html);
	if (html->in_tag && element->space != SPACE_HTML) {
		text_put(html->out, "/>");
		html->in_tag = false;
	} else if (is_void(element)) {
		close_tag(html);
	} else {
		close_tag(html);
		text_put(html->out, "</");
		text_put(html->out, element->name);
		text_char(html->out, '>');
	}
	html->depth--;
}

void
markup_html_styles(struct markup_html *html, struct text *out)
{
	text_put(out, text_str(&html->styles));
}

void
markup_html_scripts(struct markup_html *html, struct text *out)
{
	text_put(out, text_str(&html->scripts));
}

/* --- copies --- */

/* As HTML's parser names the few attributes of other namespaces that it knows. */
static void
copy_attribute(void *ctx, const char *space, const char *name, const char *value)
{
	struct text whole = { 0 };

	if (strcmp(space, "http://www.w3.org/XML/1998/namespace") == 0)
		text_put(&whole, "xml:");
	else if (strcmp(space, NAME_XLINK) == 0)
		text_put(&whole, "xlink:");
	else if (*space != '\0')
		return;
	text_put(&whole, name);
	markup_html_attribute(ctx, text_str(&whole), value);
	text_fini(&whole);
}

static void
copy_children(struct markup_html *html, const struct markup_node *node)
{
	for (node = markup_first(node); node != NULL; node = markup_after(node))
		markup_html_copy(html, node);
}

void
markup_html_copy(struct markup_html *html, const struct markup_node *node)
{
	if (markup_kind(node) == MARKUP_TEXT)
		markup_html_text(html, markup_words(node));
	if (markup_kind(node) != MARKUP_ELEMENT)
		return;
	if (markup_space_of(markup_namespace(node)) != SPACE_SVG ||
	    strcmp(markup_name(node), "script") == 0) {
		copy_children(html, node);
		return;
	}
	markup_html_begin(html, SPACE_SVG, markup_name(node));
	markup_attributes(node, copy_attribute, html);
	copy_children(html, node);
	markup_html_end(html);
}
