#!/bin/sh
# Every sentence that the program can say has its translation.
. "${srcdir:=.}/tests/support/tap.sh"
catalog=$srcdir/src/prose/po/zh_CN.po

# --- the catalog by itself ---

# Entries one a line: flags, tab, the sentence with its plural, tab, the translation.
awk '
	function flush() {
		if (id != "")
			print flags "\t" id "\t" form
		id = form = flags = into = ""
	}
	function quoted(line) {
		sub(/^[^"]*"/, "", line)
		sub(/"[^"]*$/, "", line)
		return line
	}
	/^#~/ { next }
	/^#,/ { flush(); flags = $0; next }
	/^msgid / { if (into == "form") flush(); into = "id" }
	/^msgid_plural / { into = "id" }
	/^msgstr/ { into = "form" }
	/^(msgid|msgstr|")/ { if (into == "id") id = id quoted($0); else form = form quoted($0) }
	END { flush() }' "$catalog" >"$work/entries"

grep '^#,.*fuzzy' "$work/entries" >"$work/says"
verdict $((! $?)) 'no translation is a guess'
awk -F '\t' '$3 == "" { print $2 }' "$work/entries" >"$work/says"
silent 'every sentence is translated'
awk -F '\t' '
	function places(words,	i, found) {
		found = ""
		for (i = 1; i <= 9; i++)
			if (index(words, "%" i))
				found = found i
		return found
	}
	$3 != "" && places($2) != places($3) { print $2 " | " $3 }' "$work/entries" >"$work/says"
silent 'what is filled in is the same on both sides'

# --- against the source ---

if has "gettext's tools have nothing against it" msgfmt; then
	msgfmt -c -o /dev/null "$catalog" >"$work/says" 2>&1
	verdict $? "$what"
fi

keywords=$(sed -n '/^sentence_keywords = /,/[^\\]$/p' "$srcdir/src/prose/local.mk" |
	sed 's/^sentence_keywords = //; s/\\$//')
if has 'every sentence of the source is in it' xgettext msgcmp; then
	sentences >"$work/sentences.c" &&
		(cd "$srcdir" && xgettext --from-code=UTF-8 -L C $keywords -o "$work/synscope.pot" \
			src/*/*.c src/*/*.def "$work/sentences.c") >"$work/says" 2>&1 &&
		msgcmp "$catalog" "$work/synscope.pot" >"$work/says" 2>&1
	verdict $? "$what"
fi

# --- what comes out ---

# english: lines of sentences in $work/report.xml without a single letter that is not ASCII
english()
{
	{
		grep -E \
			'<(sentence|fact|finding|mark|difference|left-out|limit)[ >]' "$work/report.xml"
		# what is wrong with a file is told in two parts
		sed -n 's/.*<fact name="damage">//p' "$work/report.xml" |
			grep -o '[ -~]*[a-z] [a-z]* [a-z][ -~]*'
		grep -E -o ' (why|words|when|caption|alt)="[^"]*"' "$work/report.xml"
	} | grep -v '[^	-~]' >"$work/says"
	test ! -s "$work/says"
}

cd "$srcdir/captures" || exit 99
for what in blog-2019 linux-6.18 .; do
	synscope report -q --lang zh_CN --xml - "$what" >"$work/report.xml" 2>/dev/null
	grep -q '</report>' "$work/report.xml" && english
	verdict $? "a report in Chinese has no English sentence ($what)"
done
plan
