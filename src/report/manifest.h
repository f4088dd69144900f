/*
 * manifest: the files of a folder that a report wrote, with sizes and digests;
 * private to the files of folder.
 */
#ifndef SYNSCOPE_REPORT_MANIFEST_H
#define SYNSCOPE_REPORT_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/sha256.h"

struct text;

#define MANIFEST_NAME "manifest.txt"

struct entry {
	char *name;
	char *path;         /* in the stage; NULL of an old folder's, as the next */
	struct sha256 *sha; /* of what is written */
	uint64_t size;
	char digest[2 * SHA256_BYTES + 1];
	struct stat info; /* of an old folder's file, when its digest was taken */
};

struct manifest {
	struct entry *entries;
	size_t count;
	size_t room;
};

void manifest_fini(struct manifest *manifest);
struct entry *manifest_add(struct manifest *manifest, const char *name, size_t length);
/* The latest is taken back. */
void manifest_drop(struct manifest *manifest);
/* NULL: there is none of that name. */
struct entry *manifest_find(const struct manifest *manifest, const char *name);
/* Some file is in the folder of that name. */
bool manifest_has_folder(const struct manifest *manifest, const char *name);

/* What somebody's file says; false: it is none of ours. */
bool manifest_parse(struct manifest *manifest, const struct text *file);
/* With the digests of what was written; false, and errno. */
bool manifest_write(struct manifest *manifest, const char *path);

/* A file may be called so: one folder deep at most, and leading nowhere else. */
bool entry_may_be_called(const char *name, size_t length);
/* The folder that a file's name stands in; 0: none. */
size_t entry_folder_length(const char *name);
/* Of what sha was fed with. */
void entry_digest(struct entry *entry, struct sha256 *sha);
bool entry_has_digest(const struct entry *entry, const struct entry *other);

#endif
