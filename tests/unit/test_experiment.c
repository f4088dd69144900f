#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "recorded/recorded.h"

static struct experiment *experiment;
static struct experiment_facts facts;
static struct diag diag;

static int
forget(void **state)
{
	(void)state;
	experiment_free(experiment);
	experiment = NULL;
	return 0;
}

static enum status
parse(const char *xml)
{
	forget(NULL);
	return experiment_parse(&experiment, "folder/experiment.xml", xml, strlen(xml), &diag);
}

#define CAPTURE(attributes, servers) \
	"<capture file=\"a.cap\" " attributes "><title>A</title>" servers "</capture>"
#define EXPERIMENT(attributes, captures) \
	"<experiment " attributes ">\n<title>T</title>\n" captures "</experiment>"

static void
test_what_is_said_of_a_capture_is_found(void **state)
{
	(void)state;
	assert_int_equal(parse(EXPERIMENT("vantage=\"middle\"",
		CAPTURE("until=\"+40.5\" vantage=\" loopback \"",
		    "<server stage=\"listen\" backlog=\" 2 \">words</server><server/>"))),
	    ST_OK);
	assert_true(experiment_facts(experiment, "folder/a.cap", &facts));
	assert_true(facts.has_backlog);
	assert_int_equal(facts.backlog, 2);
	assert_true(facts.has_until);
	assert_true(facts.until.is_relative);
	assert_int_equal(facts.until.ns, INT64_C(40500000000));
	assert_int_equal(facts.vantage, VANTAGE_LOOPBACK);
	assert_false(experiment_facts(experiment, "a.cap", &facts));
	assert_false(experiment_facts(experiment, "folder/b.cap", &facts));
}

static void
test_what_the_experiment_says_holds_for_its_captures(void **state)
{
	(void)state;
	assert_int_equal(parse(EXPERIMENT("vantage=\"server\"", CAPTURE("", ""))), ST_OK);
	assert_true(experiment_facts(experiment, "folder/a.cap", &facts));
	assert_int_equal(facts.vantage, VANTAGE_SERVER);
	assert_false(facts.has_backlog);
	assert_false(facts.has_until);
}

static void
test_servers_that_differ_have_no_backlog_together(void **state)
{
	(void)state;
	assert_int_equal(parse(EXPERIMENT("", CAPTURE("", "<server backlog=\"2\"/>"
	                                                  "<server backlog=\"2\"/>"))), ST_OK);
	assert_true(experiment_facts(experiment, "folder/a.cap", &facts));
	assert_true(facts.has_backlog);
	assert_int_equal(parse(EXPERIMENT("", CAPTURE("", "<server backlog=\"2\"/>"
	                                                  "<server backlog=\"3\"/>"))), ST_OK);
	assert_true(experiment_facts(experiment, "folder/a.cap", &facts));
	assert_false(facts.has_backlog);
	assert_true(facts.backlogs_differ);
}

static void
test_other_namespaces_mean_nothing(void **state)
{
	(void)state;
	assert_int_equal(parse(EXPERIMENT("xmlns:x=\"urn:x\" x:vantage=\"server\"",
	    CAPTURE("x:until=\"+1\"", "<x:server backlog=\"9\"/>"))), ST_OK);
	assert_true(experiment_facts(experiment, "folder/a.cap", &facts));
	assert_int_equal(facts.vantage, VANTAGE_UNKNOWN);
	assert_false(facts.has_until);
	assert_false(facts.has_backlog);
}

static void
test_what_is_invalid_is_refused_with_its_line(void **state)
{
	(void)state;
	assert_int_equal(parse(EXPERIMENT("", "\n\n<capture/>")), ST_FORMAT);
	assert_non_null(strstr(diag.text, "folder/experiment.xml: line 5: "));
	assert_int_equal(parse("<experiment>\n<title>"), ST_FORMAT);
	assert_non_null(strstr(diag.text, "folder/experiment.xml: line 2: "));
	assert_int_equal(parse(""), ST_FORMAT);
	assert_int_equal(parse("<other/>"), ST_FORMAT);
	assert_int_equal(
	    parse(EXPERIMENT("", CAPTURE("", "<server backlog=\"-1\"/>"))), ST_FORMAT);
	assert_int_equal(parse(EXPERIMENT("", CAPTURE("until=\"soon\"", ""))), ST_FORMAT);
	assert_int_equal(parse(EXPERIMENT("", "<capture file=\"../a.cap\"><title>A</title>"
	                                      "</capture>")), ST_FORMAT);
}

/* What makes a small file large, or reads another. */
static void
test_a_document_type_is_refused(void **state)
{
	(void)state;
	assert_int_equal(parse("<!DOCTYPE experiment [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>"
	                       EXPERIMENT("", CAPTURE("", "<server>&b;</server>"))), ST_FORMAT);
	assert_int_equal(parse("<!DOCTYPE experiment [<!ENTITY f SYSTEM \"/etc/hosts\">]>"
	                       EXPERIMENT("", CAPTURE("", "<server>&f;</server>"))), ST_FORMAT);
	assert_non_null(strstr(diag.text, "has a document type"));
}

static void
test_a_document_without_a_bottom_is_refused(void **state)
{
	static char deep[3 * 100000 + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(deep) - 1; i += 3)
		memcpy(deep + i, "<a>", 3);
	assert_int_equal(parse(deep), ST_FORMAT);
}

#define TEST(name) cmocka_unit_test_teardown(name, forget)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_said_of_a_capture_is_found),
		TEST(test_what_the_experiment_says_holds_for_its_captures),
		TEST(test_servers_that_differ_have_no_backlog_together),
		TEST(test_other_namespaces_mean_nothing),
		TEST(test_what_is_invalid_is_refused_with_its_line),
		TEST(test_a_document_type_is_refused),
		TEST(test_a_document_without_a_bottom_is_refused),
	};

	return cmocka_run_group_tests_name("experiment", tests, NULL, NULL);
}
