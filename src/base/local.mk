libsynscope_a_SOURCES += \
	%D%/agenda.c %D%/agenda.h \
	%D%/bytes.h \
	%D%/diag.c %D%/diag.h \
	%D%/file.c %D%/file.h \
	%D%/find.h \
	%D%/hash.c %D%/hash.h \
	%D%/hint.h \
	%D%/mem.c %D%/mem.h \
	%D%/names.c %D%/names.h \
	%D%/path.c %D%/path.h \
	%D%/put.c %D%/put.h \
	%D%/seq.h \
	%D%/sha256.c %D%/sha256.h \
	%D%/sort.c %D%/sort.h \
	%D%/span.h \
	%D%/text.c %D%/text.h \
	%D%/when.c %D%/when.h
