/* Templates: what elements are bound to, how it is escaped, and what mistakes are called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/sha256.h"
#include "base/text.h"
#include "markup/markup.h"
#include "prose/prose.h"
#include "report/template.h"

static struct text page;  /* the last one */
static struct text names; /* of all */
static struct diag diag;

static enum status
take(void *ctx, const char *name, const struct text *content, struct diag *unused)
{
	(void)ctx, (void)unused;
	text_put(&names, name);
	text_char(&names, ' ');
	page.length = 0;
	text_bytes(&page, content->at, content->length);
	return ST_OK;
}

/* Two captures, each with packets; the first one's name is markup. */
static struct markup_document *
report(void)
{
	struct markup_document *document = markup_document_new("report");
	struct markup_node *root = markup_document_root(document);
	static const char svg[] =
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:lang=\"en\"><style>a>b{}</style>"
	    "<g id=\"f1\"><title>1 &lt; 2</title><rect width=\"3\"/></g></svg>";

	markup_add_words(root, "title", "Queues & <b>");
	for (int i = 1; i <= 2; i++) {
		struct markup_node *capture = markup_add(root, "capture");

		markup_set(capture, "id", i == 1 ? "a" : "b");
		markup_set(capture, "file", i == 1 ? "<i>\"x\".pcap" : "b.pcap");
		markup_set(capture, "page", i == 1 ? "a.html" : "b.html");
		for (int frame = 1; frame <= i + 1; frame++)
			markup_set_i64(markup_add(capture, "packet"), "frame", frame);
		markup_set(capture, "frames", "4 5 16");
		markup_set(capture, "bad-link", "javascript:alert(1)");
		markup_add_document(markup_add(capture, "figure"), svg, strlen(svg));
	}
	return document;
}

static enum status
write_in(const char *body, bool single, enum lang lang)
{
	struct text whole = { 0 };
	struct template_set *set;
	struct template_options options = { .single = single };
	struct catalog *catalog = catalog_new(lang);
	enum status st;

	names.length = page.length = 0;
	if (*body != '<' || strncmp(body, "<html", 5) != 0)
		text_put(&whole, "<html xmlns='http://www.w3.org/1999/xhtml' "
				 "xmlns:s='urn:synscope:template'>\n");
	text_put(&whole, body);
	if (*body != '<' || strncmp(body, "<html", 5) != 0)
		text_put(&whole, "</html>");
	st = template_parse(&set, "set", text_str(&whole), whole.length, catalog, &diag);
	text_fini(&whole);
	if (st == ST_OK) {
		struct markup_document *document = report();

		st = template_write(set, document, &options, take, NULL, &diag);
		markup_document_free(document);
		template_free(set);
	}
	catalog_free(catalog);
	return st;
}

/* What is between <html> and </html>, without line breaks, nor a head that it did not have. */
static const char *
written(const char *body)
{
	static struct text inner;
	const char *from, *end;

	diag.text[0] = '\0';
	if (write_in(body, false, LANG_EN) != ST_OK)
		return diag.text;
	from = strstr(text_str(&page), "<html>") + 6;
	if (strstr(body, "<head") == NULL)
		from = strstr(from, "</head>") + 7;
	end = strstr(from, "</html>");
	inner.length = 0;
	for (; from < end; from++)
		if (*from != '\n')
			text_char(&inner, *from);
	return text_str(&inner);
}

static const char *
complaint(const char *body)
{
	diag.text[0] = '\0';
	assert_int_equal(write_in(body, false, LANG_EN), ST_FORMAT);
	return diag.text;
}

static void
test_an_element_is_repeated_for_each_node(void **state)
{
	(void)state;
	assert_string_equal(written("<p s:each='capture' s:text='@id'>x</p>"), "<p>a</p><p>b</p>");
	assert_string_equal(written("<p s:each='capture'><b s:each='packet' s:text='@frame'/></p>"),
	    "<p><b>1</b><b>2</b></p><p><b>1</b><b>2</b><b>3</b></p>");
	assert_string_equal(written("<p s:each='nothing'>x</p>"), "");
	assert_string_equal(
	    written("<p s:each='capture' s:text='concat(position(), \"/\", last())'/>"),
	    "<p>1/2</p><p>2/2</p>");
}

