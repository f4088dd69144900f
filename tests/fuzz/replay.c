/*
 * replay: a main for the fuzz targets where there is no fuzzing engine.
 *
 * Each file of the target's corpus is given to the target once; one that
 * crashes ends the program in the middle of its TAP, which counts as failed.
 * Files may also be named on the command line, to look into one of them.
 */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Past any seed of ours; libFuzzer's own inputs are smaller still. */
#define INPUT_BYTES_MAX (1 << 20)

static int
replay_file(const char *path)
{
	uint8_t *data = malloc(INPUT_BYTES_MAX);
	uint8_t *exact;
	size_t size;
	FILE *file = fopen(path, "rb");

	if (data == NULL || file == NULL) {
		printf("# %s: %s\n", path, strerror(errno));
		free(data);
		return -1;
	}
	size = fread(data, 1, INPUT_BYTES_MAX, file);
	fclose(file);
	/* Its own size, so that the sanitizers see a read past its end. */
	exact = malloc(size);
	if (exact != NULL && size > 0)
		memcpy(exact, data, size);
	free(data);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return 0;
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The corpus of fuzz_decode is tests/fuzz/corpus/decode. */
static int
corpus_path(char *path, size_t room, const char *program)
{
	const char *srcdir = getenv("srcdir");
	const char *base = strrchr(program, '/');

	base = base == NULL ? program : base + 1;
	if (strncmp(base, "fuzz_", 5) == 0)
		base += 5;
	return snprintf(path, room, "%s/tests/fuzz/corpus/%s", srcdir == NULL ? "." : srcdir, base);
}

static int
replay_corpus(const char *program)
{
	char folder[4096];
	char path[8192];
	struct dirent **entries;
	int count;

	corpus_path(folder, sizeof(folder), program);
	count = scandir(folder, &entries, is_visible, alphasort);
	if (count <= 0) {
		printf("1..1\nnot ok - %s holds inputs\n", folder);
		return 1;
	}
	printf("1..%d\n", count);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		printf("%s - survives %s\n", replay_file(path) == 0 ? "ok" : "not ok",
		    entries[i]->d_name);
		fflush(stdout);
		free(entries[i]);
	}
	free(entries);
	return 0;
}

int
main(int argc, char **argv)
{
	int status = 0;

	if (argc < 2)
		return replay_corpus(argv[0]);
	for (int i = 1; i < argc; i++)
		if (replay_file(argv[i]) != 0)
			status = 1;
	return status;
}
