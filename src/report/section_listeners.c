/*
 * What each listening endpoint did.
 */
#include "report/report_priv.h"

static void
add_sentence(void *ctx, const char *sentence)
{
	markup_add_words(ctx, "sentence", sentence);
}

void
section_listeners(const struct chapter *chapter)
{
	for (size_t i = 0; i < chapter->data->listener_count; i++)
		verdict_each(&chapter->data->listeners[i], chapter->catalog, add_sentence,
		    markup_add(chapter->node, "listener"));
}
