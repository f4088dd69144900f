libsynscope_a_SOURCES += \
	%D%/check.h %D%/check_priv.h \
	%D%/align.c \
	%D%/compare.c \
	%D%/ends.c \
	%D%/known.c \
	%D%/snapshot.c
