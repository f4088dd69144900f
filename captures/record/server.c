/*
 * The server of the experiment: it goes as far as it is told, and waits there.
 * It says what it did and when, a line for each call.
 */
#include "common.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char help[] = "usage: server [OPTION...] STAGE\n"
			   "where STAGE is how far it goes\n"
			   "  none          it makes no socket at all\n"
			   "  socket        it waits before bind()\n"
			   "  bind          it waits before listen()\n"
			   "  listen        it waits before accept()\n"
			   "  accept_once   it has called accept() once\n"
			   "  accept_times  it calls accept() every few seconds\n"
			   "and OPTION is one of\n"
			   "  -a ADDRESS  where to listen (127.0.0.1)\n"
			   "  -p PORT     and on which port (17777); 0: any\n"
			   "  -b BACKLOG  of listen() (2)\n"
			   "  -W SECONDS  wait so long before the first accept() (0)\n"
			   "  -i SECONDS  accept_times: and so long before each other one (3)\n"
			   "  -n COUNT    accept_times: accept so many (all)\n"
			   "  -l SECONDS  close the listening socket after so long\n"
			   "  -t SECONDS  exit after so long (else: when told to)\n"
			   "  -d SECONDS  TCP_DEFER_ACCEPT\n"
			   "  -f COUNT    TCP_FASTOPEN, for so many at a time\n" PLAN_USAGE;

enum stage {
	STAGE_NONE,
	STAGE_SOCKET,
	STAGE_BIND,
	STAGE_LISTEN,
	STAGE_ACCEPT_ONCE,
	STAGE_ACCEPT_TIMES,
	STAGE_COUNT,
};

static const char *const stage_names[STAGE_COUNT] = {
	[STAGE_NONE] = "none",
	[STAGE_SOCKET] = "socket",
	[STAGE_BIND] = "bind",
	[STAGE_LISTEN] = "listen",
	[STAGE_ACCEPT_ONCE] = "accept_once",
	[STAGE_ACCEPT_TIMES] = "accept_times",
};

struct server {
	/* as asked for */
	enum stage stage;
	struct address address;
	int backlog, defer_accept_s, fast_open, accept_max;
	int64_t first_ns, interval_ns;
	struct plan plan;

	int listener; /* -1: there is none, or no more */
	int accepted;
	int64_t next_accept_ns, close_ns, exit_ns; /* moments */
	struct connection connections[CONNECTIONS_MAX];
};

static enum stage
stage_of(const char *name)
{
	for (int i = 0; i < STAGE_COUNT; i++)
		if (strcmp(stage_names[i], name) == 0)
			return (enum stage)i;
	usage(help);
}

static void
parse(struct server *server, int argc, char **argv)
{
	const char *host = "127.0.0.1", *port = "17777";
	int letter;

	while ((letter = getopt(argc, argv, "a:b:d:f:i:l:n:p:t:W:" PLAN_OPTIONS)) != -1) {
		switch (letter) {
		case 'a':
			host = optarg;
			break;
		case 'b':
			server->backlog = (int)number_of(optarg, -1, 65535);
			break;
		case 'd':
			server->defer_accept_s = (int)number_of(optarg, 1, 3600);
			break;
		case 'f':
			server->fast_open = (int)number_of(optarg, 1, 65535);
			break;
		case 'i':
			server->interval_ns = seconds_of(optarg);
			break;
		case 'l':
			server->close_ns = now_ns() + seconds_of(optarg);
			break;
		case 'n':
			server->accept_max = (int)number_of(optarg, 1, CONNECTIONS_MAX);
			break;
		case 'p':
			port = optarg;
			break;
		case 't':
			server->exit_ns = now_ns() + seconds_of(optarg);
			break;
		case 'W':
			server->first_ns = seconds_of(optarg);
			break;
		default:
			if (!plan_option(&server->plan, letter, optarg))
				usage(help);
		}
	}
	if (optind + 1 != argc)
		usage(help);
	server->stage = stage_of(argv[optind]);
	if (server->stage == STAGE_ACCEPT_ONCE)
		server->accept_max = 1;
	address_parse(&server->address, host, port);
}

/* name: -1 where this system has no such option. */
static void
set_option(const struct server *server, int level, int name, int value, const char *what)
{
	if (name == -1) {
		errno = ENOPROTOOPT;
		die(what);
	}
	if (setsockopt(server->listener, level, name, &value, sizeof(value)) == -1)
		die(what);
}

