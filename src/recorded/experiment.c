/*
 * experiment.xml, as synscope-experiment(5) says: what is known of captures
 * besides their packets. Here, only what changes what the packets say.
 */
#include "recorded/recorded.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/when.h"
#include "markup/markup.h"

struct experiment {
	struct markup_document *document;
	struct text folder; /* of the document, with its slash; empty: here */
};

static const char schema[] =
#include "recorded/experiment.rng.inc"
    ;

static enum status
adopt(struct experiment **out, struct markup_document *document, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct experiment *experiment = mem_zalloc(sizeof(*experiment));

	experiment->document = document;
	if (slash != NULL)
		text_bytes(&experiment->folder, path, (size_t)(slash + 1 - path));
	*out = experiment;
	return ST_OK;
}

enum status
experiment_parse(struct experiment **out, const char *path, const char *data, size_t size,
    struct diag *diag)
{
	struct markup_document *document;
	enum status st = markup_parse(&document, path, data, size, schema, diag);

	return st == ST_OK ? adopt(out, document, path) : st;
}

enum status
experiment_read(struct experiment **out, const char *path, struct diag *diag)
{
	struct markup_document *document;
	enum status st = markup_read(&document, path, schema, diag);

	return st == ST_OK ? adopt(out, document, path) : st;
}

void
experiment_free(struct experiment *experiment)
{
	if (experiment == NULL)
		return;
	markup_document_free(experiment->document);
	text_fini(&experiment->folder);
	free(experiment);
}

/* --- the capture --- */

/* By the file itself, since it can be named in many ways. */
static bool
is_same_file(const char *a, const char *b)
{
	struct stat one, other;

	if (strcmp(a, b) == 0)
		return true;
	return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

static const struct markup_node *
find_capture(const struct experiment *experiment, const char *path)
{
	const struct markup_node *root = markup_root(experiment->document);
	const struct markup_node *node;
	struct text value = { 0 };
	struct text whole = { 0 };

	for (node = markup_child(root, "capture"); node != NULL;
	     node = markup_next(node, "capture")) {
		whole.length = 0;
		text_bytes(&whole, experiment->folder.at, experiment->folder.length);
		if (markup_value(node, "file", &value))
			text_bytes(&whole, value.at, value.length);
		if (is_same_file(text_str(&whole), path))
			break;
	}
	text_fini(&value);
	text_fini(&whole);
	return node;
}

/* --- what is said of it --- */

/* As XML Schema does where blanks mean nothing. */
static const char *
trimmed(struct text *value)
{
	char *at = (char *)text_str(value);
	size_t length;

	at += strspn(at, " \t\r\n");
	length = strlen(at);
	while (length > 0 && strchr(" \t\r\n", at[length - 1]) != NULL)
		length--;
	at[length] = '\0';
	return at;
}

static void
take_vantage(const struct markup_node *node, struct experiment_facts *facts)
{
	struct text value = { 0 };

	if (markup_value(node, "vantage", &value))
		for (int i = VANTAGE_UNKNOWN + 1; i < VANTAGE_COUNT; i++)
			if (strcmp(trimmed(&value), vantage_names[i]) == 0)
				facts->vantage = (enum vantage)i;
	text_fini(&value);
}

static void
take_until(const struct markup_node *node, struct experiment_facts *facts)
{
	struct text value = { 0 };

	if (markup_value(node, "until", &value))
		facts->has_until = when_moment(value.at, value.length, &facts->until.ns,
		    &facts->until.is_relative);
	text_fini(&value);
}

/* Of the servers, if they do not differ: it holds for all that listen. */
static void
take_backlog(const struct markup_node *capture, struct experiment_facts *facts)
{
	const struct markup_node *node;
	struct text value = { 0 };

	for (node = markup_child(capture, "server"); node != NULL;
	     node = markup_next(node, "server")) {
		uint32_t backlog;

		if (!markup_value(node, "backlog", &value))
			continue;
		backlog = (uint32_t)strtoul(trimmed(&value), NULL, 10);
		facts->backlogs_differ |= facts->has_backlog && facts->backlog != backlog;
		facts->has_backlog = true;
		facts->backlog = backlog;
	}
	if (facts->backlogs_differ)
		facts->has_backlog = false;
	text_fini(&value);
}

bool
experiment_facts(
    const struct experiment *experiment, const char *path, struct experiment_facts *facts)
{
	const struct markup_node *capture = find_capture(experiment, path);

	*facts = (struct experiment_facts){ 0 };
	if (capture == NULL)
		return false;
	take_vantage(markup_root(experiment->document), facts);
	take_vantage(capture, facts);
	take_until(capture, facts);
	take_backlog(capture, facts);
	return true;
}
