/* What is expected of a listener. */
#include "check/record.h"

static const struct listener_row *
listener_at(const struct recorder *r, size_t capture, size_t member)
{
	return &r->good[capture]->listeners[r->members[capture].at[member]].row;
}

static void
expect_words(struct recorder *r, enum fact_id fact, unsigned words, bool is_possibly)
{
	struct seen seen = { .is_known = true, .words = words, .is_open = true };
	struct text said = { 0 };

	if (is_ignored(r, fact))
		return;
	text_put(&said, is_possibly ? "possibly " : "");
	seen_put(&said, &seen, VALUE_SET, fact_words(fact));
	expect(r, fact, text_str(&said))->unknown_passes = is_possibly;
	text_fini(&said);
}

/* None, or some: how many is a matter of time. */
enum otherwise { OR_NONE, OR_WHATEVER };

static void
expect_some(struct recorder *r, enum fact_id fact, enum otherwise otherwise)
{
	const struct expected probe = { .fact = fact };
	struct seen seen = { 0 };
	bool has_some = false, has_none = false;

	for (size_t i = 0; i < r->good_count; i++) {
		for (size_t m = 0; m < r->members[i].count; m++) {
			struct subject subject = { r->good[i], SCOPE_LISTENER,
				r->members[i].at[m] };

			fact_read(&seen, &subject, &probe);
			has_some |= seen.lo > 0;
			has_none |= seen.lo == 0;
		}
	}
	if (has_some != has_none && (has_some || otherwise == OR_NONE) && !is_ignored(r, fact))
		expect(r, fact, has_some ? "at least 1" : "none");
}

/* How much the packets leave open depends on who came when: of a copy, that is the same. */
static void
expect_possible(struct recorder *r, enum fact_id fact, int64_t lo, int64_t hi)
{
	struct text said = { 0 };

	if (is_ignored(r, fact))
		return;
	text_put(&said, r->is_copy ? "" : "possibly ");
	put_between(&said, lo, hi);
	expect(r, fact, text_str(&said));
	text_fini(&said);
}

/* Only a full queue shows how long it is; and only while nothing is taken out of it. */
static void
expect_backlog(struct recorder *r)
{
	int64_t lo = INT64_MAX, hi = 0;

	for (size_t i = 0; i < r->good_count; i++) {
		for (size_t m = 0; m < r->members[i].count; m++) {
			const struct listener_row *row = listener_at(r, i, m);

			if ((row->kind != STORY_OVERFLOW && row->kind != STORY_ABORTING) ||
			    row->backlog.hi == RANGE_OPEN || row->stages == STAGE_ACCEPTING)
				return;
			lo = row->backlog.lo < lo ? row->backlog.lo : lo;
			hi = row->backlog.hi > hi ? row->backlog.hi : hi;
		}
	}
	if (lo <= hi)
		expect_possible(r, FACT_BACKLOG, lo, hi);
}

void
expect_of_listeners(struct recorder *r)
{
	unsigned stories = 0, stages = 0;

	for (size_t i = 0; i < r->good_count; i++) {
		for (size_t m = 0; m < r->members[i].count; m++) {
			stories |= 1u << listener_at(r, i, m)->kind;
			stages |= listener_at(r, i, m)->stages;
		}
	}
	expect_count(r, FACT_LISTENER_COUNT);
	expect_words(r, FACT_STORY, stories, false);
	if (stages != 0)
		expect_words(r, FACT_STAGE, stages, true);
	expect_some(r, FACT_OVERFLOWS, OR_NONE);
	expect_some(r, FACT_ABORTED, OR_NONE);
	/* A number can look like a cookie by chance: none is no promise. */
	expect_some(r, FACT_COOKIES, OR_WHATEVER);
	expect_backlog(r);
}
