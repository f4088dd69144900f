/*
 * A set of pages is found, and read once, into pieces; what is wrong with it is
 * said before anything is written.
 */
#include "report/template_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"
#include "prose/prose.h"

#define FILE_MB_MAX 4
#define PAGES_MAX   64

const char *const template_names[] = { "article", "plain" };
const size_t template_name_count = sizeof(template_names) / sizeof(template_names[0]);

/* Made from templates/. */
static const struct file {
	const char *set;
	const char *name;
	const char *content;
} files[] = {
#include "report/templates.inc"
};

/* --- files --- */

static bool
has_built_in(const char *name)
{
	for (size_t i = 0; i < template_name_count; i++)
		if (strcmp(template_names[i], name) == 0)
			return true;
	return false;
}

static const char *
built_in_file(const struct template_set *set, const char *name)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (strcmp(files[i].set, set->folder) == 0 && strcmp(files[i].name, name) == 0)
			return files[i].content;
	return NULL;
}

enum status
template_file(struct text *out, const struct template_set *set, const char *name, struct diag *diag)
{
	const char *content;
	enum status st;
	char *path;

	if (set->data != NULL)
		return diag_set(diag, ST_FORMAT, "%s: there are no files beside this page", name);
	if (set->is_built_in) {
		content = built_in_file(set, name);
		if (content == NULL)
			return diag_set(diag, ST_FORMAT, "%s: no such file in the template", name);
		text_put(out, content);
		return ST_OK;
	}
	path = path_join(set->folder, name);
	st = file_read_plain(out, path, FILE_MB_MAX, diag);
	free(path);
	return st;
}

/* --- pages --- */

static enum status
parse_page(struct template_set *set, struct page *page, struct diag *diag)
{
	struct text data = { 0 };
	enum status st;

	if (set->data != NULL)
		return markup_parse_page(
		    &page->document, page->path, set->data, set->data_bytes, diag);
	st = template_file(&data, set, page->name, diag);
	if (st == ST_OK)
		st = markup_parse_page(&page->document, page->path, data.at, data.length, diag);
	text_fini(&data);
	return st;
}

static enum status
read_page(struct template_set *set, struct page *page, struct diag *diag)
{
	enum status st = parse_page(set, page, diag);

	if (st == ST_OK)
		st = piece_read(set, page, diag);
	if (st == ST_OK && (page->root == NULL || !piece_is_html(page->root, "html")))
		st = diag_set(diag, ST_FORMAT, "%s: its outermost element is not html", page->path);
	return st;
}

static const struct piece *
find_part(const struct piece *piece, const char *name)
{
	for (; piece != NULL; piece = piece->next) {
		const struct piece *inner;

		if (piece->part != NULL && strcmp(piece->part, name) == 0)
			return piece;
		inner = find_part(piece->children, name);
		if (inner != NULL)
			return inner;
	}
	return NULL;
}

static const struct page *
page_named(const struct template_set *set, const char *name, size_t length)
{
	for (size_t i = 0; i < set->page_count; i++)
		if (strlen(set->pages[i].name) == length &&
		    memcmp(set->pages[i].name, name, length) == 0)
			return &set->pages[i];
	return NULL;
}

static enum status
resolve(const struct template_set *set, struct piece *piece, struct diag *diag)
{
	for (; piece != NULL; piece = piece->next) {
		enum status st;

		if (piece->include != NULL) {
			size_t length = strcspn(piece->include, "#");
			const struct page *page = page_named(set, piece->include, length);

			if (page != NULL && piece->include[length] == '#')
				piece->included =
				    find_part(page->root, piece->include + length + 1);
			if (piece->included == NULL)
				return template_complain(diag, piece, "include", piece->include,
				    "the template has no such page, or none with that part");
		}
		st = resolve(set, piece->children, diag);
		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}

static void
add_page(struct template_set *set, const char *name)
{
	struct page *page;

	set->pages = mem_realloc_array(set->pages, set->page_count + 1, sizeof(*set->pages));
	page = &set->pages[set->page_count++];
	*page = (struct page){ .path = path_join(set->folder, name) };
	page->name = page->path + strlen(page->path) - strlen(name);
}

static bool
is_page(const char *name)
{
	size_t length = strlen(name);

	return name[0] != '.' && length > 5 && strcmp(name + length - 5, ".html") == 0;
}

static enum status
list_folder(struct template_set *set, struct diag *diag)
{
	struct file_names names;
	enum status st = file_list(&names, set->folder, diag);

	for (size_t i = 0; st == ST_OK && i < names.count && set->page_count < PAGES_MAX; i++)
		if (is_page(names.at[i]))
			add_page(set, names.at[i]);
	file_names_fini(&names);
	return st;
}

static enum status
list_pages(struct template_set *set, struct diag *diag)
{
	if (set->data != NULL)
		add_page(set, "index.html");
	else if (!set->is_built_in)
		return list_folder(set, diag);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (strcmp(files[i].set, set->folder) == 0 && is_page(files[i].name))
			add_page(set, files[i].name);
	return ST_OK;
}

static enum status
read_pages(struct template_set *set, struct diag *diag)
{
	enum status st = list_pages(set, diag);

	if (st == ST_OK && page_named(set, "index.html", strlen("index.html")) == NULL)
		st = diag_set(diag, ST_FORMAT, "%s: there is no index.html in it", set->folder);
	for (size_t i = 0; i < set->page_count && st == ST_OK; i++)
		st = read_page(set, &set->pages[i], diag);
	for (size_t i = 0; i < set->page_count && st == ST_OK; i++)
		st = resolve(set, set->pages[i].root, diag);
	return st;
}

static struct template_set *
set_new(const char *where)
{
	struct template_set *set = mem_zalloc(sizeof(*set));

	set->folder = mem_strdup(where);
	set->is_built_in = has_built_in(where);
	return set;
}

static enum status
finish(struct template_set **out, struct template_set *set, struct diag *diag)
{
	enum status st = read_pages(set, diag);

	if (st == ST_OK)
		*out = set;
	else
		template_free(set);
	return st;
}

enum status
template_parse(struct template_set **out, const char *name, const char *data, size_t size,
    const struct catalog *catalog, struct diag *diag)
{
	struct template_set *set = set_new(name);

	set->is_built_in = false;
	set->catalog = catalog;
	set->data = data;
	set->data_bytes = size;
	return finish(out, set, diag);
}

enum status
template_open(
    struct template_set **out, const char *where, const struct catalog *catalog, struct diag *diag)
{
	struct template_set *set = set_new(where);

	set->catalog = catalog;
	return finish(out, set, diag);
}

enum status
template_sentences(const char *where, template_sentence *sentence, void *ctx, struct diag *diag)
{
	struct template_set *set = set_new(where);
	enum status st;

	set->sentence = sentence;
	set->sentence_ctx = ctx;
	st = read_pages(set, diag);
	template_free(set);
	return st;
}

void
template_free(struct template_set *set)
{
	if (set == NULL)
		return;
	for (size_t i = 0; i < set->page_count; i++) {
		piece_free(set->pages[i].root);
		markup_document_free(set->pages[i].document);
		free(set->pages[i].path);
	}
	free(set->pages);
	free(set->folder);
	free(set);
}
