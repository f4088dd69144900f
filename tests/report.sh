#!/bin/sh
# Reports keep to their schema, whatever the captures hold and are called.
: "${srcdir:=.}" "${builddir:=.}"
PATH=$(cd "$builddir" && pwd):$PATH
captures=$(cd "$srcdir/captures" && pwd) || exit 99
schema=$(cd "$srcdir/src/report" && pwd)/document.rng
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' 0
trap 'exit 99' 1 2 15
: >"$work/says"
count=0

# verdict WHETHER WHAT; the reason is in $work/says
verdict()
{
	count=$((count + 1))
	if test "$1" -eq 0; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		head -n 4 "$work/says" | LC_ALL=C tr -c '\n -~' '?' | sed 's/^/# /'
	fi
}

skip()
{
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

# valid WHAT: the document in $work/report.xml
valid()
{
	if command -v xmllint >/dev/null; then
		xmllint --noout --nonet --huge --relaxng "$schema" "$work/report.xml" \
			>"$work/says" 2>&1
		verdict $? "$1"
	else
		skip "$1" 'there is no xmllint'
	fi
}

# document ARGUMENT...: as XML, with trouble left aside
document()
{
	synscope report -q "$@" >"$work/report.xml" 2>"$work/errors"
	test $? -le 2 || cat "$work/errors" >>"$work/report.xml"
}

# --- the schema ---

cd "$captures" || exit 99
for lang in en zh_CN; do
	document --lang $lang blog-2019
	valid "an experiment keeps to the schema ($lang)"
	document --lang $lang .
	valid "all kinds of captures do ($lang)"
done
document linux-6.18
valid 'an experiment of today does'
document --merge rotated
valid 'a capture in parts does'
document - <odd-queue-full.pcap
valid 'standard input does'

# --- hostile names ---

bad=$(printf '=1+1,<b a="x">&amp;'"'"'\033[31mred\r\n\t\177\302\205\342\200\256\377\303')
cp odd-karn.pcap "$work/$bad"
cp odd-queue-full.pcap "$work/..pcap"
(cd "$work" && document "$bad" ..pcap)
valid 'a hostile name does'
echo "1..$count"
