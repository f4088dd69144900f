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

# Collect the sentences anew, with gettext's tools.
update-po:
	cd '$(srcdir)' && xgettext --from-code=UTF-8 -kN_ -kN_N:1,2 --no-location -s \
		--package-name=synscope -o src/prose/po/synscope.pot src/*/*.c src/*/*.def && \
	msgmerge -q -U --backup=none -N src/prose/po/zh_CN.po src/prose/po/synscope.pot && \
	rm src/prose/po/synscope.pot
.PHONY: update-po
