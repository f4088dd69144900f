/*
 * What the two programs of the experiment share: a line of output with its time,
 * addresses, and connections that each follow the same plan, one deed after
 * another, in a loop around poll().
 *
 * They share no code with synscope: what they say is held against what it says.
 */
#ifndef RECORD_COMMON_H
#define RECORD_COMMON_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define NEVER    INT64_MAX /* a moment that does not come, a delay that does not end */
#define NS_PER_S INT64_C(1000000000)

enum {
	CONNECTIONS_MAX = 512,
	ADDRESS_TEXT_MAX = INET6_ADDRSTRLEN + sizeof("[]:65535"),
	/* As in the experiment of 2019, where a client was named by its first free descriptor. */
	FIRST_NUMBER = 3,
};

/* What is done with a connection, each so long after it stands; NEVER: not at all. */
struct plan {
	int64_t read_ns, write_ns, half_close_ns, close_ns, reset_ns;
	int64_t write_bytes; /* -1: the message that names its writer */
	bool close_at_end;   /* as soon as the other end's FIN is read */
};

#define PLAN_OPTIONS "c:em:r:s:w:x:"
#define PLAN_USAGE \
	"and with each connection, SECONDS after it stands:\n" \
	"  -r SECONDS  read from then on (else: never)\n" \
	"  -w SECONDS  write, once\n" \
	"  -m BYTES    so many, and not the message \"[N]Send Message\"\n" \
	"  -s SECONDS  half-close: shutdown(fd, SHUT_WR)\n" \
	"  -c SECONDS  close\n" \
	"  -x SECONDS  reset: SO_LINGER 0, and close\n" \
	"  -e          close when the other end has closed\n"

enum phase {
	PHASE_NONE,
	PHASE_CONNECTING,
	PHASE_OPEN,
	PHASE_OVER,
};

struct connection {
	int fd, number;
	enum phase phase;
	bool has_written;            /* with the SYN */
	char name[ADDRESS_TEXT_MAX]; /* the client's address, whichever side this is */
	struct plan due;             /* moments now, where the plan has delays */
};

struct address {
	struct sockaddr_storage any;
	socklen_t bytes;
};

int64_t now_ns(void);

/* One line of output: when, and what. */
__attribute__((format(printf, 1, 2))) void tell(const char *format, ...);

/* ECONNREFUSED for its number; a number where we have no name. */
const char *error_name(int error);

/* These end the program, with a sentence, if the text is no such thing or the call fails. */
__attribute__((noreturn)) void usage(const char *text);
__attribute__((noreturn)) void die(const char *what);
int64_t seconds_of(const char *text);
int64_t number_of(const char *text, int64_t min, int64_t max);
void address_parse(struct address *address, const char *host, const char *port);

void address_set_port(struct address *address, uint16_t port);
void address_text(const struct address *address, char text[ADDRESS_TEXT_MAX]);

/* One that does not block, and the address it is bound to. */
int socket_open(const struct address *address);
void socket_text(int fd, char text[ADDRESS_TEXT_MAX]);

void plan_init(struct plan *plan);
bool plan_option(struct plan *plan, int letter, const char *value);

/* From now on, SIGTERM and SIGINT only make this true. */
bool told_to_stop(void);
void catch_signals(void);

/*
 * Send what the plan writes with the SYN. Returns as connect() does: -1 and errno,
 * EINPROGRESS as a rule.
 */
int connection_fast_open(struct connection *connection, const struct plan *plan,
    const struct sockaddr *server, socklen_t server_bytes);

/* It stands: from now on it follows the plan. */
void connection_begin(struct connection *connection, const struct plan *plan);

/* When it has something to do next. */
int64_t connection_due(const struct connection *connection);

/* Do all that is due; readable: poll() says that there is something to read. */
void connection_step(struct connection *connection, bool readable);

/* For poll(): -1 where nothing is to be waited for. */
int connection_poll_fd(const struct connection *connection);

/* Milliseconds for poll(), rounded up; at most a few, for what no poll() wakes up for. */
int milliseconds_until(int64_t moment_ns);

#endif