static void
test_an_element_stays_only_if_its_condition_holds(void **state)
{
	(void)state;
	assert_string_equal(written("<p s:if='capture'>x</p><p s:if='nothing'>y</p>"), "<p>x</p>");
	assert_string_equal(
	    written("<p s:each='capture' s:if='@id=\"b\"' s:text='@id'/>"), "<p>b</p>");
}

static void
test_no_string_becomes_markup(void **state)
{
	(void)state;
	assert_string_equal(written("<p s:text='title'/>"), "<p>Queues &amp; &lt;b&gt;</p>");
	assert_string_equal(written("<p s:attr-title='capture/@file'/>"),
	    "<p title=\"&lt;i&gt;&quot;x&quot;.pcap\"></p>");
	assert_string_equal(
	    written("<title s:text='capture/@file'/>"), "<title>&lt;i&gt;\"x\".pcap</title>");
}

static void
test_an_attribute_without_a_value_is_left_out(void **state)
{
	(void)state;
	assert_string_equal(
	    written(
		"<p class='x' s:attr-class='@none' s:attr-hidden='true()' s:attr-lang='false()'/>"),
	    "<p hidden=\"\"></p>");
}

static void
test_links_leave_neither_the_page_nor_its_folder(void **state)
{
	(void)state;
	assert_string_equal(written("<a s:attr-href='capture/@bad-link'>x</a>"), "<a>x</a>");
	assert_string_equal(written("<a s:attr-href='\"//host/\"'>x</a>"), "<a>x</a>");
	assert_string_equal(
	    written("<a s:attr-href='\"figures/a.svg\"'>x</a>"), "<a href=\"figures/a.svg\">x</a>");
}

static void
test_ids_are_prefixed_where_that_is_asked_for(void **state)
{
	(void)state;
	assert_string_equal(
	    written("<div s:each='capture' s:ids='concat(@id, \"-\")'><p id='x'/>"
		    "<a href='#x' aria-labelledby='x y'/><a href='z.html#x'/></div>"),
	    "<div><p id=\"a-x\"></p><a href=\"#a-x\" aria-labelledby=\"a-x a-y\"></a>"
	    "<a href=\"z.html#x\"></a></div>"
	    "<div><p id=\"b-x\"></p><a href=\"#b-x\" aria-labelledby=\"b-x b-y\"></a>"
	    "<a href=\"z.html#x\"></a></div>");
}

static void
test_variables_hold_where_they_are_set(void **state)
{
	(void)state;
	assert_string_equal(
	    written("<p s:let-n='count(capture)' s:let-m='$n + 1'><b s:let-n='7' s:text='$n'/>"
		    "<i s:text='concat($n, $m)'/></p>"),
	    "<p><b>7</b><i>23</i></p>");
	assert_string_equal(complaint("<p s:let-n='1'/>\n<p s:text='$n'/>"),
	    "set/index.html: line 3: text=\"$n\": there is no such variable");
}

static void
test_functions_choose_and_shorten(void **state)
{
	(void)state;
	assert_string_equal(
	    written("<p s:each='capture' s:text='choose(@id=\"a\", \"first\", \"second\")'/>"),
	    "<p>first</p><p>second</p>");
	assert_string_equal(written("<p s:text='basename(\"a/b.pcap\")'/><p s:text='basename(\"c\")'/>"),
	    "<p>b.pcap</p><p>c</p>");
}

static void
test_words_are_split(void **state)
{
	(void)state;
	assert_string_equal(
	    written("<a s:each='split(capture[1]/@frames)[position() &lt; 3]' s:text='.'/>"),
	    "<a>4</a><a>5</a>");
}

static void
test_figures_are_copied_without_prefixes(void **state)
{
	(void)state;
	assert_string_equal(written("<figure s:copy='capture[1]/figure/*'>sample</figure>"),
	    "<figure><svg xml:lang=\"en\"><style>a&gt;b{}</style><g id=\"f1\">"
	    "<title>1 &lt; 2</title><rect width=\"3\"/></g></svg></figure>");
}

