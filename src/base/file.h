/*
 * file: small files, whole.
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

#endif
