libsynscope_a_SOURCES += \
	%D%/check.h %D%/check_priv.h \
	%D%/fact.def %D%/schedule.def \
	%D%/collect.c \
	%D%/consequence.c \
	%D%/derive.c \
	%D%/expect.c \
	%D%/expectations.c \
	%D%/fact.c %D%/fact.h \
	%D%/fact_flow.c \
	%D%/fact_frames.c \
	%D%/fact_stream.c \
	%D%/fact_whole.c \
	%D%/fact_words.c \
	%D%/github.c \
	%D%/headline.c %D%/headline.def \
	%D%/hold.c %D%/hold.h \
	%D%/judge.c \
	%D%/junit.c \
	%D%/leniency.c \
	%D%/markdown.c \
	%D%/output.c %D%/output.h \
	%D%/parse_fact.c \
	%D%/parse_select.c \
	%D%/parser.c %D%/parser.h \
	%D%/payload.c \
	%D%/quantity.c \
	%D%/record_bytes.c \
	%D%/record.c %D%/record.h \
	%D%/record_flows.c \
	%D%/record_listeners.c \
	%D%/record_values.c \
	%D%/result.c \
	%D%/ruling.c \
	%D%/sarif.c \
	%D%/select.c \
	%D%/shares.c \
	%D%/tap.c \
	%D%/tell.c \
	%D%/test.c \
	%D%/text.c \
	%D%/twin.c \
	%D%/write.c

# The schema, as a string.
%D%/expect.$(OBJEXT): %D%/expect.rng.inc
%D%/expect.rng.inc: %D%/expect.rng
	$(AM_V_GEN)$(MKDIR_P) %D% && \
	sed -e 's/[\\"]/\\&/g' -e 's/^/"/' -e 's/$$/\\n"/' \
		'$(srcdir)/%D%/expect.rng' >$@.new && mv $@.new $@
CLEANFILES += %D%/expect.rng.inc
