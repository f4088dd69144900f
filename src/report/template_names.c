/* Names that a page may use, and which one was meant by another. */
#include "report/template_priv.h"

#include <string.h>

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

const char *
name_binding_meant(const char *name)
{
	return name_meant(name, bindings);
}

const char *
name_element_meant(const char *name)
{
	return name_meant(name, elements);
}
