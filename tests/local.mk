# One word a program; its source is the .c file of that name.
unit_tests = \
	tests/unit/test_capture \
	tests/unit/test_decode \
	tests/unit/test_stream \
	tests/unit/test_flow \
	tests/unit/test_mark \
	tests/unit/test_trail \
	tests/unit/test_cause \
	tests/unit/test_conn \
	tests/unit/test_next \
	tests/unit/test_ordinary \
	tests/unit/test_sketch \
	tests/unit/test_hindsight \
	tests/unit/test_text \
	tests/unit/test_sha256 \
	tests/unit/test_agenda \
	tests/unit/test_sort \
	tests/unit/test_track \
	tests/unit/test_report \
	tests/unit/test_when \
	tests/unit/test_check \
	tests/unit/test_export \
	tests/unit/test_chart \
	tests/unit/test_figure \
	tests/unit/test_info \
	tests/unit/test_print \
	tests/unit/test_socket \
	tests/unit/test_story \
	tests/unit/test_snapshot \
	tests/unit/test_compare \
	tests/unit/test_experiment \
	tests/unit/test_sayings \
	tests/unit/test_template
fuzz_targets = \
	tests/fuzz/fuzz_capture \
	tests/fuzz/fuzz_decode \
	tests/fuzz/fuzz_expect \
	tests/fuzz/fuzz_experiment \
	tests/fuzz/fuzz_snapshot \
	tests/fuzz/fuzz_socket \
	tests/fuzz/fuzz_stream \
	tests/fuzz/fuzz_template \
	tests/fuzz/fuzz_text
# These print TAP too.
script_tests = \
	tests/headers.sh \
	tests/paths.sh \
	tests/readme.sh \
	tests/manual.sh \
	tests/check.sh \
	tests/experiment.sh \
	tests/record.sh \
	tests/moments.sh \
	tests/vocabulary.sh \
	tests/support/captures.sh \
	tests/golden/golden.sh \
	tests/promises.sh \
	tests/print.sh \
	tests/template.sh \
	tests/browser/browser.sh \
	tests/report.sh \
	tests/hostile.sh \
	tests/catalog.sh \
	tests/stages.sh \
	tests/differential/marks.sh \
	tests/differential/info.sh

if UNIT_TESTS
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
endif
check_PROGRAMS += $(fuzz_targets) tests/support/mkcapture tests/support/sentences
if !FUZZING
check_LIBRARIES += tests/fuzz/libreplay.a
TESTS += $(fuzz_targets)
endif
TESTS += $(script_tests)

# Nobody's main comes out of libreplay.a but that of a program without one:
# a fuzz target. With --enable-fuzzing, the engine is libFuzzer instead.
tests_fuzz_libreplay_a_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_libs = libsynscope.a $(CMOCKA_LIBS) $(synscope_libs)
if FUZZING
LDADD = $(FUZZ_ENGINE) $(tests_libs)
else
LDADD = tests/fuzz/libreplay.a $(tests_libs)
endif
AM_CPPFLAGS += -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)

tests_support_sentences_SOURCES = tests/support/sentences.c
tests_support_sentences_LDADD = libsynscope.a $(synscope_libs)

# Shares no code with the program it makes captures for.
tests_support_mkcapture_SOURCES = \
	tests/support/mkcapture.c \
	tests/support/script.c tests/support/script.h tests/support/script_priv.h \
	tests/support/packet.c tests/support/vocabulary.c \
	tests/support/transport.c tests/support/transport.h \
	tests/support/layer.c tests/support/layer.h \
	tests/support/capture_file.c tests/support/capture_file.h \
	tests/support/wire.c tests/support/wire.h
tests_support_mkcapture_LDADD =

TEST_EXTENSIONS = .sh
LOG_DRIVER = $(SHELL) $(top_srcdir)/.build-aux/tap-driver.sh
LOG_COMPILER = $(BOUNDED)
SH_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_COMPILER = $(BOUNDED) $(SHELL)
# The longest of them takes a minute; with sanitizers, on a busy machine, ten.
TEST_SECONDS = 1200
AM_TESTS_ENVIRONMENT = \
	TZ=UTC LC_ALL=C CMOCKA_MESSAGE_OUTPUT=TAP \
	srcdir='$(srcdir)' builddir="`pwd`" \
	CC='$(CC)' CPPFLAGS='$(AM_CPPFLAGS) $(CPPFLAGS)' CFLAGS='-std=c11 $(WARN_CFLAGS)'; \
	export TZ LC_ALL CMOCKA_MESSAGE_OUTPUT srcdir builddir CC CPPFLAGS CFLAGS;

# automake's own rule, and then the tally: however the tests went, the last
# line says how many single cases passed and failed.
check-TESTS: $(check_PROGRAMS) $(check_LIBRARIES) synscope$(EXEEXT)
	@rm -f $(TEST_LOGS) $(TEST_LOGS:.log=.trs) $(TEST_SUITE_LOG) tally
	@$(MAKE) $(AM_MAKEFLAGS) $(TEST_SUITE_LOG); status=$$?; \
	$(AWK) -f $(srcdir)/tests/tally.awk $(TEST_LOGS:.log=.trs) | tee tally; \
	exit $$status
CLEANFILES += tally

.PHONY: bench fuzz update-captures update-golden
update-captures: tests/support/mkcapture$(EXEEXT)
	@srcdir='$(srcdir)' builddir="`pwd`" \
		$(SHELL) $(srcdir)/tests/support/captures.sh --write
update-golden: synscope$(EXEEXT)
	@srcdir='$(srcdir)' builddir="`pwd`" TZ=UTC LC_ALL=C \
		$(SHELL) $(srcdir)/tests/golden/golden.sh --update '$(T)'
bench: synscope$(EXEEXT)
	@srcdir='$(srcdir)' builddir="`pwd`" CC='$(CC)' CFLAGS='$(CFLAGS)' \
		PCAP_LIBS='$(PCAP_LIBS)' $(SHELL) $(srcdir)/tests/bench/bench.sh

# Each target for a while, from its corpus on; what it finds stays in fuzz/.
FUZZ_SECONDS = 30
if FUZZING
fuzz: $(fuzz_targets)
	@passed=0; failed=0; \
	for target in $(fuzz_targets); do \
		name=`echo $$target | sed 's|.*/fuzz_||'`; \
		$(MKDIR_P) fuzz/$$name; \
		echo "fuzzing $$name for $(FUZZ_SECONDS) s"; \
		if ./$$target -max_total_time=$(FUZZ_SECONDS) -timeout=10 -verbosity=0 \
			-print_final_stats=1 -artifact_prefix=fuzz/$$name- \
			fuzz/$$name $(srcdir)/tests/fuzz/corpus/$$name; then \
			passed=`expr $$passed + 1`; \
		else \
			failed=`expr $$failed + 1`; \
		fi; \
	done; \
	echo "$$passed passed, $$failed failed"; \
	test $$failed = 0
else
fuzz:
	@echo 'configure with CC=clang and --enable-fuzzing first'; exit 1
endif
