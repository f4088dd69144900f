/*
 * A folder's way: a stage beside the target, files, and the stage in the target's
 * place.
 */
#include "report/folder_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"

#define STAGE_NAMES_MAX 100

/* --- the stage --- */

/* Beside the target, where nothing is. */
static enum status
make_stage(struct folder *folder, struct diag *diag)
{
	for (unsigned attempt = 0; attempt < STAGE_NAMES_MAX; attempt++) {
		char *name = path_temporary(folder->target, attempt);

		if (mkdir(name, 0777) == 0) {
			folder->stage = name;
			return ST_OK;
		}
		free(name);
		if (errno != EEXIST)
			break;
	}
	return diag_set(diag, ST_IO, "%s: %s", folder->path, strerror(errno));
}

static void
folder_free(struct folder *folder)
{
	manifest_fini(&folder->files);
	manifest_fini(&folder->old);
	manifest_fini(&folder->checked);
	free(folder->path);
	free(folder->target);
	free(folder->stage);
	free(folder);
}

/* Without slashes at its end. */
static char *
trimmed(const char *path)
{
	char *copy = mem_strdup(path);
	size_t length = strlen(copy);

	while (length > 1 && copy[length - 1] == '/')
		copy[--length] = '\0';
	return copy;
}

enum status
folder_open(struct folder **out, const char *path, struct diag *diag)
{
	struct folder *folder = mem_zalloc(sizeof(*folder));
	enum status st;

	folder->path = trimmed(path);
	folder->target = realpath(folder->path, NULL);
	if (folder->target == NULL)
		folder->target = mem_strdup(folder->path);
	st = folder_check(folder, diag);
	if (st == ST_OK)
		st = make_stage(folder, diag);
	if (st == ST_OK)
		*out = folder;
	else
		folder_free(folder);
	return st;
}

/* Removes the files, and the folders that they leave empty; nothing else. */
static void
remove_all(const char *root, const struct manifest *files)
{
	char *manifest = path_join(root, MANIFEST_NAME);

	unlink(manifest);
	free(manifest);
	for (size_t i = 0; i < files->count; i++) {
		char *path = path_join(root, files->entries[i].name);

		unlink(path);
		free(path);
	}
	for (size_t i = 0; i < files->count; i++) {
		char *path = path_join(root, files->entries[i].name);
		size_t length = entry_folder_length(files->entries[i].name);

		path[strlen(root) + 1 + length] = '\0';
		if (length > 0)
			rmdir(path);
		free(path);
	}
	rmdir(root);
}

void
folder_abandon(struct folder *folder)
{
	if (folder == NULL)
		return;
	remove_all(folder->stage, &folder->files);
	folder_free(folder);
}

/* --- files --- */

static enum status
make_parent(const struct folder *folder, const char *name, struct diag *diag)
{
	size_t length = entry_folder_length(name);
	enum status st = ST_OK;
	char *path;

	if (length == 0)
		return ST_OK;
	path = path_join(folder->stage, name);
	path[strlen(folder->stage) + 1 + length] = '\0';
	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		st = diag_set(diag, ST_IO, "%s: %s", folder->path, strerror(errno));
	free(path);
	return st;
}

enum status
folder_path(struct folder *folder, const char *name, const char **path, struct sha256 **sha,
    struct diag *diag)
{
	struct entry *entry;

	if (!entry_may_be_called(name, strlen(name)) || manifest_find(&folder->files, name) != NULL)
		return diag_set(
		    diag, ST_USAGE, "%s: no file of a report can be called %s", folder->path, name);
	entry = manifest_add(&folder->files, name, strlen(name));
	entry->path = path_join(folder->stage, name);
	entry->sha = mem_alloc(sizeof(*entry->sha));
	sha256_init(entry->sha);
	*path = entry->path;
	*sha = entry->sha;
	return make_parent(folder, name, diag);
}

void
folder_drop(struct folder *folder)
{
	unlink(folder->files.entries[folder->files.count - 1].path);
	manifest_drop(&folder->files);
}

enum status
folder_write(struct folder *folder, const char *name, const struct text *content, struct diag *diag)
{
	const char *path;
	struct sha256 *sha;
	enum status st = folder_path(folder, name, &path, &sha, diag);
	FILE *file;
	bool failed;

	if (st != ST_OK)
		return st;
	sha256_add(sha, content->at, content->length);
	file = fopen(path, "wxe");
	failed = file == NULL;
	if (!failed) {
		failed = fwrite(content->at, 1, content->length, file) != content->length;
		failed |= fclose(file) != 0;
	}
	return failed ? diag_set(diag, ST_IO, "%s: %s", folder->path, strerror(errno)) : ST_OK;
}

/* --- it takes its place --- */

static enum status
write_manifest(struct folder *folder, struct diag *diag)
{
	char *path = path_join(folder->stage, MANIFEST_NAME);
	bool written = manifest_write(&folder->files, path);
	int error = errno;

	free(path);
	return written ? ST_OK : diag_set(diag, ST_IO, "%s: %s", folder->path, strerror(error));
}

/* Where the two can be exchanged, there is no moment at which neither is there. */
static bool
exchange(const char *stage, const char *target)
{
#ifdef RENAME_EXCHANGE
	return renameat2(AT_FDCWD, stage, AT_FDCWD, target, RENAME_EXCHANGE) == 0;
#else
	(void)stage;
	(void)target;
	return false;
#endif
}

static bool
put_aside(const struct folder *folder)
{
	char *aside = mem_alloc(strlen(folder->stage) + sizeof("-old"));
	bool done;

	stpcpy(stpcpy(aside, folder->stage), "-old");
	done = rename(folder->target, aside) == 0;
	if (done && rename(folder->stage, folder->target) != 0) {
		int error = errno;

		done = false;
		rename(aside, folder->target);
		errno = error;
	}
	if (done)
		remove_all(aside, &folder->old);
	free(aside);
	return done;
}

static enum status
put_in_place(struct folder *folder, struct diag *diag)
{
	/* An empty folder is replaced by a plain rename. */
	if (folder->old.count == 0 && rename(folder->stage, folder->target) == 0)
		return ST_OK;
	if (folder->old.count > 0 && exchange(folder->stage, folder->target)) {
		remove_all(folder->stage, &folder->old);
		return ST_OK;
	}
	if (folder->old.count > 0 && put_aside(folder))
		return ST_OK;
	return diag_set(diag, ST_IO, "%s: %s", folder->path, strerror(errno));
}

enum status
folder_close(struct folder *folder, struct diag *diag)
{
	enum status st = write_manifest(folder, diag);

	/* Somebody may have worked in it meanwhile. */
	if (st == ST_OK)
		st = folder_check(folder, diag);
	if (st == ST_OK)
		st = put_in_place(folder, diag);
	if (st == ST_OK)
		folder_free(folder);
	else
		folder_abandon(folder);
	return st;
}
