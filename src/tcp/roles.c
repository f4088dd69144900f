/*
 * Who asked whom. A SYN says it; without one the ports are all there is, and
 * then we take for a server what Zeek takes for one, since its users read
 * our flows side by side with its log.
 */
#include "tcp/tcp.h"

#include "tcp/conn_priv.h"

/* The ports Zeek 6's own scripts register for the protocols they know. */
static const uint16_t tcp_server_ports[] = {
	21, 2811,                                               /* FTP, GridFTP */
	22,                                                     /* SSH */
	25, 587,                                                /* SMTP */
	53,                                                     /* DNS */
	79,                                                     /* finger */
	80, 81, 631, 1080, 3128, 8000, 8080, 8888,              /* HTTP; 1080 SOCKS too */
	88,                                                     /* Kerberos */
	110,                                                    /* POP3 */
	135,                                                    /* DCE/RPC */
	139, 445,                                               /* SMB */
	143,                                                    /* IMAP */
	389, 3268,                                              /* LDAP */
	443, 563, 585, 614, 636, 989, 990, 992, 993, 995, 5223, /* TLS */
	502,                                                    /* Modbus */
	1434, 3306,                                             /* MySQL */
	1883,                                                   /* MQTT */
	3389,                                                   /* RDP */
	5222, 5269,                                             /* XMPP */
	6666, 6667, 6668, 6669,                                 /* IRC */
	20000,                                                  /* DNP3 */
};

static const uint16_t udp_server_ports[] = {
	53, 137, 5353, 5355, /* DNS, NetBIOS names, mDNS, LLMNR */
	67, 68, 4011,        /* DHCP */
	88,                  /* Kerberos */
	123,                 /* NTP */
	161, 162,            /* SNMP */
	389,                 /* CLDAP */
	443,                 /* DTLS, QUIC */
	514,                 /* syslog */
	1812,                /* RADIUS */
	2123, 2152,          /* GTP */
	3389,                /* RDP */
	3544,                /* Teredo */
	4789,                /* VXLAN */
	5060,                /* SIP */
	5072,                /* AYIYA */
	6081,                /* Geneve */
	20000,               /* DNP3 */
};

static bool
is_listed(const uint16_t *ports, size_t count, uint16_t port)
{
	for (size_t i = 0; i < count; i++) {
		if (ports[i] == port)
			return true;
	}
	return false;
}

static bool
is_server_port(uint8_t proto, uint16_t port)
{
	if (proto == PROTO_TCP)
		return is_listed(
		    tcp_server_ports, sizeof(tcp_server_ports) / sizeof(tcp_server_ports[0]), port);
	return is_listed(
	    udp_server_ports, sizeof(udp_server_ports) / sizeof(udp_server_ports[0]), port);
}

static bool
is_broadcast(const struct tuple *tuple)
{
	const uint8_t *dst = tuple->dst;

	return tuple->ip_version == 4 && (dst[0] & dst[1] & dst[2] & dst[3]) == 0xff;
}

/*
 * A known port asks less often than it is asked. Where both are known, the
 * lower one serves, unless this is a SYN-ACK: that may be a scanner's.
 */
bool
looks_like_reply(const struct tuple *tuple, uint16_t tcp_flags)
{
	uint8_t proto = tuple->proto;

	if (proto != PROTO_TCP && proto != PROTO_UDP)
		return tuple->sport == 0 && tuple->dport != 0; /* an echo reply */
	if ((tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
		return false;
	if (!is_server_port(proto, tuple->sport) || is_broadcast(tuple))
		return false;
	if (!is_server_port(proto, tuple->dport))
		return true;
	return proto == PROTO_TCP && !(tcp_flags & TCP_SYN) && tuple->sport < tuple->dport;
}

/*
 * Zeek waits for a second packet before it believes a SYN-ACK, since scanners
 * send them too (zeek.c). Here its sender is the server at once: whatever it
 * is up to, it claims to have been asked.
 */
enum side
conn_first_client(const struct packet *first)
{
	uint16_t flags = first->tuple.proto == PROTO_TCP ? first->tcp.flags : 0;

	if ((flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
		return SIDE_B;
	return looks_like_reply(&first->tuple, flags) ? SIDE_B : SIDE_A;
}

struct conn_verdict
conn_plain_verdict(const struct tuple *tuple, const uint32_t packets[2])
{
	bool is_udp = tuple->proto == PROTO_UDP;
	bool flipped = looks_like_reply(tuple, 0);
	enum side client = flipped ? SIDE_B : SIDE_A;
	struct conn_verdict verdict = {
		.client = client,
		.open = OPEN_MIDSTREAM,
		.handshake_ns = -1,
		.conn_state = "OTH", /* all that Zeek says of ICMP */
		.history = "",
	};

	if (is_udp && packets[client] == 0) {
		verdict.conn_state = "SHR";
		verdict.history = "^d";
	} else if (is_udp) {
		bool answered = packets[!client] > 0;

		verdict.conn_state = answered ? "SF" : "S0";
		if (answered)
			verdict.history = flipped ? "^dD" : "Dd";
		else
			verdict.history = "D";
	}
	return verdict;
}
