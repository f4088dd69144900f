libsynscope_a_SOURCES += \
	%D%/report.h %D%/report_priv.h \
	%D%/document.c \
	%D%/section_listeners.c \
	%D%/slug.c \
	%D%/tally.c
