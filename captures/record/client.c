/*
 * The clients of the experiment, all in one program: each connects, and writes
 * "[N]Send Message", N being 3 for the first. It says what became of each, a line
 * for each call.
 */
#include "common.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

static const char help[] = "usage: client [OPTION...]\n"
			   "where OPTION is one of\n"
			   "  -a ADDRESS  of the server (127.0.0.1)\n"
			   "  -p PORT     of the server (17777)\n"
			   "  -n CLIENTS  how many (6)\n"
			   "  -g SECONDS  from one client's connect() to the next one's (0)\n"
			   "  -t SECONDS  exit after so long (else: when told to)\n"
			   "  -f          TCP Fast Open: the message goes with the SYN\n" PLAN_USAGE
			   "with -w 0 unless told otherwise\n";

struct clients {
	/* as asked for */
	struct address server;
	int count;
	bool fast_open;
	int64_t gap_ns;
	struct plan plan;

	struct address local;
	int begun;
	int64_t next_ns, exit_ns; /* moments */
	struct connection connections[CONNECTIONS_MAX];
};

static void
parse(struct clients *clients, int argc, char **argv)
{
	const char *host = "127.0.0.1", *port = "17777";
	int letter;

	while ((letter = getopt(argc, argv, "a:fg:n:p:t:" PLAN_OPTIONS)) != -1) {
		switch (letter) {
		case 'a':
			host = optarg;
			break;
		case 'f':
			clients->fast_open = true;
			break;
		case 'g':
			clients->gap_ns = seconds_of(optarg);
			break;
		case 'n':
			clients->count = (int)number_of(optarg, 1, CONNECTIONS_MAX);
			break;
		case 'p':
			port = optarg;
			break;
		case 't':
			clients->exit_ns = now_ns() + seconds_of(optarg);
			break;
		default:
			if (!plan_option(&clients->plan, letter, optarg))
				usage(help);
		}
	}
	if (optind != argc)
		usage(help);
	address_parse(&clients->server, host, port);
}

/*
 * Clients bind to the address that the route asks for, so that their ports are
 * known even of those whose connect() fails. A datagram socket tells the address
 * without a packet.
 */
static void
find_local_address(struct clients *clients)
{
	const struct sockaddr *server = (const struct sockaddr *)&clients->server.any;
	struct sockaddr *local = (struct sockaddr *)&clients->local.any;
	int fd = socket(clients->server.any.ss_family, SOCK_DGRAM, 0);

	clients->local.bytes = sizeof(clients->local.any);
	if (fd == -1 || connect(fd, server, clients->server.bytes) == -1 ||
	    getsockname(fd, local, &clients->local.bytes) == -1)
		die("connect");
	close(fd);
	address_set_port(&clients->local, 0);
}

static void
connected(struct clients *clients, struct connection *connection, int error)
{
	if (error == 0) {
		tell("[%d] %s connect ok", connection->number, connection->name);
		connection_begin(connection, &clients->plan);
		return;
	}
	tell("[%d] %s connect %s", connection->number, connection->name, error_name(error));
	close(connection->fd);
	connection->phase = PHASE_OVER;
}

/* As connect() returns: 0, or -1 and errno. */
static int
call_connect(const struct clients *clients, struct connection *connection)
{
	const struct sockaddr *server = (const struct sockaddr *)&clients->server.any;

#ifdef MSG_FASTOPEN
	if (clients->fast_open)
		return connection_fast_open(
		    connection, &clients->plan, server, clients->server.bytes);
#endif
	return connect(connection->fd, server, clients->server.bytes);
}

static void
begin_one(struct clients *clients)
{
	struct connection *connection = &clients->connections[clients->begun];
	const struct sockaddr *local = (const struct sockaddr *)&clients->local.any;

	connection->number = FIRST_NUMBER + clients->begun++;
	connection->fd = socket_open(&clients->server);
	connection->phase = PHASE_CONNECTING;
	clients->next_ns = NEVER;
	if (clients->begun < clients->count)
		clients->next_ns = now_ns() + clients->gap_ns;
	if (bind(connection->fd, local, clients->local.bytes) == -1)
		die("bind");
	socket_text(connection->fd, connection->name);
	tell("[%d] %s connect", connection->number, connection->name);
	if (call_connect(clients, connection) == 0)
		connected(clients, connection, 0);
	else if (errno != EINPROGRESS)
		connected(clients, connection, errno);
}

static void
finish_connecting(struct clients *clients, struct connection *connection)
{
	int error;
	socklen_t bytes = sizeof(error);

	if (getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &bytes) == -1)
		error = errno;
	connected(clients, connection, error);
}

static int64_t
earliest(const struct clients *clients)
{
	int64_t when = clients->exit_ns < clients->next_ns ? clients->exit_ns : clients->next_ns;

	for (int i = 0; i < clients->begun; i++) {
		int64_t due = connection_due(&clients->connections[i]);

		when = due < when ? due : when;
	}
	return when;
}

static void
turn(struct clients *clients)
{
	static struct pollfd polled[CONNECTIONS_MAX];
	int count;

	while (clients->begun < clients->count && clients->next_ns <= now_ns())
		begin_one(clients);
	count = clients->begun;
	for (int i = 0; i < count; i++) {
		bool connecting = clients->connections[i].phase == PHASE_CONNECTING;

		polled[i].fd = connection_poll_fd(&clients->connections[i]);
		polled[i].events = connecting ? POLLOUT : POLLIN;
	}
	if (poll(polled, (nfds_t)count, milliseconds_until(earliest(clients))) == -1)
		return; /* a signal */
	for (int i = 0; i < count; i++) {
		struct connection *connection = &clients->connections[i];

		if (connection->phase != PHASE_CONNECTING)
			connection_step(connection, polled[i].revents != 0);
		else if (polled[i].revents != 0)
			finish_connecting(clients, connection);
	}
}

static void
tell_who_waits(const struct clients *clients)
{
	for (int i = 0; i < clients->begun; i++) {
		const struct connection *connection = &clients->connections[i];

		if (connection->phase == PHASE_CONNECTING)
			tell("[%d] %s connect pending", connection->number, connection->name);
	}
}

int
main(int argc, char **argv)
{
	static struct clients clients = { .count = 6, .exit_ns = NEVER };

	plan_init(&clients.plan);
	clients.plan.write_ns = 0;
	parse(&clients, argc, argv);
	catch_signals();
	find_local_address(&clients);
	while (!told_to_stop() && now_ns() < clients.exit_ns)
		turn(&clients);
	tell_who_waits(&clients);
	tell("exit");
	return 0;
}
