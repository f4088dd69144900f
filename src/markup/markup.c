#include "markup/markup_priv.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlwriter.h>

#include "base/mem.h"
#include "base/text.h"

struct markup_writer {
	xmlTextWriterPtr xml;
	struct text clean; /* the string at hand, made harmless */
};

int
markup_append(void *text, const char *data, int count)
{
	text_bytes(text, data, (size_t)count);
	return count;
}

/* Its strings are clean, its output is ours, and memory is below: only we can be wrong. */
static void
expect(int result)
{
	assert(result >= 0);
	(void)result;
}

static void *
resize(void *old, size_t bytes)
{
	return mem_realloc_array(old, bytes, 1);
}

/* What is wrong comes back to whoever asked; libxml2 prints nothing by itself. */
static void
say_nothing(void *ctx, const char *format, ...)
{
	(void)ctx;
	(void)format;
}

/*
 * libxml2 shares our way of running out of memory, so that nobody need check.
 * Both sides use the C library's heap: what was there before may stay.
 */
void
markup_share_memory(void)
{
	expect(xmlMemSetup(free, mem_alloc, resize, mem_strdup));
	xmlInitParser();
	xmlSetGenericErrorFunc(NULL, say_nothing);
}

struct markup_writer *
markup_writer_new(struct text *out)
{
	struct markup_writer *writer = mem_zalloc(sizeof(*writer));

	markup_share_memory();
	writer->xml = xmlNewTextWriter(xmlOutputBufferCreateIO(markup_append, NULL, out, NULL));
	expect(xmlTextWriterStartDocument(writer->xml, NULL, "UTF-8", NULL));
	return writer;
}

void
markup_writer_free(struct markup_writer *writer)
{
	if (writer == NULL)
		return;
	xmlTextWriterEndDocument(writer->xml);
	xmlFreeTextWriter(writer->xml); /* flushes */
	text_fini(&writer->clean);
	free(writer);
}

static bool
is_plain(const char *str)
{
	for (; *str != '\0'; str++) {
		if (*str < 0x20 || *str > 0x7e)
			return false;
	}
	return true;
}

const char *
markup_clean(struct text *clean, const char *str, const char *keep)
{
	if (is_plain(str))
		return str;
	clean->length = 0;
	while (*str != '\0') {
		size_t count = strcspn(str, keep);

		text_terminal(clean, str, count);
		str += count;
		count = strspn(str, keep);
		text_bytes(clean, str, count);
		str += count;
	}
	return text_str(clean);
}

static const xmlChar *
cleaned(struct markup_writer *writer, const char *str, const char *keep)
{
	return (const xmlChar *)markup_clean(&writer->clean, str, keep);
}

void
markup_begin(struct markup_writer *writer, const char *element)
{
	expect(xmlTextWriterStartElement(writer->xml, (const xmlChar *)element));
}

void
markup_end(struct markup_writer *writer)
{
	expect(xmlTextWriterEndElement(writer->xml));
}

void
markup_attribute(struct markup_writer *writer, const char *name, const char *value)
{
	expect(xmlTextWriterWriteAttribute(
	    writer->xml, (const xmlChar *)name, cleaned(writer, value, "")));
}

void
markup_attribute_u64(struct markup_writer *writer, const char *name, uint64_t value)
{
	writer->clean.length = 0;
	text_u64(&writer->clean, value);
	expect(xmlTextWriterWriteAttribute(
	    writer->xml, (const xmlChar *)name, (const xmlChar *)text_str(&writer->clean)));
}

void
markup_text(struct markup_writer *writer, const char *content)
{
	expect(xmlTextWriterWriteString(writer->xml, cleaned(writer, content, "\n\t")));
}

void
markup_comment(struct markup_writer *writer, const char *comment)
{
	writer->clean.length = 0;
	text_char(&writer->clean, ' ');
	text_put(&writer->clean, comment);
	text_char(&writer->clean, ' ');
	expect(xmlTextWriterWriteComment(writer->xml, (const xmlChar *)text_str(&writer->clean)));
}

void
markup_break(struct markup_writer *writer)
{
	expect(xmlTextWriterWriteRaw(writer->xml, (const xmlChar *)"\n"));
}
