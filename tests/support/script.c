#include "support/script.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/script_priv.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

void
script_fail(const struct script *script, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%u: ", script->path, script->line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

/* Words. */

static char
escaped(const struct script *script, const char **at)
{
	static const char codes[] = "n\nr\rt\t0\0\"\"\\\\";
	char digits[3] = { 0 };

	if (**at == 'x' && isxdigit((unsigned char)(*at)[1]) && isxdigit((unsigned char)(*at)[2])) {
		memcpy(digits, *at + 1, 2);
		*at += 3;
		return (char)strtoul(digits, NULL, 16);
	}
	for (size_t i = 0; i < sizeof(codes) - 1; i += 2)
		if (codes[i] == **at) {
			++*at;
			return codes[i + 1];
		}
	script_fail(script, "no such escape in a string");
}

/* Copies one word to *to, terminated; returns where the next may start. */
static const char *
split_word(const struct script *script, const char *at, struct word *word, char **to)
{
	word->quoted = *at == '"';
	word->text = *to;
	if (word->quoted) {
		for (at++; *at != '"';) {
			if (*at == '\0')
				script_fail(script, "a string does not end");
			if (*at != '\\') {
				*(*to)++ = *at++;
				continue;
			}
			at++;
			*(*to)++ = escaped(script, &at);
		}
		at++;
	} else {
		while (*at != '\0' && !isspace((unsigned char)*at))
			*(*to)++ = *at++;
	}
	word->bytes = (size_t)(*to - word->text);
	*(*to)++ = '\0';
	return at;
}

static void
split(const struct script *script, const char *line, struct words *words)
{
	char *to = words->line;

	words->count = 0;
	for (;;) {
		while (isspace((unsigned char)*line))
			line++;
		if (*line == '\0' || *line == '#')
			return;
		if (words->count == WORDS_MAX)
			script_fail(script, "too many words");
		line = split_word(script, line, &words->word[words->count++], &to);
	}
}

static bool
is(const struct word *word, const char *text)
{
	return !word->quoted && strcmp(word->text, text) == 0;
}

uint64_t
script_number(const struct script *script, const struct word *word, uint64_t max)
{
	char *end;
	uint64_t value;

	errno = 0;
	value = strtoull(word->text, &end, 0);
	if (*end != '\0' || end == word->text || errno != 0 || value > max || word->text[0] == '-')
		script_fail(
		    script, "%s: not a number up to %llu", word->text, (unsigned long long)max);
	return value;
}

void
script_span(const struct script *script, const struct word *word, uint32_t *from, uint32_t *to)
{
	unsigned long a, b;
	char extra;

	if (sscanf(word->text, "%lu-%lu%c", &a, &b, &extra) != 2)
		script_fail(script, "%s: expected FROM-TO", word->text);
	*from = (uint32_t)a;
	*to = (uint32_t)b;
}

size_t
script_hex(const struct script *script, const struct word *word, uint8_t *out, size_t max)
{
	size_t count = word->bytes / 2;

	if (word->bytes % 2 != 0 || count > max ||
	    strspn(word->text, "0123456789abcdefABCDEF") != word->bytes)
		script_fail(script, "%s: expected pairs of hex digits", word->text);
	for (size_t i = 0; i < count; i++) {
		char digits[3] = { word->text[2 * i], word->text[2 * i + 1], '\0' };

		out[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return count;
}

const struct end *
script_end(const struct script *script, const struct word *word)
{
	for (unsigned i = 0; i < script->end_count; i++)
		if (is(word, script->ends[i].name))
			return &script->ends[i];
	script_fail(script, "%s: no such end", word->text);
}

static const struct word *
word_at(const struct script *script, const struct words *words, unsigned i)
{
	if (i >= words->count)
		script_fail(script, "%s: a word is missing", words->word[0].text);
	return &words->word[i];
}

/* Lines that set the scene. */

static void
take_format(struct script *s, struct words *words)
{
	for (unsigned i = 1; i < words->count; i++) {
		const struct word *word = &words->word[i];

		if (is(word, "pcap"))
			s->file->format = FORMAT_PCAP;
		else if (is(word, "pcapng"))
			s->file->format = FORMAT_PCAPNG;
		else if (is(word, "none"))
			s->file->format = FORMAT_NONE;
		else if (is(word, "nano"))
			s->file->nanoseconds = true;
		else if (is(word, "big"))
			s->file->little_endian = false;
		else
			script_fail(s, "%s: no such format", word->text);
	}
}

static void
take_link(struct script *s, struct words *words)
{
	s->link = (int)script_number(s, word_at(s, words, 1), 0xffff);
}

static void
take_snaplen(struct script *s, struct words *words)
{
	s->file->snaplen = (uint32_t)script_number(s, word_at(s, words, 1), UINT32_MAX);
}

/* time 2019-05-20 10:54:59 +08:00 */
static void
take_time(struct script *s, struct words *words)
{
	struct tm tm = { 0 };
	int hours = 0, minutes = 0;
	const char *day = word_at(s, words, 1)->text;
	const char *clock = word_at(s, words, 2)->text;
	const char *zone = words->count > 3 ? words->word[3].text : "+00:00";
	int64_t offset_s;

	if (sscanf(day, "%d-%d-%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday) != 3 ||
	    sscanf(clock, "%d:%d:%d", &tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 3 ||
	    sscanf(zone + 1, "%d:%d", &hours, &minutes) != 2)
		script_fail(s, "expected a time like 2019-05-20 10:54:59 +08:00");
	tm.tm_year -= 1900;
	tm.tm_mon--;
	offset_s = (zone[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	s->base_ns = ((int64_t)timegm(&tm) - offset_s) * 1000000000;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	s->midnight_ns = ((int64_t)timegm(&tm) - offset_s) * 1000000000;
}

/* What every later packet says unless it says otherwise itself. */
static void
take_default(struct script *s, struct words *words)
{
	struct words *kept = &s->defaults;

	*kept = *words;
	for (unsigned i = 0; i < words->count; i++)
		kept->word[i].text = kept->line + (words->word[i].text - words->line);
}

static struct address
parse_address(const struct script *s, const char *text)
{
	struct address address = { .version = strchr(text, ':') != NULL ? 6 : 4 };

	if (inet_pton(address.version == 6 ? AF_INET6 : AF_INET, text, address.bytes) != 1)
		script_fail(s, "%s: not an address", text);
	return address;
}

/* 192.0.2.1, 192.0.2.1:80 or [2001:db8::1]:80 */
static void
parse_endpoint(const struct script *s, const char *text, struct end *end)
{
	char buffer[64];
	char *colon;

	if (snprintf(buffer, sizeof(buffer), "%s", text[0] == '[' ? text + 1 : text) >= 64)
		script_fail(s, "%s: not an address", text);
	colon = strrchr(buffer, ':');
	if (colon != NULL && (text[0] == '[' || colon == strchr(buffer, ':'))) {
		end->port = (uint16_t)strtoul(colon + 1, NULL, 10);
		colon[text[0] == '[' ? -1 : 0] = '\0';
	}
	end->address = parse_address(s, buffer);
}

static void
parse_mac(const struct script *s, const char *text, uint8_t mac[6])
{
	unsigned b[6];

	if (sscanf(text, "%x:%x:%x:%x:%x:%x", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5]) != 6)
		script_fail(s, "%s: not a MAC address", text);
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)b[i];
}

/* end NAME ADDRESS[:PORT] [mac MAC]; without one, the MAC is made of the address. */
static void
take_end(struct script *s, struct words *words)
{
	struct end *end = &s->ends[s->end_count];
	const struct address *address = &end->address;

	if (s->end_count == ENDS_MAX)
		script_fail(s, "too many ends");
	s->end_count++;
	snprintf(end->name, sizeof(end->name), "%s", word_at(s, words, 1)->text);
	parse_endpoint(s, word_at(s, words, 2)->text, end);
	if (words->count > 4 && is(&words->word[3], "mac")) {
		parse_mac(s, words->word[4].text, end->mac);
		return;
	}
	end->mac[0] = 2;
	memcpy(end->mac + 2, address->bytes + (address->version == 6 ? 12 : 0), 4);
}

/* Commas between layers are for the eye. */
static void
strip_comma(struct words *words, struct word *word)
{
	if (word->bytes == 0 || word->text[word->bytes - 1] != ',')
		return;
	word->bytes--;
	words->line[word->text - words->line + word->bytes] = '\0';
}

static unsigned
parse_layer(const struct script *s, const struct words *words, unsigned i, struct layer *layer)
{
	*layer = (struct layer){ .kind = layer_kind_find(words->word[i].text) };
	if (layer->kind == NULL)
		script_fail(s, "%s: no such layer", words->word[i].text);
	if (layer->kind->takes == TAKES_NUMBER) {
		layer->number = (uint32_t)script_number(s, word_at(s, words, i + 1), UINT32_MAX);
		return i + 2;
	}
	if (layer->kind->takes == TAKES_BYTES) {
		layer->byte_count =
		    script_hex(s, word_at(s, words, i + 1), layer->bytes, sizeof(layer->bytes));
		return i + 2;
	}
	if (layer->kind->takes == TAKES_NOTHING || i + 2 >= words->count ||
	    layer_kind_find(words->word[i + 1].text) != NULL)
		return i + 1;
	layer->outer.from = parse_address(s, words->word[i + 1].text);
	layer->outer.to = parse_address(s, words->word[i + 2].text);
	return i + 3;
}

/* layers eth, ip 198.51.100.1 198.51.100.2, gre 0, ip */
static void
take_layers(struct script *s, struct words *words)
{
	s->layer_count = 0;
	for (unsigned i = 1; i < words->count; i++)
		strip_comma(words, &words->word[i]);
	for (unsigned i = 1; i < words->count;) {
		if (s->layer_count == LAYERS_MAX)
			script_fail(s, "too many layers");
		i = parse_layer(s, words, i, &s->layers[s->layer_count++]);
	}
}

static uint32_t
outermost_link(const struct script *s)
{
	if (s->link >= 0)
		return (uint32_t)s->link;
	return s->layers[0].kind->link;
}

void
script_begin_file(struct script *s)
{
	if (!s->begun)
		capture_file_begin(s->file, outermost_link(s));
	s->begun = true;
}

static void
take_section(struct script *s, struct words *words)
{
	(void)words;
	script_begin_file(s);
}

static void
take_interface(struct script *s, struct words *words)
{
	(void)words;
	script_begin_file(s);
	capture_file_interface(s->file, outermost_link(s));
}

/* option 4 "text" or option 4 0a0b0c: of the block that is written next */
static void
take_option(struct script *s, struct words *words)
{
	uint32_t code = script_number(s, word_at(s, words, 1), UINT16_MAX);
	const struct word *word = word_at(s, words, 2);
	uint8_t bytes[1024];
	bool fits;

	if (word->quoted)
		fits = capture_file_option(s->file, code, (const uint8_t *)word->text, word->bytes);
	else
		fits = capture_file_option(
		    s->file, code, bytes, script_hex(s, word, bytes, sizeof(bytes)));
	if (!fits)
		script_fail(s, "too many options");
}

/* raw "text" or raw 0a0b0c: bytes of the file that are no frame */
static void
take_raw(struct script *s, struct words *words)
{
	uint8_t bytes[1024];

	script_begin_file(s);
	for (unsigned i = 1; i < words->count; i++) {
		const struct word *word = &words->word[i];

		if (word->quoted)
			capture_file_raw(s->file, (const uint8_t *)word->text, word->bytes);
		else
			capture_file_raw(s->file, bytes, script_hex(s, word, bytes, sizeof(bytes)));
	}
}

static void
take_cut(struct script *s, struct words *words)
{
	script_begin_file(s); /* the header can be cut too */
	capture_file_cut(s->file, script_number(s, word_at(s, words, 1), UINT32_MAX));
}

static void take_include(struct script *script, struct words *words);

static const struct line_kind {
	const char *name;
	void (*take)(struct script *script, struct words *words);
} line_kinds[] = {
	{ "format", take_format },
	{ "link", take_link },
	{ "snaplen", take_snaplen },
	{ "time", take_time },
	{ "default", take_default },
	{ "end", take_end },
	{ "layers", take_layers },
	{ "section", take_section },
	{ "interface", take_interface },
	{ "option", take_option },
	{ "include", take_include },
	{ "raw", take_raw },
	{ "cut", take_cut },
};

static void
take_line(struct script *s, struct words *words)
{
	const struct word *first = &words->word[0];

	if (first->text[0] == '+' || isdigit((unsigned char)first->text[0])) {
		script_packet(s, words);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(line_kinds); i++)
		if (is(first, line_kinds[i].name)) {
			line_kinds[i].take(s, words);
			return;
		}
	script_fail(s, "%s: no such line", first->text);
}

static struct script *
script_new(const char *path, struct capture_file *file)
{
	struct script *s = calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	s->path = path;
	s->file = file;
	s->link = -1;
	s->base_ns = 1700000000 * INT64_C(1000000000);
	s->midnight_ns = s->base_ns - s->base_ns % (86400 * INT64_C(1000000000));
	s->layers[0].kind = layer_kind_find("eth");
	s->layers[1].kind = layer_kind_find("ip");
	s->layer_count = 2;
	*file = (struct capture_file){ .little_endian = true, .snaplen = 65535 };
	return s;
}

static void
script_free(struct script *s)
{
	for (unsigned i = 0; i < s->frame_count; i++)
		free(s->frames[i].bytes);
	free(s);
}

static void
read_lines(struct script *s, const char *path)
{
	/* Line and words are done with before a line is that includes another script. */
	static char line[LINE_MAX_BYTES];
	static struct words words;
	FILE *in = fopen(path, "r");

	if (in == NULL)
		script_fail(s, "%s: %s", path, strerror(errno));
	s->path = path;
	s->line = 0;
	while (fgets(line, sizeof(line), in) != NULL) {
		s->line++;
		split(s, line, &words);
		if (words.count > 0)
			take_line(s, &words);
	}
	fclose(in);
}

/* include FILE, beside this script: traffic that several captures share */
static void
take_include(struct script *s, struct words *words)
{
	const char *path = s->path;
	const char *slash = strrchr(path, '/');
	unsigned line = s->line;
	char included[4096];

	if (++s->depth > INCLUDES_MAX)
		script_fail(s, "includes go round in a circle");
	snprintf(included, sizeof(included), "%.*s%s", slash == NULL ? 0 : (int)(slash + 1 - path),
	    path, word_at(s, words, 1)->text);
	read_lines(s, included);
	s->depth--;
	s->path = path;
	s->line = line;
}

void
script_read(const char *path, struct capture_file *file)
{
	struct script *s = script_new(path, file);

	read_lines(s, path);
	script_begin_file(s); /* a capture without a packet */
	script_free(s);
}
