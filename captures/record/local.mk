# The programs of the experiment. "make check" builds and tries them as well, so
# that they keep working; RECORD is more for the script, such as '-t 3 bind'.
record_programs = %D%/server %D%/client
check_PROGRAMS += $(record_programs)
captures_record_server_SOURCES = %D%/server.c %D%/common.c %D%/common.h
captures_record_server_LDADD =
captures_record_client_SOURCES = %D%/client.c %D%/common.c %D%/common.h
captures_record_client_LDADD =

.PHONY: record
record: $(record_programs)
	@programs="`pwd`/captures/record" && cd '$(srcdir)/captures' && \
		$(SHELL) record/record -p "$$programs" $(RECORD)