static void
test_samples_are_left_out_and_wrappers_unwrapped(void **state)
{
	(void)state;
	assert_string_equal(written("<p s:remove=''>sample</p><div s:each='capture' s:unwrap=''><b "
				    "s:text='@id'/><i/></div>"),
	    "<b>a</b><i></i><b>b</b><i></i>");
}

static void
test_an_element_of_a_page_is_included(void **state)
{
	(void)state;
	assert_string_equal(written("<p s:remove=''/><h1 s:part='head' s:text='title'/><div "
				    "s:include='index.html#head'/>"),
	    "<h1>Queues &amp; &lt;b&gt;</h1><h1>Queues &amp; "
	    "&lt;b&gt;</h1>");
	assert_non_null(strstr(complaint("<div s:part='a'><p s:include='index.html#a'/></div>"),
	    "does a page include itself?"));
	assert_string_equal(complaint("<p s:include='other.html#a'/>"),
	    "set/index.html: line 2: include=\"other.html#a\": the template has no such page, or "
	    "none "
	    "with that part");
}

static void
test_pages_are_as_many_as_the_outermost_element(void **state)
{
	static const char body[] =
	    "<html xmlns='http://www.w3.org/1999/xhtml' "
	    "xmlns:s='urn:synscope:template' s:each='capture' %s><p/></html>";
	char whole[300];

	(void)state;
	snprintf(whole, sizeof(whole), body, "s:page='@page'");
	assert_int_equal(write_in(whole, false, LANG_EN), ST_OK);
	assert_string_equal(text_str(&names), "a.html b.html ");
	snprintf(whole, sizeof(whole), body, "s:page='nothing'");
	assert_int_equal(write_in(whole, false, LANG_EN), ST_OK);
	assert_string_equal(text_str(&names), "");
	snprintf(whole, sizeof(whole), body, "s:page='\"../x.html\"'");
	assert_int_equal(write_in(whole, false, LANG_EN), ST_FORMAT);
	snprintf(whole, sizeof(whole), body, "");
	assert_int_equal(write_in(whole, false, LANG_EN), ST_FORMAT);
	assert_string_equal(diag.text, "set/index.html: line 1: a page index.html is already "
				       "there; page=\"...\" gives each a name");
}

static void
test_html_is_as_browsers_read_it(void **state)
{
	(void)state;
	assert_string_equal(written("<p>a<br/>b<i/></p><pre>\n\n x</pre><svg "
				    "xmlns='http://www.w3.org/2000/svg'><g/></svg>"),
	    "<p>a<br>b<i></i></p><pre> x</pre><svg><g/></svg>");
	assert_string_equal(written("<script>if (1 &lt; 2 &amp;&amp; 3) x();</script>"),
	    "<script>if (1 < 2 && 3) x();</script>");
}

static void
test_a_page_allows_its_own_scripts_and_styles_alone(void **state)
{
	uint8_t digest[SHA256_BYTES];
	struct text source = { 0 };
	struct sha256 sha;

	(void)state;
	assert_int_equal(
	    write_in(
		"<head><title>x</title><style>p{}</style></head><body><script>f()</script></body>",
		false, LANG_EN),
	    ST_OK);
	sha256_init(&sha);
	sha256_add(&sha, "f()", 3);
	sha256_end(&sha, digest);
	text_put(&source, "script-src 'sha256-");
	text_base64(&source, digest, sizeof(digest));
	assert_non_null(strstr(text_str(&page), text_str(&source)));
	assert_non_null(strstr(text_str(&page),
	    "<head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" "
	    "content=\"default-src 'none'; script-src"));
	assert_null(strstr(text_str(&page), "img-src"));
	text_fini(&source);
}

static void
test_words_of_a_template_are_translated(void **state)
{
	(void)state;
	assert_int_equal(
	    write_in("<p title='Nothing was accepted.'>\n Nothing   was accepted.\n</p>"
		     "<b translate='no'>Nothing was accepted.</b>"
		     "<i s:text='say(\"Nothing was accepted.\")'/>",
		false, LANG_ZH_CN),
	    ST_OK);
	assert_non_null(
	    strstr(text_str(&page), "<p title=\"没有连接被接受。\">\n没有连接被接受。\n</p>"
				    "<b translate=\"no\">Nothing was accepted.</b>"
				    "<i>没有连接被接受。</i>"));
}

