/* The words that facts can have. */
#include "check/check_priv.h"

const char *const whose_names[WHOSE_COUNT] = {
	[WHOSE_CLIENT] = "client",
	[WHOSE_SERVER] = "server",
	[WHOSE_BOTH] = "both",
	[WHOSE_NONE] = "none",
};

static const char *const whose_words[] = { "client", "server", "both", "none", NULL };

/* As tcp spells them, which has no word for what is unknown; a test holds these against those. */
static const char *const connect_words[] = {
	[CONNECT_UNKNOWN] = "unknown",
	[CONNECT_PENDING] = "pending",
	[CONNECT_OK] = "ok",
	[CONNECT_ECONNREFUSED] = "ECONNREFUSED",
	[CONNECT_ETIMEDOUT] = "ETIMEDOUT",
	[CONNECT_EHOSTUNREACH] = "EHOSTUNREACH",
	[CONNECT_COUNT] = NULL,
};

static const char *const state_words[] = { "S0", "S1", "SF", "REJ", "S2", "S3", "RSTO", "RSTR",
	"RSTOS0", "RSTRH", "SH", "SHR", "OTH", NULL };

static const char *const cause_names[] = {
/* what has none has a name of its own here */
#define CAUSE(id, name, prose) [CAUSE_##id] = sizeof(name) == 1 ? "none" : (name),
#include "tcp/cause.def"
#undef CAUSE
	[CAUSE_COUNT] = NULL,
};

static const char *const sock_names[] = {
#define STATE(id, name, prose) [SOCK_##id] = name,
#include "socket/state.def"
#undef STATE
	[SOCK_COUNT] = NULL,
};

static const char *const story_names[] = {
#define STORY(id, name, prose) [STORY_##id] = name,
#include "prose/story.def"
	[STORY_COUNT] = NULL,
};

static const char *const stage_names[] = {
#define STAGE(id, name, prose) name,
#include "prose/story.def"
	NULL,
};

static const char *const schedule_names[] = {
#define SCHEDULE(id, name, prose) [SCHEDULE_##id] = name,
#include "check/schedule.def"
#undef SCHEDULE
	[SCHEDULE_COUNT] = NULL,
};

static const char *const resent_names[] = { "syn", "syn-ack", "client-data", "server-data", "fin",
	"client-probe", "server-probe", "queued", "altered", NULL };

static const char *const queue_names[] = { "free", "waited", "full", NULL };

const char *const too_names[] = { "yes", "no", "only", NULL };

const char *const scope_elements[SCOPE_COUNT] = {
	[SCOPE_TOTAL] = "total",
	[SCOPE_LISTENER] = "listener",
	[SCOPE_FLOW] = "flow",
	[SCOPE_SOCKET] = "sockets",
};

/* Of facts whose values are words. */
static const char *const *const word_lists[FACT_COUNT_OF] = {
	[FACT_STORY] = story_names,
	[FACT_STAGE] = stage_names,
	[FACT_DIRECTIONS] = whose_words,
	[FACT_OPEN] = conn_open_names,
	[FACT_CONNECT] = connect_words,
	[FACT_CLOSE] = conn_close_names,
	[FACT_HALF_CLOSE] = whose_words,
	[FACT_CAUSE] = cause_names,
	[FACT_QUEUE] = queue_names,
	[FACT_RESENT] = resent_names,
	[FACT_STATE] = state_words,
	[FACT_RESET] = whose_words,
	[FACT_CLOSED_FIRST] = whose_words,
	[FACT_SPOKE_FIRST] = whose_words,
	[FACT_STALLED] = whose_words,
	[FACT_SYN_SCHEDULE] = schedule_names,
	[FACT_SYNACK_SCHEDULE] = schedule_names,
	[FACT_DATA_SCHEDULE] = schedule_names,
	[FACT_SOCKET_STATE] = sock_names,
};

const char *const *
fact_words(enum fact_id fact)
{
	return word_lists[fact];
}
