libsynscope_a_SOURCES += %D%/decode.h
