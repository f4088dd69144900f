#include "export/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"

/* Chosen by trying it: more than 64 KiB in a write gains nothing, and a pipe holds no more. */
#define SETTLE_BYTES (64u << 10)
/* Names to try for the temporary file: others may run beside us. */
#define NAMES_MAX 100

static void
send_all(struct sink *sink, const char *data, size_t count)
{
	if (sink->sha != NULL)
		sha256_add(sink->sha, data, count);
	while (count > 0 && sink->error == 0) {
		ssize_t sent = write(sink->fd, data, count);

		if (sent >= 0) {
			data += sent;
			count -= (size_t)sent;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			/* Somebody who shares our standard output made it non-blocking. */
			poll(&(struct pollfd){ .fd = sink->fd, .events = POLLOUT }, 1, -1);
		} else if (errno != EINTR) {
			sink->error = errno;
		}
	}
}

static void
send_pending(struct sink *sink)
{
	send_all(sink, sink->pending.at, sink->pending.length);
	sink->pending.length = 0;
}

void
sink_settle(struct sink *sink)
{
	if (sink->pending.length > sink->settle_bytes)
		send_pending(sink);
}

void
sink_write(struct sink *sink, const void *data, size_t count)
{
	if (count == 0) /* data may be NULL */
		return;
	if (count < SETTLE_BYTES) {
		text_bytes(&sink->pending, data, count);
		sink_settle(sink);
		return;
	}
	send_pending(sink);
	send_all(sink, data, count);
}

bool
sink_failed(const struct sink *sink)
{
	return sink->error != 0;
}

static enum status
open_temporary(struct sink *sink, const struct stat *old, struct diag *diag)
{
	for (unsigned attempt = 0; attempt < NAMES_MAX; attempt++) {
		char *name = path_temporary(sink->target, attempt);

		sink->fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (sink->fd >= 0) {
			sink->temporary = name;
			if (old != NULL) /* or, where that is refused, the mode of a new file */
				(void)fchmod(sink->fd, old->st_mode & 0777);
			return ST_OK;
		}
		free(name);
		if (errno != EEXIST)
			break;
	}
	return diag_set(diag, ST_IO, "%s: %s", sink->path, strerror(errno));
}

static enum status
open_path(struct sink *sink, struct diag *diag)
{
	struct stat old;
	bool exists = stat(sink->path, &old) == 0;

	if (exists && S_ISDIR(old.st_mode))
		return diag_set(diag, ST_IO, "%s: %s", sink->path, strerror(EISDIR));
	if (exists && !S_ISREG(old.st_mode)) {
		sink->fd = open(sink->path, O_WRONLY | O_CLOEXEC);
		if (sink->fd < 0)
			return diag_set(diag, ST_IO, "%s: %s", sink->path, strerror(errno));
		return ST_OK;
	}
	/* A rename would not ask whether the old file may be written. */
	if (exists && access(sink->path, W_OK) != 0)
		return diag_set(diag, ST_IO, "%s: %s", sink->path, strerror(errno));
	/* Through a link, the file behind it is replaced, and not the link. */
	if (exists)
		sink->target = realpath(sink->path, NULL);
	if (sink->target == NULL)
		sink->target = mem_strdup(sink->path);
	return open_temporary(sink, exists ? &old : NULL, diag);
}

static void
sink_free(struct sink *sink)
{
	if (sink->path != NULL && sink->fd >= 0)
		close(sink->fd);
	text_fini(&sink->pending);
	free(sink->path);
	free(sink->target);
	free(sink->temporary);
	free(sink);
}

enum status
sink_open(struct sink **out, const char *path, struct diag *diag)
{
	struct sink *sink = mem_zalloc(sizeof(*sink));

	sink->fd = STDOUT_FILENO;
	if (path != NULL) {
		sink->fd = -1;
		sink->path = mem_strdup(path);
		if (open_path(sink, diag) != ST_OK) {
			sink_free(sink);
			return ST_IO;
		}
	}
	/* A person who watches sees each row when it is there. */
	sink->settle_bytes = isatty(sink->fd) ? 0 : SETTLE_BYTES;
	text_reserve(&sink->pending, 2 * SETTLE_BYTES);
	*out = sink;
	return ST_OK;
}

/* Some file systems tell only here that the disk was full. */
static void
close_file(struct sink *sink)
{
	if (sink->path == NULL)
		return;
	if (close(sink->fd) != 0 && sink->error == 0 && errno != EINTR)
		sink->error = errno;
	sink->fd = -1;
}

static void
put_in_place(struct sink *sink)
{
	if (sink->temporary == NULL)
		return;
	if (sink->error == 0 && rename(sink->temporary, sink->target) != 0)
		sink->error = errno;
	if (sink->error != 0)
		unlink(sink->temporary);
}

enum status
sink_close(struct sink *sink, struct diag *diag)
{
	enum status st = ST_OK;

	send_pending(sink);
	close_file(sink);
	put_in_place(sink);
	if (sink->error == EPIPE)
		st = ST_END;
	else if (sink->error != 0)
		st = diag_set(diag, ST_IO, "%s: %s",
		    sink->path == NULL ? "standard output" : sink->path, strerror(sink->error));
	sink_free(sink);
	return st;
}

void
sink_abandon(struct sink *sink)
{
	if (sink == NULL)
		return;
	if (sink->temporary != NULL)
		unlink(sink->temporary);
	sink_free(sink);
}
