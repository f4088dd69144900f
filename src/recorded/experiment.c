/*
 * experiment.xml, as synscope-experiment(5) says: what is known of captures
 * besides their packets. All of it is taken over when it is read; the schema has
 * said by then that every attribute is what it should be.
 */
#include "recorded/recorded.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/when.h"
#include "markup/markup.h"

/* What a program printed, or tables. */
#define PIECE_MB_MAX 16

struct experiment {
	struct markup_document *document;
	struct text folder; /* of the document, with its slash; empty: here */
	void **kept;        /* whatever is handed out */
	size_t kept_count, kept_room;

	const char *title;
	const char *const *about;
	size_t about_count;
	const struct experiment_capture *captures;
	size_t capture_count;
};

static const char schema[] =
#include "recorded/experiment.rng.inc"
    ;

/* --- what is handed out --- */

static void *
keep(struct experiment *experiment, void *block)
{
	experiment->kept = mem_room(experiment->kept, &experiment->kept_room,
	    experiment->kept_count, sizeof(*experiment->kept));
	return experiment->kept[experiment->kept_count++] = block;
}

static size_t
count_of(const struct markup_node *parent, const char *name)
{
	const struct markup_node *node;
	size_t count = 0;

	for (node = markup_child(parent, name); node != NULL; node = markup_next(node, name))
		count++;
	return count;
}

/* An array with room for each child of that name. */
static void *
keep_array(struct experiment *experiment, const struct markup_node *parent, const char *name,
    size_t item_bytes, size_t *count)
{
	*count = count_of(parent, name);
	return keep(experiment, mem_zalloc((*count + 1) * item_bytes));
}

/* --- values --- */

/* As XML Schema does where blanks mean little: one between words, none around them. */
static const char *
collapsed(struct text *value)
{
	static const char blanks[] = " \t\r\n";
	char *to = (char *)text_str(value);
	const char *from = to + strspn(to, blanks);
	char *start = to;

	while (*from != '\0') {
		size_t word = strcspn(from, blanks);

		memmove(to, from, word);
		to += word;
		from += word;
		from += strspn(from, blanks);
		if (*from != '\0')
			*to++ = ' ';
	}
	*to = '\0';
	return start;
}

static const char *
value_of(struct experiment *experiment, const struct markup_node *node, const char *attribute)
{
	struct text value = { 0 };
	const char *kept = NULL;

	if (markup_value(node, attribute, &value))
		kept = keep(experiment, mem_strdup(collapsed(&value)));
	text_fini(&value);
	return kept;
}

/* A name of a file may hold any blanks. */
static const char *
exact_value_of(struct experiment *experiment, const struct markup_node *node, const char *attribute)
{
	struct text value = { 0 };
	const char *kept = NULL;

	if (markup_value(node, attribute, &value))
		kept = keep(experiment, mem_strdup(text_str(&value)));
	text_fini(&value);
	return kept;
}

static bool
number_of(const struct markup_node *node, const char *attribute, uint64_t *number)
{
	struct text value = { 0 };
	bool has_it = markup_value(node, attribute, &value);

	*number = has_it ? strtoull(collapsed(&value), NULL, 10) : 0;
	text_fini(&value);
	return has_it;
}

static bool
moment_of(const struct markup_node *node, const char *attribute, struct moment *moment)
{
	struct text value = { 0 };
	bool has_it =
	    markup_value(node, attribute, &value) && when_moment(value.at, value.length, moment);

	text_fini(&value);
	return has_it;
}

static const char *
words_of(struct experiment *experiment, const struct markup_node *node)
{
	struct text content = { 0 };
	const char *kept;

	markup_content(node, &content);
	kept = keep(experiment, mem_strdup(collapsed(&content)));
	text_fini(&content);
	return kept;
}

static const char *
exact_words_of(struct experiment *experiment, const struct markup_node *node)
{
	struct text content = { 0 };
	const char *kept;

	markup_content(node, &content);
	kept = keep(experiment, mem_strdup(text_str(&content)));
	text_fini(&content);
	return kept;
}

