/*
 * sink: where bytes go, gathered and written in large pieces.
 *
 * Standard output, or a file that appears whole or not at all: it is written
 * beside its target under another name, and renamed at the end. What is not a
 * file (a pipe, a device) is written to as it stands. Errors are kept until
 * sink_close, so that writers need not look.
 */
#ifndef SYNSCOPE_EXPORT_SINK_H
#define SYNSCOPE_EXPORT_SINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/sha256.h"
#include "base/text.h"

struct sink {
	struct text pending; /* append here, then call sink_settle */
	size_t settle_bytes; /* how much may be pending */
	struct sha256 *sha;  /* of what is written; NULL: nobody asks */
	int fd;
	int error;       /* the first errno; 0: all is well */
	char *path;      /* as the user gave it; NULL: standard output */
	char *target;    /* what to rename to, links followed */
	char *temporary; /* what is being written; NULL: written to in place */
};

/* path: NULL for standard output. */
enum status sink_open(struct sink **out, const char *path, struct diag *diag);
void sink_write(struct sink *sink, const void *data, size_t count);
/* Call between writes: hands on what is pending once that is worth a system call. */
void sink_settle(struct sink *sink);
/* true once writing failed (a closed pipe, a full disk): no use in going on */
bool sink_failed(const struct sink *sink);

/*
 * ST_END, with nothing in diag, where the reader of a pipe went away: it had
 * what it wanted, as `head` does. ST_IO where bytes were lost; no file appears then.
 */
enum status sink_close(struct sink *sink, struct diag *diag);
/* No file appears, and what is pending is dropped; what went to a pipe or a device stays there. */
void sink_abandon(struct sink *sink);

#endif
