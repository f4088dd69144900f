/*
 * emptyloop: the yardstick. Reads a capture the way every program that uses
 * libpcap as it comes does, and looks at nothing.
 */
#include <stdint.h>
#include <stdio.h>

#include <pcap/pcap.h>

static void
count_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
	(void)header;
	(void)data;
	++*(uint64_t *)(void *)user;
}

int
main(int argc, char **argv)
{
	char why[PCAP_ERRBUF_SIZE];
	uint64_t packets = 0;
	pcap_t *pcap;
	int rc;

	if (argc != 2) {
		fputs("usage: emptyloop FILE\n", stderr);
		return 2;
	}
	pcap = pcap_open_offline(argv[1], why);
	if (pcap == NULL) {
		fprintf(stderr, "%s\n", why);
		return 2;
	}
	rc = pcap_loop(pcap, -1, count_packet, (u_char *)&packets);
	if (rc != 0)
		fprintf(stderr, "%s: %s\n", argv[1], pcap_geterr(pcap));
	pcap_close(pcap);
	printf("%llu\n", (unsigned long long)packets);
	return rc == 0 ? 0 : 2;
}
