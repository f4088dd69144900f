libsynscope_a_SOURCES += \
	%D%/recorded.h %D%/recorded_priv.h \
	%D%/align.c \
	%D%/compare.c \
	%D%/ends.c \
	%D%/experiment.c \
	%D%/foreign.c \
	%D%/known.c \
	%D%/snapshot.c \
	%D%/tables.c

# The schema, as a string.
%D%/experiment.$(OBJEXT): %D%/experiment.rng.inc
%D%/experiment.rng.inc: %D%/experiment.rng
	$(AM_V_GEN)$(MKDIR_P) %D% && \
	sed -e 's/[\\"]/\\&/g' -e 's/^/"/' -e 's/$$/\\n"/' \
		'$(srcdir)/%D%/experiment.rng' >$@.new && mv $@.new $@
CLEANFILES += %D%/experiment.rng.inc
