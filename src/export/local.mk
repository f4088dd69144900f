libsynscope_a_SOURCES += \
	%D%/export.h %D%/export_priv.h %D%/export.c \
	%D%/columns_comparison.c \
	%D%/columns_flows.c %D%/columns_listeners.c \
	%D%/columns_packets.c %D%/columns_sockets.c \
	%D%/line.h %D%/object.h %D%/shown.h \
	%D%/sink.c %D%/sink.h \
	%D%/write_csv.c %D%/write_jsonl.c %D%/write_text.c %D%/write_xml.c
