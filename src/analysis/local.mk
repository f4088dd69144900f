libsynscope_a_SOURCES += %D%/analysis.c %D%/analysis.h %D%/analysis_priv.h %D%/finding.def
libsynscope_a_SOURCES += %D%/flows.c
libsynscope_a_SOURCES += %D%/frames.c
libsynscope_a_SOURCES += %D%/hindsight.c %D%/hindsight.h
libsynscope_a_SOURCES += %D%/packets.c
libsynscope_a_SOURCES += %D%/row.c %D%/row.h
libsynscope_a_SOURCES += %D%/track.c %D%/track.h
