#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "recorded/recorded.h"

#define S(seconds) ((int64_t)((seconds) * 1e9))

/* One comparison: tables, changes, and what is told of them, a line a row. */
static struct snapshots snapshots;
static struct comparison *comparison;
static struct text told;

static int
begin(void **state)
{
	(void)state;
	told.length = 0;
	return 0;
}

static int
end(void **state)
{
	(void)state;
	comparison_free(comparison);
	comparison = NULL;
	snapshots_fini(&snapshots);
	snapshots = (struct snapshots){ 0 };
	return 0;
}

static void
recorded(const char *text)
{
	struct diag diag;

	assert_int_equal(snapshots_parse(&snapshots, "table", text, strlen(text), &diag), ST_OK);
	comparison = comparison_new(&snapshots);
}

/* Both ends on 127.0.0.1; remote 0: it listens. */
static struct socket_row
socket_of(double at, uint16_t local, uint16_t remote, enum sock_state state)
{
	return (struct socket_row){
		.at_ns = S(at),
		.flow = remote == 0 ? 0 : 1,
		.is_server = local == 80,
		.ends = {
			.src = { 127, 0, 0, 1 },
			.dst = { remote == 0 ? 0 : 127, 0, 0, remote != 0 },
			.sport = local,
			.dport = remote,
			.proto = PROTO_TCP,
			.ip_version = 4,
		},
		.state = state,
	};
}

static void
changes(double at, uint16_t local, uint16_t remote, enum sock_state state)
{
	struct socket_row row = socket_of(at, local, remote, state);

	comparison_add(comparison, &row);
}

static void
changes_queues(double at, uint16_t local, uint16_t remote, struct range recv_q, struct range send_q)
{
	struct socket_row row =
	    socket_of(at, local, remote, remote == 0 ? SOCK_LISTEN : SOCK_ESTABLISHED);

	row.recv_q = recv_q;
	row.send_q = send_q;
	row.recv_q_best = row.send_q_best = -1;
	comparison_add(comparison, &row);
}

static void
put_time(int64_t ns)
{
	if (ns == INT64_MIN)
		text_put(&told, "before");
	else if (ns == INT64_MAX)
		text_put(&told, "after");
	else
		text_millis(&told, ns / 1000);
}

/* "1 1..2 contradicts 80>5000 recv_q", with times in seconds */
static void
tell(void *ctx, const struct compared *row)
{
	static const char *const names[] = { " state", " recv_q", " send_q" };
	const struct tuple *ends = row->recorded != NULL ? &row->recorded->ends : &row->found->ends;

	(void)ctx;
	text_u64(&told, row->snapshot);
	text_char(&told, ' ');
	put_time(row->from_ns);
	if (!row->has_time) {
		text_put(&told, "..");
		put_time(row->to_ns);
	}
	text_char(&told, ' ');
	text_put(&told, outcome_names[row->outcome]);
	text_char(&told, ' ');
	text_u64(&told, ends->sport);
	text_char(&told, '>');
	text_u64(&told, ends->dport);
	for (int i = 0; i < 3; i++)
		if (row->differs & 1u << i)
			text_put(&told, names[i]);
	text_char(&told, '\n');
}

static void
assert_told(const char *expected)
{
	struct diag diag;

	assert_int_equal(comparison_tell(comparison, "table", S(1), tell, NULL, &diag), ST_OK);
	assert_string_equal(text_str(&told), expected);
}

static uint64_t
counted(enum outcome outcome)
{
	return comparison_summary(comparison)->counts[outcome];
}

#define HEAD "Proto Recv-Q Send-Q\n"
#define LISTENS "tcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN\n"
#define SERVER(port, state) "tcp 0 0 127.0.0.1:80 127.0.0.1:" #port " " #state "\n"
#define CLIENT(port, state) "tcp 0 0 127.0.0.1:" #port " 127.0.0.1:80 " #state "\n"

