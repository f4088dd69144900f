/* What an element of a page is bound to, and what it says itself, in the reader's language. */
#include "report/template_priv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "prose/prose.h"

const char *const bound_names[BOUND_COUNT] = {
	[BOUND_EACH] = "each",
	[BOUND_IF] = "if",
	[BOUND_TEXT] = "text",
	[BOUND_COPY] = "copy",
	[BOUND_IDS] = "ids",
	[BOUND_PAGE] = "page",
};

/* --- what is wrong --- */

enum status
template_complain(struct diag *diag, const struct piece *piece, const char *what,
    const char *expression, const char *why)
{
	struct diag reason;

	/* why may be what diag says by now. */
	diag_set(&reason, ST_FORMAT, "%s", why);
	return diag_set(diag, ST_FORMAT, "%s: line %ld: %s=\"%.200s\": %s", piece->page->path,
	    piece->line, what, expression, reason.text);
}

enum status
piece_refuse(struct diag *diag, const struct piece *piece, const char *what, const char *why)
{
	return diag_set(
	    diag, ST_FORMAT, "%s: line %ld: %s: %s", piece->page->path, piece->line, what, why);
}

/* meant: NULL: nobody can tell. */
enum status
piece_refuse_name(
    const struct reading *reading, const char *name, const char *meant, const char *why)
{
	struct text words = { 0 };
	enum status st;

	text_put(&words, why);
	if (meant != NULL) {
		text_put(&words, "; is \"");
		text_put(&words, meant);
		text_put(&words, "\" meant?");
	}
	st = piece_refuse(reading->diag, reading->piece, name, text_str(&words));
	text_fini(&words);
	return st;
}

/* --- texts --- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Runs of blanks become one each, those at the ends none. */
static void
put_normal(struct text *out, const char *str)
{
	size_t start = out->length;

	for (; *str != '\0'; str++) {
		if (!is_blank(*str))
			text_char(out, *str);
		else if (out->length > start && out->at[out->length - 1] != ' ')
			text_char(out, ' ');
	}
	if (out->length > start && out->at[out->length - 1] == ' ')
		out->length--;
}

static void
tell(const struct template_set *set, const char *sentence)
{
	if (set->sentence != NULL)
		set->sentence(set->sentence_ctx, sentence);
}

/* Those that expressions say: say('...'). */
static void
tell_said(const struct template_set *set, const char *expression)
{
	struct text sentence = { 0 };

	while ((expression = strstr(expression, "say(")) != NULL) {
		const char quote[] = { expression[4], '\0' };
		size_t length = strcspn(expression + 5, quote);

		expression += 4;
		if (*quote != '\'' && *quote != '"')
			continue;
		sentence.length = 0;
		text_bytes(&sentence, expression + 1, length);
		tell(set, text_str(&sentence));
		expression += 1 + length;
	}
	text_fini(&sentence);
}

static char *
translated(const struct template_set *set, const char *str)
{
	struct text normal = { 0 };
	char *copy;

	put_normal(&normal, str);
	tell(set, text_str(&normal));
	copy = mem_strdup(catalog_say(set->catalog, text_str(&normal)));
	text_fini(&normal);
	return copy;
}

/* As before, between blanks, or a line break, where there were some. */
char *
template_text(const struct template_set *set, const char *str)
{
	size_t lead = strspn(str, " \n\t\r");
	size_t length = strlen(str);
	struct text whole = { 0 };
	char *words;

	if (lead == length) {
		words = mem_strdup(strchr(str, '\n') != NULL ? "\n" : " ");
		return words;
	}
	words = translated(set, str);
	if (lead > 0)
		text_char(&whole, memchr(str, '\n', lead) != NULL ? '\n' : ' ');
	text_put(&whole, words);
	free(words);
	if (is_blank(str[length - 1]))
		text_char(&whole, str[length - 1] == ' ' ? ' ' : '\n');
	words = mem_strdup(text_str(&whole));
	text_fini(&whole);
	return words;
}

/* --- attributes --- */

static struct binding *
add_binding(struct binding **list, size_t *count, const char *name)
{
	*list = mem_realloc_array(*list, *count + 1, sizeof(**list));
	(*list)[*count] = (struct binding){ .name = name };
	return &(*list)[(*count)++];
}

static void
add_attribute(struct piece *piece, const char *name, const char *value)
{
	piece->attributes = mem_realloc_array(
	    piece->attributes, piece->attribute_count + 1, sizeof(*piece->attributes));
	piece->attributes[piece->attribute_count++] =
	    (struct attribute){ .name = name, .value = mem_strdup(value) };
}

/* The page's policy forbids what these hold, so that it would never come to life. */
static bool
is_forbidden(const char *name)
{
	static const char *const names[] = { "style", "srcdoc", NULL };

	return strncasecmp(name, "on", 2) == 0 || name_is_one_of(name, names);
}

