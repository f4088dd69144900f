/* hold: how expectations are held against a capture; private to the room. */
#ifndef SYNSCOPE_CHECK_HOLD_H
#define SYNSCOPE_CHECK_HOLD_H

#include "check/check_priv.h"

/* Flows by the million may be wrong: nobody reads of so many, or waits for it. */
#define CULPRITS_MAX 256

/* What became of one expectation, or of those that share a group out among them. */
struct ruling {
	enum check_outcome outcome;
	const struct group *group;
	const struct expected *expected;
	uint32_t *culprits; /* places */
	size_t culprit_count;
	size_t blamed;                  /* all of them */
	struct text wanted, seen;       /* for people */
	const struct expected *missing; /* a value that too few have; NULL: none */
	uint32_t good_flow;  /* 1 + place of the one that is missing; 0: it is not known */
	uint32_t lacking;    /* of the value that is missing, how many */
	uint32_t surplus;    /* of all that is too much */
	bool has_difference; /* of bytes: they differ first at */
	uint64_t difference;
	/* Of one that is too many: others that are as likely to be it; places. */
	uint32_t alike[CHECK_FLOWS_MAX];
	size_t alike_count;
	bool matched_nothing;
	int64_t off;   /* of a count: by how many it is too large, or (below zero) too small */
	int64_t value; /* of all together */
	uint32_t explained_by; /* 1 + the ruling that says it all; 0: none */
};

struct twins;

struct holding {
	const struct check_data *data;
	struct twins *twins; /* of the baseline; NULL: neither capture was made from the other */
	const struct expectations *expectations;
	const struct capture_group *capture;
	struct ruling *rulings;
	size_t count;
};

/* --- rulings, and their words: ruling.c --- */

struct ruling *ruling_add(
    struct holding *h, const struct group *group, const struct expected *expected);
/* Each is named once by whoever calls this; of very many, the first stand for all. */
void ruling_blame(struct ruling *ruling, uint32_t place);
/* Could be blamed as well as who is; noted once. */
void ruling_liken(struct ruling *ruling, uint32_t place);
/* What is seen of the member at that place; seen's room is kept. */
void holding_look(const struct holding *h, const struct group *group, uint32_t place,
    const struct expected *expected, struct seen *seen);
bool expected_meets(const struct expected *expected, const struct seen *seen, int64_t all);
void put_seen(struct text *out, const struct expected *expected, const struct seen *seen);
void put_wanted(struct text *out, const struct expected *expected);
/* Values seen, each once, with how many have it; of very many, the first. */
#define VALUES_SHOWN 5
void put_spread(struct text *out, const struct holding *h, const struct group *group,
    const struct members *members, const struct expected *expected);

/* --- judged: judge.c, shares.c --- */

struct bounds {
	int64_t lo, hi;
};

struct bounds bounds_of(const struct test *test, int64_t all);
/* By how many the group is too large, or (below zero) too small. */
int64_t hold_count(struct holding *h, const struct group *group, const struct members *members,
    const struct expected *expected);
/* off: by how many the group itself is too large or small, which has been said. */
void hold_fact(struct holding *h, const struct group *group, const struct members *members,
    size_t i, int64_t off);
void hold_shares(struct holding *h, const struct group *group, const struct members *members,
    size_t first, int64_t off);
/* Its siblings before it were judged with it. */
bool was_held(const struct group *group, size_t i);

/* --- flows that were the same: twin.c --- */

struct twins *twins_new(const struct check_data *data);
/* NULL: fewer than half of the flows have a twin, and those by chance. */
struct twins *twins_of_baseline(const struct check_data *good, const struct check_data *data);
void twins_free(struct twins *twins);
/* One was made from the other: half of the flows at least have the same port and number. */
bool is_copy_of(const struct check_data *good, const struct check_data *data);
/* Whether there is any with its port. */
bool twins_have(const struct twins *twins, const struct kept_flow *flow);
/* 1 + its place in the baseline; 0: it is not known. */
uint32_t twin_of(const struct holding *h, const struct group *group, uint32_t place);

/* --- consequence.c --- */

/* Rulings that only repeat what another says are marked with it. */
void find_consequences(struct holding *h);
bool is_served_by(const struct check_data *data, uint32_t flow, uint32_t listener);

/* --- headline.c --- */

/* What it comes to in a few words, and a colon; nothing, where that is not known. */
void put_headline(struct text *out, const struct holding *h, const struct ruling *ruling);

/* --- tell.c --- */

/* A ruling becomes a case of the result. */
void tell(struct check_result *result, struct holding *h, struct ruling *ruling);

#endif
