/*
 * Recorded tables, and sockets to hold them against: what stands behind the
 * first zero byte is read as tables too, whose rows become changes, a few at
 * each moment. Every row is told once, or counted as passed over.
 */
#include <assert.h>
#include <string.h>

#include "recorded/recorded.h"
#include "fuzz/fuzz.h"

#define CHANGES_EACH 3
/* Longer inputs find nothing new, slowly. */
#define SIZE_MAX_READ (16u << 10)

static void
check_tables(const struct snapshots *snapshots)
{
	size_t rows = 0;

	for (size_t i = 0; i < snapshots->table_count; i++) {
		assert(snapshots->tables[i].first == rows);
		rows += snapshots->tables[i].count;
	}
	assert(rows == snapshots->row_count);
	for (size_t i = 0; i < rows; i++) {
		const struct recorded *row = &snapshots->rows[i];

		assert(row->state > SOCK_CLOSED && row->state < SOCK_COUNT);
		assert(row->recv_q >= 0 && row->send_q >= 0);
		assert(row->any_address || row->ends.ip_version == 4 || row->ends.ip_version == 6);
	}
}

static void
add_changes(struct comparison *comparison, const struct snapshots *snapshots)
{
	for (size_t i = 0; i < snapshots->row_count; i++) {
		const struct recorded *row = &snapshots->rows[i];
		struct socket_row change = {
			.at_ns = (int64_t)(i / CHANGES_EACH) * 1000,
			.flow = row->state != SOCK_LISTEN,
			.ends = row->ends,
			.any_address = row->any_address,
			.is_server = row->printer == PRINTER_SS,
			/* so that some go, too */
			.state = row->line % 4 == 0 ? SOCK_CLOSED : row->state,
			.recv_q = { 0, row->recv_q },
			.send_q = { row->send_q, row->send_q },
			.recv_q_best = row->recv_q,
			.send_q_best = -1,
		};

		comparison_add(comparison, &change);
	}
}

static void
check_row(void *ctx, const struct compared *row)
{
	uint64_t *recorded = ctx;

	assert(row->from_ns <= row->to_ns);
	assert((row->recorded != NULL) == (row->outcome != OUTCOME_FOUND));
	assert((row->found != NULL) == (row->outcome != OUTCOME_RECORDED));
	assert((row->differs != 0) == (row->outcome == OUTCOME_CONTRADICTS));
	*recorded += row->recorded != NULL;
}

static void
compare(const struct snapshots *tables, const struct snapshots *sockets)
{
	struct comparison *comparison = comparison_new(tables);
	const struct comparison_summary *sum = comparison_summary(comparison);
	uint64_t recorded = 0;
	struct diag diag;

	add_changes(comparison, sockets);
	if (comparison_tell(comparison, "fuzz", 0, check_row, &recorded, &diag) == ST_OK)
		assert(recorded + sum->foreign + sum->repeated == tables->row_count);
	comparison_free(comparison);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct snapshots tables, sockets = { 0 };
	const char *zero;
	struct diag diag;
	size_t length;

	if (size > SIZE_MAX_READ)
		size = SIZE_MAX_READ;
	zero = size == 0 ? NULL : memchr(bytes, '\0', size);
	length = zero == NULL ? size : (size_t)(zero - bytes);
	if (zero != NULL)
		snapshots_parse(&sockets, "sockets", zero + 1, size - length - 1, &diag);
	snapshots_parse(&tables, "tables", bytes, length, &diag);
	check_tables(&tables);
	check_tables(&sockets);
	compare(&tables, &sockets);
	snapshots_fini(&tables);
	snapshots_fini(&sockets);
	return 0;
}
