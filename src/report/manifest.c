/*
 * What a folder of ours holds, as its manifest says, and the other way round.
 */
#include "report/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define MANIFEST_TITLE "Written by synscope: digest (SHA-256), size and name of each file.\n"
#define HEX_LENGTH     ((size_t)2 * SHA256_BYTES)

/* --- entries --- */

bool
entry_may_be_called(const char *name, size_t length)
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

size_t
entry_folder_length(const char *name)
{
	const char *slash = strchr(name, '/');

	return slash == NULL ? 0 : (size_t)(slash - name);
}

void
entry_digest(struct entry *entry, struct sha256 *sha)
{
	uint8_t digest[SHA256_BYTES];
	struct text hex = { 0 };

	entry->size = sha->count;
	sha256_end(sha, digest);
	text_hex(&hex, digest, sizeof(digest));
	memcpy(entry->digest, text_str(&hex), HEX_LENGTH);
	text_fini(&hex);
}

bool
entry_has_digest(const struct entry *entry, const struct entry *other)
{
	return memcmp(entry->digest, other->digest, HEX_LENGTH) == 0;
}

/* --- all of them --- */

struct entry *
manifest_add(struct manifest *manifest, const char *name, size_t length)
{
	struct entry *entry;

	manifest->entries = mem_room(
	    manifest->entries, &manifest->room, manifest->count, sizeof(*manifest->entries));
	entry = &manifest->entries[manifest->count++];
	*entry = (struct entry){ .name = mem_alloc(length + 1) };
	memcpy(entry->name, name, length);
	entry->name[length] = '\0';
	return entry;
}

void
manifest_drop(struct manifest *manifest)
{
	struct entry *entry = &manifest->entries[--manifest->count];

	free(entry->name);
	free(entry->path);
	free(entry->sha);
}

void
manifest_fini(struct manifest *manifest)
{
	while (manifest->count > 0)
		manifest_drop(manifest);
	free(manifest->entries);
	*manifest = (struct manifest){ 0 };
}

struct entry *
manifest_find(const struct manifest *manifest, const char *name)
{
	for (size_t i = 0; i < manifest->count; i++)
		if (strcmp(manifest->entries[i].name, name) == 0)
			return &manifest->entries[i];
	return NULL;
}

bool
manifest_has_folder(const struct manifest *manifest, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < manifest->count; i++) {
		const char *file = manifest->entries[i].name;

		if (entry_folder_length(file) == length && memcmp(file, name, length) == 0)
			return true;
	}
	return false;
}

/* --- as a file --- */

/* "DIGEST SIZE NAME" */
static bool
parse_line(struct manifest *manifest, const char *line, size_t length)
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
	if (!entry_may_be_called(space + 1, name_length))
		return false;
	entry = manifest_add(manifest, space + 1, name_length);
	memcpy(entry->digest, line, HEX_LENGTH);
	entry->size = strtoull(line + HEX_LENGTH + 1, &end, 10);
	return end == space;
}

bool
manifest_parse(struct manifest *manifest, const struct text *file)
{
	size_t at = strlen(MANIFEST_TITLE);

	if (file->length < at || memcmp(file->at, MANIFEST_TITLE, at) != 0)
		return false;
	while (at < file->length) {
		const char *line = file->at + at;
		const char *end = memchr(line, '\n', file->length - at);

		if (end == NULL || !parse_line(manifest, line, (size_t)(end - line)))
			return false;
		at += (size_t)(end - line) + 1;
	}
	return true;
}

bool
manifest_write(struct manifest *manifest, const char *path)
{
	FILE *file = fopen(path, "wxe");
	bool failed = file == NULL;

	if (!failed)
		fputs(MANIFEST_TITLE, file);
	for (size_t i = 0; !failed && i < manifest->count; i++) {
		struct entry *entry = &manifest->entries[i];

		entry_digest(entry, entry->sha);
		failed = fprintf(file, "%s %llu %s\n", entry->digest,
			     (unsigned long long)entry->size, entry->name) < 0;
	}
	if (file != NULL)
		failed |= fclose(file) != 0;
	return !failed;
}
