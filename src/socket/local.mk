libsynscope_a_SOURCES += \
	%D%/socket.h %D%/socket_priv.h %D%/state.def %D%/event.def \
	%D%/state.c \
	%D%/sockets.c \
	%D%/reset.c \
	%D%/story.c \
	%D%/judge.c \
	%D%/listener.c \
	%D%/solve.c \
	%D%/closing.c \
	%D%/rivals.c \
	%D%/fellows.c \
	%D%/rows.c \
	%D%/changes.c \
	%D%/brief.c \
	%D%/tell.c
