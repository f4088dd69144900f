/* record: how expectations are found in good captures; private to the room. */
#ifndef SYNSCOPE_CHECK_RECORD_H
#define SYNSCOPE_CHECK_RECORD_H

#include "check/check_priv.h"

/* Those that one end serves. */
struct role {
	struct selector selector;
	bool is_tcp;
};

struct recorder {
	const struct check_data *const *good;
	size_t good_count;
	const struct check_leniency *leniency;
	bool is_copy; /* chance has no part in what is to be held against it */
	struct expectations *expectations;
	struct capture_group *capture;
	struct role *roles;
	size_t role_count;
	bool has_more_roles;
	struct port *ports;      /* by port, TCP's first; find_shared_ports */
	struct members *members; /* of the role at hand, by capture */
	const struct role *role;
	struct group *group;
	bool has_shut_out; /* some of the group's flows a full queue never let in */
};

/* --- what the user does not care about: leniency.c --- */

bool is_ignored(const struct recorder *r, enum fact_id fact);
/* How far from value the user lets the fact be. False: nothing was said of it. */
bool tolerance_of(const struct recorder *r, enum fact_id fact, int64_t value, int64_t *slack);

/* --- adding an expectation to the group at hand: record_values.c --- */

/* As a test takes it; text into an empty one, as XML hands it back. */
void put_between(struct text *out, int64_t lo, int64_t hi);
void put_typable(struct text *said, const char *data, size_t count);
struct expected *expect(struct recorder *r, enum fact_id fact, const char *said);
struct expected *expect_between(struct recorder *r, enum fact_id fact, int64_t lo, int64_t hi);
void expect_count(struct recorder *r, enum fact_id fact);
/* All have the same, or so many this and so many that. */
void expect_shares(struct recorder *r, enum fact_id fact, enum whose from);
/* probe: the fact, and of what; how: whether it can be said how many have each value. */
enum sharing {
	SHARING_ALL,    /* exactly, or all of them */
	SHARING_NEARLY, /* one more or less */
	SHARING_ANY,    /* as many as there are: no other value, though */
	SHARING_LET_IN, /* all, whether at once or later: of FACT_QUEUE */
};
void expect_shares_of(struct recorder *r, const struct expected *probe, enum sharing how);
/* What depends on who comes first: only where all were alike, and then not of all. */
void expect_habit(struct recorder *r, enum fact_id fact);

const struct kept_flow *flow_at(const struct recorder *r, size_t capture, size_t member);

/* --- all that is expected of the group at hand --- */

void expect_of_flows(struct recorder *r);
/* Of the streams of one side: record_bytes.c. */
void expect_bytes(struct recorder *r, int side);
void expect_of_listeners(struct recorder *r);

#endif
