libsynscope_a_SOURCES += \
	%D%/report.h %D%/report_priv.h \
	%D%/document.c \
	%D%/section_changes.c \
	%D%/section_listeners.c \
	%D%/section_packets.c \
	%D%/section_recorded.c \
	%D%/section_tables.c \
	%D%/slug.c \
	%D%/tally.c \
	%D%/view.c \
	%D%/words.c
