libsynscope_a_SOURCES += %D%/socket.h %D%/state.def %D%/event.def %D%/state.c %D%/sockets.c
