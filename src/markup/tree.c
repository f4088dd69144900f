/*
 * Documents of our own, built in memory.
 */
#include "markup/markup_priv.h"

#include <assert.h>
#include <limits.h>

#include <libxml/parser.h>
#include <libxml/xmlsave.h>

#include "base/mem.h"
#include "base/text.h"

struct markup_document *
markup_document_new(const char *root)
{
	struct markup_document *document = mem_zalloc(sizeof(*document));

	markup_share_memory();
	document->xml = xmlNewDoc((const xmlChar *)"1.0");
	xmlDocSetRootElement(
	    document->xml, xmlNewDocNode(document->xml, NULL, (const xmlChar *)root, NULL));
	return document;
}

struct markup_node *
markup_document_root(struct markup_document *document)
{
	return (struct markup_node *)xmlDocGetRootElement(document->xml);
}

struct markup_node *
markup_add(struct markup_node *parent, const char *name)
{
	xmlNodePtr xml = node_of(parent);

	return (struct markup_node *)xmlAddChild(
	    xml, xmlNewDocNode(xml->doc, NULL, (const xmlChar *)name, NULL));
}

struct markup_node *
markup_add_words(struct markup_node *parent, const char *name, const char *words)
{
	struct markup_node *node = markup_add(parent, name);

	markup_add_text(node, words);
	return node;
}

void
markup_set(struct markup_node *node, const char *name, const char *value)
{
	struct text clean = { 0 };

	xmlSetProp(
	    node_of(node), (const xmlChar *)name, (const xmlChar *)markup_clean(&clean, value, ""));
	text_fini(&clean);
}

void
markup_set_i64(struct markup_node *node, const char *name, int64_t value)
{
	struct text digits = { 0 };

	text_i64(&digits, value);
	markup_set(node, name, text_str(&digits));
	text_fini(&digits);
}

void
markup_add_text(struct markup_node *node, const char *content)
{
	struct text clean = { 0 };

	xmlAddChild(node_of(node), xmlNewDocText(node_of(node)->doc,
				       (const xmlChar *)markup_clean(&clean, content, "\n\t")));
	text_fini(&clean);
}

void
markup_add_document(struct markup_node *parent, const char *data, size_t size)
{
	xmlDocPtr other;

	assert(size <= INT_MAX);
	other = xmlReadMemory(data, (int)size, NULL, NULL, XML_PARSE_NONET | XML_PARSE_HUGE);
	assert(other != NULL);
	xmlAddChild(
	    node_of(parent), xmlDocCopyNode(xmlDocGetRootElement(other), node_of(parent)->doc, 1));
	xmlFreeDoc(other);
}

void
markup_document_write(const struct markup_document *document, struct text *out)
{
	xmlSaveCtxtPtr save = xmlSaveToIO(markup_append, NULL, out, "UTF-8", XML_SAVE_FORMAT);

	xmlSaveDoc(save, document->xml);
	xmlSaveClose(save);
}
