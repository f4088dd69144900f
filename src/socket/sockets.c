#include "socket/socket.h"

#include <stdlib.h>

#include "base/mem.h"

struct sockets {
	struct sockets_options options;
	struct budget *budget;
};

struct sockets *
sockets_new(const struct sockets_options *options, struct budget *budget)
{
	struct sockets *all = mem_zalloc(sizeof(*all));

	all->options = *options;
	all->budget = budget;
	return all;
}

void
sockets_free(struct sockets *all)
{
	free(all);
}

void
sockets_before(struct sockets *all, struct sock *sock, const struct tcp_pair *pair, int64_t now_ns)
{
	(void)all;
	(void)sock;
	(void)pair;
	(void)now_ns;
}

void
sockets_segment(struct sockets *all, struct sock *sock, const struct tcp_pair *pair,
    const struct packet *pkt, const struct place *place)
{
	(void)all;
	(void)sock;
	(void)pair;
	(void)pkt;
	(void)place;
}

void
sockets_icmp(struct sockets *all, struct sock *sock, const struct packet *pkt)
{
	(void)all;
	(void)sock;
	(void)pkt;
}

void
sockets_flow_done(struct sockets *all, struct sock *sock, const struct tcp_pair *pair,
    int64_t last_ns)
{
	(void)all;
	(void)sock;
	(void)pair;
	(void)last_ns;
}

void
sockets_solve(struct sockets *all, int64_t first_ns, int64_t last_ns)
{
	(void)all;
	(void)first_ns;
	(void)last_ns;
}

bool
sockets_next_row(struct sockets *all, struct socket_row *row)
{
	(void)all;
	(void)row;
	return false;
}

bool
sockets_next_listener(struct sockets *all, struct listener_row *row)
{
	(void)all;
	(void)row;
	return false;
}

uint64_t
sockets_left_out(const struct sockets *all)
{
	(void)all;
	return 0;
}
