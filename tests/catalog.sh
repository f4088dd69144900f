#!/bin/sh
# Every sentence that the program can say has its translation.
: "${srcdir:=.}" "${builddir:=.}"
PATH=$(cd "$builddir" && pwd):$(cd "$builddir" && pwd)/tests/support:$PATH
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' 0
trap 'exit 99' 1 2 15
catalog=$(cd "$srcdir/src/prose/po" && pwd)/zh_CN.po
count=0

# verdict WHETHER WHAT; the reason is in $work/says
verdict()
{
	count=$((count + 1))
	if test "$1" -eq 0; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		head -n 10 "$work/says" | sed 's/^/# /'
	fi
}

skip()
{
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

# --- the catalog by itself ---

# Entries one a line: flags, tab, the sentence with its plural, tab, the translation.
LC_ALL=C awk '
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

LC_ALL=C grep '^#,.*fuzzy' "$work/entries" >"$work/says"
verdict $((! $?)) 'no translation is a guess'
LC_ALL=C awk -F '\t' '$3 == "" { print $2 }' "$work/entries" >"$work/says"
test ! -s "$work/says"
verdict $? 'every sentence is translated'
LC_ALL=C awk -F '\t' '
	function places(words,	i, found) {
		found = ""
		for (i = 1; i <= 9; i++)
			if (index(words, "%" i))
				found = found i
		return found
	}
	$3 != "" && places($2) != places($3) { print $2 " | " $3 }' "$work/entries" >"$work/says"
test ! -s "$work/says"
verdict $? 'what is filled in is the same on both sides'

# --- against the source ---

if command -v msgfmt >/dev/null; then
	msgfmt -c -o /dev/null "$catalog" >"$work/says" 2>&1
	verdict $? "gettext's tools have nothing against it"
else
	skip "gettext's tools have nothing against it" 'there is no msgfmt'
fi

keywords=$(sed -n '/^sentence_keywords = /,/[^\\]$/p' "$srcdir/src/prose/local.mk" |
	sed 's/^sentence_keywords = //; s/\\$//')
if command -v xgettext >/dev/null && command -v msgcmp >/dev/null; then
	sentences >"$work/sentences.c" &&
		(cd "$srcdir" && xgettext --from-code=UTF-8 -L C $keywords -o "$work/synscope.pot" \
			src/*/*.c src/*/*.def "$work/sentences.c") >"$work/says" 2>&1 &&
		msgcmp "$catalog" "$work/synscope.pot" >"$work/says" 2>&1
	verdict $? 'every sentence of the source is in it'
else
	skip 'every sentence of the source is in it' 'there is no xgettext'
fi

# --- what comes out ---

# english: lines of sentences in $work/report.xml without a single letter that is not ASCII
english()
{
	{
		LC_ALL=C grep -E \
			'<(sentence|fact|finding|mark|difference|left-out|limit)[ >]' "$work/report.xml"
		# what is wrong with a file is told in two parts
		LC_ALL=C sed -n 's/.*<fact name="damage">//p' "$work/report.xml" |
			LC_ALL=C grep -o '[ -~]*[a-z] [a-z]* [a-z][ -~]*'
		LC_ALL=C grep -E -o ' (why|words|when|caption|alt)="[^"]*"' "$work/report.xml"
	} | LC_ALL=C grep -v '[^	-~]' >"$work/says"
	test ! -s "$work/says"
}

cd "$srcdir/captures" || exit 99
for what in blog-2019 linux-6.18 .; do
	synscope report -q --lang zh_CN --xml - "$what" >"$work/report.xml" 2>/dev/null
	grep -q '</report>' "$work/report.xml" && english
	verdict $? "a report in Chinese has no English sentence ($what)"
done
echo "1..$count"
