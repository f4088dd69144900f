libsynscope_a_SOURCES += %D%/flow.c %D%/flow.h
