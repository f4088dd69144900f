/* info_priv: what the files that write Wireshark's Info column share. */
#ifndef SYNSCOPE_FIGURE_INFO_PRIV_H
#define SYNSCOPE_FIGURE_INFO_PRIV_H

#include "figure/figure_priv.h"

enum {
	ICMP_ECHO_REPLY = 0,
	ICMP_ECHO = 8,
	ICMP6_ECHO = 128,
	ICMP6_ECHO_REPLY = 129,
	ICMP_BYTES = 8,
};

/* " Seq=1": the name as it is, and the number. */
void info_put_number(struct text *out, const char *name, uint64_t value);
/* ECE, CWR and AE as one number. */
static inline unsigned
info_marks_counted(uint16_t flags)
{
	return flags / TCP_ECE & 7;
}

/* An echo, and what answers it. */
bool info_is_question(const struct packet_row *row);
bool info_is_reply(const struct packet_row *row);

void info_put_tcp(struct text *out, const struct info *info);
void info_put_udp(struct text *out, const struct info *info);
void info_put_icmp(struct text *out, const struct info *info);
void info_put_icmp6(struct text *out, const struct info *info);

#endif
