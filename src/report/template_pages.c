/*
 * The pages of a set: how many there are, what each is called and allowed, and
 * what expressions can ask beside XPath's own functions.
 */
#include "report/template_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "prose/prose.h"

/* --- the policy --- */

static void
add_meta(struct markup_html *html, const char *name, const char *value)
{
	markup_html_begin(html, SPACE_HTML, "meta");
	markup_html_attribute(html, name, value);
}

/* Before anything that it judges; what it allows is known at the end of the page. */
void
page_policy(struct writing *writing)
{
	add_meta(writing->html, "charset", "utf-8");
	markup_html_end(writing->html);
	add_meta(writing->html, "http-equiv", "Content-Security-Policy");
	markup_html_attribute(writing->html, "content", "");
	writing->policy_at = writing->page.length - 1;
	markup_html_end(writing->html);
}

/* A page without one is judged, too. */
void
page_head(struct writing *writing)
{
	markup_html_begin(writing->html, SPACE_HTML, "head");
	page_policy(writing);
	markup_html_end(writing->html);
}

bool
page_has_head(const struct piece *root)
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
	st = template_ask(writing, root, "page", binding, place, &found);
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
	st = piece_write(writing, root, place);
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
	st = template_ask_nodes(writing, page->root, BOUND_EACH, place, &found);
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