/* --- what is told --- */

static const char *const *
take_about(struct experiment *experiment, const struct markup_node *parent, size_t *count)
{
	const struct markup_node *node = markup_child(parent, "about");
	const char **about = keep_array(experiment, parent, "about", sizeof(*about), count);

	for (size_t i = 0; i < *count; i++, node = markup_next(node, "about"))
		about[i] = words_of(experiment, node);
	return about;
}

static const struct experiment_server *
take_servers(struct experiment *experiment, const struct markup_node *parent, size_t *count)
{
	const struct markup_node *node = markup_child(parent, "server");
	struct experiment_server *servers =
	    keep_array(experiment, parent, "server", sizeof(*servers), count);

	for (size_t i = 0; i < *count; i++, node = markup_next(node, "server")) {
		uint64_t backlog;

		servers[i].local = value_of(experiment, node, "local");
		servers[i].stage = value_of(experiment, node, "stage");
		servers[i].words = words_of(experiment, node);
		servers[i].has_backlog = number_of(node, "backlog", &backlog);
		servers[i].backlog = (uint32_t)backlog;
	}
	return servers;
}

static const struct experiment_client *
take_clients(struct experiment *experiment, const struct markup_node *parent, size_t *count)
{
	const struct markup_node *node = markup_child(parent, "client");
	struct experiment_client *clients =
	    keep_array(experiment, parent, "client", sizeof(*clients), count);

	for (size_t i = 0; i < *count; i++, node = markup_next(node, "client")) {
		clients[i].name = value_of(experiment, node, "name");
		clients[i].local = value_of(experiment, node, "local");
		clients[i].connect = value_of(experiment, node, "connect");
		clients[i].words = exact_words_of(experiment, node);
		clients[i].has_sent = number_of(node, "sent", &clients[i].sent);
	}
	return clients;
}

/* called: the attribute that names them. */
static const struct experiment_piece *
take_pieces(struct experiment *experiment, const struct markup_node *parent, const char *name,
    const char *called, size_t *count)
{
	const struct markup_node *node = markup_child(parent, name);
	struct experiment_piece *pieces =
	    keep_array(experiment, parent, name, sizeof(*pieces), count);

	for (size_t i = 0; i < *count; i++, node = markup_next(node, name)) {
		pieces[i].name = value_of(experiment, node, called);
		pieces[i].file = exact_value_of(experiment, node, "file");
		pieces[i].words = exact_words_of(experiment, node);
		pieces[i].has_at = moment_of(node, "at", &pieces[i].at);
		number_of(node, "after-frame", &pieces[i].after_frame);
	}
	return pieces;
}

static void
take_vantage(const struct markup_node *node, struct experiment_facts *facts)
{
	struct text value = { 0 };

	if (markup_value(node, "vantage", &value))
		for (int i = VANTAGE_UNKNOWN + 1; i < VANTAGE_COUNT; i++)
			if (strcmp(collapsed(&value), vantage_names[i]) == 0)
				facts->vantage = (enum vantage)i;
	text_fini(&value);
}

/* Of the servers, if they do not differ: it holds for all that listen. */
static void
take_backlog(const struct experiment_capture *capture, struct experiment_facts *facts)
{
	for (size_t i = 0; i < capture->server_count; i++) {
		const struct experiment_server *server = &capture->servers[i];

		if (!server->has_backlog)
			continue;
		facts->backlogs_differ |= facts->has_backlog && facts->backlog != server->backlog;
		facts->has_backlog = true;
		facts->backlog = server->backlog;
	}
	if (facts->backlogs_differ)
		facts->has_backlog = false;
}

static void
take_capture(struct experiment *experiment, const struct markup_node *node,
    struct experiment_capture *capture)
{
	const struct markup_node *root = markup_root(experiment->document);

