/*
 * file: small files, whole, and what is in a folder.
 */
#ifndef SYNSCOPE_BASE_FILE_H
#define SYNSCOPE_BASE_FILE_H

#include <stddef.h>

#include "base/diag.h"

struct text;

/* Appends the file to out. ST_LIMIT where it is larger than most_mb. */
enum status file_read(struct text *out, const char *path, unsigned most_mb, struct diag *diag);
/* ... and ST_IO where it is a link, a pipe or anything else but a plain file. */
enum status file_read_plain(
    struct text *out, const char *path, unsigned most_mb, struct diag *diag);

/* In the order of their bytes. */
struct file_names {
	char **at;
	size_t count;
};

/* What a folder holds, but for itself and the one above. Free it, whatever came of it. */
enum status file_list(struct file_names *names, const char *folder, struct diag *diag);
void file_names_fini(struct file_names *names);

#endif
