libsynscope_a_SOURCES += %D%/analysis.h %D%/finding.def
