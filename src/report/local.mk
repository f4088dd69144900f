libsynscope_a_SOURCES += \
	%D%/report.h %D%/report_priv.h \
	%D%/template.h %D%/template_priv.h \
	%D%/template.c %D%/template_attributes.c %D%/template_names.c %D%/template_pages.c \
	%D%/template_read.c %D%/template_write.c \
	%D%/account.c %D%/account.h \
	%D%/comparison.c %D%/comparison.h \
	%D%/conclude_capture.c %D%/conclude_end.c %D%/conclude_ignored.c \
	%D%/conclude_queue.c %D%/conclude_refusal.c \
	%D%/conclusion.c %D%/conclusion.h \
	%D%/digest.c %D%/digest.h \
	%D%/document.c \
	%D%/folder.c %D%/folder.h %D%/folder_check.c %D%/folder_priv.h \
	%D%/manifest.c %D%/manifest.h \
	%D%/phrase.c \
	%D%/sayings.c \
	%D%/section_changes.c \
	%D%/section_figures.c \
	%D%/section_flows.c \
	%D%/section_listeners.c \
	%D%/section_marks.c \
	%D%/section_measures.c \
	%D%/section_notes.c \
	%D%/section_packets.c \
	%D%/section_quality.c \
	%D%/section_records.c \
	%D%/section_recorded.c \
	%D%/section_tables.c \
	%D%/since.c \
	%D%/slug.c \
	%D%/stages.c \
	%D%/tally.c \
	%D%/trouble.c \
	%D%/view.c \
	%D%/words.c \
	%D%/worth.c %D%/worth.def

# The document on paper.
libsynscope_a_SOURCES += \
	%D%/print.h %D%/print_priv.h \
	%D%/print.c %D%/print_blocks.c %D%/print_columns.c %D%/print_contents.c \
	%D%/print_figure.c %D%/print_pages.c %D%/print_parts.c \
	%D%/print_table.c %D%/print_table.h \
	%D%/print_table_draw.c %D%/print_table_fit.c %D%/print_text.c

# The templates, as strings: a row a file.
template_files = \
	templates/article/article.css templates/article/article.js \
	templates/article/capture.html templates/article/index.html \
	templates/article/parts.html \
	templates/plain/capture.html templates/plain/index.html templates/plain/plain.css
%D%/template.$(OBJEXT): %D%/templates.inc
%D%/templates.inc: $(template_files) %D%/embed.awk
	$(AM_V_GEN)$(MKDIR_P) %D% && (cd '$(srcdir)' && LC_ALL=C \
		$(AWK) -f %D%/embed.awk $(template_files)) >$@.new && mv $@.new $@
CLEANFILES += %D%/templates.inc
EXTRA_DIST += %D%/document.rng %D%/embed.awk
