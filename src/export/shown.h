/*
 * shown: a row that is not its own, of sockets, listeners or a comparison: with
 * it goes what the analysis knows and the row does not. Private to the room.
 *
 * The readings stand here, rather than in a file of their own, so that the
 * columns of each record are compiled into one piece.
 */
#ifndef SYNSCOPE_EXPORT_SHOWN_H
#define SYNSCOPE_EXPORT_SHOWN_H

#include "export/export_priv.h"

struct shown {
	const void *row;  /* what the record is of */
	const char *file; /* of the first frame of because, or of the capture; or NULL */
	int64_t base_ns;
	struct reason because; /* without a cause */
	const char *verdict;   /* of a listener */
};

static inline bool
read_because(const void *row, union cell *cell)
{
	const struct shown *shown = row;

	cell->because.reason = &shown->because;
	cell->because.file = shown->file;
	return true;
}

static inline bool
read_frames(const void *row, union cell *cell)
{
	return read_because(row, cell) && cell->because.reason->because_count > 0;
}

static inline bool
read_file(const void *row, union cell *cell)
{
	cell->word = ((const struct shown *)row)->file;
	return cell->word != NULL;
}

static inline const char *
file_of(const void *row)
{
	return ((const struct shown *)row)->file;
}

static inline int64_t
base_of(const void *row)
{
	return ((const struct shown *)row)->base_ns;
}

#endif
