libsynscope_a_SOURCES += %D%/flow.c %D%/flow.h %D%/flow_priv.h
libsynscope_a_SOURCES += %D%/index.c %D%/index.h
libsynscope_a_SOURCES += %D%/over.c
