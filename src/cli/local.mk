# libsynscope_a_SOURCES += %D%/name.c %D%/name.h