static void
test_each_mistake_has_a_sentence_with_its_line(void **state)
{
	static const struct {
		const char *body, *says;
	} mistakes[] = {
		{ "<p s:eech='x'/>", "line 2: eech: there is no such attribute in the namespace "
				     "urn:synscope:template" },
		{ "<p/>\n<p s:text='count('/>", "line 3: text=\"count(\": a function is given too "
						"many arguments, or too few" },
		{ "<p s:text='nothing()'/>",
		    "line 2: text=\"nothing()\": there is no such function" },
		{ "<p s:each='1'/>", "line 2: each=\"1\": finds no nodes, but a value" },
		{ "<p s:text='count(1)'/>",
		    "line 2: text=\"count(1)\": a value is of the wrong kind" },
		{ "<p s:text='\"x'/>", "line 2: text=\"\"x\": a string is not closed" },
		{ "<p", "line 2: " },
		{ "<p>&nbsp;</p>", "line 2: Entity 'nbsp' not defined" },
		{ "<s:each/>", "line 2: each: the namespace urn:synscope:template has attributes, "
			       "but no elements" },
		{ "<p onclick='x'/>",
		    "line 2: onclick: the page's policy forbids such attributes" },
		{ "<p s:attr-style='x'/>",
		    "line 2: attr-style: the page's policy forbids such attributes" },
		{ "<script src='../x.js'/>", "line 2: src: is to name a file beside the page" },
		{ "<script src='x.js'/>",
		    "line 2: src: x.js: there are no files beside this page" },
		{ "<script>'&lt;/script>'</script>",
		    "line 2: script: may not hold </script, </style, <script or <!--" },
		{ "<style s:text='title'/>",
		    "line 2: style: nothing of the report may stand in a style or script" },
		{ "<link rel='icon' href='x.png'/>",
		    "line 2: link: only rel=\"stylesheet\" has a place in a page" },
		{ "<svg xmlns='x'/>", "line 2: svg: is no element of XHTML or SVG; is its xmlns "
				      "missing?" },
	};
	char expected[300];

	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		const char *says = complaint(mistakes[i].body);

		snprintf(expected, sizeof(expected), "set/index.html: %s", mistakes[i].says);
		if (strncmp(says, expected, strlen(expected)) != 0)
			fail_msg("%s: %s", mistakes[i].body, says);
	}
}

static void
test_only_the_doctype_of_html_may_stand_there(void **state)
{
	struct template_set *set;
	static const char good[] = "<!DOCTYPE html><html xmlns='http://www.w3.org/1999/xhtml'/>";
	static const char bad[] =
	    "<!DOCTYPE html [<!ENTITY a 'b'>]><html xmlns='http://www.w3.org/1999/xhtml'/>";

	(void)state;
	assert_int_equal(template_parse(&set, "s", good, strlen(good), NULL, &diag), ST_OK);
	template_free(set);
	assert_int_equal(template_parse(&set, "s", bad, strlen(bad), NULL, &diag), ST_FORMAT);
	assert_string_equal(
	    diag.text, "s/index.html: has another document type than <!DOCTYPE html>");
}

static void
test_a_page_that_grows_without_end_is_stopped(void **state)
{
	static const char body[] =
	    "<html xmlns='http://www.w3.org/1999/xhtml' xmlns:s='urn:synscope:template'>"
	    "<p s:each='//node()'><p s:each='//node()'><p s:each='//node()'><p "
	    "s:each='//node()'>x</p></p></p></p></html>";
	struct template_options options = { .limit_bytes = 1 << 20 };
	struct markup_document *document = report();
	struct template_set *set;

	(void)state;
	assert_int_equal(template_parse(&set, "s", body, strlen(body), NULL, &diag), ST_OK);
	assert_int_equal(template_write(set, document, &options, take, NULL, &diag), ST_LIMIT);
	assert_string_equal(diag.text, "s/index.html: line 1: the page grows beyond 1 MB");
	template_free(set);
	markup_document_free(document);
}

