libsynscope_a_SOURCES += \
	%D%/markup.h %D%/markup_priv.h \
	%D%/markup.c \
	%D%/read.c \
	%D%/tree.c
