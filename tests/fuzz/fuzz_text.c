/*
 * The escaping functions against any bytes: what comes out is valid UTF-8
 * without a control character, a JSON string closes where it should, and XML
 * made of it is read back by libxml2.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "markup/markup.h"

static void
insist(int holds)
{
	if (!holds)
		abort();
}

static void
insist_harmless(const struct text *text)
{
	struct text again = { 0 };

	if (text->length == 0)
		return;
	for (size_t i = 0; i < text->length; i++)
		insist((unsigned char)text->at[i] >= 0x20 && text->at[i] != 0x7f);
	/* What is harmless and valid already stays as it is. */
	text_terminal(&again, text->at, text->length);
	insist(again.length == text->length && memcmp(again.at, text->at, again.length) == 0);
	text_fini(&again);
}

static void
check_json(const struct text *text)
{
	size_t i;

	insist_harmless(text);
	insist(text->length >= 2 && text->at[0] == '"');
	for (i = 1; text->at[i] != '"'; i++) {
		if (text->at[i] == '\\')
			i++;
		insist(i + 1 < text->length);
	}
	insist(i + 1 == text->length);
}

static void
check_csv(const struct text *text)
{
	size_t quotes = 0;

	insist_harmless(text);
	if (text->length == 0)
		return;
	insist(strchr("=+-@", text->at[0]) == NULL);
	for (size_t i = 0; i < text->length; i++)
		quotes += text->at[i] == '"';
	insist(quotes % 2 == 0);
	insist(text->at[0] == '"' || memchr(text->at, ',', text->length) == NULL);
}

static void
check_xml(const char *string)
{
	struct text document = { 0 };
	struct markup_writer *writer = markup_writer_new(&document);
	xmlDocPtr doc;

	markup_begin(writer, "a");
	markup_attribute(writer, "b", string);
	markup_text(writer, string);
	markup_writer_free(writer);
	doc = xmlReadMemory(document.at, (int)document.length, "fuzz", NULL,
	    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE);
	insist(doc != NULL);
	xmlFreeDoc(doc);
	text_fini(&document);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct text text = { 0 };

	text_json_string(&text, bytes, size);
	check_json(&text);
	text.length = 0;
	text_csv_cell(&text, bytes, size);
	check_csv(&text);
	text.length = 0;
	text_terminal(&text, bytes, size);
	insist_harmless(&text);
	text.length = 0;
	text_put(&text, "x");
	text_bytes(&text, bytes, size);
	check_xml(text_str(&text));
	text_fini(&text);
	return 0;
}
