libsynscope_a_SOURCES += \
	%D%/socket.h %D%/socket_priv.h %D%/story_priv.h %D%/listener_priv.h \
	%D%/rows_priv.h %D%/state.def %D%/event.def \
	%D%/state.c \
	%D%/sockets.c \
	%D%/samples.c \
	%D%/reset.c \
	%D%/story.c \
	%D%/cookie.c \
	%D%/judge.c \
	%D%/timers.c \
	%D%/listener.c \
	%D%/vantage.c \
	%D%/happened.c \
	%D%/explain.c \
	%D%/waiting.c \
	%D%/warning.c \
	%D%/solve.c \
	%D%/course.c \
	%D%/closing.c \
	%D%/rivals.c \
	%D%/fellows.c \
	%D%/end.c \
	%D%/queues.c \
	%D%/rows.c \
	%D%/changes.c \
	%D%/brief.c \
	%D%/sketch.c \
	%D%/tell.c