static void
set_options(const struct server *server)
{
	int defer_accept = -1, fast_open = -1;

#ifdef TCP_DEFER_ACCEPT
	defer_accept = TCP_DEFER_ACCEPT;
#endif
#ifdef TCP_FASTOPEN
	fast_open = TCP_FASTOPEN;
#endif
	set_option(server, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
	if (server->defer_accept_s > 0)
		set_option(
		    server, IPPROTO_TCP, defer_accept, server->defer_accept_s, "TCP_DEFER_ACCEPT");
	if (server->fast_open > 0)
		set_option(server, IPPROTO_TCP, fast_open, server->fast_open, "TCP_FASTOPEN");
}

static void
bind_it(const struct server *server)
{
	const struct sockaddr *address = (const struct sockaddr *)&server->address.any;
	char bound[ADDRESS_TEXT_MAX];

	if (bind(server->listener, address, server->address.bytes) == -1)
		die("bind");
	socket_text(server->listener, bound);
	tell("bind %s", bound);
}

/* As far as the stage goes, but for accept(). */
static void
begin(struct server *server)
{
	if (server->stage < STAGE_SOCKET)
		return;
	server->listener = socket_open(&server->address);
	tell("socket");
	if (server->stage < STAGE_BIND)
		return;
	set_options(server);
	bind_it(server);
	if (server->stage < STAGE_LISTEN)
		return;
	if (listen(server->listener, server->backlog) == -1)
		die("listen");
	tell("listen %d", server->backlog);
	if (server->stage >= STAGE_ACCEPT_ONCE)
		server->next_accept_ns = now_ns() + server->first_ns;
}

static void
accept_one(struct server *server)
{
	struct address peer = { .bytes = sizeof(peer.any) };
	struct connection *connection = &server->connections[server->accepted];
	int fd = accept(server->listener, (struct sockaddr *)&peer.any, &peer.bytes);

	if (fd == -1)
		return; /* it has gone again */
	connection->fd = fd;
	connection->number = ++server->accepted;
	address_text(&peer, connection->name);
	tell("[%d] %s accept", connection->number, connection->name);
	connection_begin(connection, &server->plan);
	server->next_accept_ns = NEVER;
	if (server->accepted < server->accept_max)
		server->next_accept_ns = now_ns() + server->interval_ns;
}

static void
close_listener(struct server *server)
{
	server->close_ns = NEVER;
	server->next_accept_ns = NEVER;
	if (server->listener == -1)
		return;
	close(server->listener);
	server->listener = -1;
	tell("close");
}

static int64_t
earliest(const struct server *server)
{
	int64_t when = server->exit_ns < server->close_ns ? server->exit_ns : server->close_ns;

	/* Once accept() is due, poll() waits for somebody to come. */
	if (server->next_accept_ns < when && server->next_accept_ns > now_ns())
		when = server->next_accept_ns;
	for (int i = 0; i < server->accepted; i++) {
		int64_t due = connection_due(&server->connections[i]);

		when = due < when ? due : when;
	}
	return when;
}

static void
turn(struct server *server)
{
	static struct pollfd polled[CONNECTIONS_MAX + 1];
	int count = server->accepted;
	bool accepting = server->next_accept_ns <= now_ns();

	for (int i = 0; i < count; i++) {
		polled[i].fd = connection_poll_fd(&server->connections[i]);
		polled[i].events = POLLIN;
	}
	polled[count].fd = accepting ? server->listener : -1;
	polled[count].events = POLLIN;
	if (poll(polled, (nfds_t)count + 1, milliseconds_until(earliest(server))) == -1)
		return; /* a signal */
	for (int i = 0; i < count; i++)
		connection_step(&server->connections[i], polled[i].revents != 0);
	if (polled[count].revents != 0)
		accept_one(server);
	if (server->close_ns <= now_ns())
		close_listener(server);
}

int
main(int argc, char **argv)
{
	static struct server server = {
		.backlog = 2,
		.accept_max = CONNECTIONS_MAX,
		.interval_ns = 3 * NS_PER_S,
		.listener = -1,
		.next_accept_ns = NEVER,
		.close_ns = NEVER,
		.exit_ns = NEVER,
	};

	plan_init(&server.plan);
	parse(&server, argc, argv);
	catch_signals();
	begin(&server);
	while (!told_to_stop() && now_ns() < server.exit_ns)
		turn(&server);
	tell("exit");
	return 0;
}
