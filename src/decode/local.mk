libsynscope_a_SOURCES += \
	%D%/appliance.c \
	%D%/checksum.c \
	%D%/decode.c %D%/decode.h %D%/decode_priv.h \
	%D%/ethernet.c \
	%D%/fragment.c \
	%D%/gre.c \
	%D%/icmp.c \
	%D%/ip.c \
	%D%/juniper.c \
	%D%/layer.def \
	%D%/link.c \
	%D%/mpls.c \
	%D%/ppp.c \
	%D%/transport.c \
	%D%/tunnel.c \
	%D%/usual.c \
	%D%/wifi.c
