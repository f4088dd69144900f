#!/bin/sh
# A template of one's own: it is taken, and what is wrong with it has a file and a line.
: "${srcdir:=.}" "${builddir:=.}"
capture=$srcdir/captures/odd-queue-full.pcap
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' 0
trap 'exit 99' 1 2 15
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

report()
{
	rm -rf "$work/out"
	"$builddir/synscope" report -q -o "$work/out" --template "$@" "$capture" >"$work/says" 2>&1
}

# page BODY: $work/own/index.html
page()
{
	mkdir -p "$work/own"
	printf '%s\n' '<!DOCTYPE html>' \
		'<html xmlns="http://www.w3.org/1999/xhtml" xmlns:s="urn:synscope:template">' \
		"$1" '</html>' >"$work/own/index.html"
}

# refused WHAT SENTENCE: and nothing is written.
refused()
{
	report "$work/own"
	test $? -eq 2 && test ! -e "$work/out" &&
		test "$(cat "$work/says")" = "synscope: $work/own$2"
	verdict $? "$1"
}

page '<head><title s:text="title">x</title><link rel="stylesheet" href="own.css"/></head>
<body><p s:each="capture" s:text="basename(@file)">x</p></body>'
echo 'p { color: teal }' >"$work/own/own.css"
report "$work/own" && grep -q '<p>odd-queue-full.pcap</p>' "$work/out/index.html" &&
	grep -q 'color: teal' "$work/out/index.html"
verdict $? 'a folder of pages is a template'

cp -R "$srcdir/templates/article" "$work/copy"
report "$work/copy" && mv "$work/out" "$work/one" && report article &&
	diff -r "$work/one" "$work/out" >"$work/says"
verdict $? 'a copy of what is built in makes the same report'

page '<body><p>x</p>
<p s:text="cound(capture)"/></body>'
refused 'a function that is not there' '/index.html: line 4: text="cound(capture)": there is no such function'
page '<body><p s:texd="title"/></body>'
refused 'an attribute that is not there' '/index.html: line 3: texd: there is no such attribute in the namespace urn:synscope:template'
page '<body><script src="none.js"></script></body>'
refused 'a script that is not there' "/index.html: line 3: src: $work/own/none.js: No such file or directory"
page '<body><p></body>'
refused 'a page that is not well-formed' '/index.html: line 3: Opening and ending tag mismatch: p line 3 and body'
rm "$work/own/index.html"
refused 'a folder without index.html' ': there is no index.html in it'
rm -rf "$work/own"
refused 'a folder that is not there' ': No such file or directory'

echo "1..$count"
