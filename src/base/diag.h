/*
 * diag: how a function says that the world said no.
 *
 * A status tells callers what they would treat differently; the sentence for a
 * person is written once, where the facts are known, and starts with the file
 * it is about. Only cli prints it.
 */
#ifndef SYNSCOPE_BASE_DIAG_H
#define SYNSCOPE_BASE_DIAG_H

enum status {
	ST_OK,
	ST_END,    /* nothing more to come; no failure */
	ST_IO,     /* the system refused: no such file, disk full */
	ST_FORMAT, /* the input is damaged, cut short, or not what it should be */
	ST_LIMIT,  /* a bound of ours was reached */
	ST_USAGE,  /* the caller's words make no sense */
};

struct diag {
	char text[1024];
};

/* Write the sentence and return the status given, so that failing is one line. */
enum status diag_set(struct diag *diag, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
