/* subjects: what a report is about; private to the room. */
#ifndef SYNSCOPE_CLI_SUBJECTS_H
#define SYNSCOPE_CLI_SUBJECTS_H

#include "capture/capture.h"
#include "cli/cli_priv.h"

struct known_experiment {
	struct experiment *experiment;
	char *path;
};

/* A capture, and what an experiment says of it. */
struct subject {
	const char *const *paths; /* of its parts */
	size_t path_count;
	const struct known_experiment *known; /* NULL: no experiment tells of it */
};

struct subjects {
	struct subject *subjects;
	size_t count;
	struct capture_paths paths;
	size_t *owners; /* by path: 1 + the place of its experiment in known; 0: none */
	struct known_experiment *known;
	size_t known_count;
};

/*
 * The captures that the user's words name. A folder that holds an
 * experiment.xml is told in its order, unless --experiment names another; the
 * captures that it does not name come after. What is wrong with a word has been
 * said.
 */
int subjects_named(struct subjects *subjects, const struct options *options);
/* What the command line and an experiment say of it; whose rows are wanted is left to the caller. */
struct sockets_options subject_told(const struct subject *subject, const struct options *options);
void subjects_fini(struct subjects *subjects);

#endif
