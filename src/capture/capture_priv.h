/*
 * capture_priv: what only the files of capture share.
 *
 * A source yields the uncompressed bytes of one file. A reader makes frames
 * of them: through libpcap (classic.c), or block by block (pcapng.c). A
 * capture reads its parts one after the other.
 */
#ifndef SYNSCOPE_CAPTURE_PRIV_H
#define SYNSCOPE_CAPTURE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "capture/capture.h"

/* codec.c: how compressed files are told apart and unpacked. */

enum codec_result {
	CODEC_MORE, /* went as far as input and room allowed */
	CODEC_END,  /* the end of this member, frame or stream */
	CODEC_BAD,
};

/* What a step takes from and writes to; it moves both along. */
struct codec_io {
	const uint8_t *in;
	size_t in_bytes;
	uint8_t *out;
	size_t out_room;
	const char *why; /* filled when CODEC_BAD */
};

struct codec {
	const char *name;
	uint8_t magic[6];
	uint8_t magic_bytes;
	bool skippable;      /* its files may hold frames to be skipped, as zstd's and lz4's */
	void *(*open)(void); /* NULL if there is no memory for it */
	enum codec_result (*step)(void *state, struct codec_io *io);
	void (*close)(void *state);
};

/* As many bytes as codec_starts wants to see. */
#define CODEC_MAGIC_MAX 6

/* By the first bytes of a file; NULL if they are those of no codec. */
const struct codec *codec_of(const uint8_t *data, size_t count);
/* Does another member of the same codec start here? */
bool codec_starts(const struct codec *codec, const uint8_t *data, size_t count);

/* source.c: the uncompressed bytes of one file, in order, each once. */

/* What source_peek can show at once. */
#define SOURCE_PEEK_MAX ((size_t)512 << 10)

struct source {
	const uint8_t *at; /* the window: bytes produced and not yet read */
	const uint8_t *end;
	uint64_t end_offset; /* how many bytes were produced in all */
	size_t read_bytes;   /* at once */
	uint8_t *window;
	enum status trouble; /* why no more will come; ST_END if that is all there is */
	struct diag why;
	char *name;

	int fd;        /* -1 if the bytes lie in memory */
	bool is_stdin; /* which is not ours to close */
	bool jumps;    /* a plain file, whose bytes can be gone back to */
	const uint8_t *memory;
	size_t memory_left;
	uint64_t raw_offset; /* bytes read of the file as it lies on disk */
	const struct codec *codec;
	void *codec_state; /* NULL between members */
	uint8_t *raw;      /* the compressed bytes read ahead */
	const uint8_t *raw_at;
	const uint8_t *raw_end;
};

enum status source_open(struct source **out, const char *path, struct diag *diag);
/* The bytes are borrowed for as long as the source lives. For tests. */
struct source *source_of_memory(const char *name, const uint8_t *data, size_t count);
void source_close(struct source *source);

/* Behind source_peek. */
const uint8_t *source_fill(struct source *source, size_t count);

/* count bytes in a row, not yet moved over; NULL if fewer are left, all of them in the window. */
static inline const uint8_t *
source_peek(struct source *source, size_t count)
{
	if ((size_t)(source->end - source->at) >= count)
		return source->at;
	return source_fill(source, count);
}

static inline size_t
source_in_window(const struct source *source)
{
	return (size_t)(source->end - source->at);
}

/* Where the next byte stands in the uncompressed file. */
static inline uint64_t
source_offset(const struct source *source)
{
	return source->end_offset - source_in_window(source);
}

/* Move on; the return value is less than count if the file ends before. */
uint64_t source_skip(struct source *source, uint64_t count);
/* To there, as source_offset counts; from then on no more is read at once than is wanted. False: it stays. */
bool source_jump(struct source *source, uint64_t offset);
/* At least one byte; 0 at the end or in trouble. */
size_t source_read(struct source *source, uint8_t *to, size_t room);
/* ST_OK if the end met is the true one; else why nothing more came. */
enum status source_trouble(const struct source *source, struct diag *diag);

/* classic.c: classic pcap, through libpcap. */

