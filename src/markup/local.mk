libsynscope_a_SOURCES += \
	%D%/markup.h %D%/markup_priv.h \
	%D%/html.c \
	%D%/markup.c \
	%D%/read.c \
	%D%/select.c \
	%D%/tree.c
