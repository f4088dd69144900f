/* Expectations as a document that a person can read and prune. */
#include "check/check_priv.h"

#include <string.h>

#include "markup/markup.h"

struct writing {
	struct markup_writer *xml;
	struct text line;
};

static void
indent(struct writing *w, int depth)
{
	markup_break(w->xml);
	for (int i = 0; i < depth; i++)
		markup_text(w->xml, "  ");
}

static void
put_attribute(struct writing *w, const char *name)
{
	markup_attribute(w->xml, name, text_str(&w->line));
	w->line.length = 0;
}

static void
write_end(struct writing *w, const char *name, const struct end_wanted *end)
{
	if (!end->has_address && !end->has_port)
		return;
	w->line.length = 0;
	end_wanted_put(&w->line, end);
	put_attribute(w, name);
}

static void
write_selector(struct writing *w, const struct group *group)
{
	const struct selector *selector = &group->selector;
	bool is_flow = group->scope == SCOPE_FLOW;

	if (is_flow && selector->proto != 0)
		markup_attribute(w->xml, "proto",
		    selector->proto == PROTO_TCP   ? "tcp"
		    : selector->proto == PROTO_UDP ? "udp"
						   : "icmp");
	write_end(w, is_flow ? "server" : "local", &selector->server);
	if (selector->no_knocks)
		markup_attribute(w->xml, "knocks", "no");
	if (selector->others)
		markup_attribute(w->xml, "others", "yes");
}

static void
write_over(struct writing *w, const struct expected *expected)
{
	if (expected->over == OVER_EACH)
		return;
	w->line.length = 0;
	if (expected->over == OVER_SUM) {
		text_put(&w->line, "sum");
	} else if (expected->percentile == 50) {
		text_put(&w->line, "median");
	} else if (expected->percentile == 100) {
		text_put(&w->line, "max");
	} else {
		text_char(&w->line, 'p');
		text_u64(&w->line, expected->percentile);
	}
	put_attribute(w, "of");
}

/* What is recorded takes no more: packets and sequences are a person's to write. */
static void
write_fact(struct writing *w, const struct expected *expected)
{
	enum fact_id fact = expected->fact;

	indent(w, 3);
	markup_begin(w->xml, fact_rows[fact].name);
	if (expected->has_flows)
		markup_attribute(w->xml, "flows", expected->flows.said);
	if (expected->from != WHOSE_BOTH)
		markup_attribute(w->xml, "from", whose_names[expected->from]);
	if (expected->endless != ENDLESS_TOO)
		markup_attribute(w->xml, "endless", too_names[expected->endless]);
	if (expected->shut_out != SHUT_OUT_TOO)
		markup_attribute(w->xml, "shut-out", too_names[expected->shut_out]);
	if (expected->fact == FACT_BEGINS)
		markup_attribute_u64(w->xml, "first", expected->first);
	write_over(w, expected);
	if (expected->unknown_passes)
		markup_attribute(w->xml, "unknown", "passes");
	markup_text(w->xml, expected->test.said);
	markup_end(w->xml);
}

/* Why it is there, for who prunes. Of several values of a fact once. */
static void
write_comment(struct writing *w, const struct group *group, size_t i)
{
	enum fact_id fact = group->facts[i].fact;

	if (i > 0 && group->facts[i - 1].fact == fact)
		return;
	indent(w, 3);
	markup_comment(w->xml, fact_rows[fact].prose);
}

static const char *
comment_of(const struct group *group)
{
	if (group->selector.others)
		return group->scope == SCOPE_LISTENER ? "Nothing else was asked for connections."
						      : "There were no other flows.";
	return group->scope == SCOPE_LISTENER ? "What listened, or was asked for connections."
					      : "Flows by who served them, whoever asked.";
}

static void
write_group(struct writing *w, const struct group *group)
{
	markup_break(w->xml);
	indent(w, 2);
	markup_comment(w->xml, comment_of(group));
	indent(w, 2);
	markup_begin(w->xml, scope_elements[group->scope]);
	write_selector(w, group);
	for (size_t i = 0; i < group->count; i++) {
		if (!group->selector.others)
			write_comment(w, group, i);
		write_fact(w, &group->facts[i]);
	}
	indent(w, 2);
	markup_end(w->xml);
}

static void
write_about(struct writing *w, const struct expectations *expectations)
{
	w->line.length = 0;
	text_put(&w->line, "Recorded by synscope check --record from ");
	if (expectations->good_count == 1) {
		text_put(&w->line, "one good capture. ");
	} else {
		text_u64(&w->line, expectations->good_count);
		text_put(&w->line, " good captures. ");
	}
	text_put(&w->line, "Take out what may change; see synscope-expect(5).");
	indent(w, 1);
	markup_begin(w->xml, "about");
	markup_text(w->xml, text_str(&w->line));
	markup_end(w->xml);
}

void
expectations_write(struct text *out, const struct expectations *expectations)
{
	struct writing w = { .xml = markup_writer_new(out) };

	markup_begin(w.xml, "expectations");
	write_about(&w, expectations);
	for (size_t i = 0; i < expectations->count; i++) {
		const struct capture_group *capture = &expectations->captures[i];

		markup_break(w.xml);
		indent(&w, 1);
		markup_begin(w.xml, "capture");
		if (capture->file != NULL)
			markup_attribute(w.xml, "file", capture->file);
		for (size_t j = 0; j < capture->count; j++)
			write_group(&w, &capture->groups[j]);
		indent(&w, 1);
		markup_end(w.xml);
	}
	markup_break(w.xml);
	markup_end(w.xml);
	markup_writer_free(w.xml);
	text_fini(&w.line);
}
