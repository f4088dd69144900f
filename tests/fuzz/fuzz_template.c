/* A template of any bytes: it is refused with a sentence, or writes pages of no more than was allowed. */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "markup/markup.h"
#include "report/template.h"

#define LIMIT_BYTES 20000

static enum status
take(void *ctx, const char *name, const struct text *page, struct diag *diag)
{
	(void)ctx, (void)diag;
	assert(strcmp(name + strlen(name) - 5, ".html") == 0 && strchr(name, '/') == NULL);
	assert(page->length > 0 && memcmp(page->at, "<!DOCTYPE html>", 15) == 0);
	assert(memchr(page->at, '\0', page->length) == NULL);
	/* What the document says never becomes an element. */
	assert(memmem(page->at, page->length, "<evil", 5) == NULL);
	return ST_OK;
}

static struct markup_document *
sample(void)
{
	struct markup_document *document = markup_document_new("report");
	struct markup_node *root = markup_document_root(document);
	struct markup_node *capture = markup_add(root, "capture");

	markup_set(root, "lang", "en");
	markup_add_words(root, "title", "</title><evil>");
	markup_set(capture, "page", "one.html");
	markup_set(capture, "file", "\"><evil>.pcap");
	markup_set(markup_add_words(capture, "sentence", "<evil/>"), "frames", "1 2 3");
	markup_add_document(capture,
	    "<svg xmlns='http://www.w3.org/2000/svg'><style>text{}</style><text>a</text></svg>",
	    strlen("<svg "
		   "xmlns='http://www.w3.org/2000/svg'><style>text{}</style><text>a</text></svg>"));
	return document;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag diag = { "" };
	struct template_set *set;
	struct markup_document *document;
	struct template_options options = { .limit_bytes = LIMIT_BYTES };
	enum status st = template_parse(&set, "t", (const char *)data, size, NULL, &diag);

	if (st == ST_OK) {
		document = sample();
		st = template_write(set, document, &options, take, NULL, &diag);
		markup_document_free(document);
		template_free(set);
	}
	if (st != ST_OK)
		assert(strncmp(diag.text, "t/index.html: ", 14) == 0 &&
		       strchr(diag.text, '\n') == NULL);
	return 0;
}
