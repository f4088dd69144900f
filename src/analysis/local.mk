libsynscope_a_SOURCES += %D%/analysis.c %D%/analysis.h %D%/finding.def
libsynscope_a_SOURCES += %D%/hindsight.c %D%/hindsight.h
libsynscope_a_SOURCES += %D%/row.c %D%/row.h
