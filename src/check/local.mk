libsynscope_a_SOURCES += \
	%D%/check.h %D%/check_priv.h \
	%D%/fact.def %D%/schedule.def \
	%D%/collect.c \
	%D%/derive.c \
	%D%/expect.c \
	%D%/fact.c \
	%D%/github.c \
	%D%/hold.c \
	%D%/junit.c \
	%D%/markdown.c \
	%D%/output.c %D%/output.h \
	%D%/payload.c \
	%D%/record.c \
	%D%/result.c \
	%D%/sarif.c \
	%D%/select.c \
	%D%/tap.c \
	%D%/test.c \
	%D%/text.c \
	%D%/write.c

# The schema, as a string.
%D%/expect.$(OBJEXT): %D%/expect.rng.inc
%D%/expect.rng.inc: %D%/expect.rng
	$(AM_V_GEN)$(MKDIR_P) %D% && \
	sed -e 's/[\\"]/\\&/g' -e 's/^/"/' -e 's/$$/\\n"/' \
		'$(srcdir)/%D%/expect.rng' >$@.new && mv $@.new $@
CLEANFILES += %D%/expect.rng.inc
