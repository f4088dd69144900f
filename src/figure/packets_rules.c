/*
 * Which colour a packet has: the colouring rules that Wireshark ships, and the
 * legend that names those that occur.
 */
#include "figure/packets_priv.h"

static bool
is_bad_tcp(const struct info *info)
{
	const uint32_t fine = MARK_BIT(MARK_WINDOW_UPDATE) | MARK_BIT(MARK_KEEP_ALIVE) |
			      MARK_BIT(MARK_KEEP_ALIVE_ACK);

	return info->row->verdict.marks != 0 && (info->row->verdict.marks & fine) == 0;
}

static bool
is_icmp_error(const struct info *info)
{
	uint8_t type = info->row->icmp_type;

	if (info->row->tuple.proto == PROTO_ICMP6)
		return type >= 1 && type <= 4;
	return info->row->tuple.proto == PROTO_ICMP && ((type >= 3 && type <= 5) || type == 11);
}

static bool
is_any_icmp(const struct info *info)
{
	return is_icmp(&info->row->tuple);
}

static bool
is_reset(const struct info *info)
{
	return (info->row->flags & TCP_RST) != 0;
}

static bool
has_odd_ttl(const struct info *info)
{
	const uint8_t *to = info->row->tuple.dst;

	if (info->row->tuple.ip_version != 4 || info->wire == NULL)
		return false;
	if ((to[0] & 0xf0) != 0xe0)
		return info->wire->ttl < 5;
	return to[0] == 224 && to[1] == 0 && to[2] == 0 && to[3] != 251 && info->wire->ttl != 1;
}

static bool
is_http(const struct info *info)
{
	const struct tuple *tuple = &info->row->tuple;

	return tuple->proto == PROTO_TCP && (tuple->sport == 80 || tuple->dport == 80);
}

static bool
is_syn_or_fin(const struct info *info)
{
	return (info->row->flags & (TCP_SYN | TCP_FIN)) != 0;
}

static bool
is_tcp(const struct info *info)
{
	return info->row->tuple.proto == PROTO_TCP;
}

static bool
is_left(const struct info *info)
{
	(void)info;
	return true;
}

/* Asked from the top. */
static const struct list_rule rules[] = {
	{ CLASS_ROW_BAD, "Bad TCP", is_bad_tcp, CLASS_BRACKET_DARK },
	{ CLASS_ROW_ERROR, "ICMP errors", is_icmp_error, CLASS_BRACKET_DARK },
	{ CLASS_ROW_ICMP, "ICMP", is_any_icmp, CLASS_BRACKET },
	{ CLASS_ROW_RESET, "TCP RST", is_reset, CLASS_BRACKET_DARK },
	{ CLASS_ROW_TTL, "TTL low or unexpected", has_odd_ttl, CLASS_BRACKET_DARK },
	{ CLASS_ROW_HTTP, "HTTP", is_http, CLASS_BRACKET },
	{ CLASS_ROW_SYN, "TCP SYN/FIN", is_syn_or_fin, CLASS_BRACKET },
	{ CLASS_ROW_TCP, "TCP", is_tcp, CLASS_BRACKET },
	{ CLASS_ROW_UDP, "UDP", is_left, CLASS_BRACKET },
};

#define RULES (sizeof(rules) / sizeof(rules[0]))

const struct list_rule *
list_rule_of(const struct info *info)
{
	const struct list_rule *rule = rules;

	while (!rule->holds(info))
		rule++;
	return rule;
}

void
list_draw_legend(struct list *list)
{
	const struct scene_style style = { .size = SIZE };
	bool used[RULES] = { false };
	double x = MARGIN;
	double y = list->bottom + 22;

	for (size_t i = 0; i < list->data->packet_count; i++)
		used[list_rule_of(&list->infos[i]) - rules] = true;
	for (size_t i = 0; i < RULES; i++) {
		double width = scene_text_width(rules[i].name, style) + 16;

		if (!used[i])
			continue;
		scene_round_rect(list->scene, rules[i].cls, (struct scene_box){ x, y, width, ROW },
		    3, DASH_SOLID);
		scene_round_rect(list->scene, CLASS_FRAME, (struct scene_box){ x, y, width, ROW },
		    3, DASH_SOLID);
		scene_text(list->scene, rules[i].cls, style,
		    (struct scene_point){ x + 8, y + BASELINE }, width - 15, rules[i].name);
		x += width + 8;
	}
	list->bottom = y + ROW;
}
