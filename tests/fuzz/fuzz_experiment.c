/* An experiment.xml of any bytes: it is refused with a sentence, or tells facts. */
#include <assert.h>
#include <string.h>

#include "recorded/recorded.h"
#include "fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag diag = { "" };
	struct experiment *experiment;
	struct experiment_facts facts;

	if (experiment_parse(&experiment, "a/b.xml", (const char *)data, size, &diag) != ST_OK) {
		assert(strncmp(diag.text, "a/b.xml: ", 9) == 0 && strchr(diag.text, '\n') == NULL);
		return 0;
	}
	if (experiment_facts(experiment, "a/a.cap", &facts)) {
		assert(!facts.has_backlog || facts.backlog <= UINT16_MAX);
		assert(!(facts.has_backlog && facts.backlogs_differ));
		assert(facts.vantage < VANTAGE_COUNT);
	}
	experiment_free(experiment);
	return 0;
}