static void
test_a_table_with_a_time_is_held_against_that_moment(void **state)
{
	(void)state;
	recorded("# at 3\n" LISTENS SERVER(5000, SYN_RECV) CLIENT(5000, ESTABLISHED)
	         "# at +1\n" SERVER(5000, SYN_RECV));
	changes(1, 80, 0, SOCK_LISTEN);
	changes(1, 5000, 80, SOCK_SYN_SENT);
	changes(2, 80, 5000, SOCK_SYN_RECV);
	changes(2.5, 5000, 80, SOCK_ESTABLISHED);
	changes(3, 80, 5000, SOCK_ESTABLISHED);
	assert_told("1 3 agrees 80>0\n"
	            "1 3 contradicts 80>5000 state\n"
	            "1 3 agrees 5000>80\n"
	            "2 2 agrees 80>5000\n"
	            "2 2 found-only 80>0\n"
	            "2 2 found-only 5000>80\n");
	assert_int_equal(counted(OUTCOME_AGREES), 3);
	assert_int_equal(counted(OUTCOME_CONTRADICTS), 1);
	assert_int_equal(counted(OUTCOME_FOUND), 2);
}

static void
test_a_range_agrees_with_what_lies_in_it(void **state)
{
	(void)state;
	recorded("# at 3\n"
	         "tcp 15 0 127.0.0.1:80 127.0.0.1:5000 ESTABLISHED\n"
	         "tcp 16 2 127.0.0.1:80 127.0.0.1:5001 ESTABLISHED\n");
	changes_queues(2, 80, 5000, (struct range){ 0, 15 }, (struct range){ 0, RANGE_OPEN });
	changes_queues(2, 80, 5001, (struct range){ 0, 15 }, (struct range){ 3, RANGE_OPEN });
	assert_told("1 3 agrees 80>5000\n1 3 contradicts 80>5001 recv_q send_q\n");
}

static void
test_what_listens_is_compared_by_what_its_printer_tells(void **state)
{
	(void)state;
	/* net-tools 1.60: nothing. ss: both. */
	recorded("# at 3\ntcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN\n"
	         "# at 4\nLISTEN 3 2 127.0.0.1:80 0.0.0.0:*\n"
	         "# at 5\nLISTEN 2 3 *:80 *:*\n");
	changes_queues(2, 80, 0, (struct range){ 3, 3 }, (struct range){ 0, 2 });
	assert_told("1 3 agrees 80>0\n2 4 agrees 80>0\n3 5 contradicts 80>0 recv_q send_q\n");
}

static void
test_two_that_listen_on_a_port_are_told_apart(void **state)
{
	struct socket_row row = socket_of(1, 80, 0, SOCK_LISTEN);

	(void)state;
	recorded("# at 3\nLISTEN 0 5 127.0.0.1:80 0.0.0.0:*\nLISTEN 0 6 127.0.0.2:80 0.0.0.0:*\n");
	row.send_q = (struct range){ 5, 5 };
	comparison_add(comparison, &row);
	row.ends.src[3] = 2;
	row.send_q = (struct range){ 7, 7 };
	comparison_add(comparison, &row);
	assert_told("1 3 agrees 80>0\n1 3 contradicts 80>0 send_q\n");
}

static void
test_a_netstat_that_tells_the_queue_is_believed(void **state)
{
	(void)state;
	/* net-tools 2.10 */
	recorded("# at 3\ntcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN\n"
	         "# at 4\ntcp 3 0 0.0.0.0:80 0.0.0.0:* LISTEN\n");
	changes_queues(2, 80, 0, (struct range){ 3, 3 }, (struct range){ 2, 2 });
	assert_told("1 3 contradicts 80>0 recv_q\n2 4 agrees 80>0\n");
}

static void
test_what_is_gone_or_never_was_is_only_recorded(void **state)
{
	(void)state;
	recorded("# at 4\n" SERVER(5000, ESTABLISHED) SERVER(5001, ESTABLISHED));
	changes(2, 80, 5000, SOCK_ESTABLISHED);
	changes(3, 80, 5000, SOCK_CLOSED);
	assert_told("1 4 recorded-only 80>5000\n1 4 recorded-only 80>5001\n");
	assert_int_equal(comparison_summary(comparison)->foreign, 0);
}

