/*
 * What is there already: whether it is a folder of ours that nobody changed, the
 * only kind that is replaced.
 */
#include "report/folder_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"

/* Of our own manifests; what claims to be one may be anything. */
#define MANIFEST_MB_MAX 16

#define PIECE_BYTES ((size_t)64 << 10)

static bool
digest_file(const char *path, struct entry *entry)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct sha256 sha;
	char *piece;
	ssize_t count;

	if (fd < 0)
		return false;
	piece = mem_alloc(PIECE_BYTES);
	sha256_init(&sha);
	while ((count = read(fd, piece, PIECE_BYTES)) > 0)
		sha256_add(&sha, piece, (size_t)count);
	close(fd);
	free(piece);
	entry_digest(entry, &sha);
	return count == 0;
}

static enum status
not_ours(const struct folder *folder, const char *name, const char *what, struct diag *diag)
{
	return diag_set(diag, ST_USAGE,
	    "%s: %s %s; only a folder that synscope wrote, and nobody changed, is replaced",
	    folder->path, name, what);
}

static bool
is_same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Nobody touched it since its digest was taken, and found right. */
static bool
is_untouched(const struct folder *folder, const struct entry *entry, const struct stat *info)
{
	const struct entry *then = manifest_find(&folder->checked, entry->name);

	return then != NULL && entry_has_digest(then, entry) && then->info.st_dev == info->st_dev &&
	       then->info.st_ino == info->st_ino && then->info.st_size == info->st_size &&
	       is_same_time(&then->info.st_mtim, &info->st_mtim) &&
	       is_same_time(&then->info.st_ctim, &info->st_ctim);
}

static enum status
check_file(struct folder *folder, const char *path, const char *name, const struct stat *info,
    struct diag *diag)
{
	struct entry *entry = manifest_find(&folder->old, name);
	struct entry found = { 0 };

	if (entry == NULL)
		return not_ours(folder, name, "is not of a report", diag);
	entry->info = *info;
	if (is_untouched(folder, entry, info))
		return ST_OK;
	if (!digest_file(path, &found) || found.size != entry->size ||
	    !entry_has_digest(&found, entry))
		return not_ours(folder, name, "was changed since it was written", diag);
	return ST_OK;
}

static enum status check_items(
    struct folder *folder, const char *path, const char *within, struct diag *diag);

/* name: within the report; in a folder of it, with that. */
static enum status
check_item(struct folder *folder, const char *path, const char *name, struct diag *diag)
{
	struct stat info;

	if (lstat(path, &info) != 0)
		return diag_set(diag, ST_IO, "%s: %s", path, strerror(errno));
	if (strcmp(name, MANIFEST_NAME) == 0)
		return ST_OK;
	if (S_ISREG(info.st_mode))
		return check_file(folder, path, name, &info, diag);
	if (S_ISDIR(info.st_mode) && manifest_has_folder(&folder->old, name))
		return check_items(folder, path, name, diag);
	return not_ours(folder, name, "is not of a report", diag);
}

/* All in the folder at path; within: the folder's own name in the report, "": it is the report. */
static enum status
check_items(struct folder *folder, const char *path, const char *within, struct diag *diag)
{
	struct file_names names;
	enum status st = file_list(&names, path, diag);

	for (size_t i = 0; st == ST_OK && i < names.count; i++) {
		char *whole = path_join(path, names.at[i]);
		char *name = path_join(within, names.at[i]);

		st = check_item(folder, whole, name, diag);
		free(name);
		free(whole);
	}
	file_names_fini(&names);
	return st;
}

static bool
is_empty(const char *path)
{
	struct file_names names;
	struct diag unused;
	bool empty = file_list(&names, path, &unused) == ST_OK && names.count == 0;

	file_names_fini(&names);
	return empty;
}

enum status
folder_check(struct folder *folder, struct diag *diag)
{
	struct text manifest = { 0 };
	struct diag unused;
	struct stat info;
	enum status st = ST_OK;
	char *path;

	manifest_fini(&folder->checked);
	folder->checked = folder->old;
	folder->old = (struct manifest){ 0 };
	if (lstat(folder->target, &info) != 0)
		return ST_OK;
	if (!S_ISDIR(info.st_mode))
		return diag_set(diag, ST_USAGE, "%s: is there, and is not a folder", folder->path);
	if (is_empty(folder->target))
		return ST_OK;
	path = path_join(folder->target, MANIFEST_NAME);
	if (lstat(path, &info) != 0 || !S_ISREG(info.st_mode) ||
	    file_read(&manifest, path, MANIFEST_MB_MAX, &unused) != ST_OK ||
	    !manifest_parse(&folder->old, &manifest))
		st = diag_set(diag, ST_USAGE,
		    "%s: is there, and synscope did not write it; -o names another folder",
		    folder->path);
	else
		st = check_items(folder, folder->target, "", diag);
	free(path);
	text_fini(&manifest);
	return st;
}
