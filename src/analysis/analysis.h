/*
 * analysis: runs the line once, from the capture to the verdicts.
 *
 * Rows are handed to a listener as they become final, in the order of frames
 * and of flow numbers. The rooms to the right see rows and findings only, never
 * a packet's bytes, unless they ask for them.
 */
#ifndef SYNSCOPE_ANALYSIS_H
#define SYNSCOPE_ANALYSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "capture/capture.h"
#include "decode/decode.h"
#include "socket/socket.h"
#include "tcp/tcp.h"

enum finding_kind {
#define FINDING(id, name, one, many) FINDING_##id,
#include "analysis/finding.def"
#undef FINDING
	FINDING_COUNT
};

struct finding {
	uint64_t count;
	uint32_t first_index; /* the first frame it was seen in; 0: none in particular */
	uint32_t last_index;
};

/* A frame named for people: which part, and its number there. */
struct frame_name {
	const char *file;
	uint32_t number;
};

/* As many as there is room for beside timestamps. */
#define ROW_SACKS 3

struct packet_row {
	struct frame_name frame;
	int64_t ts_ns;
	uint32_t index;
	uint32_t flow;
	struct tuple tuple; /* as sent */
	uint16_t flags;     /* enum tcp_flag; 0 unless TCP */
	uint32_t seq;       /* relative; TCP only, as are ack and window */
	uint32_t ack;
	uint32_t window;
	uint32_t length; /* payload bytes on the wire */
	struct verdict verdict;
	uint8_t icmp_type; /* ICMP only */
	uint8_t icmp_code;
	uint8_t sack_count;
	/* What it says of bytes beyond ack that arrived; relative, as ack is. */
	struct sacked {
		uint32_t left;
		uint32_t right;
	} sacked[ROW_SACKS];
};

struct flow_row {
	const char *file; /* of its first packet */
	uint32_t flow;
	struct tuple tuple; /* as the client sends */
	int64_t start_ns;
	int64_t end_ns;
	uint32_t packets[2]; /* from client, from server */
	uint64_t bytes[2];
	bool is_tcp;              /* what follows is told of TCP only, but conn_state and history */
	struct conn_verdict conn; /* of UDP and ICMP: conn_state and history alone */
	int64_t rtt_ns;           /* the smallest by Karn's rule; -1 where there is none */
	uint32_t retransmissions; /* of the three kinds together */
	uint32_t mark_counts[MARK_COUNT];
};

/* Whether it is whom the flow's client spoke to. */
static inline bool
listener_serves(const struct listener_row *listener, const struct flow_row *flow)
{
	const struct tuple *ends = &flow->tuple;

	return flow->is_tcp && listener_has_end(&listener->local, listener->any_address, ends->dst,
				   ends->dport, ends->ip_version);
}

/*
 * What a packet's row has no room for, told as soon as it was taken in; its row
 * waits for what later packets say of it. Bytes are borrowed for the call.
 */
struct packet_wire {
	uint32_t index;
	uint32_t flow;
	uint32_t link;
	uint32_t peer_base; /* what the other side's relative numbers begin at; TCP only */
	uint32_t dup_acks;  /* duplicates of its ACK so far, this one among them; TCP only */
	uint8_t ttl;
	bool is_icmp;
	bool bad_length;       /* IP or UDP promise more than there is */
	struct bytes segment;  /* of TCP, UDP or ICMP: header and payload, as far as captured */
	uint32_t header_bytes; /* of segment; as far as captured */
	uint32_t wire_bytes;   /* the frame's */
	struct bytes frame;    /* as far as captured */
	uint32_t payload_at;   /* in frame; its length where there is none, or fragments made it */
	const struct packet *packet; /* all of it, for whoever follows streams */
	enum side side;              /* of its flow: who sent it */
};

