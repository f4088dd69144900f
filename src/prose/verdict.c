	{ OF_LISTENING, may_be_firewall,
	    N_("A firewall may have had a hand in it: not all packets that seem to be the server's have "
	       "the TTL of its own."),
	    NULL },
	{ OF_LISTENING, may_be_kernel,
	    N_("The server's kernel may follow other rules than a current Linux does."), NULL },
	{ OF_LISTENING, may_be_defer, N_("TCP_DEFER_ACCEPT would look the same."), NULL },
	{ OF_LISTENING, may_be_linger,
	    N_("The program itself may have reset connections with nothing left to read, as SO_LINGER "
	       "with a time of 0 does."),
	    NULL },
	{ OF_ALL, may_be_loss, N_("Packets may have been lost where the capture does not show it."),
	    NULL },
	{ OF_ALL, wants_vantage, N_("--assume vantage=PLACE says whether that can be."), NULL },
	{ OF_SILENT, wants_server, N_("A capture taken at the server would settle it."), NULL },
};

static void
fill(struct text *out, const char *sentence, const struct numbers *n)
{
	struct text first = { 0 };
	struct text second = { 0 };

	text_i64(&first, n->first);
	text_i64(&second, n->second);
	prose_fill(out, sentence, (const char *[]){ text_str(&first), text_str(&second) }, 2);
	text_fini(&first);
	text_fini(&second);
}

void
verdict_each(const struct listener_row *row, const struct catalog *catalog,
    void (*tell)(void *ctx, const char *sentence), void *ctx)
{
	struct text line = { 0 };

	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
		const struct sentence *s = &sentences[i];
		struct numbers n = { 0 };

		if (!(s->stories & 1u << row->kind) || !s->holds(row, &n))
			continue;
		line.length = 0;
		fill(&line,
		    s->many == NULL ? catalog_say(catalog, s->one)
				    : catalog_say_n(catalog, s->one, s->many, (uint64_t)n.first),
		    &n);
		tell(ctx, text_str(&line));
	}
	text_fini(&line);
}

static void
join(void *ctx, const char *sentence)
{
	struct text *out = ctx;

	if (out->length > 0)
		text_char(out, ' ');
	text_put(out, sentence);
}

void
verdict_write(struct text *out, const struct listener_row *row)
{
	verdict_each(row, NULL, join, out);
}
