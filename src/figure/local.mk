libsynscope_a_SOURCES += \
	%D%/figure.h %D%/figure_priv.h %D%/paper.h %D%/scene.h \
	%D%/chart.h \
	%D%/class.def %D%/kind.def %D%/label.def \
	%D%/chosen.c \
	%D%/figure.c \
	%D%/gauge.c \
	%D%/chart.c \
	%D%/collect.c \
	%D%/endpoint.c \
	%D%/handshake.c %D%/handshake_priv.h \
	%D%/handshake_arrows.c \
	%D%/handshake_bars.c \
	%D%/handshake_rows.c \
	%D%/info.c %D%/info_priv.h \
	%D%/info_icmp.c \
	%D%/info_tcp.c \
	%D%/label.c \
	%D%/ladder.c %D%/ladder_priv.h \
	%D%/ladder_diagram.c \
	%D%/ladder_lanes.c \
	%D%/ladder_measure.c %D%/ladder_page.h \
	%D%/ladder_rows.c \
	%D%/ladder_scene.c \
	%D%/ladder_text.c \
	%D%/ladder_words.c %D%/ladder_words.h \
	%D%/latency.c \
	%D%/listener.c %D%/listener_priv.h \
	%D%/listener_between.c \
	%D%/listener_draw.c \
	%D%/listener_facts.c \
	%D%/listener_lanes.c \
	%D%/listener_time.c \
	%D%/measure.c \
	%D%/model.c \
	%D%/name.c \
	%D%/packets.c %D%/packets_priv.h \
	%D%/packets_beside.c \
	%D%/packets_bytes.c \
	%D%/packets_rows.c \
	%D%/packets_rules.c \
	%D%/paint_cairo.c %D%/paint_pdf.c %D%/paint_priv.h \
	%D%/paint_load.c %D%/paint_load.h %D%/paint_load.def \
	%D%/paint_svg.c \
	%D%/queue.c %D%/queue_priv.h \
	%D%/queue_lanes.c \
	%D%/scene.c %D%/scene_priv.h \
	%D%/scene_text.c \
	%D%/sequence.c %D%/sequence_events.c %D%/sequence_priv.h \
	%D%/time_axis.c \
	%D%/timeline.c %D%/timeline_bundles.c %D%/timeline_priv.h %D%/timeline_rows.c
