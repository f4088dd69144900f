libsynscope_a_SOURCES += \
	%D%/again.c \
	%D%/chapter.c %D%/reporting.h \
	%D%/cli.c %D%/cli.h %D%/cli_priv.h \
	%D%/check_figures.c %D%/check_figures.h \
	%D%/cmd_check.c \
	%D%/cmd_draw.c \
	%D%/cmd_flows.c \
	%D%/cmd_listeners.c \
	%D%/cmd_packets.c \
	%D%/cmd_report.c \
	%D%/cmd_sockets.c \
	%D%/cmd_stream.c \
	%D%/compare.c \
	%D%/completion.c \
	%D%/drawing.c %D%/drawing.h \
	%D%/help.c \
	%D%/option.def \
	%D%/options.c \
	%D%/progress.c \
	%D%/reading.c \
	%D%/rows.c %D%/rows.h \
	%D%/states.c \
	%D%/subjects.c %D%/subjects.h \
	%D%/told.c \
	%D%/writing.c
