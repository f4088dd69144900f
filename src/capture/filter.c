/*
 * filter: which frames the user's pcap-filter(7) expression keeps.
 *
 * A program of the filter machine fits one link type, and is made when the
 * first frame of that type comes. An expression may mean something on one
 * link type and nothing on another: frames it can say nothing about are
 * dropped, and that is told once.
 */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#ifdef HAVE___NSS_CONFIGURE_LOOKUP
#include <nss.h>
#endif

#include "base/mem.h"
#include "base/text.h"
#include "capture/capture_priv.h"

#define SNAPLEN_BYTES 262144

struct program {
	struct bpf_program code; /* empty if the expression says nothing about this link type */
	uint64_t refused;        /* frames dropped for that reason */
	uint32_t link;
	bool told;
	char why[PCAP_ERRBUF_SIZE];
};

struct filter {
	struct program *latest; /* of the frame before; captures seldom mix link types */
	struct program **programs;
	size_t count;
	char *expression;
};

/*
 * Words that pcap-filter knows only on some link types: an expression is a
 * bad one if it fails on all of these.
 */
static const int judges[] = {
	DLT_EN10MB,
	DLT_IEEE802_11_RADIO,
	DLT_LINUX_SLL2,
	DLT_PFLOG,
	DLT_MTP2,
	DLT_SUNATM,
};

/*
 * libpcap would ask the network for a name among the hosts, and what a capture
 * says would depend on the answer. The C library asks nobody where the only
 * service it may ask does not exist. Ports and protocols keep their names.
 */
static void
forbid_lookups(void)
{
#ifdef HAVE___NSS_CONFIGURE_LOOKUP
	(void)__nss_configure_lookup("hosts", "none");
	(void)__nss_configure_lookup("networks", "none");
#endif
}

static bool
compile(const char *expression, int dlt, struct bpf_program *code, char *why)
{
	pcap_t *dead = pcap_open_dead(dlt, SNAPLEN_BYTES);
	bool ok;

	if (dead == NULL) {
		memcpy(why, "out of memory", sizeof("out of memory"));
		return false;
	}
	ok = pcap_compile(dead, code, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (!ok) {
		*code = (struct bpf_program){ 0 };
		strncpy(why, pcap_geterr(dead), PCAP_ERRBUF_SIZE - 1);
		why[PCAP_ERRBUF_SIZE - 1] = '\0';
	}
	pcap_close(dead);
	return ok;
}

/* why is what the first judge says, since most captures are of Ethernet. */
static bool
makes_sense(const char *expression, char *why)
{
	char other_why[PCAP_ERRBUF_SIZE];
	struct bpf_program code;

	for (size_t i = 0; i < sizeof(judges) / sizeof(judges[0]); i++) {
		if (!compile(expression, judges[i], &code, i == 0 ? why : other_why))
			continue;
		pcap_freecode(&code);
		return true;
	}
	return false;
}

enum status
capture_check_filter(const char *expression, struct diag *diag)
{
	char why[PCAP_ERRBUF_SIZE];

	forbid_lookups();
	if (makes_sense(expression, why))
		return ST_OK;
	return diag_set(diag, ST_USAGE, "filter \"%s\": %s", expression, why);
}

enum status
filter_new(struct filter **out, const char *expression, struct diag *diag)
{
	enum status st = capture_check_filter(expression, diag);
	struct filter *filter;

	if (st != ST_OK)
		return st;
	filter = mem_zalloc(sizeof(*filter));
	filter->expression = mem_strdup(expression);
	*out = filter;
	return ST_OK;
}

void
filter_free(struct filter *filter)
{
	if (filter == NULL)
		return;
	for (size_t i = 0; i < filter->count; i++) {
		pcap_freecode(&filter->programs[i]->code);
		free(filter->programs[i]);
	}
	free(filter->programs);
	free(filter->expression);
	free(filter);
}

static struct program *
program_for(struct filter *filter, uint32_t link)
{
	struct program *program;

	for (size_t i = 0; i < filter->count; i++)
		if (filter->programs[i]->link == link)
			return filter->programs[i];
	program = mem_zalloc(sizeof(*program));
	program->link = link;
	compile(filter->expression, link_dlt(link), &program->code, program->why);
	filter->programs =
	    mem_realloc_array(filter->programs, filter->count + 1, sizeof(struct program *));
	filter->programs[filter->count++] = program;
	return program;
}

bool
filter_keeps(struct filter *filter, const struct frame *frame)
{
	const struct pcap_pkthdr header = {
		.caplen = frame->captured_bytes,
		.len = frame->wire_bytes,
	};
	struct program *program = filter->latest;

	if (program == NULL || program->link != frame->link) {
		program = program_for(filter, frame->link);
		filter->latest = program;
	}
	if (program->code.bf_insns == NULL) {
		program->refused++;
		return false;
	}
	return pcap_offline_filter(&program->code, &header, frame->data) != 0;
}

enum status
filter_trouble(struct filter *filter, const char *path, struct diag *diag)
{
	for (size_t i = 0; i < filter->count; i++) {
		struct program *program = filter->programs[i];
		struct text name = { 0 };

		if (program->refused == 0 || program->told)
			continue;
		program->told = true;
		capture_link_name(program->link, &name);
		diag_set(diag, ST_USAGE,
		    "%s: the filter says nothing about %s: %s; frames left out: %" PRIu64, path,
		    text_str(&name), program->why, program->refused);
		text_fini(&name);
		return ST_USAGE;
	}
	return ST_OK;
}
