#!/bin/sh
# What strangers wrote is text in whatever is made of it, and never anything else.
. "${srcdir:=.}/tests/support/tap.sh"
. "$srcdir/tests/support/hostile.sh"

hostile_folder "$work/in" && cd "$work/in" || exit 99
synscope report -q -o "$work/article" . >"$work/says" 2>&1 &&
	synscope report -q --template plain -o "$work/plain" . >"$work/says" 2>&1 &&
	synscope report -q --single-file "$work/single.html" --pdf "$work/paper.pdf" . \
		>"$work/says" 2>&1
test -s "$work/single.html" && test -s "$work/article/index.html" && test -s "$work/plain/index.html"
verdict $? 'reports are made'
for kind in packets handshake ladder listener timeline queue sequence latency; do
	synscope draw $kind -o "$work/$kind.svg" ./*.pcapng 2>>"$work/says"
done
for format in text jsonl csv xml; do
	for command in packets flows sockets listeners; do
		synscope $command --format $format ./*.pcapng >"$work/$command.$format" 2>&1
	done
done
cd "$work" || exit 99
find . -path ./in -prune -o -type f ! -name '*.pdf' ! -name says -print >files

# --- bytes ---

if has 'whatever is written is UTF-8' iconv; then
	while read -r file; do
		iconv -f UTF-8 -t UTF-8 "$file" >/dev/null 2>&1 || echo "$file"
	done <files >says
	silent "$what"
fi

# C0 and C1 controls but for the line's end and tabs, DEL, and what turns writing around.
acts=$(printf '[\001-\010\013-\037\177]|\302[\200-\237]|\342\200[\216\217\250-\256]|\342\201[\246-\251]')
while read -r file; do
	case $file in
	*.csv) tr -d '\r' <"$file" ;; # at the end of each line
	*) cat "$file" ;;
	esac | grep -a -q -E "$acts" && echo "$file"
done <files >says
silent 'no character acts on its reader'

# --- markup ---

if has 'XML and SVG are well-formed' xmllint; then
	test "$(grep -c '^\./[a-z]*\.svg$' files)" -eq 8 &&
		grep -e '\.svg$' -e '\.xml$' files | xargs xmllint --noout --nonet --huge >says 2>&1
	verdict $? "$what"
fi

# In Debian's xmllint HTML 5 is not known, which it says, and goes on.
matter='//img | //iframe | //object | //embed | //form | //base | //link | //b | //i[not(@class)] |
	//*[@*[starts-with(name(), "on")]] | //*[@style] | //@href[starts-with(., "javascript:")] |
	//*[@src] | //meta[@http-equiv and @http-equiv != "Content-Security-Policy"]'
if has 'no page has an element that no template has' xmllint; then
	grep '\.html$' files | while read -r page; do
		found=$(xmllint --html --huge --xpath "count($matter)" "$page" 2>/dev/null)
		test "$found" = 0 || echo "$page: $found"
		scripts=$(xmllint --html --huge --xpath 'count(//script)' "$page" 2>/dev/null)
		test "$scripts" -le 1 || echo "$page: $scripts scripts"
	done >says
	silent "$what"
fi

begins='^<!DOCTYPE html><html[^>]*><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy"'
grep '\.html$' files | while read -r page; do
	head -n 3 "$page" | tr -d '\n' | grep -q "$begins content=\"default-src 'none'" || echo "$page"
done >says
silent 'each page begins with a policy that forbids the rest'
grep '\.html$' files | while read -r page; do
	grep -o 'content="default-src[^"]*"' "$page"
done | grep -e unsafe -e 'http' -e '\*' >says
silent 'and that makes no exception'

# --- it is there, as text ---

for said in 'Dumpcap 4.0 &lt;/li&gt;&lt;script&gt;alert(1)&lt;/script&gt;' \
	'eth0' 'The uplink of the laboratory' 'tcp port 80' '\\u202eterces\\u202c'; do
	grep -q "$said" "single.html" || echo "$said"
done >says
silent 'what the file says of itself is in the page'
if has 'paper shows it, and does nothing' pdftotext pdfinfo; then
	pdftotext -raw paper.pdf - 2>says | tr -d ' \n\f' >paper.txt
	pdfinfo -js paper.pdf >says 2>&1
	grep -a -o -E '/(URI|Launch|GoToR|SubmitForm|JS)\>' paper.pdf >>says
	test ! -s says && grep -q '<script>alert(1)</script>' paper.txt &&
		grep -q 'alert(1)' paper.txt && ! grep -q -E "$acts" paper.txt
	verdict $? "$what"
fi

# --- rows for programs ---

grep -l -E '(^|,)"?[=+@]' ./*.csv >says
silent 'no cell of CSV is a formula'
if has 'each line of JSON is one' node; then
	cat ./*.jsonl article/*/*.jsonl | node -e '
		for (const line of require("fs").readFileSync(0, "utf8").split("\n"))
			if (line) JSON.parse(line);' >says 2>&1
	verdict $? "$what"
fi
plan
