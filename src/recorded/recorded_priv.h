/*
 * recorded_priv: what the files of recorded share; private to the room.
 *
 * Time is cut into intervals: none of the capture's sockets changes within one.
 * Interval 0 lies before the first change, interval k begins with the k-th
 * moment at which something changes.
 */
#ifndef SYNSCOPE_RECORDED_PRIV_H
#define SYNSCOPE_RECORDED_PRIV_H

#include "base/hash.h"
#include "base/mem.h"
#include "recorded/recorded.h"

#define NOTHING UINT32_MAX

/* --- ends.c: sets of ends --- */

/* The port first, so that those of one port stand together in a set. */
struct end {
	uint16_t port; /* 0: of an address */
	uint8_t version;
	uint8_t zero;
	uint8_t address[16];
};

struct ends {
	struct end *at;
	size_t count;
	uint8_t ports[(UINT16_MAX + 1) / 8]; /* a bit each */
};

struct end end_of(const uint8_t address[16], uint8_t version, uint16_t port);
void ends_init(struct ends *ends, size_t most);
void ends_fini(struct ends *ends);
void ends_add(struct ends *ends, struct end end);
/* Sort, and leave one of equals: after the last _add, and before the first question. */
void ends_settle(struct ends *ends);
bool ends_have(const struct ends *ends, struct end end);
bool ends_have_port(const struct ends *ends, uint16_t port);

/* --- the comparison --- */

struct change {
	struct socket_row row;
	uint32_t socket;
};

/* A socket of the capture, of the tables, or of both. */
struct known {
	struct tuple ends;   /* of what listens, address zero and version 0 for any */
	bool is_found;       /* the capture tells of it */
	bool is_elsewhere;   /* of another machine than the tables */
	uint32_t first_told; /* of told, which tables it stands in */
	uint32_t told_count;
	uint32_t latest; /* while time goes by: its change that holds, or NOTHING */
	uint32_t mark;   /* the table that named it last, from 1 */
};

/* A recorded row that counts; in the order of sockets, and of tables for each. */
struct told {
	uint32_t socket;
	uint32_t table;
	uint32_t row;
};

struct socket_index {
	uint32_t *slots; /* 1 + number of known */
	uint32_t mask;
	struct hash_seed seed;
};

struct comparison {
	const struct snapshots *snapshots;
	struct comparison_summary summary;
	struct budget budget;

	struct known *known;
	size_t known_count, known_room;
	struct socket_index index;

	uint32_t *
	    socket_of_row; /* of each recorded row: its socket, or NOTHING where it does not count */
	struct told *told;
	size_t told_count;

	struct change *changes;
	size_t change_count, change_room;
	uint32_t *begins; /* first change of interval k; [0] = [1] = 0; one more at the end */
	uint32_t interval_count;
	int64_t first_ns; /* of the capture */

	uint8_t by_address[(UINT16_MAX + 1) / 8]; /* ports on which more than one thing listens */
	bool queue_is_told;  /* these tables of netstat show the accept queue's length */
	uint32_t *chosen;    /* by table: its interval */
	uint32_t *from, *to; /* intervals that would be as good, around the chosen */
};

/* known.c: the socket of these ends, which it makes known. */
uint32_t known_or_new(struct comparison *c, const struct tuple *ends);

/* What a recorded row and the change that holds differ in; none: they agree. */
unsigned differences(
    const struct comparison *c, const struct recorded *recorded, const struct socket_row *found);

static inline bool
is_gone(const struct comparison *c, uint32_t change)
{
	return change == NOTHING || c->changes[change].row.state == SOCK_CLOSED;
}

/*
 * foreign.c: rows and sockets of other machines. Rows lose their socket, sockets
 * are marked as elsewhere.
 */
void comparison_part(struct comparison *c);

/* --- tables.c --- */

/* told, begins, and chosen where a table has a time. */
void comparison_order(struct comparison *c);
/* All sockets as they were in interval 0. */
void comparison_rewind(struct comparison *c);
/* What listens at the first change, and so may have before: *change becomes the next of these. */
bool next_early_listener(const struct comparison *c, uint32_t *change);

/* align.c: chosen, from and to, of tables without a time; the others' are chosen already. */
void align_tables(struct comparison *c);

#endif
