/* A file of expectations of any bytes: it is refused with a sentence that names its line, or held against nothing. */
#include <assert.h>
#include <string.h>

#include "check/check.h"
#include "fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag diag = { "" };
	struct expectations *expectations;
	struct check_result result;
	struct text out = { 0 };

	if (expectations_parse(&expectations, "a.xml", (const char *)data, size, &diag) != ST_OK) {
		assert(strncmp(diag.text, "a.xml: ", 7) == 0 && strchr(diag.text, '\n') == NULL);
		return 0;
	}
	assert(expectations_filter_count(expectations) <= 64);
	check_result_init(&result, "a.xml", false);
	check_finish(&result, expectations);
	check_result_order(&result);
	check_write_text(&out, &result, false);
	assert(result.failed > 0);
	text_fini(&out);
	check_result_fini(&result);
	expectations_free(expectations);
	return 0;
}
