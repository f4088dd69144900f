/* Private to the script reader: script.c sets the scene, packet.c plays packets, vocabulary.c knows their words. */
#ifndef SYNSCOPE_SUPPORT_SCRIPT_PRIV_H
#define SYNSCOPE_SUPPORT_SCRIPT_PRIV_H

#include "support/capture_file.h"
#include "support/layer.h"
#include "support/transport.h"

enum {
	WORDS_MAX = 128,
	ENDS_MAX = 64,
	STREAMS_MAX = 64,
	LAYERS_MAX = 16,
	FRAMES_MAX = 4096,
	INCLUDES_MAX = 4,
	LINE_MAX_BYTES = 1 << 16,
};

struct word {
	const char *text;
	size_t bytes;
	bool quoted;
};

struct words {
	struct word word[WORDS_MAX];
	unsigned count;
	char line[LINE_MAX_BYTES]; /* what they point into */
};

/* A name in the script for an address, a port and a MAC. */
struct end {
	char name[32];
	struct address address;
	uint16_t port;
	uint8_t mac[6];
};

/* What one end has sent to another; numbers are relative to the ISN. */
struct side {
	const struct end *end;
	uint32_t isn;
	uint32_t next;
	uint16_t next_id;
};

struct stream {
	struct side side[2];
};

/* A frame as it was, before the capture cut it. */
struct kept_frame {
	uint8_t *bytes;
	size_t count;
	size_t ip_at; /* its own IP packet within; none where ip_bytes is 0 */
	size_t ip_bytes;
};

/* What goes into IP, whole, before it is cut into fragments. */
struct datagram {
	struct hop ends;
	bool backward;
	struct ip_fields ip;
	uint8_t proto;
	size_t count;
	uint8_t bytes[WIRE_MAX];
};

struct script {
	const char *path;
	unsigned line;
	unsigned depth; /* of includes */
	struct capture_file *file;
	bool begun;
	int link; /* the file's, or -1: that of the outermost layer */
	int64_t base_ns;
	int64_t midnight_ns;
	struct words defaults;
	struct end ends[ENDS_MAX];
	unsigned end_count;
	struct stream streams[STREAMS_MAX];
	unsigned stream_count;
	struct layer layers[LAYERS_MAX];
	unsigned layer_count;
	struct kept_frame frames[FRAMES_MAX];
	unsigned frame_count;
	struct datagram datagram; /* the last one */
};

/* A packet while its words are read. */
struct draft {
	struct script *script;
	int64_t ts_ns;
	struct side *from;
	struct side *to;
	bool backward;
	struct transport seg;
	struct ip_fields ip;
	bool seq_given;
	bool ack_given;
	uint32_t seq; /* relative */
	uint32_t ack;
	int64_t raw_seq; /* as it stands on the wire, or -1 */
	int64_t raw_ack;
	int64_t id;     /* or -1: the sender's next */
	int64_t filler; /* bytes of made-up payload, or -1 */
	int64_t captured_bytes;
	int64_t wire_bytes;
	int64_t claimed_captured_bytes;
	size_t padded_bytes;
	const struct kept_frame *quoted;
	int64_t quoted_bytes;
	bool fragmented; /* written by later lines, in pieces */
};

void script_fail(const struct script *script, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

uint64_t script_number(const struct script *script, const struct word *word, uint64_t max);
/* "7-20": two numbers. */
void script_span(
    const struct script *script, const struct word *word, uint32_t *from, uint32_t *to);
/* Pairs of hex digits. */
size_t script_hex(const struct script *script, const struct word *word, uint8_t *out, size_t max);
const struct end *script_end(const struct script *script, const struct word *word);
void script_begin_file(struct script *script);

/* "3": that frame, which must be there already; they count from 1. */
const struct kept_frame *script_frame(const struct script *script, const struct word *word);

/* Let the words from the i-th on say what the draft is to be. */
void draft_words(struct draft *draft, const struct words *words, unsigned i);
/* One line that starts with a time. */
void script_packet(struct script *script, const struct words *words);

#endif
