/*
 * How the document writes ends, times and ranges, and how it says sentences.
 */
#include "report/report_priv.h"

#include <string.h>

/* --- values --- */

void
put_tuple_end(struct text *out, const struct tuple *tuple, bool dst)
{
	const uint8_t *address = dst ? tuple->dst : tuple->src;

	if (tuple->proto == PROTO_TCP || tuple->proto == PROTO_UDP)
		text_end(out, address, tuple->ip_version, dst ? tuple->dport : tuple->sport);
	else
		text_address(out, address, tuple->ip_version);
}

void
set_end(struct markup_node *node, const char *name, const struct tuple *tuple, bool dst)
{
	struct text value = { 0 };

	put_tuple_end(&value, tuple, dst);
	markup_set(node, name, text_str(&value));
	text_fini(&value);
}

void
put_local(struct text *out, const struct tuple *local, bool any_address)
{
	if (!any_address) {
		put_tuple_end(out, local, false);
		return;
	}
	text_put(out, "*:");
	text_u64(out, local->sport);
}

void
set_local(struct markup_node *node, const struct tuple *local, bool any_address)
{
	struct text value = { 0 };

	put_local(&value, local, any_address);
	markup_set(node, "local", text_str(&value));
	text_fini(&value);
}

void
set_address(struct markup_node *node, const char *name, const struct tuple *tuple, bool dst)
{
	struct text value = { 0 };

	text_address(&value, dst ? tuple->dst : tuple->src, tuple->ip_version);
	markup_set(node, name, text_str(&value));
	text_fini(&value);
}

/* Microseconds; nanoseconds where there are any. */
static void
cut_zeros(struct text *value)
{
	if (value->length > 3 && memcmp(value->at + value->length - 3, "000", 3) == 0)
		value->length -= 3;
}

void
put_since(struct text *out, int64_t ns)
{
	struct text value = { 0 };

	text_seconds(&value, ns);
	cut_zeros(&value);
	text_bytes(out, value.at, value.length);
	text_fini(&value);
}

void
set_since(struct markup_node *node, const char *name, int64_t ns)
{
	struct text value = { 0 };

	put_since(&value, ns);
	markup_set(node, name, text_str(&value));
	text_fini(&value);
}

/* "2019-05-20 02:54:59.946262", of UTC */
static void
put_clock(struct text *out, int64_t ns)
{
	text_iso8601(out, ns);
	out->length--; /* Z */
	out->at[strlen("2019-05-20")] = ' ';
	cut_zeros(out);
}

void
set_clock(struct markup_node *node, const char *name, int64_t ns)
{
	struct text value = { 0 };

	put_clock(&value, ns);
	markup_set(node, name, text_str(&value));
	text_fini(&value);
}

void
set_date(struct markup_node *node, const char *name, int64_t ns)
{
	struct text value = { 0 };

	put_clock(&value, ns);
	text_put(&value, " UTC");
	markup_set(node, name, text_str(&value));
	text_fini(&value);
}

/* "3", "1–3", "2+" */
void
put_range(struct text *out, const struct range *range)
{
	text_i64(out, range->lo);
	if (range->hi == RANGE_OPEN) {
		text_char(out, '+');
	} else if (range->hi != range->lo) {
		text_put(out, "–");
		text_i64(out, range->hi);
	}
}

void
set_range(struct markup_node *node, const char *name, const struct range *range)
{
	struct text value = { 0 };

	put_range(&value, range);
	markup_set(node, name, text_str(&value));
	text_fini(&value);
}

void
set_marks(struct markup_node *node, const char *name, uint32_t marks)
{
	struct text value = { 0 };

	for (int i = 0; i < MARK_COUNT; i++) {
		if (!(marks & MARK_BIT(i)))
			continue;
		if (value.length > 0)
			text_char(&value, ' ');
		text_put(&value, mark_words[i].name);
	}
	if (value.length > 0)
		markup_set(node, name, text_str(&value));
	text_fini(&value);
}

/* --- sentences --- */

void
put_sentence(struct text *out, const struct catalog *catalog, const char *sentence,
    const char *const *words, size_t count)
{
	prose_fill(out, catalog_say(catalog, sentence), words, count);
}

struct markup_node *
add_said(struct markup_node *parent, const char *name, const struct catalog *catalog,
    const char *sentence, const char *const *words, size_t count)
{
	struct markup_node *node;
	struct text said = { 0 };

	put_sentence(&said, catalog, sentence, words, count);
	node = markup_add_words(parent, name, text_str(&said));
	text_fini(&said);
	return node;
}

struct markup_node *
add_left_out(const struct chapter *chapter, const char *what, uint64_t count, const char *one,
    const char *many)
{
	struct markup_node *node;
	struct text number = { 0 };
	struct text said = { 0 };

	text_u64(&number, count);
	prose_fill(&said, catalog_say_n(chapter->catalog, one, many, count),
	    (const char *[]){ text_str(&number) }, 1);
	node = markup_add_words(chapter->node, "left-out", text_str(&said));
	markup_set(node, "what", what);
	markup_set(node, "count", text_str(&number));
	text_fini(&number);
	text_fini(&said);
	return node;
}
