# One line a program: its source is the .c file of the same name.
unit_tests =
fuzz_targets =

if UNIT_TESTS
check_PROGRAMS += $(unit_tests)
endif

# What a program without an _LDADD of its own is linked with.
AM_CPPFLAGS += -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
LDADD = libsynscope.a $(CMOCKA_LIBS) $(synscope_libs)
