/*
 * link: the numbers of link types.
 *
 * In files stand LINKTYPE_ numbers, the same everywhere; libpcap's functions
 * want DLT_ numbers, of which a few differ from system to system.
 */
#include <limits.h>
#include <pcap/pcap.h>

#include "base/text.h"
#include "capture/capture_priv.h"

static const struct {
	uint32_t linktype;
	int dlt;
} differing[] = {
	{ 100, DLT_ATM_RFC1483 },
	{ 101, DLT_RAW },
	{ 102, DLT_SLIP_BSDOS },
	{ 103, DLT_PPP_BSDOS },
	{ 104, DLT_C_HDLC },
	{ 106, DLT_ATM_CLIP },
	{ 107, DLT_FRELAY },
	{ 108, DLT_LOOP },
	{ 109, DLT_ENC },
	{ 117, DLT_PFLOG },
};

int
link_dlt(uint32_t link)
{
	for (size_t i = 0; i < sizeof(differing) / sizeof(differing[0]); i++)
		if (differing[i].linktype == link)
			return differing[i].dlt;
	return link > INT_MAX ? -1 : (int)link;
}

void
capture_link_name(uint32_t link, struct text *out)
{
	int dlt = link_dlt(link);
	const char *name = pcap_datalink_val_to_name(dlt);
	const char *description = pcap_datalink_val_to_description(dlt);

	if (name == NULL) {
		text_put(out, "link type ");
		text_u64(out, link);
		return;
	}
	text_put(out, name);
	if (description == NULL)
		return;
	text_put(out, " (");
	text_put(out, description);
	text_char(out, ')');
}
