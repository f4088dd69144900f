/* One page becomes pieces: what the engine is to do with each element, and what is wrong with it. */
#include "report/template_priv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "prose/prose.h"

#define NAMESPACE "urn:synscope:template"

const char *const bound_names[BOUND_COUNT] = {
	[BOUND_EACH] = "each",
	[BOUND_IF] = "if",
	[BOUND_TEXT] = "text",
	[BOUND_COPY] = "copy",
	[BOUND_IDS] = "ids",
	[BOUND_PAGE] = "page",
};

static bool
is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

bool
piece_is_html(const struct piece *piece, const char *name)
{
	return piece->name != NULL && piece->space == SPACE_HTML && strcmp(piece->name, name) == 0;
}

/* An element that is being read. */
struct reading {
	struct template_set *set;
	struct piece *piece;
	struct diag *diag;
	enum status status;
	bool keeps_words;  /* nothing here is translated */
	bool keeps_blanks; /* nor normalized */
	bool is_sample;    /* and left out */
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

static enum status
refuse(struct diag *diag, const struct piece *piece, const char *what, const char *why)
{
	return diag_set(
	    diag, ST_FORMAT, "%s: line %ld: %s: %s", piece->page->path, piece->line, what, why);
}

/* meant: NULL: nobody can tell. */
static enum status
refuse_name(const struct reading *reading, const char *name, const char *meant, const char *why)
{
	struct text words = { 0 };
	enum status st;

	text_put(&words, why);
	if (meant != NULL) {
		text_put(&words, "; is \"");
		text_put(&words, meant);
		text_put(&words, "\" meant?");
	}
	st = refuse(reading->diag, reading->piece, name, text_str(&words));
	text_fini(&words);
	return st;
}

/* A file beside the page, and nowhere else. */
static bool
is_plain_name(const char *name)
{
	return *name != '\0' && *name != '.' && strpbrk(name, "/\\:?#%") == NULL;
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
static char *
translated_text(const struct template_set *set, const char *str)
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

	return strncasecmp(name, "on", 2) == 0 || is_one_of(name, names);
}

static bool
is_read_aloud(const char *name)
{
	static const char *const names[] = { "alt", "aria-label", "aria-roledescription",
		"placeholder", "title", NULL };

	return is_one_of(name, names) || strncmp(name, "data-say-", 9) == 0;
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
		return refuse(reading->diag, reading->piece, name,
		    "the page's policy forbids such attributes");
	binding = binding_for(reading->piece, name);
	if (binding == NULL)
		return refuse_name(reading, name, name_binding_meant(name),
		    "there is no such attribute in the namespace " NAMESPACE);
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

	return is_one_of(name, names) && strncmp(value, "data:", 5) != 0 &&
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
		return refuse(reading->diag, reading->piece, name,
		    "the page's policy forbids such attributes");
	if (is_from_elsewhere(name, value))
		return refuse(
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

	return is_one_of(space, spaces);
}

static void
take_attribute(void *ctx, const char *space, const char *name, const char *value)
{
	struct reading *reading = ctx;

	if (reading->status != ST_OK)
		return;
	if (strcmp(space, NAMESPACE) == 0)
		reading->status = bind(reading, name, value);
	else if (*space == '\0')
		reading->status = keep(reading, name, value);
	else if (!is_known_space(space))
		reading->status = refuse(reading->diag, reading->piece, name,
		    "is of a namespace that means nothing here; is " NAMESPACE " meant?");
}

static const char *
attribute_of(const struct piece *piece, const char *name)
{
	for (size_t i = 0; i < piece->attribute_count; i++)
		if (strcmp(piece->attributes[i].name, name) == 0)
			return piece->attributes[i].value;
	return NULL;
}

static void
drop_attribute(struct piece *piece, const char *name)
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

/* --- elements --- */

static struct piece *
piece_new(const struct page *page, const struct markup_node *node)
{
	struct piece *piece = mem_zalloc(sizeof(*piece));

	piece->page = page;
	piece->line = markup_line(node);
	return piece;
}

static void
binding_fini(struct binding *binding)
{
	free(binding->expression);
	markup_path_free(binding->path);
}

void
piece_free(struct piece *piece)
{
	while (piece != NULL) {
		struct piece *next = piece->next;

		piece_free(piece->children);
		for (size_t i = 0; i < BOUND_COUNT; i++)
			binding_fini(&piece->bound[i]);
		for (size_t i = 0; i < piece->let_count; i++)
			binding_fini(&piece->lets[i]);
		for (size_t i = 0; i < piece->attr_count; i++)
			binding_fini(&piece->attrs[i]);
		for (size_t i = 0; i < piece->attribute_count; i++)
			free(piece->attributes[i].value);
		free(piece->attributes);
		free(piece->lets);
		free(piece->attrs);
		free(piece->part);
		free(piece->include);
		free(piece->words);
		free(piece);
		piece = next;
	}
}

static enum status
hold(struct reading *reading, const struct markup_node *node, const char *content)
{
	if (!markup_html_may_hold(content))
		return refuse(reading->diag, reading->piece, reading->piece->name,
		    "may not hold </script, </style, <script or <!--");
	reading->piece->children = piece_new(reading->piece->page, node);
	reading->piece->children->words = mem_strdup(content);
	return ST_OK;
}

/* A style sheet or script beside the page becomes part of it. */
static enum status
hold_file(struct reading *reading, const struct markup_node *node, const char *link)
{
	struct piece *piece = reading->piece;
	const char *name = attribute_of(piece, link);
	struct text content = { 0 };
	struct diag why;
	enum status st;

	if (name == NULL || !is_plain_name(name))
		return refuse(reading->diag, piece, link, "is to name a file beside the page");
	st = template_file(&content, reading->set, name, &why);
	if (st == ST_OK)
		st = hold(reading, node, text_str(&content));
	else
		refuse(reading->diag, piece, link, why.text);
	text_fini(&content);
	drop_attribute(piece, link);
	return st;
}

static enum status
hold_own(struct reading *reading, const struct markup_node *node)
{
	struct text content = { 0 };
	enum status st;

	markup_content(node, &content);
	st = hold(reading, node, text_str(&content));
	text_fini(&content);
	return st;
}

/* What is in it is there only for who opens the template itself. */
static bool
has_samples(const struct piece *piece)
{
	return piece->bound[BOUND_TEXT].path != NULL || piece->bound[BOUND_COPY].path != NULL ||
	       piece->include != NULL;
}

static bool
is_bound(const struct piece *piece)
{
	return has_samples(piece) || piece->attr_count > 0;
}

/* What the page holds in it, rather than beside it. */
static enum status
read_held(struct reading *reading, const struct markup_node *node)
{
	struct piece *piece = reading->piece;

	if (is_bound(piece))
		return refuse(reading->diag, piece, piece->name,
		    "nothing of the report may stand in a style or script");
	if (piece_is_html(piece, "link")) {
		const char *rel = attribute_of(piece, "rel");

		if (rel == NULL || strcmp(rel, "stylesheet") != 0)
			return refuse(reading->diag, piece, "link",
			    "only rel=\"stylesheet\" has a place in a page");
		drop_attribute(piece, "rel");
		piece->name = "style";
		return hold_file(reading, node, "href");
	}
	drop_attribute(piece, "defer");
	if (piece_is_html(piece, "script") && attribute_of(piece, "src") != NULL)
		return hold_file(reading, node, "src");
	return hold_own(reading, node);
}

static enum status read_children(
    struct piece **out, const struct markup_node *node, const struct reading *around);

static enum status
read_text(struct piece **out, const struct markup_node *node, const struct reading *around)
{
	const char *words = markup_words(node);
	struct piece *piece = piece_new(around->piece->page, node);

	if (around->keeps_blanks)
		piece->words = mem_strdup(words);
	else if (around->keeps_words && words[strspn(words, " \n\t\r")] != '\0')
		piece->words = mem_strdup(words);
	else
		piece->words = translated_text(around->set, words);
	*out = piece;
	return ST_OK;
}

static enum status
check_space(struct reading *reading, const struct markup_node *node)
{
	if (strcmp(markup_namespace(node), NAMESPACE) == 0)
		return refuse(reading->diag, reading->piece, markup_name(node),
		    "the namespace " NAMESPACE " has attributes, but no elements");
	if (reading->piece->space == SPACE_OTHER)
		return refuse(reading->diag, reading->piece, markup_name(node),
		    "is no element of XHTML or SVG; is its xmlns missing?");
	if (reading->piece->space == SPACE_HTML && !name_is_element(markup_name(node)))
		return refuse_name(reading, markup_name(node),
		    name_element_meant(markup_name(node)), "HTML has no such element");
	return ST_OK;
}

static bool
is_for_browsers_only(const struct piece *piece)
{
	return piece_is_html(piece, "meta") && attribute_of(piece, "charset") != NULL;
}

static enum status
read_element(struct piece **out, const struct markup_node *node, const struct reading *around)
{
	static const char *const held[] = { "link", "script", "style", NULL };
	static const char *const verbatim[] = { "pre", "textarea", NULL };
	static const char *const foreign[] = { "code", "kbd", "samp", "pre", "textarea", NULL };
	struct reading reading = *around;
	struct piece *piece = piece_new(around->piece->page, node);
	enum status st;

	*out = piece;
	reading.piece = piece;
	piece->name = markup_name(node);
	piece->space = markup_space_of(markup_namespace(node));
	st = check_space(&reading, node);
	if (st != ST_OK)
		return st;
	markup_attributes(node, take_attribute, &reading);
	if (reading.status != ST_OK)
		return reading.status;
	if (reading.is_sample || is_for_browsers_only(piece)) {
		piece_free(piece);
		*out = NULL;
		return ST_OK;
	}
	if (piece->space == SPACE_HTML && is_one_of(piece->name, held))
		return read_held(&reading, node);
	if (has_samples(piece))
		return ST_OK;
	reading.keeps_blanks |= is_one_of(piece->name, verbatim);
	reading.keeps_words |= is_one_of(piece->name, foreign);
	return read_children(&piece->children, node, &reading);
}

static enum status
read_children(struct piece **out, const struct markup_node *node, const struct reading *around)
{
	for (node = markup_first(node); node != NULL; node = markup_after(node)) {
		enum status st = ST_OK;

		if (markup_kind(node) == MARKUP_ELEMENT)
			st = read_element(out, node, around);
		else if (markup_kind(node) == MARKUP_TEXT)
			st = read_text(out, node, around);
		if (st != ST_OK)
			return st;
		if (*out != NULL)
			out = &(*out)->next;
	}
	return ST_OK;
}

enum status
piece_read(struct template_set *set, struct page *page, struct diag *diag)
{
	struct piece nowhere = { .page = page };
	struct reading reading = { .set = set, .piece = &nowhere, .diag = diag };

	return read_element(&page->root, markup_root(page->document), &reading);
}
