#include "common.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netdb.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	WRITE_MAX = 1 << 20,
	/* A signal that comes just before poll() goes unnoticed for so long. */
	WAIT_MAX_MS = 100,
};

static volatile sig_atomic_t stopped;

int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

void
tell(const char *format, ...)
{
	int64_t now = now_ns();
	va_list args;

	printf("%" PRId64 ".%06" PRId64 " ", now / NS_PER_S, now % NS_PER_S / 1000);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

const char *
error_name(int error)
{
	static const struct {
		int number;
		const char *name;
	} names[] = {
		{ ECONNREFUSED, "ECONNREFUSED" },
		{ ECONNRESET, "ECONNRESET" },
		{ EHOSTUNREACH, "EHOSTUNREACH" },
		{ ENETUNREACH, "ENETUNREACH" },
		{ ENOTCONN, "ENOTCONN" },
		{ EPIPE, "EPIPE" },
		{ ETIMEDOUT, "ETIMEDOUT" },
		{ EWOULDBLOCK, "EWOULDBLOCK" },
	};
	static char number[24];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == error)
			return names[i].name;
	snprintf(number, sizeof(number), "error-%d", error);
	return number;
}

void
usage(const char *text)
{
	fputs(text, stderr);
	exit(2);
}

void
die(const char *what)
{
	perror(what);
	exit(1);
}

int64_t
seconds_of(const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end != '\0' || !(seconds >= 0 && seconds <= 1e6)) {
		fprintf(stderr, "%s: not a number of seconds\n", text);
		exit(2);
	}
	return (int64_t)(seconds * NS_PER_S);
}

int64_t
number_of(const char *text, int64_t min, int64_t max)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || number < min || number > max) {
		fprintf(
		    stderr, "%s: not a number from %" PRId64 " to %" PRId64 "\n", text, min, max);
		exit(2);
	}
	return number;
}

void
address_parse(struct address *address, const char *host, const char *port)
{
	struct addrinfo *found;
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM,
	};
	int error = getaddrinfo(host, port, &hints, &found);

	if (error != 0) {
		fprintf(stderr, "%s port %s: %s\n", host, port, gai_strerror(error));
		exit(2);
	}
	memcpy(&address->any, found->ai_addr, found->ai_addrlen);
	address->bytes = found->ai_addrlen;
	freeaddrinfo(found);
}

void
address_text(const struct address *address, char text[ADDRESS_TEXT_MAX])
{
	char host[INET6_ADDRSTRLEN], port[sizeof("65535")];
	bool is_ipv6 = address->any.ss_family == AF_INET6;

	if (getnameinfo((const struct sockaddr *)&address->any, address->bytes, host, sizeof(host),
		port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
		snprintf(text, ADDRESS_TEXT_MAX, "?");
		return;
	}
	snprintf(text, ADDRESS_TEXT_MAX, is_ipv6 ? "[%s]:%s" : "%s:%s", host, port);
}

void
address_set_port(struct address *address, uint16_t port)
{
	if (address->any.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&address->any)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)&address->any)->sin_port = htons(port);
}

