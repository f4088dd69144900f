/*
 * Pages are written from their pieces. What an element is bound to is asked of
 * the document where it stands, and goes out at once: no tree of the result is
 * ever held.
 */
#include "report/template_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "prose/prose.h"

/* Elements in each other, and pages that include each other. */
#define DEPTH_MAX 200

struct writing {
	const struct template_set *set;
	struct markup_scope *scope;
	struct markup_html *html;
	struct text page;
	struct text value;  /* of the expression at hand */
	struct text prefix; /* of ids */
	size_t policy_at;   /* in page: where its policy goes; 0: nowhere */
	bool has_images;
	size_t limit;
	size_t visits; /* of pieces, which cost time although they may write nothing */
	unsigned depth;
	struct diag *diag;
};

/* --- asking --- */

static enum status
ask(struct writing *writing, const struct piece *piece, const char *what,
    const struct binding *binding, const struct markup_place *place, struct markup_found **found)
{
	struct diag why;

	if (markup_select(found, writing->scope, binding->path, place, &why) == ST_OK)
		return ST_OK;
	return template_complain(writing->diag, piece, what, binding->expression, why.text);
}

/* As ask(), where only nodes make sense. */
static enum status
ask_nodes(struct writing *writing, const struct piece *piece, enum bound bound,
    const struct markup_place *place, struct markup_found **found)
{
	const struct binding *binding = &piece->bound[bound];
	enum status st = ask(writing, piece, bound_names[bound], binding, place, found);

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
	    ask(writing, piece, bound_names[bound], &piece->bound[bound], place, &found);

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
	enum status st =
	    ask(writing, piece, bound_names[BOUND_IF], &piece->bound[BOUND_IF], place, &found);

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

	for (size_t i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
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

	for (size_t i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
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
	enum status st = ask(writing, piece, attr->name, attr, place, &found);
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

/* --- the policy --- */

static void
add_meta(struct markup_html *html, const char *name, const char *value)
{
	markup_html_begin(html, SPACE_HTML, "meta");
	markup_html_attribute(html, name, value);
}

/* Before anything that it judges; what it allows is known at the end of the page. */
static void
write_policy(struct writing *writing)
{
	add_meta(writing->html, "charset", "utf-8");
	markup_html_end(writing->html);
	add_meta(writing->html, "http-equiv", "Content-Security-Policy");
	markup_html_attribute(writing->html, "content", "");
	writing->policy_at = writing->page.length - 1;
	markup_html_end(writing->html);
}

/* A page without one is judged, too. */
static void
write_head(struct writing *writing)
{
	markup_html_begin(writing->html, SPACE_HTML, "head");
	write_policy(writing);
	markup_html_end(writing->html);
}

static bool
has_head(const struct piece *root)
{
	for (const struct piece *piece = root->children; piece != NULL; piece = piece->next)
		if (piece_is_html(piece, "head"))
			return true;
	return false;
}

static void
insert(struct text *text, size_t at, const struct text *piece)
{
	size_t behind = text->length - at;

	text_reserve(text, piece->length + 1);
	memmove(text->at + at + piece->length, text->at + at, behind);
	memcpy(text->at + at, piece->at, piece->length);
	text->length += piece->length;
}

static void
put_source(struct text *policy, const char *name, const struct text *sources)
{
	if (sources->length == 0)
		return;
	text_put(policy, name);
	text_bytes(policy, sources->at, sources->length);
}

static void
fill_policy(struct writing *writing)
{
	struct text policy = { 0 }, scripts = { 0 }, styles = { 0 };

	if (writing->policy_at == 0)
		return;
	markup_html_scripts(writing->html, &scripts);
	markup_html_styles(writing->html, &styles);
	text_put(&policy, "default-src 'none'");
	put_source(&policy, "; script-src", &scripts);
	put_source(&policy, "; style-src", &styles);
	if (writing->has_images)
		text_put(&policy, "; img-src 'self' data:");
	text_put(&policy, "; base-uri 'none'; form-action 'none'");
	insert(&writing->page, writing->policy_at, &policy);
	text_fini(&policy);
	text_fini(&scripts);
	text_fini(&styles);
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
	enum status st = ask_nodes(writing, piece, BOUND_COPY, place, &found);

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
		write_policy(writing);
	if (st == ST_OK && piece == piece->page->root && !has_head(piece))
		write_head(writing);
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
		text_bytes(&writing->prefix, writing->value.at, writing->value.length);
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
	st = ask(writing, piece, let->name, let, place, &found);
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
	enum status st = ask_nodes(writing, piece, BOUND_EACH, place, &found);

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

/* --- pages --- */

struct pages {
	struct writing writing;
	template_take *take;
	void *ctx;
	char **names; /* of pages so far */
	size_t count;
};

/* A file in the report's folder, and none that is hidden. */
static bool
is_page_name(const char *name)
{
	size_t length = strlen(name);

	return length > 5 && length < 200 && name[0] != '.' && strpbrk(name, "/\\\n\t") == NULL &&
	       strcmp(name + length - 5, ".html") == 0;
}

static bool
is_taken(const struct pages *pages, const char *name)
{
	for (size_t i = 0; i < pages->count; i++)
		if (strcmp(pages->names[i], name) == 0)
			return true;
	return false;
}

/* name: NULL where it is none, but holds parts of others. */
static enum status
ask_name(struct writing *writing, const struct piece *root, const struct markup_place *place,
    const char **name)
{
	const struct binding *binding = &root->bound[BOUND_PAGE];
	struct markup_found *found;
	enum status st;

	*name = root->page->name;
	if (binding->path == NULL)
		return ST_OK;
	st = ask(writing, root, "page", binding, place, &found);
	if (st != ST_OK)
		return st;
	markup_found_words(found, &writing->value);
	*name = markup_found_nothing(found) ? NULL : text_str(&writing->value);
	markup_found_free(found);
	return ST_OK;
}

static enum status
name_page(struct pages *pages, const struct piece *root, const char *name)
{
	struct writing *writing = &pages->writing;
	const struct binding *binding = &root->bound[BOUND_PAGE];

	if (binding->path != NULL) {
		if (!is_page_name(name))
			return template_complain(writing->diag, root, "page", binding->expression,
			    "is no name for a page, which ends in .html");
	}
	if (is_taken(pages, name))
		return diag_set(writing->diag, ST_FORMAT,
		    "%s: line %ld: a page %s is already there; page=\"...\" gives each a name",
		    root->page->path, root->line, name);
	pages->names = mem_realloc_array(pages->names, pages->count + 1, sizeof(*pages->names));
	pages->names[pages->count++] = mem_strdup(name);
	return ST_OK;
}

static enum status
write_page(struct pages *pages, const struct piece *root, const struct markup_place *place)
{
	struct writing *writing = &pages->writing;
	const char *name;
	enum status st = ask_name(writing, root, place, &name);

	if (st == ST_OK && name != NULL)
		st = name_page(pages, root, name);
	if (st != ST_OK || name == NULL)
		return st;
	writing->page.length = 0;
	writing->policy_at = 0;
	writing->visits = 0;
	writing->has_images = false;
	writing->html = markup_html_new(&writing->page);
	text_put(&writing->page, "<!DOCTYPE html>\n");
	st = write_with_lets(writing, root, 0, place);
	if (st == ST_OK) {
		fill_policy(writing);
		text_char(&writing->page, '\n');
		st = pages->take(
		    pages->ctx, pages->names[pages->count - 1], &writing->page, writing->diag);
	}
	markup_html_free(writing->html);
	return st;
}

/* As many pages as its outermost element is repeated. */
static enum status
write_pages(struct pages *pages, const struct page *page, const struct markup_place *place)
{
	struct writing *writing = &pages->writing;
	struct markup_place inner = { .position = 1 };
	struct markup_found *found;
	enum status st;

	if (page->root->bound[BOUND_EACH].path == NULL)
		return write_page(pages, page->root, place);
	st = ask_nodes(writing, page->root, BOUND_EACH, place, &found);
	if (st != ST_OK)
		return st;
	inner.count = markup_found_count(found);
	for (; inner.position <= inner.count && st == ST_OK; inner.position++) {
		inner.node = markup_found_node(found, inner.position - 1);
		st = write_page(pages, page->root, &inner);
	}
	markup_found_free(found);
	return st;
}

/* choose(whether, one, other), since XPath 1.0 has no such thing. */
static void
choose(void *ctx, struct text *out, const char *const *words, size_t count)
{
	bool holds = strcmp(words[0], "true") == 0;

	(void)ctx;
	(void)count;
	text_put(out, holds ? words[1] : words[2]);
}

/* basename(path): what comes after its last slash. */
static void
put_basename(void *ctx, struct text *out, const char *const *words, size_t count)
{
	const char *slash = strrchr(words[0], '/');

	(void)ctx;
	(void)count;
	text_put(out, slash == NULL ? words[0] : slash + 1);
}

/* say(sentence, ...) in the reader's language, with its %1, %2, ... filled in. */
static void
say(void *ctx, struct text *out, const char *const *words, size_t count)
{
	const struct template_set *set = ctx;

	prose_fill(out, catalog_say(set->catalog, words[0]), words + 1, count - 1);
}

static const struct markup_function functions[] = {
	{ "say", 1, 10, say, NULL },
	{ "choose", 3, 3, choose, NULL },
	{ "basename", 1, 1, put_basename, NULL },
};

enum status
template_write(const struct template_set *set, struct markup_document *document,
    const struct template_options *options, template_take *take, void *ctx, struct diag *diag)
{
	const struct markup_place place = {
		.node = markup_document_root(document),
		.position = 1,
		.count = 1,
	};
	struct pages pages = {
		.writing = {
			.set = set,
			.scope = markup_scope_new(document),
			.limit = options->limit_bytes == 0 ? TEMPLATE_LIMIT_BYTES
							   : options->limit_bytes,
			.diag = diag,
		},
		.take = take,
		.ctx = ctx,
	};
	enum status st = ST_OK;

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		struct markup_function function = functions[i];

		function.ctx = (void *)(uintptr_t)set;
		markup_scope_function(pages.writing.scope, &function);
	}
	markup_scope_set_bool(pages.writing.scope, "single", options->single);
	for (size_t i = 0; i < set->page_count && st == ST_OK; i++)
		if (!options->single || strcmp(set->pages[i].name, "index.html") == 0)
			st = write_pages(&pages, &set->pages[i], &place);
	markup_scope_free(pages.writing.scope);
	text_fini(&pages.writing.page);
	text_fini(&pages.writing.value);
	text_fini(&pages.writing.prefix);
	for (size_t i = 0; i < pages.count; i++)
		free(pages.names[i]);
	free(pages.names);
	return st;
}
