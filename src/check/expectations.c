/* Expectations: a list of captures, each with groups of facts. */
#include "check/check_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct capture_group *
expectations_add(struct expectations *expectations)
{
	struct capture_group *capture;

	expectations->captures = mem_realloc_array(
	    expectations->captures, expectations->count + 1, sizeof(*expectations->captures));
	capture = &expectations->captures[expectations->count++];
	*capture = (struct capture_group){ 0 };
	return capture;
}

struct group *
capture_group_add(struct capture_group *capture, enum scope scope)
{
	struct group *group;

	capture->groups =
	    mem_realloc_array(capture->groups, capture->count + 1, sizeof(*capture->groups));
	group = &capture->groups[capture->count++];
	*group = (struct group){ .scope = scope, .selector.filter = -1 };
	return group;
}

struct expected *
group_add(struct group *group, enum fact_id fact)
{
	struct expected *expected;

	group->facts = mem_realloc_array(group->facts, group->count + 1, sizeof(*group->facts));
	expected = &group->facts[group->count++];
	*expected = (struct expected){ .fact = fact, .from = WHOSE_BOTH };
	return expected;
}

int
expectations_add_needle(struct expectations *e, const char *needle, size_t length)
{
	assert(e->needle_count < NEEDLES_MAX);
	e->needles = mem_realloc_array(e->needles, e->needle_count + 1, sizeof(*e->needles));
	e->needle_lengths =
	    mem_realloc_array(e->needle_lengths, e->needle_count + 1, sizeof(*e->needle_lengths));
	e->needles[e->needle_count] = mem_alloc(length + 1);
	memcpy(e->needles[e->needle_count], needle, length);
	e->needles[e->needle_count][length] = '\0';
	e->needle_lengths[e->needle_count] = length;
	return (int)e->needle_count++;
}

static void
capture_group_fini(struct capture_group *capture)
{
	for (size_t i = 0; i < capture->count; i++) {
		struct group *group = &capture->groups[i];

		for (size_t j = 0; j < group->count; j++) {
			test_fini(&group->facts[j].test);
			test_fini(&group->facts[j].flows);
			free(group->facts[j].steps);
		}
		free(group->facts);
		free(group->title);
	}
	free(capture->groups);
	free(capture->file);
}

void
expectations_free(struct expectations *expectations)
{
	if (expectations == NULL)
		return;
	for (size_t i = 0; i < expectations->count; i++)
		capture_group_fini(&expectations->captures[i]);
	free(expectations->captures);
	for (size_t i = 0; i < expectations->filter_count; i++)
		free(expectations->filters[i]);
	free(expectations->filters);
	for (size_t i = 0; i < expectations->needle_count; i++)
		free(expectations->needles[i]);
	free(expectations->needles);
	free(expectations->needle_lengths);
	free(expectations->name);
	free(expectations);
}

size_t
expectations_filter_count(const struct expectations *expectations)
{
	return expectations->filter_count;
}

const char *
expectations_filter(const struct expectations *expectations, size_t filter)
{
	return expectations->filters[filter];
}

bool
expectations_want_sockets(const struct expectations *expectations)
{
	return expectations->wants_sockets;
}
