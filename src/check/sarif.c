/*
 * The failures as SARIF 2.1.0: each at the line where it was expected; of a
 * baseline, in the capture. Every fact is a rule.
 */
#include <string.h>

#include "check/check_priv.h"
#include "check/output.h"

static void
put_string(struct text *out, const char *words)
{
	text_json_string(out, words, strlen(words));
}

static void
put_message(struct text *out, const char *words)
{
	text_put(out, "{\"text\":");
	put_string(out, words);
	text_char(out, '}');
}

static void
put_artifact(struct text *out, const char *path)
{
	struct text uri = { 0 };

	output_uri(&uri, path);
	text_put(out, "\"artifactLocation\":{\"uri\":");
	put_string(out, text_str(&uri));
	text_char(out, '}');
	text_fini(&uri);
}

/* Names that several kinds of subjects share are one rule: ids must differ. */
static bool
is_rule(size_t fact)
{
	for (size_t i = 0; i < fact; i++)
		if (strcmp(fact_rows[i].name, fact_rows[fact].name) == 0)
			return false;
	return true;
}

static void
put_rules(struct text *out)
{
	text_put(out, "{\"id\":\"capture\",\"shortDescription\":");
	put_message(out, "Captures, and what is expected of them, belong together.");
	text_char(out, '}');
	for (size_t i = 0; i < FACT_COUNT_OF; i++) {
		if (!is_rule(i))
			continue;
		text_put(out, ",\n{\"id\":");
		put_string(out, fact_rows[i].name);
		text_put(out, ",\"shortDescription\":");
		put_message(out, fact_rows[i].prose);
		text_char(out, '}');
	}
}

/* From the middle of the table of severities on, most people would want to know at once. */
#define ERROR_SEVERITY 60

static void
put_frames(struct text *out, const struct check_case *c)
{
	text_put(out, ",\"frames\":[");
	for (size_t i = 0; i < c->frame_count; i++) {
		text_put(out, i == 0 ? "{\"file\":" : ",{\"file\":");
		put_string(out, c->frames[i].file);
		text_put(out, ",\"frame\":");
		text_u64(out, c->frames[i].number);
		text_char(out, '}');
	}
	text_char(out, ']');
}

static void
put_result(struct text *out, const struct check_result *result, const struct check_case *c)
{
	struct text message = { 0 };

	text_put(&message, c->capture);
	text_put(&message, ": ");
	text_put(&message, c->sentence);
	text_put(out, "{\"ruleId\":");
	put_string(out, c->fact);
	text_put(out, c->severity >= ERROR_SEVERITY ? ",\"level\":\"error\",\"message\":"
						    : ",\"level\":\"warning\",\"message\":");
	put_message(out, text_str(&message));
	text_put(out, ",\"locations\":[{\"physicalLocation\":{");
	put_artifact(out, c->line > 0 ? result->expected_by : c->capture);
	/* A capture has no lines, but GitHub takes no result without one. */
	text_put(out, ",\"region\":{\"startLine\":");
	text_u64(out, c->line > 0 ? c->line : 1);
	text_put(out, "}}}],\"properties\":{\"capture\":");
	put_string(out, c->capture);
	text_put(out, ",\"expected\":");
	put_string(out, c->expected);
	text_put(out, ",\"seen\":");
	put_string(out, c->seen);
	put_frames(out, c);
	text_put(out, "}}");
	text_fini(&message);
}

void
check_write_sarif(struct text *out, const struct check_result *result)
{
	const char *separator = "";

	text_put(out,
	    "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\","
	    "\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"synscope\","
	    "\"rules\":[");
	put_rules(out);
	text_put(out, "]}},\n\"results\":[");
	for (size_t i = 0; i < result->count; i++) {
		if (result->cases[i].outcome != CHECK_FAILED)
			continue;
		text_put(out, separator);
		text_char(out, '\n');
		put_result(out, result, &result->cases[i]);
		separator = ",";
	}
	text_put(out, "]}]}\n");
}