int
socket_open(const struct address *address)
{
	int fd = socket(address->any.ss_family, SOCK_STREAM, 0);

	if (fd == -1)
		die("socket");
	if (fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
		die("fcntl");
	return fd;
}

void
socket_text(int fd, char text[ADDRESS_TEXT_MAX])
{
	struct address address = { .bytes = sizeof(address.any) };

	if (getsockname(fd, (struct sockaddr *)&address.any, &address.bytes) == -1)
		die("getsockname");
	address_text(&address, text);
}

void
plan_init(struct plan *plan)
{
	*plan = (struct plan){
		.read_ns = NEVER,
		.write_ns = NEVER,
		.half_close_ns = NEVER,
		.close_ns = NEVER,
		.reset_ns = NEVER,
		.write_bytes = -1,
	};
}

bool
plan_option(struct plan *plan, int letter, const char *value)
{
	switch (letter) {
	case 'c':
		plan->close_ns = seconds_of(value);
		return true;
	case 'e':
		plan->close_at_end = true;
		return true;
	case 'm':
		plan->write_bytes = number_of(value, 0, WRITE_MAX);
		return true;
	case 'r':
		plan->read_ns = seconds_of(value);
		return true;
	case 's':
		plan->half_close_ns = seconds_of(value);
		return true;
	case 'w':
		plan->write_ns = seconds_of(value);
		return true;
	case 'x':
		plan->reset_ns = seconds_of(value);
		return true;
	default:
		return false;
	}
}

static void
stop(int signal_number)
{
	(void)signal_number;
	stopped = 1;
}

bool
told_to_stop(void)
{
	return stopped;
}

void
catch_signals(void)
{
	const struct sigaction action = { .sa_handler = stop };

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int64_t
later(int64_t moment_ns, int64_t delay_ns)
{
	return delay_ns == NEVER ? NEVER : moment_ns + delay_ns;
}

void
connection_begin(struct connection *connection, const struct plan *plan)
{
	int64_t now = now_ns();

	connection->phase = PHASE_OPEN;
	connection->due = (struct plan){
		.read_ns = later(now, plan->read_ns),
		.write_ns = later(now, plan->write_ns),
		.half_close_ns = later(now, plan->half_close_ns),
		.close_ns = later(now, plan->close_ns),
		.reset_ns = later(now, plan->reset_ns),
		.write_bytes = plan->write_bytes,
		.close_at_end = plan->close_at_end,
	};
	if (connection->has_written)
		connection->due.write_ns = NEVER;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t
connection_due(const struct connection *connection)
{
	const struct plan *due = &connection->due;
	int64_t read_ns = due->read_ns;

	if (connection->phase != PHASE_OPEN)
		return NEVER;
	if (read_ns <= now_ns())
		read_ns = NEVER; /* poll() waits for that */
	return earlier(earlier(read_ns, due->write_ns),
	    earlier(due->half_close_ns, earlier(due->close_ns, due->reset_ns)));
}

int
connection_poll_fd(const struct connection *connection)
{
	bool reads = connection->phase == PHASE_OPEN && connection->due.read_ns <= now_ns();

	return reads || connection->phase == PHASE_CONNECTING ? connection->fd : -1;
}

int
milliseconds_until(int64_t moment_ns)
{
	int64_t wait_ns;

	if (moment_ns == NEVER)
		return WAIT_MAX_MS;
	wait_ns = moment_ns - now_ns();
	if (wait_ns <= 0)
		return 0;
	return (int)earlier(WAIT_MAX_MS, (wait_ns + 999999) / 1000000);
}

static void
tell_of(const struct connection *connection, const char *deed)
{
	tell("[%d] %s %s", connection->number, connection->name, deed);
}

static void
tell_failure(const struct connection *connection, const char *deed)
{
	tell("[%d] %s %s %s", connection->number, connection->name, deed, error_name(errno));
}

static void
end(struct connection *connection, const char *how)
{
	close(connection->fd);
	connection->phase = PHASE_OVER;
	tell_of(connection, how);
}

static void
reset(struct connection *connection)
{
	const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	end(connection, "reset");
}

static void
half_close(struct connection *connection)
{
	connection->due.half_close_ns = NEVER;
	if (shutdown(connection->fd, SHUT_WR) == 0)
		tell_of(connection, "shutdown");
	else
		tell_failure(connection, "shutdown");
}

/* What the plan writes: the message of this connection, or as many bytes as asked for. */
static const char *
what_to_write(const struct connection *connection, const struct plan *plan, size_t *bytes)
{
	static char message[64], filling[WRITE_MAX];

	if (plan->write_bytes == -1) {
		*bytes = (size_t)snprintf(
		    message, sizeof(message), "[%d]Send Message", connection->number);
		return message;
	}
	memset(filling, 'x', sizeof(filling));
	*bytes = (size_t)plan->write_bytes;
	return filling;
}

static void
tell_written(const struct connection *connection, const struct plan *plan, ssize_t written)
{
	size_t bytes;

	if (plan->write_bytes == -1)
		tell("[%d] %s write %zd %s", connection->number, connection->name, written,
		    what_to_write(connection, plan, &bytes));
	else
		tell("[%d] %s write %zd", connection->number, connection->name, written);
}

static void
write_once(struct connection *connection)
{
	size_t bytes;
	const char *what = what_to_write(connection, &connection->due, &bytes);
	ssize_t written;

	connection->due.write_ns = NEVER;
	if (bytes == 0)
		return;
	written = write(connection->fd, what, bytes);
	if (written < 0)
		tell_failure(connection, "write");
	else
		tell_written(connection, &connection->due, written);
}

#ifdef MSG_FASTOPEN
int
connection_fast_open(struct connection *connection, const struct plan *plan,
    const struct sockaddr *server, socklen_t server_bytes)
{
	size_t bytes;
	const char *what = what_to_write(connection, plan, &bytes);
	ssize_t written = sendto(connection->fd, what, bytes, MSG_FASTOPEN, server, server_bytes);

	if (written < 0)
		return -1; /* EINPROGRESS: without a cookie, the SYN only asks for one */
	connection->has_written = true;
	tell_written(connection, plan, written);
	errno = EINPROGRESS;
	return -1;
}
#endif

static void
read_what_there_is(struct connection *connection)
{
	static char bytes[1 << 16];
	ssize_t got = read(connection->fd, bytes, sizeof(bytes));

	if (got > 0) {
		tell("[%d] %s read %zd", connection->number, connection->name, got);
		return;
	}
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	connection->due.read_ns = NEVER;
	if (got < 0)
		tell_failure(connection, "read");
	else
		tell_of(connection, "end");
	if (connection->due.close_at_end)
		end(connection, "close");
}

void
connection_step(struct connection *connection, bool readable)
{
	int64_t now = now_ns();
	struct plan *due = &connection->due;

	if (connection->phase == PHASE_OPEN && due->write_ns <= now)
		write_once(connection);
	if (connection->phase == PHASE_OPEN && readable)
		read_what_there_is(connection);
	if (connection->phase == PHASE_OPEN && due->half_close_ns <= now)
		half_close(connection);
	if (connection->phase == PHASE_OPEN && due->reset_ns <= now)
		reset(connection);
	if (connection->phase == PHASE_OPEN && due->close_ns <= now)
		end(connection, "close");
}
