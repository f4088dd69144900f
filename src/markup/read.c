/*
 * Documents from elsewhere. Nothing but the document itself is ever read: no
 * document type, no entity, no file or address that it names.
 */
#include "markup/markup_priv.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/relaxng.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

/* A book of experiments is not as large; libxml2 bounds depth and single texts. */
#define DOCUMENT_MB_MAX 16
/* In one element: libxml2 takes time squared to hold them against a schema. */
#define CHILDREN_MAX 20000

/* --- what is wrong with it --- */

/* libxml2's words, but where these are for its programmers. */
static const char *
message_of(const xmlError *error)
{
	if (error == NULL || error->message == NULL)
		return "not well-formed";
	if (strncmp(error->message, "Excessive depth", strlen("Excessive depth")) == 0)
		return "elements are nested too deeply";
	if (strncmp(error->message, "Input is not proper UTF-8",
		strlen("Input is not proper UTF-8")) == 0)
		return "it is not UTF-8";
	return error->message;
}

/* The first thing that is wrong says most. */
static void
note_error(struct markup_document *doc, const xmlError *error)
{
	const char *message = message_of(error);

	if (doc->status != ST_OK)
		return;
	doc->status = diag_set(doc->diag, ST_FORMAT, "%s: line %d: %.*s", doc->name,
	    error == NULL ? 1 : error->line, (int)strcspn(message, "\n"), message);
}

#if LIBXML_VERSION >= 21200
static void
take_error(void *ctx, const xmlError *error)
#else
static void
take_error(void *ctx, xmlErrorPtr error)
#endif
{
	note_error(ctx, error);
}

/* As take_error, from a parser, and only what is an error. */
#if LIBXML_VERSION >= 21200
static void
take_parse_error(void *ctx, const xmlError *error)
#else
static void
take_parse_error(void *ctx, xmlErrorPtr error)
#endif
{
	if (error->level >= XML_ERR_ERROR)
		note_error(((xmlParserCtxtPtr)ctx)->_private, error);
}

static void
refuse(struct markup_document *doc, const char *reason)
{
	if (doc->status == ST_OK)
		doc->status = diag_set(doc->diag, ST_FORMAT, "%s: %s", doc->name, reason);
}

/* --- reading --- */

static void
parse(struct markup_document *doc, const char *data, size_t size)
{
	xmlParserCtxtPtr parser;

	if (size > INT_MAX) {
		refuse(doc, "too large");
		return;
	}
	parser = xmlNewParserCtxt();
	parser->_private = doc;
	parser->sax->serror = take_parse_error;
	doc->xml = xmlCtxtReadMemory(parser, data, (int)size, NULL, NULL,
	    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA |
		XML_PARSE_BIG_LINES);
	if (doc->xml == NULL)
		note_error(doc, NULL);
	xmlFreeParserCtxt(parser);
}

static void
want_no_type(struct markup_document *doc)
{
	if (doc->status == ST_OK && doc->xml->intSubset != NULL)
		refuse(doc, "has a document type, which is not wanted here");
}

/* That of HTML names nothing and declares nothing. */
static void
want_type_of_page(struct markup_document *doc)
{
	const xmlDtd *type = doc->status == ST_OK ? doc->xml->intSubset : NULL;

	if (type != NULL &&
	    (type->ExternalID != NULL || type->SystemID != NULL || type->children != NULL ||
		xmlStrcasecmp(type->name, (const xmlChar *)"html") != 0))
		refuse(doc, "has another document type than <!DOCTYPE html>");
}

/* The schema is ours, and always good. */
static xmlRelaxNGPtr
read_schema(const char *schema)
{
	xmlRelaxNGParserCtxtPtr parser = xmlRelaxNGNewMemParserCtxt(schema, (int)strlen(schema));
	xmlRelaxNGPtr grammar = xmlRelaxNGParse(parser);

	xmlRelaxNGFreeParserCtxt(parser);
	return grammar;
}

/* The next node in the order of the document; libxml2 bounds how deep it goes. */
static xmlNodePtr
next_node(xmlNodePtr node)
{
	if (node->type == XML_ELEMENT_NODE && node->children != NULL)
		return node->children;
	while (node != NULL && node->next == NULL)
		node = node->parent;
	return node == NULL ? NULL : node->next;
}

static void
check_children(struct markup_document *doc)
{
	for (xmlNodePtr node = xmlDocGetRootElement(doc->xml); node != NULL; node = next_node(node))
		if (node->type == XML_ELEMENT_NODE && xmlChildElementCount(node) > CHILDREN_MAX)
			refuse(doc, "has too many elements in one");
}

enum status
markup_validate(struct markup_document *doc, const char *schema)
{
	xmlRelaxNGPtr grammar = read_schema(schema);
	xmlRelaxNGValidCtxtPtr validator = xmlRelaxNGNewValidCtxt(grammar);

	xmlRelaxNGSetValidStructuredErrors(validator, take_error, doc);
	if (xmlRelaxNGValidateDoc(validator, doc->xml) != 0)
		refuse(doc, "is not what its schema asks for");
	xmlRelaxNGFreeValidCtxt(validator);
	xmlRelaxNGFree(grammar);
	return doc->status;
}

