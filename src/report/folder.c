#include "report/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/sha256.h"
#include "base/text.h"

#define MANIFEST_NAME  "manifest.txt"
#define MANIFEST_TITLE "Written by synscope: digest (SHA-256), size and name of each file.\n"

/* Of our own manifests; what claims to be one may be anything. */
#define MANIFEST_MB_MAX 16

#define STAGE_NAMES_MAX 100
#define HEX_LENGTH      ((size_t)2 * SHA256_BYTES)
#define PIECE_BYTES     ((size_t)64 << 10)

struct entry {
	char *name;
	char *path; /* in the stage; NULL of an old folder's, as the next */
	struct sha256 *sha; /* of what was written */
	uint64_t size;
	char digest[2 * SHA256_BYTES + 1];
	bool seen;
	struct stat info; /* of an old folder's file, when its digest was taken */
};

struct entries {
	struct entry *at;
	size_t count;
	size_t room;
};

struct folder {
	char *path;   /* as the user gave it */
	char *target; /* links followed */
	char *stage;
	struct entries files;
	struct entries old; /* of what is to be replaced */
	struct entries checked; /* as it was when that was looked at before */
	bool replaces;
};

/* --- names --- */

static struct entry *
add_entry(struct entries *entries, const char *name, size_t length)
{
	struct entry *entry;

	entries->at = mem_room(entries->at, &entries->room, entries->count, sizeof(*entries->at));
	entry = &entries->at[entries->count++];
	*entry = (struct entry){ .name = mem_alloc(length + 1) };
	memcpy(entry->name, name, length);
	entry->name[length] = '\0';
	return entry;
}

static void
entries_fini(struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++) {
		free(entries->at[i].name);
		free(entries->at[i].path);
		free(entries->at[i].sha);
	}
	free(entries->at);
	*entries = (struct entries){ 0 };
}

static char *
join(const char *folder, const char *name)
{
	struct text path = { 0 };

	text_put(&path, folder);
	text_char(&path, '/');
	text_put(&path, name);
	text_str(&path);
	return path.at;
}

/* As ours are: one folder deep at most, and leading nowhere else. */
static bool
is_name(const char *name, size_t length)
{
	size_t slashes = 0;

	if (length == 0 || length > 255)
		return false;
	for (size_t i = 0; i < length; i++) {
		char c = name[i];
		bool begins = i == 0 || name[i - 1] == '/';

		slashes += c == '/';
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
			(c == '.' && !begins) || (c == '/' && !begins)))
			return false;
	}
	return slashes <= 1 && name[length - 1] != '/';
}

/* The folder that a file's name stands in; 0: none. */
static size_t
folder_length(const char *name)
{
	const char *slash = strchr(name, '/');

	return slash == NULL ? 0 : (size_t)(slash - name);
}

/* --- digests --- */

static void
take_digest(struct entry *entry, struct sha256 *sha)
{
	uint8_t digest[SHA256_BYTES];
	struct text hex = { 0 };

	entry->size = sha->count;
	sha256_end(sha, digest);
	text_hex(&hex, digest, sizeof(digest));
	memcpy(entry->digest, text_str(&hex), HEX_LENGTH);
	text_fini(&hex);
}

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
	take_digest(entry, &sha);
	return count == 0;
}

/* --- what is there already --- */

/* "DIGEST SIZE NAME" */
static bool
parse_line(struct entries *entries, const char *line, size_t length)
{
	const char *space = length > HEX_LENGTH
				? memchr(line + HEX_LENGTH + 1, ' ', length - HEX_LENGTH - 1)
				: NULL;
	struct entry *entry;
	size_t name_length;
	char *end;

	if (space == NULL || line[HEX_LENGTH] != ' ')
		return false;
	name_length = (size_t)(line + length - (space + 1));
	if (!is_name(space + 1, name_length))
		return false;
	entry = add_entry(entries, space + 1, name_length);
	memcpy(entry->digest, line, HEX_LENGTH);
	entry->size = strtoull(line + HEX_LENGTH + 1, &end, 10);
	return end == space;
}

static bool
parse_manifest(struct entries *entries, const struct text *manifest)
{
	size_t at = strlen(MANIFEST_TITLE);

	if (manifest->length < at || memcmp(manifest->at, MANIFEST_TITLE, at) != 0)
		return false;
	while (at < manifest->length) {
		const char *line = manifest->at + at;
		const char *end = memchr(line, '\n', manifest->length - at);

		if (end == NULL || !parse_line(entries, line, (size_t)(end - line)))
			return false;
		at += (size_t)(end - line) + 1;
	}
	return true;
}

static struct entry *
find_entry(const struct entries *entries, const char *name)
{
	for (size_t i = 0; i < entries->count; i++)
		if (strcmp(entries->at[i].name, name) == 0)
			return &entries->at[i];
	return NULL;
}

/* Some file of ours is in it. */
static bool
is_our_folder(const struct entries *entries, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < entries->count; i++)
		if (folder_length(entries->at[i].name) == length &&
		    memcmp(entries->at[i].name, name, length) == 0)
			return true;
	return false;
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
	const struct entry *then = find_entry(&folder->checked, entry->name);

	return then != NULL && memcmp(then->digest, entry->digest, HEX_LENGTH) == 0 &&
	       then->info.st_dev == info->st_dev && then->info.st_ino == info->st_ino &&
	       then->info.st_size == info->st_size &&
	       is_same_time(&then->info.st_mtim, &info->st_mtim) &&
	       is_same_time(&then->info.st_ctim, &info->st_ctim);
}

static enum status
check_file(struct folder *folder, const char *path, const char *name, const struct stat *info,
    struct diag *diag)
{
	struct entry *entry = find_entry(&folder->old, name);
	struct entry found = { 0 };

