libsynscope_a_SOURCES += %D%/capture.h
