/*
 * A file of expectations, as synscope-expect(5) says. What people get wrong in
 * it (a name, a word, a unit) is found here, so that it can be said what was
 * perhaps meant; the schema then finds what is left.
 */
#include "check/parser.h"

#include <string.h>

#include "base/file.h"
#include "base/mem.h"

#define EXPECTATIONS_MB_MAX 16

static const char schema[] =
#include "check/expect.rng.inc"
    ;

/* --- groups --- */

static enum status
read_group(struct parser *p, const struct markup_node *node, struct capture_group *capture,
    enum scope scope)
{
	struct group *group = capture_group_add(capture, scope);
	const char *title;
	enum status st;

	group->line = line_of(node);
	st = parse_selector(p, node, scope, &group->selector);
	title = attribute(p, node, "name");
	if (title != NULL)
		group->title = mem_strdup(title);
	for (const struct markup_node *fact = first_element(node); fact != NULL && st == ST_OK;
	     fact = next_element(fact))
		st = parse_fact(p, fact, group);
	if (st == ST_OK && scope == SCOPE_TOTAL && group->count == 0)
		st = wrong(p, node, "nothing is expected here");
	return st;
}

static enum status
read_groups(struct parser *p, const struct markup_node *node, struct capture_group *capture)
{
	static const char *const names[] = { "total", "listener", "flow", "sockets", "about",
		NULL };
	enum status st = ST_OK;

	for (const struct markup_node *child = first_element(node); child != NULL && st == ST_OK;
	     child = next_element(child)) {
		int scope = 0;

		if (strcmp(markup_name(child), "about") == 0)
			continue;
		while (
		    scope < SCOPE_COUNT && strcmp(scope_elements[scope], markup_name(child)) != 0)
			scope++;
		if (scope == SCOPE_COUNT)
			st = wrong_name(p, child, "element", markup_name(child), names);
		else
			st = read_group(p, child, capture, (enum scope)scope);
	}
	if (st == ST_OK && capture->count == 0)
		st = wrong(p, node, "nothing is expected here");
	return st;
}

static enum status
read_capture(struct parser *p, const struct markup_node *node)
{
	static const char *const names[] = { "file", NULL };
	struct capture_group *capture = expectations_add(p->expectations);
	enum status st = check_attributes(p, node, names);
	const char *file = attribute(p, node, "file");

	capture->line = line_of(node);
	if (file != NULL)
		capture->file = mem_strdup(file);
	return st == ST_OK ? read_groups(p, node, capture) : st;
}

static enum status
read_root(struct parser *p, const struct markup_node *root)
{
	static const char *const roots[] = { "expectations", NULL };
	static const char *const names[] = { "title", "about", "capture", NULL };
	static const char *const none[] = { NULL };
	enum status st;

	if (strcmp(markup_name(root), "expectations") != 0 || markup_namespace(root)[0] != '\0')
		return wrong_name(p, root, "document", markup_name(root), roots);
	st = check_attributes(p, root, none);
	for (const struct markup_node *node = first_element(root); node != NULL && st == ST_OK;
	     node = next_element(node)) {
		const char *name = markup_name(node);

		if (strcmp(name, "capture") == 0)
			st = read_capture(p, node);
		else if (strcmp(name, "title") != 0 && strcmp(name, "about") != 0)
			st = wrong_name(p, node, "element", name, names);
	}
	if (st == ST_OK && p->expectations->count == 0)
		st = wrong(p, root, "nothing is expected here: a <capture> is wanted");
	return st;
}

static enum status
read_document(struct expectations **out, const struct markup_document *document, const char *name,
    struct diag *diag)
{
	struct parser p = {
		.expectations = mem_zalloc(sizeof(*p.expectations)),
		.name = name,
		.diag = diag,
	};
	enum status st;

	p.expectations->name = mem_strdup(name);
	st = read_root(&p, markup_root(document));
	text_fini(&p.value);
	if (st == ST_OK)
		*out = p.expectations;
	else
		expectations_free(p.expectations);
	return st;
}

enum status
expectations_parse(
    struct expectations **out, const char *name, const char *data, size_t size, struct diag *diag)
{
	struct markup_document *document;
	enum status st = markup_parse(&document, name, data, size, NULL, diag);

	if (st != ST_OK)
		return st;
	st = read_document(out, document, name, diag);
	/* What is left for the schema to find is said in its words. */
	if (st == ST_OK) {
		st = markup_validate(document, schema);
		if (st != ST_OK)
			expectations_free(*out);
	}
	markup_document_free(document);
	return st;
}

enum status
expectations_read(struct expectations **out, const char *path, struct diag *diag)
{
	struct text data = { 0 };
	enum status st = file_read(&data, path, EXPECTATIONS_MB_MAX, diag);

	if (st == ST_OK)
		st = expectations_parse(out, path, data.at, data.length, diag);
	text_fini(&data);
	return st;
}