struct classic;
/* Is this the magic number of a classic pcap that we read? */
bool classic_starts(const uint8_t *data, size_t count);
enum status classic_open(struct classic **out, struct source *source, struct diag *diag);
void classic_close(struct classic *classic);
enum status classic_next(struct classic *classic, struct frame *frame, struct diag *diag);
/* The same for records that are plainly there, up to room; part is for the frames. 0: the next is not. */
unsigned classic_walk(struct classic *classic, uint32_t part, struct frame *frames, unsigned room);
uint32_t classic_frames(const struct classic *classic);
/* Where the next record is; false where that cannot be gone back to. */
bool classic_tell(const struct classic *classic, uint64_t *offset);
/* The next is the frame of that number, which is there. */
bool classic_jump(struct classic *classic, uint32_t number, uint64_t offset);

/* pcapng.c: our own walk over the blocks. */

struct pcapng;
bool pcapng_starts(const uint8_t *data, size_t count);
/* notes: where they go, as those of which part; NULL: nobody asks. */
struct pcapng *pcapng_new(struct source *source, struct notes *notes, uint32_t part);
void pcapng_free(struct pcapng *pcapng);
enum status pcapng_next(struct pcapng *pcapng, struct frame *frame, struct diag *diag);
/* Blocks passed that Wireshark counts as frames. */
uint32_t pcapng_frames(const struct pcapng *pcapng);

/* options.c: what pcapng's blocks have behind their bodies. */

struct option {
	uint16_t code;
	struct bytes value;
};

enum option_of { OPTION_OF_SECTION, OPTION_OF_INTERFACE, OPTION_OF_PACKET };

/* In the file's byte order. */
static inline uint16_t
order_u16(struct bytes *b, bool little)
{
	uint16_t value = bytes_u16(b);

	return little ? __builtin_bswap16(value) : value;
}

static inline uint32_t
order_u32(struct bytes *b, bool little)
{
	uint32_t value = bytes_u32(b);

	return little ? __builtin_bswap32(value) : value;
}

static inline uint64_t
order_u64(struct bytes *b, bool little)
{
	uint64_t first = order_u32(b, little);
	uint64_t second = order_u32(b, little);

	return little ? second << 32 | first : first << 32 | second;
}

/* False after the last; where they make no sense, b has been overrun. */
bool option_next(struct bytes *b, bool little, struct option *option);
/* If it tells people something. number: the frame's, or the interface's. */
void option_note(struct notes *notes, enum option_of of, const struct option *option, uint32_t part,
    uint32_t number);

/* notes.c: what a file says of itself. */

/* note: without its words, which are copied. */
void notes_add(struct notes *notes, const struct note *note, const uint8_t *data, size_t count);
/* Of one interface the last count holds. */
void notes_count(struct notes *notes, const struct note *note);

/* reader.c: one part, whatever its format. */

struct part {
	char *path;
	const uint8_t *memory; /* in tests; else NULL */
	size_t memory_bytes;
	uint32_t frames;
	uint64_t disk_bytes; /* 0 if nobody knows */
	bool pipe;           /* standard input, or anything else that can be read but once */
};

/* Closed while source is NULL; open, it holds one of the other two. */
struct reader {
	struct source *source;
	struct classic *classic;
	struct pcapng *pcapng;
};

enum status reader_open(struct reader *reader, const struct part *part, struct diag *diag);
/* What it says of itself goes there, too. */
enum status reader_open_noting(struct reader *reader, const struct part *part, uint32_t number,
    struct notes *notes, struct diag *diag);
void reader_close(struct reader *reader);
/* Fills all of *frame but part. */
enum status reader_next(struct reader *reader, struct frame *frame, struct diag *diag);
uint32_t reader_frames(const struct reader *reader);
/* Does this file hold a capture? Where it cannot be read we cannot tell, and say yes. */
bool reader_may_read(const char *path);

/* parts.c: what is read, and in which order. */

void part_init(struct part *part, const char *path);
/* Look at the first frame of each, and sort. */
void parts_order(struct part *parts, size_t count);

/* filter.c: pcap-filter expressions, compiled once for each link type met. */

struct filter;
enum status filter_new(struct filter **out, const char *expression, struct diag *diag);
void filter_free(struct filter *filter);
bool filter_keeps(struct filter *filter, const struct frame *frame);
/*
 * ST_USAGE, once, if frames had to be dropped because the expression says
 * nothing about their link type.
 */
enum status filter_trouble(struct filter *filter, const char *path, struct diag *diag);

/* link.c */

/* A LINKTYPE_ number as libpcap knows it here; a DLT_ number stays itself. */
int link_dlt(uint32_t link);

/* capture.c */

/* A capture of one part that lies in memory. */
enum status capture_open_memory(struct capture **out, const char *name, const uint8_t *data,
    size_t count, const struct capture_options *options, struct diag *diag);

#endif