	if (entry == NULL)
		return not_ours(folder, name, "is not of a report", diag);
	entry->seen = true;
	entry->info = *info;
	if (is_untouched(folder, entry, info))
		return ST_OK;
	if (!digest_file(path, &found) || found.size != entry->size ||
	    memcmp(found.digest, entry->digest, HEX_LENGTH) != 0)
		return not_ours(folder, name, "was changed since it was written", diag);
	return ST_OK;
}

/* prefix: of names in it, with its slash; "": the folder itself. */
static enum status
check_folder(struct folder *folder, const char *path, const char *prefix, struct diag *diag)
{
	DIR *dir = opendir(path);
	enum status st = ST_OK;
	struct dirent *item;

	if (dir == NULL)
		return diag_set(diag, ST_IO, "%s: %s", path, strerror(errno));
	while (st == ST_OK && (item = readdir(dir)) != NULL) {
		struct text name = { 0 };
		char *whole;
		struct stat info;

		if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
			continue;
		text_put(&name, prefix);
		text_put(&name, item->d_name);
		whole = join(path, item->d_name);
		if (lstat(whole, &info) != 0)
			st = diag_set(diag, ST_IO, "%s: %s", whole, strerror(errno));
		else if (strcmp(text_str(&name), MANIFEST_NAME) == 0)
			st = ST_OK;
		else if (S_ISREG(info.st_mode))
			st = check_file(folder, whole, name.at, &info, diag);
		else if (S_ISDIR(info.st_mode) && prefix[0] == '\0' &&
			 is_our_folder(&folder->old, name.at)) {
			text_char(&name, '/');
			st = check_folder(folder, whole, text_str(&name), diag);
		} else {
			st = not_ours(folder, name.at, "is not of a report", diag);
		}
		free(whole);
		text_fini(&name);
	}
	closedir(dir);
	return st;
}

static bool
is_empty(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *item;
	bool empty = dir != NULL;

	while (empty && (item = readdir(dir)) != NULL)
		empty = strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0;
	if (dir != NULL)
		closedir(dir);
	return empty;
}

/* Whether the target may be replaced, as it is now. */
static enum status
check_target(struct folder *folder, struct diag *diag)
{
	struct text manifest = { 0 };
	struct diag unused;
	struct stat info;
	enum status st = ST_OK;
	char *path;

	entries_fini(&folder->checked);
	folder->checked = folder->old;
	folder->old = (struct entries){ 0 };
	folder->replaces = lstat(folder->target, &info) == 0;
	if (!folder->replaces)
		return ST_OK;
	if (!S_ISDIR(info.st_mode))
		return diag_set(diag, ST_USAGE, "%s: is there, and is not a folder", folder->path);
	if (is_empty(folder->target))
		return ST_OK;
	path = join(folder->target, MANIFEST_NAME);
	if (lstat(path, &info) != 0 || !S_ISREG(info.st_mode) ||
	    file_read(&manifest, path, MANIFEST_MB_MAX, &unused) != ST_OK ||
	    !parse_manifest(&folder->old, &manifest))
		st = diag_set(diag, ST_USAGE,
		    "%s: is there, and synscope did not write it; -o names another folder",
		    folder->path);
	else
		st = check_folder(folder, folder->target, "", diag);
	free(path);
	text_fini(&manifest);
	return st;
}

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
	entries_fini(&folder->files);
	entries_fini(&folder->old);
	entries_fini(&folder->checked);
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
	st = check_target(folder, diag);
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
remove_all(const char *root, const struct entries *entries)
{
	char *manifest = join(root, MANIFEST_NAME);

	unlink(manifest);
	free(manifest);
	for (size_t i = 0; i < entries->count; i++) {
		char *path = join(root, entries->at[i].name);

		unlink(path);
		free(path);
	}
	for (size_t i = 0; i < entries->count; i++) {
		char *path = join(root, entries->at[i].name);
		size_t length = folder_length(entries->at[i].name);

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
	size_t length = folder_length(name);
	enum status st = ST_OK;
	char *path;

	if (length == 0)
		return ST_OK;
	path = join(folder->stage, name);
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

	if (!is_name(name, strlen(name)) || find_entry(&folder->files, name) != NULL)
		return diag_set(
		    diag, ST_USAGE, "%s: no file of a report can be called %s", folder->path, name);
	entry = add_entry(&folder->files, name, strlen(name));
	entry->path = join(folder->stage, name);
	entry->sha = mem_alloc(sizeof(*entry->sha));
	sha256_init(entry->sha);
	*path = entry->path;
	*sha = entry->sha;
	return make_parent(folder, name, diag);
}

void
folder_drop(struct folder *folder)
{
	struct entry *entry = &folder->files.at[--folder->files.count];

	unlink(entry->path);
	free(entry->path);
	free(entry->sha);
	free(entry->name);
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
	char *path = join(folder->stage, MANIFEST_NAME);
	FILE *file = fopen(path, "wxe");
	bool failed = file == NULL;

	if (!failed)
		fputs(MANIFEST_TITLE, file);
	for (size_t i = 0; !failed && i < folder->files.count; i++) {
		struct entry *entry = &folder->files.at[i];

		take_digest(entry, entry->sha);
		failed = fprintf(file, "%s %llu %s\n", entry->digest,
			     (unsigned long long)entry->size, entry->name) < 0;
	}
	if (file != NULL)
		failed |= fclose(file) != 0;
	free(path);
	return failed ? diag_set(diag, ST_IO, "%s: %s", folder->path, strerror(errno)) : ST_OK;
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
		st = check_target(folder, diag);
	if (st == ST_OK)
		st = put_in_place(folder, diag);
	if (st == ST_OK)
		folder_free(folder);
	else
		folder_abandon(folder);
	return st;
}
