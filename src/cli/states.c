/*
 * The table of states, for review: a row for each state, a column for each
 * event, and in the cells the state that follows. "." is no change.
 */
#include "cli/cli_priv.h"

#include <string.h>

#define GAP 2

static const char *
cell_of(enum sock_state state, enum sock_event event)
{
	enum sock_state next = sock_next(state, event);

	return next == state ? "." : sock_words[next].name;
}

static int
width_of(enum sock_event event)
{
	size_t width = strlen(sock_event_names[event]);

	for (int state = 0; state < SOCK_COUNT; state++) {
		size_t length = strlen(cell_of((enum sock_state)state, event));

		if (length > width)
			width = length;
	}
	return (int)width;
}

static void
put_cell(struct text *out, const char *cell, int width)
{
	text_put(out, cell);
	text_pad(out, width - (int)strlen(cell));
}

static void
end_line(struct text *out)
{
	while (out->length > 0 && out->at[out->length - 1] == ' ')
		out->length--;
	text_char(out, '\n');
}

void
states_write(struct text *out)
{
	int widths[EVENT_COUNT];
	int first = 0;

	for (int state = 0; state < SOCK_COUNT; state++)
		if ((int)strlen(sock_words[state].name) > first)
			first = (int)strlen(sock_words[state].name);
	put_cell(out, "", first + GAP);
	for (int event = 0; event < EVENT_COUNT; event++) {
		widths[event] = width_of((enum sock_event)event) + GAP;
		put_cell(out, sock_event_names[event], widths[event]);
	}
	end_line(out);
	for (int state = 0; state < SOCK_COUNT; state++) {
		put_cell(out, sock_words[state].name, first + GAP);
		for (int event = 0; event < EVENT_COUNT; event++)
			put_cell(out, cell_of((enum sock_state)state, (enum sock_event)event),
			    widths[event]);
		end_line(out);
	}
}
