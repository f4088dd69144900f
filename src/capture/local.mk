libsynscope_a_SOURCES += \
	%D%/capture.c %D%/capture.h %D%/capture_priv.h \
	%D%/classic.c \
	%D%/codec.c \
	%D%/filter.c \
	%D%/link.c \
	%D%/notes.c \
	%D%/options.c \
	%D%/parts.c \
	%D%/pcapng.c \
	%D%/reader.c \
	%D%/source.c