static void
test_what_the_capture_cannot_know_of_is_foreign(void **state)
{
	(void)state;
	recorded("# at 4\n" SERVER(5000, ESTABLISHED)
	         "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN\n"
	         "tcp 0 0 127.0.0.1:22 127.0.0.1:5000 ESTABLISHED\n"
	         "tcp 0 0 192.0.2.1:80 192.0.2.2:5000 ESTABLISHED\n");
	changes(2, 80, 5000, SOCK_ESTABLISHED);
	assert_told("1 4 agrees 80>5000\n");
	assert_int_equal(comparison_summary(comparison)->foreign, 3);
}

static void
test_the_other_machines_sockets_are_left_out(void **state)
{
	struct socket_row row = socket_of(2, 5000, 80, SOCK_ESTABLISHED);

	(void)state;
	recorded("# at 4\n" SERVER(5000, ESTABLISHED));
	changes(2, 80, 5000, SOCK_ESTABLISHED);
	row.ends.src[3] = 2;
	comparison_add(comparison, &row);
	assert_told("1 4 agrees 80>5000\n");
}

static void
test_the_first_of_two_rows_counts_but_ss_tells_more_of_a_listener(void **state)
{
	(void)state;
	recorded("# at 4\n" LISTENS SERVER(5000, ESTABLISHED) SERVER(5000, SYN_RECV)
	         "LISTEN 3 2 0.0.0.0:80 0.0.0.0:*\n");
	changes_queues(2, 80, 0, (struct range){ 0, 0 }, (struct range){ 2, 2 });
	changes(2, 80, 5000, SOCK_ESTABLISHED);
	assert_told("1 4 agrees 80>5000\n1 4 contradicts 80>0 recv_q\n");
	assert_int_equal(comparison_summary(comparison)->repeated, 2);
}

static void
test_tables_without_times_find_their_places_in_order(void **state)
{
	(void)state;
	recorded(HEAD /* before anything */
	    HEAD LISTENS HEAD LISTENS SERVER(5000, SYN_RECV) CLIENT(5000, ESTABLISHED)
	    HEAD LISTENS SERVER(5000, SYN_RECV) CLIENT(5000, ESTABLISHED)
	    HEAD LISTENS SERVER(5000, ESTABLISHED) CLIENT(5000, ESTABLISHED));
	changes(1, 80, 0, SOCK_LISTEN);
	changes(1, 5000, 80, SOCK_SYN_SENT);
	changes(2, 80, 5000, SOCK_SYN_RECV);
	changes(3, 5000, 80, SOCK_ESTABLISHED);
	changes(4, 80, 5000, SOCK_ESTABLISHED);
	assert_told("2 before..1 agrees 80>0\n"
	            "3 3..4 agrees 80>0\n3 3..4 agrees 80>5000\n3 3..4 agrees 5000>80\n"
	            "4 3..4 agrees 80>0\n4 3..4 agrees 80>5000\n4 3..4 agrees 5000>80\n"
	            "5 4..after agrees 80>0\n5 4..after agrees 80>5000\n5 4..after agrees 5000>80\n");
}

static void
test_one_wrong_row_does_not_move_its_table(void **state)
{
	(void)state;
	recorded(HEAD LISTENS SERVER(5000, ESTABLISHED) SERVER(5001, SYN_RECV) SERVER(5002, SYN_SENT)
	    HEAD LISTENS);
	changes(1, 80, 0, SOCK_LISTEN);
	changes(2, 80, 5000, SOCK_ESTABLISHED);
	changes(3, 80, 5001, SOCK_SYN_RECV);
	changes(4, 80, 5002, SOCK_SYN_RECV);
	changes(5, 80, 5000, SOCK_CLOSED);
	changes(5, 80, 5001, SOCK_CLOSED);
	changes(5, 80, 5002, SOCK_CLOSED);
	assert_told("1 4..5 agrees 80>0\n1 4..5 agrees 80>5000\n1 4..5 agrees 80>5001\n"
	            "1 4..5 contradicts 80>5002 state\n"
	            "2 5..after agrees 80>0\n");
}

