#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

#define PIECE_BYTES ((size_t)64 << 10)

/* What is read may be a pipe: its size is known when it ends. */
static enum status
read_all(struct text *out, FILE *file, const char *path, unsigned most_mb, struct diag *diag)
{
	size_t most = out->length + ((size_t)most_mb << 20);
	size_t count;

	do {
		text_reserve(out, PIECE_BYTES);
		count = fread(out->at + out->length, 1, PIECE_BYTES, file);
		out->length += count;
	} while (count > 0 && out->length <= most);
	if (ferror(file))
		return diag_set(diag, ST_IO, "%s: %s", path, strerror(errno));
	if (out->length > most)
		return diag_set(diag, ST_LIMIT, "%s: larger than %u MB", path, most_mb);
	return ST_OK;
}

enum status
file_read(struct text *out, const char *path, unsigned most_mb, struct diag *diag)
{
	FILE *file = fopen(path, "rb");
	enum status st;

	if (file == NULL)
		return diag_set(diag, ST_IO, "%s: %s", path, strerror(errno));
	st = read_all(out, file, path, most_mb, diag);
	fclose(file);
	return st;
}

/* By what was opened: a name may come to mean another file at any time. */
static bool
is_plain(int fd)
{
	struct stat about;

	return fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

enum status
file_read_plain(struct text *out, const char *path, unsigned most_mb, struct diag *diag)
{
	/* A pipe without a writer would keep us waiting. */
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	FILE *file;
	enum status st;

	if (fd < 0 && errno != ELOOP)
		return diag_set(diag, ST_IO, "%s: %s", path, strerror(errno));
	if (fd < 0 || !is_plain(fd)) {
		if (fd >= 0)
			close(fd);
		return diag_set(diag, ST_IO, "%s: is not a plain file", path);
	}
	file = fdopen(fd, "rb");
	if (file == NULL) {
		st = diag_set(diag, ST_IO, "%s: %s", path, strerror(errno));
		close(fd);
		return st;
	}
	st = read_all(out, file, path, most_mb, diag);
	fclose(file);
	return st;
}

/* --- folders --- */

static int
compare_names(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

static void
add_name(struct file_names *names, size_t *room, const char *name)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	names->at = mem_room(names->at, room, names->count, sizeof(*names->at));
	names->at[names->count++] = mem_strdup(name);
}

enum status
file_list(struct file_names *names, const char *folder, struct diag *diag)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t room = 0;
	int error;

	*names = (struct file_names){ 0 };
	if (dir == NULL)
		return diag_set(diag, ST_IO, "%s: %s", folder, strerror(errno));
	for (errno = 0; (entry = readdir(dir)) != NULL; errno = 0)
		add_name(names, &room, entry->d_name);
	error = errno;
	closedir(dir);
	if (error != 0)
		return diag_set(diag, ST_IO, "%s: %s", folder, strerror(error));
	if (names->count > 0)
		qsort(names->at, names->count, sizeof(*names->at), compare_names);
	return ST_OK;
}

void
file_names_fini(struct file_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->at[i]);
	free(names->at);
}
