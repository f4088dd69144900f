/*
 * Pages are written from their pieces. What an element is bound to is asked of
 * the document where it stands, and goes out at once: no tree of the result is
 * ever held.
 */
#include "report/template_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Elements in each other, and pages that include each other. */
#define DEPTH_MAX 200

/* --- asking --- */

enum status
template_ask(struct writing *writing, const struct piece *piece, const char *what,
    const struct binding *binding, const struct markup_place *place, struct markup_found **found)
{
	struct diag why;

	if (markup_select(found, writing->scope, binding->path, place, &why) == ST_OK)
		return ST_OK;
	return template_complain(writing->diag, piece, what, binding->expression, why.text);
}

/* As template_ask(), where only nodes make sense. */
enum status
template_ask_nodes(struct writing *writing, const struct piece *piece, enum bound bound,
    const struct markup_place *place, struct markup_found **found)
{
	const struct binding *binding = &piece->bound[bound];
	enum status st = template_ask(writing, piece, bound_names[bound], binding, place, found);

	if (st != ST_OK || markup_found_nodes(*found))
		return st;
	markup_found_free(*found);
	return template_complain(writing->diag, piece, bound_names[bound], binding->expression,
	    "finds no nodes, but a value");
}

static enum status
ask_words(struct writing *writing, const struct piece *piece, enum bound bound,
    const struct markup_place *place)
{
	struct markup_found *found;
	enum status st =
	    template_ask(writing, piece, bound_names[bound], &piece->bound[bound], place, &found);

	if (st != ST_OK)
		return st;
	markup_found_words(found, &writing->value);
	markup_found_free(found);
	return ST_OK;
}

static enum status
ask_whether(struct writing *writing, const struct piece *piece, const struct markup_place *place,
    bool *holds)
{
	struct markup_found *found;
	enum status st = template_ask(
	    writing, piece, bound_names[BOUND_IF], &piece->bound[BOUND_IF], place, &found);

	if (st != ST_OK)
		return st;
	*holds = markup_found_holds(found);
	markup_found_free(found);
	return ST_OK;
}

/* --- attributes --- */

/* Those that name ids: of many, or of one after a #. */
static bool
names_ids(const char *name)
{
	static const char *const names[] = { "aria-controls", "aria-describedby", "aria-details",
		"aria-labelledby", "aria-owns", "for", "headers", "id", "list", NULL };

	return name_is_one_of(name, names);
}

static void
put_prefixed(struct text *out, const struct text *prefix, const char *ids)
{
	while (*ids != '\0') {
		size_t length = strcspn(ids, " ");

		if (length > 0)
			text_bytes(out, prefix->at, prefix->length);
		text_bytes(out, ids, length);
		ids += length;
		length = strspn(ids, " ");
		text_bytes(out, ids, length);
		ids += length;
	}
}

static void
put_attribute(struct writing *writing, const char *name, const char *value)
{
	struct text whole = { 0 };

	if (writing->prefix.length > 0 && names_ids(name)) {
		put_prefixed(&whole, &writing->prefix, value);
		value = text_str(&whole);
	} else if (writing->prefix.length > 0 && strcmp(name, "href") == 0 && *value == '#') {
		text_char(&whole, '#');
		put_prefixed(&whole, &writing->prefix, value + 1);
		value = text_str(&whole);
	}
	markup_html_attribute(writing->html, name, value);
	text_fini(&whole);
}

static bool
is_link(const char *name)
{
	static const char *const names[] = { "action", "cite", "data", "formaction", "href",
		"poster", "src", "xlink:href", NULL };

	return name_is_one_of(name, names);
}

/* To a place in the page, or to a file beside it: nothing with a scheme, or another host's. */
static bool
stays_here(const char *link)
{
	size_t first = strcspn(link, ":/?#");

	return link[first] != ':' && strncmp(link, "//", 2) != 0 && strpbrk(link, "\\\n\t") == NULL;
}

static enum status
write_bound_attribute(struct writing *writing, const struct piece *piece,
    const struct binding *attr, const struct markup_place *place)
{
	struct markup_found *found;
	enum status st = template_ask(writing, piece, attr->name, attr, place, &found);
	bool is_flag;

	if (st != ST_OK)
		return st;
	is_flag = !markup_found_nodes(found) && !markup_found_nothing(found);
	if (!markup_found_nothing(found)) {
		markup_found_words(found, &writing->value);
		/* true() is for attributes that are there or not. */
		if (is_flag && strcmp(text_str(&writing->value), "true") == 0)
			writing->value.length = 0;
		if (!is_link(attr->name) || stays_here(text_str(&writing->value)))
			put_attribute(writing, attr->name, text_str(&writing->value));
	}
	markup_found_free(found);
	return ST_OK;
}

static bool
is_overruled(const struct piece *piece, const char *name)
{
	for (size_t i = 0; i < piece->attr_count; i++)
		if (strcmp(piece->attrs[i].name, name) == 0)
			return true;
	return false;
}

static enum status
write_attributes(
    struct writing *writing, const struct piece *piece, const struct markup_place *place)
{
	enum status st = ST_OK;

	for (size_t i = 0; i < piece->attribute_count; i++)
		if (!is_overruled(piece, piece->attributes[i].name))
			put_attribute(
			    writing, piece->attributes[i].name, piece->attributes[i].value);
	for (size_t i = 0; i < piece->attr_count && st == ST_OK; i++)
		st = write_bound_attribute(writing, piece, &piece->attrs[i], place);
	return st;
}

/* --- pieces --- */

static enum status write_piece(
    struct writing *writing, const struct piece *piece, const struct markup_place *place);