static void
test_a_table_never_lies_before_the_one_above_it(void **state)
{
	(void)state;
	/* The second would fit better before the first. */
	recorded(HEAD SERVER(5000, CLOSE_WAIT) SERVER(5001, ESTABLISHED) SERVER(5002, ESTABLISHED)
	    HEAD SERVER(5000, ESTABLISHED));
	changes(1, 80, 5000, SOCK_ESTABLISHED);
	changes(2, 80, 5001, SOCK_ESTABLISHED);
	changes(3, 80, 5002, SOCK_ESTABLISHED);
	changes(4, 80, 5000, SOCK_CLOSE_WAIT);
	changes(5, 80, 5001, SOCK_CLOSED);
	changes(6, 80, 5002, SOCK_CLOSED);
	assert_told("1 4..5 agrees 80>5000\n1 4..5 agrees 80>5001\n1 4..5 agrees 80>5002\n"
	            "2 6..after contradicts 80>5000 state\n");
}

static void
test_a_guess_decides_between_equals(void **state)
{
	struct socket_row row = socket_of(1, 80, 5000, SOCK_ESTABLISHED);

	(void)state;
	recorded(HEAD "tcp 15 0 127.0.0.1:80 127.0.0.1:5000 ESTABLISHED\n");
	row.recv_q = (struct range){ 0, 15 };
	row.recv_q_best = 0;
	row.send_q_best = -1;
	comparison_add(comparison, &row);
	row.at_ns = S(2);
	row.recv_q_best = 15;
	comparison_add(comparison, &row);
	assert_told("1 2..after agrees 80>5000\n");
}

static void
test_tables_between_times_lie_between_them(void **state)
{
	(void)state;
	recorded("# at 2\n" HEAD SERVER(5000, ESTABLISHED) HEAD SERVER(5000, CLOSE_WAIT)
	         "# at 6\n" HEAD SERVER(5000, ESTABLISHED) HEAD SERVER(5000, CLOSE_WAIT));
	changes(1, 80, 5000, SOCK_ESTABLISHED);
	changes(3, 80, 5000, SOCK_CLOSE_WAIT);
	changes(5, 80, 5000, SOCK_ESTABLISHED);
	changes(7, 80, 5000, SOCK_CLOSE_WAIT);
	changes(8, 80, 5000, SOCK_LAST_ACK);
	assert_told("1 2 agrees 80>5000\n2 3..5 agrees 80>5000\n"
	            "3 6 agrees 80>5000\n4 7..8 agrees 80>5000\n");
}

static void
test_a_capture_without_sockets_leaves_the_rest_foreign(void **state)
{
	(void)state;
	recorded(HEAD LISTENS SERVER(5000, ESTABLISHED) HEAD);
	assert_told("");
	assert_int_equal(comparison_summary(comparison)->foreign, 2);
}

static void
test_more_than_can_be_compared_is_refused(void **state)
{
	struct text text = { 0 };
	struct diag diag;

	(void)state;
	for (int i = 0; i < 60000; i++)
		text_put(&text, "# at 1\n");
	recorded(text_str(&text));
	text_fini(&text);
	for (int i = 0; i < 20000; i++)
		changes(i, 80, 5000, i % 2 == 0 ? SOCK_ESTABLISHED : SOCK_CLOSED);
	assert_int_equal(
	    comparison_tell(comparison, "table", 0, tell, NULL, &diag), ST_LIMIT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_table_with_a_time_is_held_against_that_moment),
		TEST(test_a_range_agrees_with_what_lies_in_it),
		TEST(test_what_listens_is_compared_by_what_its_printer_tells),
		TEST(test_two_that_listen_on_a_port_are_told_apart),
		TEST(test_a_netstat_that_tells_the_queue_is_believed),
		TEST(test_what_is_gone_or_never_was_is_only_recorded),
		TEST(test_what_the_capture_cannot_know_of_is_foreign),
		TEST(test_the_other_machines_sockets_are_left_out),
		TEST(test_the_first_of_two_rows_counts_but_ss_tells_more_of_a_listener),
		TEST(test_tables_without_times_find_their_places_in_order),
		TEST(test_one_wrong_row_does_not_move_its_table),
		TEST(test_a_table_never_lies_before_the_one_above_it),
		TEST(test_a_guess_decides_between_equals),
		TEST(test_tables_between_times_lie_between_them),
		TEST(test_a_capture_without_sockets_leaves_the_rest_foreign),
		TEST(test_more_than_can_be_compared_is_refused),
	};

	return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
