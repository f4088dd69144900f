/*
 * rows_priv: what netstat would show, told from stories, samples and listeners;
 * private to the files that tell it.
 */
#ifndef SYNSCOPE_SOCKET_ROWS_PRIV_H
#define SYNSCOPE_SOCKET_ROWS_PRIV_H

#include "socket/socket_priv.h"

/* --- end.c and queues.c --- */

/* Bytes that have arrived are acknowledged by then. */
#define ACKED_BY_NS (60 * MS_NS)
/* Bytes that have lain for so long were read when they came, or wait for something else. */
#define SETTLED_NS (2 * SECOND_NS)

/* RFC 9293's 2 MSL as Linux has it, TCP_TIMEWAIT_LEN; an orphan's FIN_WAIT2 lasts as long unless set otherwise. */
#define TIME_WAIT_NS (60 * SECOND_NS)

/*
 * Whether an end that looks like this is there no more, so long after the last
 * segment, and never will be. One that was not heard may be more than it looks.
 */
static inline bool
is_gone(const struct face *face, int64_t age_ns)
{
	return face->sent != 0 && (face->state == SOCK_CLOSED ||
				      (face->state == SOCK_TIME_WAIT && age_ns >= TIME_WAIT_NS));
}

/* One end at a moment, being told. */
struct telling {
	const struct sockets *all;
	const struct story *story;
	const struct sample *sample;
	const struct listener *listener; /* NULL: unknown */
	int64_t at_ns;
	enum role role;
	bool hidden_fin; /* supposed to wait behind what is sent again */
	struct socket_row *row;
};

/* Of a state that is told. */
void tell_queues(struct telling *t);
/* As much can wait in Send-Q; RANGE_OPEN: what is held back hides it. */
int64_t unseen_limit(const struct telling *t);
/* One end between two samples, at a moment there. */
void tell_sample(const struct sockets *all, const struct sample *sample, int64_t at_ns,
    enum role role, struct socket_row *row);
/* When the rows of a story may change without a packet; and those of a sample, besides. */
#define STORY_TIMES  22
#define SAMPLE_TIMES 5
size_t story_times(
    const struct sockets *all, const struct story *story, int64_t times[STORY_TIMES]);
size_t sample_times(
    const struct sockets *all, const struct sample *sample, int64_t times[SAMPLE_TIMES]);

/* --- rows.c and changes.c --- */

void tell_listener(const struct listener *listener, int64_t at_ns, struct socket_row *row);
void rows_prepare(struct sockets *all);
void changes_note_late(struct sockets *all, uint32_t sample);
void changes_prepare(struct sockets *all);
bool changes_next(struct sockets *all, struct socket_row *row);

#endif
