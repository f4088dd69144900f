libsynscope_a_SOURCES += %D%/markup.h %D%/markup.c
