#include "cli/subjects.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "recorded/recorded.h"

#define EXPERIMENT_NAME "experiment.xml"

/* --- which experiments --- */

static int
add_experiment(struct subjects *subjects, const char *path)
{
	struct experiment *experiment;
	struct diag diag;

	if (experiment_read(&experiment, path, &diag) != ST_OK) {
		say("%s", diag.text);
		return EXIT_TROUBLE;
	}
	subjects->known =
	    mem_realloc_array(subjects->known, subjects->known_count + 1, sizeof(*subjects->known));
	subjects->known[subjects->known_count++] =
	    (struct known_experiment){ experiment, mem_strdup(path) };
	return EXIT_WELL;
}

/* One that lies in the folder. */
static int
find_experiment(struct subjects *subjects, const char *word)
{
	char *path = path_join(word, EXPERIMENT_NAME);
	int status = EXIT_WELL;

	if (access(path, F_OK) == 0)
		status = add_experiment(subjects, path);
	free(path);
	return status;
}

/* --- in which order --- */

struct placed {
	char *path;
	size_t place; /* in the experiment; behind all of them where it has none */
	size_t given;
};

static size_t
place_of(const struct experiment *experiment, const char *path)
{
	const struct experiment_capture *capture = experiment_capture(experiment, path);
	const struct experiment_capture *captures;

	if (capture == NULL)
		return SIZE_MAX;
	experiment_captures(experiment, &captures);
	return (size_t)(capture - captures);
}

static int
by_place(const void *left, const void *right)
{
	const struct placed *a = left;
	const struct placed *b = right;

	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return a->given < b->given ? -1 : 1;
}

/* The captures from first on, in the order in which the experiment tells of them. */
static void
order_paths(struct subjects *subjects, size_t first, const struct experiment *experiment)
{
	size_t count = subjects->paths.count - first;
	char **paths = subjects->paths.paths + first;
	struct placed *placed = mem_realloc_array(NULL, count, sizeof(*placed));

	for (size_t i = 0; i < count; i++)
		placed[i] = (struct placed){ paths[i], place_of(experiment, paths[i]), i };
	qsort(placed, count, sizeof(*placed), by_place);
	for (size_t i = 0; i < count; i++)
		paths[i] = placed[i].path;
	free(placed);
}

/* --- the captures --- */

static void
own_paths(struct subjects *subjects, size_t first, size_t owner)
{
	size_t count = subjects->paths.count;

	subjects->owners =
	    mem_realloc_array(subjects->owners, count + 1, sizeof(*subjects->owners));
	for (size_t i = first; i < count; i++)
		subjects->owners[i] = owner;
}

static int
add_word(struct subjects *subjects, const char *word, bool look_for_experiment)
{
	size_t first = subjects->paths.count;
	size_t known = subjects->known_count;
	size_t owner;
	int status = EXIT_WELL;
	struct diag diag;

	if (capture_paths_add(&subjects->paths, word, &diag) != ST_OK) {
		say("%s", diag.text);
		return EXIT_TROUBLE;
	}
	if (look_for_experiment)
		status = find_experiment(subjects, word);
	/* One that was given for all is known before the first word. */
	owner = !look_for_experiment || subjects->known_count > known ? subjects->known_count : 0;
	own_paths(subjects, first, owner);
	if (owner != 0)
		order_paths(subjects, first, subjects->known[owner - 1].experiment);
	return status;
}

static void
make_subjects(struct subjects *subjects, bool merge)
{
	struct capture_paths *paths = &subjects->paths;
	size_t together = merge ? paths->count : 1;

	subjects->subjects = mem_realloc_array(NULL, paths->count + 1, sizeof(*subjects->subjects));
	for (size_t i = 0; i < paths->count; i += together) {
		size_t owner = subjects->owners[i];

		subjects->subjects[subjects->count++] = (struct subject){
			.paths = (const char *const *)paths->paths + i,
			.path_count = together,
			.known = owner == 0 ? NULL : &subjects->known[owner - 1],
		};
	}
}

int
subjects_named(struct subjects *subjects, const struct options *options)
{
	int status = EXIT_WELL;

	*subjects = (struct subjects){ 0 };
	if (options->experiment != NULL &&
	    add_experiment(subjects, options->experiment) != EXIT_WELL)
		return EXIT_TROUBLE;
	for (size_t i = 0; i < options->word_count; i++)
		if (add_word(subjects, options->words[i], options->experiment == NULL) != EXIT_WELL)
			status = EXIT_TROUBLE;
	make_subjects(subjects, options->merge);
	return status;
}

struct sockets_options
subject_told(const struct subject *subject, const struct options *options)
{
	struct sockets_options sockets = told_options(&options->told);

	if (subject->known != NULL)
		told_facts(&sockets, subject->known->experiment, subject->known->path,
		    subject->paths[0], options);
	return sockets;
}

void
subjects_fini(struct subjects *subjects)
{
	for (size_t i = 0; i < subjects->known_count; i++) {
		experiment_free(subjects->known[i].experiment);
		free(subjects->known[i].path);
	}
	free(subjects->known);
	free(subjects->owners);
	free(subjects->subjects);
	capture_paths_fini(&subjects->paths);
}