static enum status
hand_out(struct markup_document **out, struct markup_document *doc)
{
	enum status st = doc->status;

	if (st == ST_OK)
		*out = doc;
	else
		markup_document_free(doc);
	return st;
}

enum status
markup_parse(struct markup_document **out, const char *name, const char *data, size_t size,
    const char *schema, struct diag *diag)
{
	struct markup_document *doc = mem_zalloc(sizeof(*doc));

	markup_share_memory();
	*doc = (struct markup_document){ .name = name, .diag = diag, .status = ST_OK };
	parse(doc, data, size);
	want_no_type(doc);
	if (doc->status == ST_OK)
		check_children(doc);
	if (doc->status == ST_OK && schema != NULL)
		markup_validate(doc, schema);
	return hand_out(out, doc);
}

enum status
markup_parse_page(struct markup_document **out, const char *name, const char *data, size_t size,
    struct diag *diag)
{
	struct markup_document *doc = mem_zalloc(sizeof(*doc));

	markup_share_memory();
	*doc = (struct markup_document){ .name = name, .diag = diag, .status = ST_OK };
	parse(doc, data, size);
	want_type_of_page(doc);
	return hand_out(out, doc);
}

enum status
markup_read(struct markup_document **out, const char *path, const char *schema, struct diag *diag)
{
	struct text data = { 0 };
	enum status st = file_read(&data, path, DOCUMENT_MB_MAX, diag);

	if (st == ST_OK)
		st = markup_parse(out, path, data.at, data.length, schema, diag);
	text_fini(&data);
	return st;
}

void
markup_document_free(struct markup_document *doc)
{
	if (doc == NULL)
		return;
	xmlFreeDoc(doc->xml);
	free(doc);
}

/* --- what it holds --- */

static const struct markup_node *
first_named(xmlNodePtr node, const char *name)
{
	for (; node != NULL; node = node->next)
		if (node->type == XML_ELEMENT_NODE && node->ns == NULL &&
		    strcmp((const char *)node->name, name) == 0)
			return (const struct markup_node *)node;
	return NULL;
}

const struct markup_node *
markup_root(const struct markup_document *doc)
{
	return (const struct markup_node *)xmlDocGetRootElement(doc->xml);
}

const struct markup_node *
markup_child(const struct markup_node *node, const char *name)
{
	return first_named(node_of(node)->children, name);
}

const struct markup_node *
markup_next(const struct markup_node *node, const char *name)
{
	return first_named(node_of(node)->next, name);
}

bool
markup_value(const struct markup_node *node, const char *attribute, struct text *value)
{
	xmlChar *string = xmlGetNoNsProp(node_of(node), (const xmlChar *)attribute);

	value->length = 0;
	if (string == NULL)
		return false;
	text_put(value, (const char *)string);
	free(string); /* of the heap that we share */
	return true;
}

void
markup_content(const struct markup_node *node, struct text *content)
{
	content->length = 0;
	for (xmlNodePtr at = node_of(node)->children; at != NULL; at = at->next)
		if (at->type == XML_TEXT_NODE || at->type == XML_CDATA_SECTION_NODE)
			text_put(content, (const char *)at->content);
}

/* --- all that it holds --- */

const struct markup_node *
markup_first(const struct markup_node *node)
{
	return (const struct markup_node *)node_of(node)->children;
}

const struct markup_node *
markup_after(const struct markup_node *node)
{
	return (const struct markup_node *)node_of(node)->next;
}

enum markup_kind
markup_kind(const struct markup_node *node)
{
	switch (node_of(node)->type) {
	case XML_ELEMENT_NODE:
		return MARKUP_ELEMENT;
	case XML_TEXT_NODE:
		return MARKUP_TEXT;
	default:
		return MARKUP_OTHER;
	}
}

static const char *
name_of(const xmlNs *ns)
{
	return ns == NULL || ns->href == NULL ? "" : (const char *)ns->href;
}

const char *
markup_name(const struct markup_node *node)
{
	return (const char *)node_of(node)->name;
}

const char *
markup_namespace(const struct markup_node *node)
{
	return name_of(node_of(node)->ns);
}

const char *
markup_words(const struct markup_node *node)
{
	return (const char *)node_of(node)->content;
}

long
markup_line(const struct markup_node *node)
{
	return xmlGetLineNo(node_of(node));
}

void
markup_attributes(const struct markup_node *node, markup_take_attribute *take, void *ctx)
{
	for (xmlAttrPtr at = node_of(node)->properties; at != NULL; at = at->next) {
		xmlChar *value = xmlNodeListGetString(node_of(node)->doc, at->children, 1);

		take(ctx, name_of(at->ns), (const char *)at->name,
		    value == NULL ? "" : (const char *)value);
		free(value); /* of the heap that we share */
	}
}