static void
test_a_hostile_name_stays_words(void **state)
{
	struct markup_document *document = markup_document_new("report");
	static const char body[] = "<html xmlns='http://www.w3.org/1999/xhtml' "
				   "xmlns:s='urn:synscope:template' s:attr-title='title'>"
				   "<p s:text='title'/></html>";
	struct template_options options = { 0 };
	struct template_set *set;

	(void)state;
	markup_add_words(markup_document_root(document), "title",
	    "\x1b[31m</p><script>\xe2\x80\xaexe\xff\"'&amp;\x01");
	assert_int_equal(template_parse(&set, "s", body, strlen(body), NULL, &diag), ST_OK);
	assert_int_equal(template_write(set, document, &options, take, NULL, &diag), ST_OK);
	assert_string_equal(text_str(&page),
	    "<!DOCTYPE html>\n<html "
	    "title=\"\\x1b[31m&lt;/p&gt;&lt;script&gt;\\u202exe\xef\xbf\xbd&quot;'&amp;amp;\\x01\">"
	    "<head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" "
	    "content=\"default-src 'none'; base-uri 'none'; form-action 'none'\"></head>"
	    "<p>\\x1b[31m&lt;/p&gt;&lt;script&gt;\\u202exe\xef\xbf\xbd\"'&amp;amp;\\x01</p></"
	    "html>\n");
	template_free(set);
	markup_document_free(document);
}

struct wants {
	const struct catalog *catalog;
	unsigned missing;
};

static void
want_translated(void *ctx, const char *sentence)
{
	struct wants *wants = ctx;
	bool has_letters = false;

	for (const char *at = sentence; *at != '\0'; at++)
		has_letters |= (*at >= 'a' && *at <= 'z');
	if (has_letters && catalog_say(wants->catalog, sentence) == sentence) {
		print_message("# not translated: %s\n", sentence);
		wants->missing++;
	}
}

static void
test_the_built_in_sets_are_read_and_speak_chinese(void **state)
{
	struct wants wants = { .catalog = catalog_new(LANG_ZH_CN) };

	(void)state;
	for (size_t i = 0; i < template_name_count; i++)
		if (template_sentences(template_names[i], want_translated, &wants, &diag) != ST_OK)
			fail_msg("%s", diag.text);
	catalog_free((struct catalog *)(uintptr_t)wants.catalog);
	assert_int_equal(wants.missing, 0);
}

static int
drop(void **state)
{
	(void)state;
	text_fini(&page);
	text_fini(&names);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_element_is_repeated_for_each_node),
		cmocka_unit_test(test_an_element_stays_only_if_its_condition_holds),
		cmocka_unit_test(test_no_string_becomes_markup),
		cmocka_unit_test(test_an_attribute_without_a_value_is_left_out),
		cmocka_unit_test(test_links_leave_neither_the_page_nor_its_folder),
		cmocka_unit_test(test_ids_are_prefixed_where_that_is_asked_for),
		cmocka_unit_test(test_variables_hold_where_they_are_set),
		cmocka_unit_test(test_functions_choose_and_shorten),
		cmocka_unit_test(test_words_are_split),
		cmocka_unit_test(test_figures_are_copied_without_prefixes),
		cmocka_unit_test(test_samples_are_left_out_and_wrappers_unwrapped),
		cmocka_unit_test(test_an_element_of_a_page_is_included),
		cmocka_unit_test(test_pages_are_as_many_as_the_outermost_element),
		cmocka_unit_test(test_html_is_as_browsers_read_it),
		cmocka_unit_test(test_a_page_allows_its_own_scripts_and_styles_alone),
		cmocka_unit_test(test_words_of_a_template_are_translated),
		cmocka_unit_test(test_each_mistake_has_a_sentence_with_its_line),
		cmocka_unit_test(test_only_the_doctype_of_html_may_stand_there),
		cmocka_unit_test(test_a_page_that_grows_without_end_is_stopped),
		cmocka_unit_test(test_a_hostile_name_stays_words),
		cmocka_unit_test(test_the_built_in_sets_are_read_and_speak_chinese),
	};

	return cmocka_run_group_tests_name("template", tests, NULL, drop);
}