/* Who wants what; NULL: not wanted, and not computed where that saves work. Rows are borrowed for the call. */
struct analysis_ops {
	void (*packet)(void *ctx, const struct packet_row *row);
	/* Only where packet is set, too. */
	void (*wire)(void *ctx, const struct packet_wire *wire);
	void (*flow)(void *ctx, const struct flow_row *row);
	/* These two only where options.sockets is set, and once all was read. */
	void (*socket)(void *ctx, const struct socket_row *row);
	void (*listener)(void *ctx, const struct listener_row *row);
	/* What one part of the capture could not give: told once for each, as a whole sentence. */
	void (*trouble)(void *ctx, const char *sentence);
	void (*progress)(void *ctx, uint64_t done_bytes, uint64_t total_bytes);
	/* asked now and then: true ends the reading, as if the capture ended there */
	bool (*enough)(void *ctx);
};

struct analysis_options {
	const char *filter;
	/* Follow one flow's bytes: its number, whose, and where they go. 0: none. */
	uint32_t stream_flow;
	bool stream_from_server;
	const struct stream_ops *stream_ops;
	const struct sockets_options *sockets; /* NULL: nobody asks about sockets */
	/*
	 * Packets of these flows alone are judged, where packets are asked for; all
	 * are numbered. Ascending; NULL: of all. Borrowed while it runs.
	 */
	const uint32_t *only;
	size_t only_count;
	const char *(*file_name)(const char *path); /* what rows call a file; NULL: its path */
	struct track *track; /* filled: which frame is of which flow; or NULL */
	/*
	 * What an earlier run over the same capture filled, and whose frames are
	 * wanted: no others are read, or not closely. Ascending, borrowed; a flow
	 * has the same number as in that run. NULL: all are read.
	 */
	const struct track *along;
	const uint32_t *seen;
	size_t seen_count;
};

/* For the options above. It holds 4 bytes a frame, of up to some million frames. */
struct track *track_new(void);
void track_free(struct track *track);
/* The capture was not too long for it. */
bool track_is_whole(const struct track *track);

/* Of so many link types; nobody has seen as many. */
#define SUMMARY_LINKS 8

/* What was seen besides the rows. */
struct analysis_summary {
	uint64_t frames;
	uint64_t filtered; /* frames that the filter dropped */
	uint64_t records;  /* no packets, but counted as frames: pcapng's journal entries */
	uint64_t decoded[DECODE_COUNT];
	uint64_t packets; /* in flows */
	uint32_t flows;
	uint32_t link;                 /* a link type that was not decoded, where one was met */
	uint32_t links[SUMMARY_LINKS]; /* the first that were met */
	unsigned link_count;
	int64_t first_ns;
	int64_t last_ns;
	struct finding findings[FINDING_COUNT];
	int64_t pause_ns;     /* the longest from one frame to the next */
	uint32_t pause_index; /* of the frame behind it */
	bool moments_full;    /* the last tables of a pace were left out: there were too many */
	uint64_t sockets_left_out; /* rows of sockets that memory had no room for */
	uint64_t hindsight_lost;   /* revisions of causes that came after their row had gone out */
	unsigned troubles;
	bool stream_found;
};

/*
 * One run over the parts of one capture. Fails only where nothing at all could
 * be read. *out is set before the first call to ops, which may use it.
 */
struct analysis;
enum status analysis_run(struct analysis **out, const char *const *paths, size_t count,
    const struct analysis_options *options, const struct analysis_ops *ops, void *ctx,
    struct diag *diag);
void analysis_free(struct analysis *analysis);

const struct analysis_summary *analysis_summary(const struct analysis *analysis);
/* What the files say of themselves; all of it once the run is over. */
const struct notes *analysis_notes(const struct analysis *analysis);
/* Of a frame with that number in its part; 0: the filter dropped all of that part. */
uint32_t analysis_index(const struct analysis *analysis, uint32_t part, uint32_t number);
/* Usable from within the calls to ops too. */
struct frame_name analysis_frame(const struct analysis *analysis, uint32_t index);

#endif
