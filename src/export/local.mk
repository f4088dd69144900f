libsynscope_a_SOURCES += %D%/export.h
