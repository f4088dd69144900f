libsynscope_a_SOURCES += %D%/tcp.c %D%/tcp.h %D%/next.c %D%/opening.c %D%/mark.c %D%/mark_step.h %D%/mark.def %D%/cause.def %D%/flag.def
libsynscope_a_SOURCES += %D%/stream.c %D%/recall.c %D%/recall.h %D%/words.c
libsynscope_a_SOURCES += %D%/conn.c %D%/conn_priv.h %D%/reset.c %D%/ordinary.c %D%/zeek.c %D%/zeek_half.c %D%/roles.c %D%/tcp_priv.h
libsynscope_a_SOURCES += \
	%D%/trail.c %D%/trail_priv.h %D%/trail_step.h \
	%D%/odd.c \
	%D%/hole.c \
	%D%/cause.c \
	%D%/handshake.c \
	%D%/endpoint.c \
	%D%/revise.c
