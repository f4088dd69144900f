libsynscope_a_SOURCES += \
	%D%/prose.h %D%/story.def \
	%D%/catalog.c %D%/verdict.c
EXTRA_DIST += %D%/po/table.awk %D%/po/zh_CN.po

# The translations, as tables.
%D%/catalog.$(OBJEXT): %D%/po/zh_CN.inc
%D%/po/zh_CN.inc: %D%/po/zh_CN.po %D%/po/table.awk
	$(AM_V_GEN)$(MKDIR_P) %D%/po && LC_ALL=C $(AWK) \
		-f '$(srcdir)/%D%/po/table.awk' '$(srcdir)/%D%/po/zh_CN.po' >$@.new && mv $@.new $@
CLEANFILES += %D%/po/zh_CN.inc

# Collect the sentences anew, with gettext's tools; those of templates, too.
sentence_keywords = -k -kN_ -kN_N:1,2 -kCAUSE:3 -kMARK:4 -kFINDING:3,4 \
	-kSTAGE:3 -kSTORY:3 -kRIVAL:3 -kSETTLE:3
update-po: tests/support/sentences$(EXEEXT)
	tests/support/sentences$(EXEEXT) >sentences.c
	pot=`pwd`/synscope.pot && sentences=`pwd`/sentences.c && cd '$(srcdir)' && \
	xgettext --from-code=UTF-8 -L C $(sentence_keywords) --no-location -s \
		--package-name=synscope -o "$$pot" src/*/*.c src/*/*.def "$$sentences" && \
	msgmerge -q -U --backup=none -N src/prose/po/zh_CN.po "$$pot" && \
	msgfmt -c -o /dev/null src/prose/po/zh_CN.po
CLEANFILES += sentences.c synscope.pot
.PHONY: update-po
