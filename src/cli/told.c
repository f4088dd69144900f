/*
 * What is known besides the packets: what the user assumes, the environment, and what
 * an experiment says.
 */
#include "cli/cli_priv.h"

#include <errno.h>
#include <stdlib.h>

#include "recorded/recorded.h"

struct sockets_options
told_options(const struct told *told)
{
	return (struct sockets_options){
		.moments = told->moments,
		.moment_count = told->moment_count,
		.every_ns = told->every_ns,
		.backlog = told->has_backlog ? (int64_t)told->backlog : -1,
		.has_until = told->has_until,
		.until = told->until,
		.vantage = told->vantage,
	};
}

void
told_facts(struct sockets_options *sockets, const struct experiment *experiment, const char *name,
    const char *path, const struct options *options)
{
	struct experiment_facts facts;

	if (!experiment_facts(experiment, path, &facts)) {
		if (options->talk != TALK_QUIET)
			say("%s: %s says nothing of this capture", path, name);
		return;
	}
	if (sockets->backlog < 0 && facts.has_backlog)
		sockets->backlog = facts.backlog;
	if (sockets->backlog < 0 && facts.backlogs_differ && options->talk != TALK_QUIET)
		say("%s: of its servers, %s says different backlogs, and none is assumed", path,
		    name);
	if (!sockets->has_until && facts.has_until) {
		sockets->has_until = true;
		sockets->until = facts.until;
	}
	if (sockets->vantage == VANTAGE_UNKNOWN)
		sockets->vantage = facts.vantage;
}

/* https://reproducible-builds.org/specs/source-date-epoch */
bool
source_date(int64_t *seconds)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	char *end;
	long long value;

	if (epoch == NULL || epoch[0] < '0' || epoch[0] > '9')
		return false;
	errno = 0;
	value = strtoll(epoch, &end, 10);
	*seconds = value;
	return errno == 0 && *end == '\0';
}