static bool
is_read_aloud(const char *name)
{
	static const char *const names[] = { "alt", "aria-label", "aria-roledescription",
		"placeholder", "title", NULL };

	return name_is_one_of(name, names) || strncmp(name, "data-say-", 9) == 0;
}

static struct binding *
binding_for(struct piece *piece, const char *name)
{
	if (strncmp(name, "attr-", 5) == 0)
		return add_binding(&piece->attrs, &piece->attr_count, name + 5);
	if (strncmp(name, "let-", 4) == 0)
		return add_binding(&piece->lets, &piece->let_count, name + 4);
	for (size_t i = 0; i < BOUND_COUNT; i++)
		if (strcmp(bound_names[i], name) == 0) {
			piece->bound[i].name = bound_names[i];
			return &piece->bound[i];
		}
	return NULL;
}

static enum status
bind(struct reading *reading, const char *name, const char *value)
{
	struct binding *binding;

	if (strcmp(name, "remove") == 0) {
		reading->is_sample = true;
		return ST_OK;
	}
	if (strcmp(name, "unwrap") == 0) {
		reading->piece->unwrap = true;
		return ST_OK;
	}
	if (strcmp(name, "include") == 0) {
		free(reading->piece->include);
		reading->piece->include = mem_strdup(value);
		return ST_OK;
	}
	if (strcmp(name, "part") == 0) {
		free(reading->piece->part);
		reading->piece->part = mem_strdup(value);
		return ST_OK;
	}
	if (strncmp(name, "attr-", 5) == 0 && is_forbidden(name + 5))
		return piece_refuse(reading->diag, reading->piece, name,
		    "the page's policy forbids such attributes");
	binding = binding_for(reading->piece, name);
	if (binding == NULL)
		return piece_refuse_name(reading, name, name_binding_meant(name),
		    "there is no such attribute in the namespace " TEMPLATE_NAMESPACE);
	binding->expression = mem_strdup(value);
	tell_said(reading->set, value);
	if (markup_path_new(&binding->path, value, reading->diag) != ST_OK)
		return template_complain(
		    reading->diag, reading->piece, name, value, reading->diag->text);
	return ST_OK;
}

/* Images may lie beside the page, or in it; scripts are taken into it. */
static bool
is_from_elsewhere(const char *name, const char *value)
{
	static const char *const names[] = { "background", "data", "poster", "src", "srcset",
		NULL };

	return name_is_one_of(name, names) && strncmp(value, "data:", 5) != 0 &&
	       (strstr(value, "//") != NULL || value[strcspn(value, ":/?#")] == ':');
}

static bool
is_script(const char *name, const char *value)
{
	return strcmp(name, "href") == 0 && strncasecmp(value, "javascript:", 11) == 0;
}

static enum status
keep(struct reading *reading, const char *name, const char *value)
{
	char *words;

	if (is_forbidden(name) || is_script(name, value))
		return piece_refuse(reading->diag, reading->piece, name,
		    "the page's policy forbids such attributes");
	if (is_from_elsewhere(name, value))
		return piece_refuse(
		    reading->diag, reading->piece, name, "a page loads nothing from elsewhere");
	if (strcmp(name, "translate") == 0 && strcmp(value, "no") == 0)
		reading->keeps_words = true;
	words = !reading->keeps_words && is_read_aloud(name) ? translated(reading->set, value)
							     : mem_strdup(value);
	add_attribute(reading->piece, name, words);
	free(words);
	return ST_OK;
}

/* xml:lang and its like; of SVG, links. */
static bool
is_known_space(const char *space)
{
	static const char *const spaces[] = { "http://www.w3.org/XML/1998/namespace",
		"http://www.w3.org/1999/xlink", NULL };

	return name_is_one_of(space, spaces);
}

void
piece_take_attribute(void *ctx, const char *space, const char *name, const char *value)
{
	struct reading *reading = ctx;

	if (reading->status != ST_OK)
		return;
	if (strcmp(space, TEMPLATE_NAMESPACE) == 0)
		reading->status = bind(reading, name, value);
	else if (*space == '\0')
		reading->status = keep(reading, name, value);
	else if (!is_known_space(space))
		reading->status = piece_refuse(reading->diag, reading->piece, name,
		    "is of a namespace that means nothing here; is " TEMPLATE_NAMESPACE " meant?");
}

const char *
piece_attribute(const struct piece *piece, const char *name)
{
	for (size_t i = 0; i < piece->attribute_count; i++)
		if (strcmp(piece->attributes[i].name, name) == 0)
			return piece->attributes[i].value;
	return NULL;
}

void
piece_drop_attribute(struct piece *piece, const char *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < piece->attribute_count; i++) {
		if (strcmp(piece->attributes[i].name, name) == 0)
			free(piece->attributes[i].value);
		else
			piece->attributes[kept++] = piece->attributes[i];
	}
	piece->attribute_count = kept;
}
