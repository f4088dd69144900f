libsynscope_a_SOURCES += %D%/tcp.h %D%/mark.def %D%/cause.def
libsynscope_a_SOURCES += %D%/stream.c %D%/recall.c %D%/recall.h %D%/words.c
libsynscope_a_SOURCES += %D%/conn.c %D%/conn_priv.h %D%/zeek.c %D%/zeek_half.c %D%/roles.c %D%/tcp_priv.h
