/*
 * Digests of the captures. They are made while those are analyzed, by a thread
 * of their own: it shares nothing with the rest but the list of files, and
 * whether anybody still wants them.
 */
#include "report/digest.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sha256.h"
#include "base/text.h"

#define PIECE_BYTES ((size_t)256 << 10)

struct digests {
	struct digest *files;
	size_t count;
	pthread_t thread;
	bool is_running;
	atomic_bool is_unwanted;
};

/* Not of pipes, which somebody else reads. */
static bool
read_digest(const struct digests *digests, struct digest *digest)
{
	struct sha256 sha;
	struct stat info;
	char *piece;
	ssize_t count = -1;
	int fd;

	if (strcmp(digest->path, "-") == 0 || stat(digest->path, &info) != 0 ||
	    !S_ISREG(info.st_mode))
		return false;
	fd = open(digest->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	piece = mem_alloc(PIECE_BYTES);
	sha256_init(&sha);
	while (!digests->is_unwanted && (count = read(fd, piece, PIECE_BYTES)) > 0) {
		sha256_add(&sha, piece, (size_t)count);
		digest->size += (uint64_t)count;
	}
	free(piece);
	close(fd);
	sha256_end(&sha, digest->sha256);
	return count == 0;
}

static void *
read_digests(void *ctx)
{
	struct digests *digests = ctx;

	for (size_t i = 0; i < digests->count; i++)
		digests->files[i].is_known = read_digest(digests, &digests->files[i]);
	return NULL;
}

struct digests *
digests_begin(const char *const *paths, size_t count)
{
	struct digests *digests = mem_zalloc(sizeof(*digests));

	digests->files = mem_zalloc((count + 1) * sizeof(*digests->files));
	digests->count = count;
	for (size_t i = 0; i < count; i++)
		digests->files[i].path = paths[i];
	digests->is_running = pthread_create(&digests->thread, NULL, read_digests, digests) == 0;
	if (!digests->is_running)
		read_digests(digests);
	return digests;
}

size_t
digests_end(struct digests *digests, const struct digest **files)
{
	if (digests->is_running)
		pthread_join(digests->thread, NULL);
	digests->is_running = false;
	*files = digests->files;
	return digests->count;
}

void
digests_free(struct digests *digests)
{
	const struct digest *unused;

	if (digests == NULL)
		return;
	/* What is no capture may be a disk's image, which would take an hour. */
	digests->is_unwanted = true;
	digests_end(digests, &unused);
	free(digests->files);
	free(digests);
}
