#!/bin/sh
# A template of one's own: it is taken, and what is wrong with it has a file and a line.
. "${srcdir:=.}/tests/support/tap.sh"
capture=$captures/odd-queue-full.pcap

report()
{
	rm -rf "$work/out"
	synscope report -q -o "$work/out" --template "$@" "$capture" >"$work/says" 2>&1
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

page '<body><p>No head.</p></body>'
report "$work/own" && tr -d '\n' <"$work/out/index.html" | grep -q '<html><head>.*Content-Security-Policy.*</head>.*<body>'
verdict $? 'a page without a head has a policy'

page '<body s:ids="@none"><p id="a">x</p></body>'
report "$work/own" && grep -q '<p id="a">' "$work/out/index.html" && test ! -s "$work/says"
verdict $? 'ids that nothing is to precede stay as they are'

cp -R "$srcdir/templates/article" "$work/copy"
report "$work/copy" && mv "$work/out" "$work/one" && report article &&
	diff -r "$work/one" "$work/out" >"$work/says"
verdict $? 'a copy of what is built in makes the same report'

page '<body><p>x</p>
<p s:text="cound(capture)"/></body>'
refused 'a function that is not there' '/index.html: line 4: text="cound(capture)": there is no such function'
page '<body><p s:texd="title"/></body>'
refused 'an attribute that is not there' '/index.html: line 3: texd: there is no such attribute in the namespace urn:synscope:template; is "text" meant?'
page '<body><script src="none.js"></script></body>'
refused 'a script that is not there' "/index.html: line 3: src: $work/own/none.js: No such file or directory"
page '<body><p></body>'
refused 'a page that is not well-formed' '/index.html: line 3: Opening and ending tag mismatch: p line 3 and body'
page '<body><dvi/></body>'
refused 'an element that is not there' '/index.html: line 3: dvi: HTML has no such element; is "div" meant?'
page '<body xmlns:t="urn:synscope:templates"><p t:text="title"/></body>'
refused 'another namespace' '/index.html: line 3: text: is of a namespace that means nothing here; is urn:synscope:template meant?'
page '<body><p s:text="$capture"/></body>'
refused 'a variable that is not there' '/index.html: line 3: text="$capture": there is no such variable'
page '<body><p s:text="choose(1)"/></body>'
refused 'too few arguments' '/index.html: line 3: text="choose(1)": a function is given too many arguments, or too few'
page '<body><p s:copy="title"/></body>'
refused 'a copy of what is no figure' '/index.html: line 3: copy="title": finds what is no SVG'
page '<body><div s:part="a"><div s:include="index.html#a"/></div></body>'
refused 'a part in itself' '/index.html: line 3: elements are nested too deeply; does a page include itself?'
page '<body><img src="https://example.org/a.png" alt=""/></body>'
refused 'an image from elsewhere' '/index.html: line 3: src: a page loads nothing from elsewhere'
page '<body><a href="JavaScript:alert(1)">x</a></body>'
refused 'a link that is a script' "/index.html: line 3: href: the page's policy forbids such attributes"
page "$(printf '<body>\n\377</body>')"
refused 'what is no UTF-8' '/index.html: line 4: it is not UTF-8'
page '<body><link rel="stylesheet" href="out.css"/></body>'
ln -s /etc/passwd "$work/own/out.css"
refused 'a link that leads out' "/index.html: line 3: href: $work/own/out.css: is not a plain file"
rm "$work/own/index.html" && mkfifo "$work/own/index.html"
refused 'a pipe' '/index.html: is not a plain file'
rm "$work/own/index.html"
refused 'a folder without index.html' ': there is no index.html in it'
rm -rf "$work/own"
refused 'a folder that is not there' ': No such file or directory'

plan
