/* Names that a page may use, and which one was meant by another. */
#include "report/template_priv.h"

#include <string.h>

#include "base/mem.h"

bool
name_is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

/* Of the engine's own. */
static const char *const bindings[] = { "attr-NAME", "copy", "each", "ids", "if", "include",
	"let-NAME", "page", "part", "remove", "text", "unwrap", NULL };

/* Of HTML, without those that nobody should write any more. */
static const char *const elements[] = { "a", "abbr", "address", "area", "article", "aside", "audio",
	"b", "base", "bdi", "bdo", "blockquote", "body", "br", "button", "canvas", "caption",
	"cite", "code", "col", "colgroup", "data", "datalist", "dd", "del", "details", "dfn",
	"dialog", "div", "dl", "dt", "em", "embed", "fieldset", "figcaption", "figure", "footer",
	"form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hgroup", "hr", "html", "i",
	"iframe", "img", "input", "ins", "kbd", "label", "legend", "li", "link", "main", "map",
	"mark", "menu", "meta", "meter", "nav", "noscript", "object", "ol", "optgroup", "option",
	"output", "p", "picture", "pre", "progress", "q", "rp", "rt", "ruby", "s", "samp", "script",
	"search", "section", "select", "slot", "small", "source", "span", "strong", "style", "sub",
	"summary", "sup", "table", "tbody", "td", "template", "textarea", "tfoot", "th", "thead",
	"time", "title", "tr", "track", "u", "ul", "var", "video", "wbr", NULL };

bool
name_is_element(const char *name)
{
	/* One with a dash is the author's own. */
	return strchr(name, '-') != NULL || name_is_one_of(name, elements);
}

/* Longer ones are no slip of the pen. */
#define NAME_MAX_BYTES 32

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	unsigned less = a < b ? a : b;

	return less < c ? less : c;
}

/* Letters to put in, leave out or replace, or two to exchange, until one is the other. */
static unsigned
slips(const char *a, const char *b)
{
	unsigned table[NAME_MAX_BYTES + 1][NAME_MAX_BYTES + 1];
	size_t rows = strlen(a), columns = strlen(b);

	if (rows > NAME_MAX_BYTES || columns > NAME_MAX_BYTES)
		return NAME_MAX_BYTES;
	for (unsigned i = 0; i <= rows; i++)
		for (unsigned j = 0; j <= columns; j++) {
			bool is_same = i > 0 && j > 0 && a[i - 1] == b[j - 1];

			if (i == 0 || j == 0) {
				table[i][j] = i + j;
				continue;
			}
			table[i][j] = least(table[i - 1][j] + 1, table[i][j - 1] + 1,
			    table[i - 1][j - 1] + !is_same);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				table[i][j] =
				    least(table[i][j], table[i - 2][j - 2] + 1, table[i][j]);
		}
	return table[rows][columns];
}

static const char *
nearest(const char *name, const char *const *names)
{
	/* Of a short name, a single slip makes many. */
	unsigned best = strlen(name) > 3 ? 3 : 2;
	const char *found = NULL;

	for (; *names != NULL; names++) {
		unsigned count = slips(name, *names);

		if (count < best) {
			best = count;
			found = *names;
		}
	}
	return found;
}

const char *
name_binding_meant(const char *name)
{
	return nearest(name, bindings);
}

const char *
name_element_meant(const char *name)
{
	return nearest(name, elements);
}
