/*
 * capture: a path becomes one frame after another.
 *
 * pcap and pcapng, plain or compressed (gzip, zstd, xz, lz4, known by their
 * first bytes), from a file, standard input or the parts of one rotated
 * capture. Nothing is decoded here; a frame is bytes with a time and a place.
 */
#ifndef SYNSCOPE_CAPTURE_H
#define SYNSCOPE_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

struct frame {
	int64_t ts_ns;       /* since 1970, UTC; of a frame without a time, the latest before it */
	const uint8_t *data; /* valid until the next frame is asked for */
	uint32_t captured_bytes; /* at data */
	uint32_t wire_bytes;     /* as long as it was on the wire */
	uint32_t link;           /* a DLT_ or LINKTYPE_ number; decode knows both */
	uint32_t part;           /* which of the capture's parts, from 0 */
	uint32_t number;         /* within its part, from 1, as Wireshark counts */
};

struct capture_options {
	const char *filter; /* pcap-filter(7), or NULL; frames it drops still count */
};

/* Several paths make one capture, its parts: read in order of their first timestamps. */
struct capture;
enum status capture_open(struct capture **out, const char *const *paths, size_t count,
    const struct capture_options *options, struct diag *diag);

/*
 * The next frame: ST_OK; ST_END after the last. Anything else is trouble with
 * one part, told in diag with its byte offset or frame: what came before was
 * good, and asking again goes on with the next part.
 */
enum status capture_next(struct capture *capture, struct frame *frame, struct diag *diag);
/*
 * The same, but for as many frames at once as are at hand, from 1 to room, all
 * of one part. Their data is valid until more are asked for.
 */
enum status capture_next_few(struct capture *capture, struct frame *frames, unsigned room,
    unsigned *count, struct diag *diag);
void capture_close(struct capture *capture);

/*
 * Where the next frame stands, for capture_jump in another run over the same
 * capture, which has no other part; false where that cannot be gone back to.
 */
bool capture_tell(const struct capture *capture, uint64_t *offset);
/* On to the frame of that number; false, and nothing done, where it cannot. */
bool capture_jump(struct capture *capture, uint32_t number, uint64_t offset);

size_t capture_part_count(const struct capture *capture);
/* As the user gave it; "-" for standard input. In reading order. */
const char *capture_part_path(const struct capture *capture, size_t part);
/* Frames read of that part so far, the filtered ones too. */
uint32_t capture_part_frames(const struct capture *capture, size_t part);
/* Frames that the filter dropped so far, in all parts. */
uint64_t capture_filtered(const struct capture *capture);
/* Whether it is a pcap-filter(7) expression, of some link type at least. */
enum status capture_check_filter(const char *expression, struct diag *diag);
/* How far the reading is, for a progress bar: bytes of the files as they lie on disk; total 0 if unknown. */
void capture_progress(const struct capture *capture, uint64_t *done_bytes, uint64_t *total_bytes);

/* What a file says of itself beside its frames, as pcapng can. */
enum note_kind {
	NOTE_PROGRAM, /* that wrote it */
	NOTE_SYSTEM,
	NOTE_HARDWARE,
	NOTE_INTERFACE, /* its name; of an interface are the next three, too */
	NOTE_DESCRIPTION,
	NOTE_FILTER, /* that was at work when it was captured */
	NOTE_DROPPED,
	NOTE_COMMENT,
	NOTE_COUNT
};

struct note {
	enum note_kind kind;
	uint32_t part;
	uint32_t number; /* of an interface, from 0; of a comment's frame, 0: of none */
	uint64_t count;  /* of packets dropped, as the capturing system says */
	char *words;     /* whatever bytes the file has; NULL: a count */
};

struct notes {
	struct note *at; /* in the order of the files */
	size_t count;
	uint64_t left_out; /* there was no room for so many more */
};

/* Those of all that was read; the capture has none then. */
void capture_take_notes(struct capture *capture, struct notes *out);
void notes_fini(struct notes *notes);

/* "EN10MB (Ethernet)", "NFLOG (Linux netfilter log messages)", or "link type 4242". */
struct text;
void capture_link_name(uint32_t link, struct text *out);

/*
 * The captures that the user's words name: a file is itself, "-" is standard
 * input, a folder is every capture in it, in name order: what starts like one,
 * or has a name like one. It is not entered recursively.
 */
struct capture_paths {
	char **paths;
	size_t count;
};

enum status capture_paths_add(struct capture_paths *list, const char *word, struct diag *diag);
void capture_paths_fini(struct capture_paths *list);

#endif
