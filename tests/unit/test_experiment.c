#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
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

static void
test_all_that_is_told_of_a_capture_is_handed_out(void **state)
{
	const struct experiment_capture *capture;
	const char *const *about;

	(void)state;
	assert_int_equal(parse("<experiment kernel=\"Linux 6\"><title> A\n\tB </title><about>one</about>"
			       "<about/><capture file=\"a.cap\"><title>first</title>"
			       "<about>two<x:b xmlns:x=\"urn:x\">not ours</x:b> words</about>"
			       "<server local=\"127.0.0.1:80\" stage=\"bind\"> waits </server>"
			       "<client name=\"3\" local=\"[::1]:99\" connect=\"ok\" sent=\"15\">[3] &lt;"
			       "\n</client><client connect=\"EHOSTUNREACH\"/>"
			       "<output program=\"server\">a\n b\n</output>"
			       "<snapshot after-frame=\"7\" label=\"L\" file=\"n.txt\"/>"
			       "<snapshot at=\"+1\">tcp</snapshot></capture>"
			       "<capture file=\"b.cap\" kernel=\"macOS\"><title>second</title>"
			       "</capture></experiment>"),
	    ST_OK);
	assert_string_equal(experiment_title(experiment), "A B");
	assert_int_equal(experiment_about(experiment, &about), 2);
	assert_string_equal(about[0], "one");
	assert_string_equal(about[1], "");
	assert_int_equal(experiment_captures(experiment, &capture), 2);
	assert_ptr_equal(capture, experiment_capture(experiment, "folder/a.cap"));
	assert_string_equal(capture[1].kernel, "macOS");

	assert_string_equal(capture->title, "first");
	assert_string_equal(capture->kernel, "Linux 6");
	assert_int_equal(capture->about_count, 1);
	assert_string_equal(capture->about[0], "two words");
	assert_int_equal(capture->server_count, 1);
	assert_string_equal(capture->servers[0].stage, "bind");
	assert_string_equal(capture->servers[0].words, "waits");
	assert_false(capture->servers[0].has_backlog);

	assert_int_equal(capture->client_count, 2);
	assert_string_equal(capture->clients[0].local, "[::1]:99");
	assert_string_equal(capture->clients[0].words, "[3] <\n");
	assert_int_equal(capture->clients[0].sent, 15);
	assert_string_equal(capture->clients[1].connect, "EHOSTUNREACH");
	assert_null(capture->clients[1].local);
	assert_false(capture->clients[1].has_sent);

	assert_int_equal(capture->output_count, 1);
	assert_string_equal(capture->outputs[0].name, "server");
	assert_string_equal(capture->outputs[0].words, "a\n b\n");
	assert_int_equal(capture->snapshot_count, 2);
	assert_string_equal(capture->snapshots[0].file, "n.txt");
	assert_string_equal(capture->snapshots[0].name, "L");
	assert_int_equal(capture->snapshots[0].after_frame, 7);
	assert_false(capture->snapshots[0].has_at);
	assert_true(capture->snapshots[1].has_at);
	assert_int_equal(capture->snapshots[1].at.ns, 1000000000);
}

/* Reads the first output of an experiment that lies in the folder. */
static enum status
read_output(const char *folder, struct text *out)
{
	static const char xml[] = EXPERIMENT("", "<capture file=\"a.cap\"><title>A</title>"
						 "<output file=\"out.txt\"/></capture>");
	const struct experiment_capture *capture;
	char path[256];

	snprintf(path, sizeof(path), "%s/experiment.xml", folder);
	forget(NULL);
	assert_int_equal(experiment_parse(&experiment, path, xml, strlen(xml), &diag), ST_OK);
	assert_int_equal(experiment_captures(experiment, &capture), 1);
	out->length = 0;
	return experiment_piece_read(experiment, &capture->outputs[0], out, &diag);
}

static void
test_a_file_is_read_only_beside_the_document(void **state)
{
	char folder[] = "experiment.XXXXXX";
	char path[256], secret[256];
	struct text out = { 0 };
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/out.txt", folder);
	snprintf(secret, sizeof(secret), "%s/secret", folder);
	assert_int_equal(read_output(folder, &out), ST_IO);
	file = fopen(secret, "w");
	assert_non_null(file);
	assert_true(fputs("words", file) >= 0);
	fclose(file);

	assert_int_equal(symlink("secret", path), 0);
	assert_int_equal(read_output(folder, &out), ST_IO);
	assert_non_null(strstr(diag.text, "is not a plain file"));
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(read_output(folder, &out), ST_IO);
	unlink(path);

	assert_int_equal(rename(secret, path), 0);
	assert_int_equal(read_output(folder, &out), ST_OK);
	assert_string_equal(text_str(&out), "words");
	unlink(path);
	rmdir(folder);
	text_fini(&out);
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

/* A schema is held against them in time squared. */
static void
test_elements_without_number_are_refused(void **state)
{
	struct text xml = { 0 };

	(void)state;
	text_put(&xml, "<experiment><title>T</title><capture file=\"a.cap\"><title>A</title>");
	for (int i = 0; i < 300000; i++)
		text_put(&xml, "<client connect=\"ok\"/>");
	text_put(&xml, "</capture></experiment>");
	assert_int_equal(parse(text_str(&xml)), ST_FORMAT);
	assert_non_null(strstr(diag.text, "has too many elements in one"));
	text_fini(&xml);
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
		TEST(test_all_that_is_told_of_a_capture_is_handed_out),
		TEST(test_a_file_is_read_only_beside_the_document),
		TEST(test_elements_without_number_are_refused),
		TEST(test_a_document_type_is_refused),
		TEST(test_a_document_without_a_bottom_is_refused),
	};

	return cmocka_run_group_tests_name("experiment", tests, NULL, NULL);
}