static enum status
write_pieces(struct writing *writing, const struct piece *piece, const struct markup_place *place)
{
	enum status st = ST_OK;

	for (; piece != NULL && st == ST_OK; piece = piece->next)
		st = write_piece(writing, piece, place);
	return st;
}

static enum status
write_copies(struct writing *writing, const struct piece *piece, const struct markup_place *place)
{
	struct markup_found *found;
	enum status st = template_ask_nodes(writing, piece, BOUND_COPY, place, &found);

	if (st != ST_OK)
		return st;
	for (size_t i = 0; i < markup_found_count(found) && st == ST_OK; i++) {
		const struct markup_node *node = markup_found_node(found, i);

		if (markup_space_of(markup_namespace(node)) == SPACE_SVG)
			markup_html_copy(writing->html, node);
		else
			st = template_complain(writing->diag, piece, "copy",
			    piece->bound[BOUND_COPY].expression, "finds what is no SVG");
	}
	markup_found_free(found);
	return st;
}

static enum status
write_content(struct writing *writing, const struct piece *piece, const struct markup_place *place)
{
	enum status st;

	if (piece->bound[BOUND_COPY].path != NULL)
		return write_copies(writing, piece, place);
	if (piece->bound[BOUND_TEXT].path == NULL)
		return write_pieces(writing, piece->children, place);
	st = ask_words(writing, piece, BOUND_TEXT, place);
	if (st == ST_OK)
		markup_html_text(writing->html, text_str(&writing->value));
	return st;
}

static enum status
write_element(struct writing *writing, const struct piece *piece, const struct markup_place *place)
{
	enum status st;

	if (piece->included != NULL)
		return write_piece(writing, piece->included, place);
	if (piece->unwrap)
		return write_content(writing, piece, place);
	markup_html_begin(writing->html, piece->space, piece->name);
	st = write_attributes(writing, piece, place);
	writing->has_images |= strcmp(piece->name, "img") == 0;
	if (st == ST_OK && strcmp(piece->name, "head") == 0)
		page_policy(writing);
	if (st == ST_OK && piece == piece->page->root && !page_has_head(piece))
		page_head(writing);
	if (st == ST_OK)
		st = write_content(writing, piece, place);
	if (st == ST_OK)
		markup_html_end(writing->html);
	return st;
}

/* Inside its ids are prefixed by one more. */
static enum status
write_with_ids(struct writing *writing, const struct piece *piece, const struct markup_place *place)
{
	size_t length = writing->prefix.length;
	enum status st = ST_OK;

	if (piece->bound[BOUND_IDS].path != NULL) {
		st = ask_words(writing, piece, BOUND_IDS, place);
		if (st != ST_OK)
			return st;
		text_put(&writing->prefix, text_str(&writing->value));
	}
	st = write_element(writing, piece, place);
	writing->prefix.length = length;
	return st;
}

static enum status
write_if(struct writing *writing, const struct piece *piece, const struct markup_place *place)
{
	bool holds = true;
	enum status st = ST_OK;

	if (piece->bound[BOUND_IF].path != NULL)
		st = ask_whether(writing, piece, place, &holds);
	if (st == ST_OK && holds)
		st = write_with_ids(writing, piece, place);
	return st;
}

/* Its variables from the i-th on, each in the light of those before it. */
static enum status
write_with_lets(
    struct writing *writing, const struct piece *piece, size_t i, const struct markup_place *place)
{
	const struct binding *let;
	struct markup_found *found, *hidden;
	enum status st;

	if (i == piece->let_count)
		return write_if(writing, piece, place);
	let = &piece->lets[i];
	st = template_ask(writing, piece, let->name, let, place, &found);
	if (st != ST_OK)
		return st;
	hidden = markup_scope_set(writing->scope, let->name, found);
	st = write_with_lets(writing, piece, i + 1, place);
	markup_scope_reset(writing->scope, let->name, hidden);
	markup_found_free(found);
	return st;
}

static enum status
write_each(struct writing *writing, const struct piece *piece, const struct markup_place *place)
{
	struct markup_found *found;
	struct markup_place inner = { .position = 1 };
	enum status st = template_ask_nodes(writing, piece, BOUND_EACH, place, &found);

	if (st != ST_OK)
		return st;
	inner.count = markup_found_count(found);
	for (; inner.position <= inner.count && st == ST_OK; inner.position++) {
		inner.node = markup_found_node(found, inner.position - 1);
		st = write_with_lets(writing, piece, 0, &inner);
	}
	markup_found_free(found);
	return st;
}

static enum status
check_limits(struct writing *writing, const struct piece *piece)
{
	if (writing->depth > DEPTH_MAX)
		return diag_set(writing->diag, ST_FORMAT,
		    "%s: line %ld: elements are nested too deeply; does a page include itself?",
		    piece->page->path, piece->line);
	if (writing->page.length > writing->limit || ++writing->visits > writing->limit)
		return diag_set(writing->diag, ST_LIMIT,
		    "%s: line %ld: the page grows beyond %zu MB", piece->page->path, piece->line,
		    writing->limit >> 20);
	return ST_OK;
}

static enum status
write_piece(struct writing *writing, const struct piece *piece, const struct markup_place *place)
{
	enum status st = check_limits(writing, piece);

	if (st != ST_OK)
		return st;
	if (piece->name == NULL) {
		markup_html_text(writing->html, piece->words);
		return ST_OK;
	}
	writing->depth++;
	if (piece->bound[BOUND_EACH].path != NULL)
		st = write_each(writing, piece, place);
	else
		st = write_with_lets(writing, piece, 0, place);
	writing->depth--;
	return st;
}

enum status
piece_write(struct writing *writing, const struct piece *piece, const struct markup_place *place)
{
	return write_with_lets(writing, piece, 0, place);
}
