libsynscope_a_SOURCES += %D%/tcp.h %D%/mark.def %D%/cause.def
libsynscope_a_SOURCES += %D%/words.c
