/*
 * parts: which files are read, and in which order.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "capture/capture_priv.h"

void
part_init(struct part *part, const char *path)
{
	struct stat info;

	*part = (struct part){ .path = mem_strdup(path), .pipe = strcmp(path, "-") == 0 };
	if (part->pipe || stat(path, &info) != 0)
		return;
	part->pipe = !S_ISREG(info.st_mode);
	if (!part->pipe)
		part->disk_bytes = (uint64_t)info.st_size;
}

struct place {
	struct part part;
	int64_t first_ns;
	size_t given; /* its place on the command line */
};

/*
 * Pipes can be read but once, so they come first and are not looked into;
 * what has no frame, or cannot be read, comes last.
 */
static int64_t
first_ns(const struct part *part)
{
	int64_t ns = INT64_MAX;
	struct reader reader;
	struct frame frame;
	struct diag unused;

	if (part->pipe)
		return INT64_MIN;
	if (reader_open(&reader, part, &unused) != ST_OK)
		return ns;
	if (reader_next(&reader, &frame, &unused) == ST_OK)
		ns = frame.ts_ns;
	reader_close(&reader);
	return ns;
}

static int
compare_places(const void *left, const void *right)
{
	const struct place *a = left;
	const struct place *b = right;

	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns ? -1 : 1;
	return a->given < b->given ? -1 : 1;
}

void
parts_order(struct part *parts, size_t count)
{
	struct place *places = mem_realloc_array(NULL, count, sizeof(*places));

	for (size_t i = 0; i < count; i++)
		places[i] = (struct place){ parts[i], first_ns(&parts[i]), i };
	qsort(places, count, sizeof(*places), compare_places);
	for (size_t i = 0; i < count; i++)
		parts[i] = places[i].part;
	free(places);
}

static void
add_path(struct capture_paths *list, char *path)
{
	list->paths = mem_realloc_array(list->paths, list->count + 1, sizeof(*list->paths));
	list->paths[list->count++] = path;
}

/* The length without an ending of these, the first that fits; the same length if none does. */
static size_t
without_suffix(const char *name, size_t length, const char *const *suffixes)
{
	for (; *suffixes != NULL; suffixes++) {
		size_t bytes = strlen(*suffixes);

		if (length > bytes && strncasecmp(name + length - bytes, *suffixes, bytes) == 0)
			return length - bytes;
	}
	return length;
}

/* As in a.pcap, a.pcapng.gz or, where tcpdump -C counts them, a.pcap12. */
static bool
is_named_capture(const char *path)
{
	static const char *const packed[] = { ".gz", ".zst", ".xz", ".lz4", NULL };
	static const char *const captures[] = { ".pcap", ".pcapng", ".cap", ".dmp", NULL };
	size_t length = without_suffix(path, strlen(path), packed);

	while (length > 0 && path[length - 1] >= '0' && path[length - 1] <= '9')
		length--;
	return without_suffix(path, length, captures) < length;
}

/* What is named like a capture and is none will be told when it is read, as if it had been named. */
static bool
is_capture(const char *path)
{
	struct stat info; /* of what a link leads to */

	if (stat(path, &info) != 0)
		return is_named_capture(path);
	return S_ISREG(info.st_mode) && (is_named_capture(path) || reader_may_read(path));
}

static enum status
add_folder(struct capture_paths *list, const char *folder, struct diag *diag)
{
	size_t before = list->count;
	struct file_names names;
	enum status st = file_list(&names, folder, diag);

	for (size_t i = 0; st == ST_OK && i < names.count; i++) {
		char *path = path_join(folder, names.at[i]);

		if (is_capture(path))
			add_path(list, path);
		else
			free(path);
	}
	file_names_fini(&names);
	if (st == ST_OK && list->count == before)
		return diag_set(diag, ST_USAGE, "%s: no captures in this folder", folder);
	return st;
}

enum status
capture_paths_add(struct capture_paths *list, const char *word, struct diag *diag)
{
	struct stat info;

	if (strcmp(word, "-") != 0 && stat(word, &info) == 0 && S_ISDIR(info.st_mode))
		return add_folder(list, word, diag);
	add_path(list, mem_strdup(word));
	return ST_OK;
}

void
capture_paths_fini(struct capture_paths *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->paths[i]);
	free(list->paths);
	*list = (struct capture_paths){ 0 };
}
