/* An experiment.xml of any bytes: it is refused with a sentence, or tells facts. */
#include <assert.h>
#include <string.h>

#include "recorded/recorded.h"
#include "fuzz/fuzz.h"

static void
check_pieces(const struct experiment_piece *pieces, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		assert(pieces[i].words != NULL);
		assert(pieces[i].file == NULL || strchr(pieces[i].file, '/') == NULL);
		assert(pieces[i].file == NULL || strspn(pieces[i].file, ".") < strlen(pieces[i].file));
	}
}

static void
check_capture(const struct experiment_capture *capture)
{
	assert(capture->file != NULL && capture->title != NULL);
	assert(strchr(capture->file, '/') == NULL);
	for (size_t i = 0; i < capture->about_count; i++)
		assert(capture->about[i] != NULL);
	for (size_t i = 0; i < capture->server_count; i++)
		assert(capture->servers[i].words != NULL);
	for (size_t i = 0; i < capture->client_count; i++)
		assert(capture->clients[i].connect != NULL && capture->clients[i].words != NULL);
	check_pieces(capture->outputs, capture->output_count);
	check_pieces(capture->snapshots, capture->snapshot_count);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag diag = { "" };
	struct experiment *experiment;
	struct experiment_facts facts;
	const struct experiment_capture *captures;
	size_t count;

	if (experiment_parse(&experiment, "a/b.xml", (const char *)data, size, &diag) != ST_OK) {
		assert(strncmp(diag.text, "a/b.xml: ", 9) == 0 && strchr(diag.text, '\n') == NULL);
		return 0;
	}
	if (experiment_facts(experiment, "a/a.cap", &facts)) {
		assert(!facts.has_backlog || facts.backlog <= UINT16_MAX);
		assert(!(facts.has_backlog && facts.backlogs_differ));
		assert(facts.vantage < VANTAGE_COUNT);
	}
	assert(experiment_title(experiment) != NULL);
	count = experiment_captures(experiment, &captures);
	assert(count > 0);
	for (size_t i = 0; i < count; i++)
		check_capture(&captures[i]);
	experiment_free(experiment);
	return 0;
}
