#!/bin/sh
# Reports on paper: whole pages, all that was said, the same bytes each time.
. "${srcdir:=.}/tests/support/tap.sh"

for tool in pdfinfo pdftotext pdftoppm xmllint; do
	if ! command -v $tool >/dev/null; then
		skip_all "there is no $tool"
	fi
done
cd "$captures" || exit 99
if synscope report -q --pdf "$work/a.pdf" good-handshake.pcap 2>&1 | grep 'needs the libraries'; then
	skip_all 'there is no cairo'
fi

# As one line without blanks, which lie elsewhere on paper.
run_together()
{
	tr -d ' \n\r\f'
}

pages()
{
	pdfinfo "$work/a.pdf" 2>>"$work/says" | sed -n 's/^Pages: *//p'
}

# Each page says which it is, and shows something.
pages_are_whole()
{
	all=$(pages)
	test "${all:-0}" -gt 0 || return 1
	pdftoppm -r 12 -gray "$work/a.pdf" "$work/page" 2>"$work/says" || return 1
	test "$(ls "$work"/page-*.pgm | wc -l)" -eq "$all" || return 1
	for page in "$work"/page-*.pgm; do
		test "$(od -An -v -tu1 -w1 -j 15 "$page" | sort -u | wc -l)" -gt 2 ||
			echo "$page is blank" >>"$work/says"
	done
	rm -f "$work"/page-*.pgm
	number=1
	while test $number -le "$all"; do
		pdftotext -f $number -l $number "$work/a.pdf" - 2>>"$work/says" |
			grep -qx "$number / $all" || echo "page $number is not numbered" >>"$work/says"
		number=$((number + 1))
	done
	test ! -s "$work/says"
}

# What the document says in sentences stands on the pages.
nothing_is_missing()
{
	pdftotext -raw "$work/a.pdf" - | sed '/^[0-9]* \/ [0-9]*$/d' | run_together >"$work/words"
	xmllint --xpath '//sentence | //title | //finding | //fact | //about' "$work/a.xml" |
		sed -e 's,</[a-z]*>,\n,g' |
		sed -e 's/^ *<[a-z]*[^>]*>//' -e 's/&lt;/</g' -e 's/&gt;/>/g' -e 's/&amp;/\&/g' |
		sort -u >"$work/sentences"
	test -s "$work/sentences" || return 1
	while read -r sentence; do
		found=$(printf %s "$sentence" | run_together)
		grep -qF -- "$found" "$work/words" || echo "missing: $sentence" >>"$work/says"
	done <"$work/sentences"
	test ! -s "$work/says"
}

# printed WHAT ARGUMENT...
printed()
{
	what=$1
	shift
	: >"$work/says"
	rm -f "$work/a.pdf" "$work/a.xml"
	synscope report -q --pdf "$work/a.pdf" --xml "$work/a.xml" "$@" 2>"$work/errors"
	pages_are_whole
	verdict $? "$what has whole pages"
	: >"$work/says"
	nothing_is_missing
	verdict $? "$what says all that was found"
}

printed 'an experiment' blog-2019
printed 'an experiment in Chinese' --lang zh_CN blog-2019/listen.cap
printed 'captures of all kinds' good-handshake.pcap odd-queue-full.pcap odd-window-full.pcap \
	odd-host-unreachable-ipv6.pcap odd-udp-unreachable.pcap

# --- what it is made of ---

synscope report -q --pdf "$work/b.pdf" good-handshake.pcap 2>"$work/says"
synscope report -q --pdf "$work/c.pdf" good-handshake.pcap 2>>"$work/says"
cmp "$work/b.pdf" "$work/c.pdf" >>"$work/says" 2>&1
verdict $? 'the same captures are the same bytes'
SOURCE_DATE_EPOCH=1000000000 synscope report -q --pdf - good-handshake.pcap >"$work/b.pdf" 2>"$work/says"
TZ=UTC pdfinfo "$work/b.pdf" 2>&1 | grep '^CreationDate: *Sun Sep *9 01:46:40 2001' >>"$work/says"
verdict $? 'it was made when SOURCE_DATE_EPOCH says'
test ! -e synscope-report
verdict $? 'no folder is written beside it'
synscope report -q --pdf /dev/full good-handshake.pcap 2>"$work/says"
test $? -eq 2
verdict $? 'a disk that is full is told'
plan