	capture->file = exact_value_of(experiment, node, "file");
	capture->title = words_of(experiment, markup_child(node, "title"));
	capture->kernel = value_of(experiment, node, "kernel");
	if (capture->kernel == NULL)
		capture->kernel = value_of(experiment, root, "kernel");
	capture->about = take_about(experiment, node, &capture->about_count);
	capture->servers = take_servers(experiment, node, &capture->server_count);
	capture->clients = take_clients(experiment, node, &capture->client_count);
	capture->outputs =
	    take_pieces(experiment, node, "output", "program", &capture->output_count);
	capture->snapshots =
	    take_pieces(experiment, node, "snapshot", "label", &capture->snapshot_count);
	take_vantage(root, &capture->facts);
	take_vantage(node, &capture->facts);
	capture->facts.has_until = moment_of(node, "until", &capture->facts.until);
	take_backlog(capture, &capture->facts);
}

static void
take_all(struct experiment *experiment)
{
	const struct markup_node *root = markup_root(experiment->document);
	const struct markup_node *node = markup_child(root, "capture");
	struct experiment_capture *captures =
	    keep_array(experiment, root, "capture", sizeof(*captures), &experiment->capture_count);

	for (size_t i = 0; i < experiment->capture_count; i++, node = markup_next(node, "capture"))
		take_capture(experiment, node, &captures[i]);
	experiment->captures = captures;
	experiment->title = words_of(experiment, markup_child(root, "title"));
	experiment->about = take_about(experiment, root, &experiment->about_count);
}

/* --- the document --- */

static enum status
adopt(struct experiment **out, struct markup_document *document, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct experiment *experiment = mem_zalloc(sizeof(*experiment));

	experiment->document = document;
	if (slash != NULL)
		text_bytes(&experiment->folder, path, (size_t)(slash + 1 - path));
	take_all(experiment);
	*out = experiment;
	return ST_OK;
}

enum status
experiment_parse(
    struct experiment **out, const char *path, const char *data, size_t size, struct diag *diag)
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
	for (size_t i = 0; i < experiment->kept_count; i++)
		free(experiment->kept[i]);
	free(experiment->kept);
	markup_document_free(experiment->document);
	text_fini(&experiment->folder);
	free(experiment);
}

const char *
experiment_title(const struct experiment *experiment)
{
	return experiment->title;
}

size_t
experiment_about(const struct experiment *experiment, const char *const **about)
{
	*about = experiment->about;
	return experiment->about_count;
}

size_t
experiment_captures(const struct experiment *experiment, const struct experiment_capture **captures)
{
	*captures = experiment->captures;
	return experiment->capture_count;
}

/* --- files beside it --- */

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

static const char *
path_of(const struct experiment *experiment, const char *file, struct text *path)
{
	path->length = 0;
	if (experiment->folder.length > 0)
		text_bytes(path, experiment->folder.at, experiment->folder.length);
	text_put(path, file);
	return text_str(path);
}

const struct experiment_capture *
experiment_capture(const struct experiment *experiment, const char *path)
{
	const struct experiment_capture *found = NULL;
	struct text whole = { 0 };

	for (size_t i = 0; i < experiment->capture_count && found == NULL; i++)
		if (is_same_file(path_of(experiment, experiment->captures[i].file, &whole), path))
			found = &experiment->captures[i];
	text_fini(&whole);
	return found;
}

bool
experiment_facts(
    const struct experiment *experiment, const char *path, struct experiment_facts *facts)
{
	const struct experiment_capture *capture = experiment_capture(experiment, path);

	*facts = capture == NULL ? (struct experiment_facts){ 0 } : capture->facts;
	return capture != NULL;
}

enum status
experiment_piece_read(const struct experiment *experiment, const struct experiment_piece *piece,
    struct text *out, struct diag *diag)
{
	struct text path = { 0 };
	enum status st = ST_OK;

	if (piece->file == NULL)
		text_put(out, piece->words);
	else
		st = file_read_plain(
		    out, path_of(experiment, piece->file, &path), PIECE_MB_MAX, diag);
	text_fini(&path);
	return st;
}
