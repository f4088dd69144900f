#!/bin/sh
# What is promised of all output: the same capture gives the same bytes, however
# it is packed and whatever the environment; and no name reaches a terminal, a
# spreadsheet or a parser as it is.
. "${srcdir:=.}/tests/support/tap.sh"
. "$srcdir/tests/support/hostile.sh"
cd "$captures" || exit 99

# same WHAT: and there is something that can be the same
same()
{
	test -s "$work/expected" && diff -a "$work/expected" "$work/actual" >"$work/says" 2>&1
	verdict $? "$1"
}

# --- one capture, packed in five ways, from a file and through a pipe ---

# Everything that synscope says of one capture.
all_of()
{
	synscope packets "$1" <"$work/capture" 2>&1
	synscope flows --format jsonl "$1" <"$work/capture" 2>&1
	synscope stream --flow 1 --from server "$1" <"$work/capture" 2>&1
}

cp good-handshake.pcap "$work/capture"
all_of - >"$work/expected"
for packed in good-handshake.pcap*; do
	cp "$packed" "$work/capture"
	all_of - >"$work/actual"
	same "standard input gives the same bytes of $packed"
	(cd "$work" && all_of capture) |
		sed -e 's/^# capture,/# -,/' -e 's/"file":"capture"/"file":"-"/' >"$work/actual"
	same "a file gives the same bytes of $packed"
done

# --- the parts of a capture, and the whole ---

# A file of pcap begins with 24 bytes that the parts share.
{
	cat rotated/part1.pcap
	tail -c +25 rotated/part2.pcap
	tail -c +25 rotated/part0.pcap
} >"$work/whole"

# Without the columns that name files and number frames in them.
without_names()
{
	synscope flows --format csv "$@" | cut -d, -f2-
	synscope packets --format csv "$@" | cut -d, -f3-
	synscope stream --flow 1 --from server "$@"
	synscope stream --flow 1 --from client "$@"
}

without_names "$work/whole" >"$work/expected" 2>&1
without_names --merge rotated >"$work/actual" 2>&1
same 'the parts of a capture give what the whole gives'
without_names --merge rotated/part2.pcap rotated/part0.pcap rotated/part1.pcap >"$work/actual" 2>&1
same 'the parts may be named in any order'

# --- the environment ---

everything()
{
	set -- good-*.pcap* odd-*.pcap bad-*.pcap* blog-2019/*.cap
	synscope packets "$@"
	synscope packets -v --format xml "$@"
	synscope flows -v "$@"
	synscope flows --format jsonl "$@"
	synscope draw ladder blog-2019/listen.cap
	synscope draw ladder --type txt blog-2019/listen.cap
	synscope draw handshake --lang zh_CN odd-queue-full.pcap
}

# A comma as the decimal point, where there is such a locale.
comma=$(locale -a 2>/dev/null | sed -n '/^\(de\|fr\|ru\)_.*[uU][tT][fF]/{p;q;}')
everything >"$work/expected" 2>&1
everything >"$work/actual" 2>&1
same 'a second run gives the same bytes'
(export LC_ALL="${comma:-C.UTF-8}" && everything) >"$work/actual" 2>&1
same 'the locale does not change a byte'
(export TZ=XYZ-5:30 && everything) >"$work/actual" 2>&1
same 'the time zone does not change a byte'
(export COLUMNS=40 TERM=dumb HOME=/nonexistent && everything) >"$work/actual" 2>&1
same 'the terminal does not change a byte of what goes to a file'
TZ=XYZ-5:30 synscope flows --local blog-2019/socket.cap 2>&1 |
	sed -n 's/.*first packet //p' >"$work/actual"
echo 2019-05-20T14:20:31.459115000+05:30 >"$work/expected"
same 'the time zone changes the moment that --local asks for'

# --- closed streams ---

synscope flows -v -o "$work/expected" good-udp.pcap 2>"$work/says"
synscope flows -v -o "$work/actual" good-udp.pcap 2>&-
same 'no sentence goes into a file that takes the place of standard error'

# --- colour ---

# colors: how many lines have some, on a terminal
colors()
{
	script -qec 'synscope packets odd-refused.pcap' /dev/null </dev/null |
		grep -c "$(printf '\033')\["
}

what='there is colour on a terminal, and none for one who asks for none'
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
	test "$(TERM=xterm colors)" -gt 0 && test "$(NO_COLOR='' TERM=xterm colors)" -gt 0 &&
		test "$(NO_COLOR=0 TERM=xterm colors)" -eq 0 && test "$(TERM=dumb colors)" -eq 0
	verdict $? "$what"
else
	skip "$what" 'there is no script(1) to be a terminal'
fi

# --- hostile names ---

# The first four frames, and the two that follow: what comes again is in the second part.
head -c 412 odd-karn.pcap >"$work/$hostile_name.1"
{
	head -c 24 odd-karn.pcap
	tail -c +413 odd-karn.pcap
} >"$work/$hostile_name.2"
cd "$work" || exit 99
for format in text jsonl csv xml; do
	{
		synscope packets --merge --format $format "$hostile_name.1" "$hostile_name.2"
		synscope flows -v --format $format "$hostile_name.2" "$hostile_name.none"
		synscope packets -v --format $format -f "$hostile_name" "$hostile_name.2"
		synscope "$hostile_name"
		synscope flows "--$hostile_name"
	} >$format 2>errors
	cat $format errors >shown
	# CSV's lines end with both; nothing else may.
	test $format = csv && sed "s/$(printf '\r')\$//" shown >shown.csv && mv shown.csv shown
	{
		tr -d '\n' <shown | tr -c '\000-\037\177' ' ' | tr -d ' '
		grep -a -e "$(printf '\302\205')" -e "$(printf '\342\200\256')" shown
	} >says
	test ! -s says && test "$(wc -l <errors)" -ge 4
	verdict $? "$format: no control character of a name comes through"
	if has "$format: what is no UTF-8 in a name comes out as UTF-8" iconv; then
		iconv -f UTF-8 -t UTF-8 shown 2>says >/dev/null
		verdict $? "$what"
	fi
done

if command -v jq >/dev/null; then
	jq -r 'select(.frame == 1 and .cause != null) | .because[0]' jsonl >actual 2>says
	printf '=1+1,<b a="x">&amp;'"'"'\033[31mred\r\n\t\177\302\205\342\200\256\357\277\275\357\277\275.1:4\n' >expected
	same 'JSON gives back the name'
elif command -v python3 >/dev/null; then
	python3 -c 'import json, sys; [json.loads(line) for line in sys.stdin]' <jsonl 2>says
	verdict $? 'JSON is well-formed'
else
	skip 'JSON gives back the name' 'there is neither jq nor python3'
fi

# One document a command.
awk '/^<[?]xml/ { close(name); name = "xml." ++n } { print >name }' xml
if has 'XML is well-formed' xmllint; then
	xmllint --noout xml.? 2>says
	verdict $? "$what"
fi

# A cell is a number, a word, or quoted; so counting commas outside of quotes is enough.
sed -e 's/""//g' -e 's/"[^"]*"/name/g' csv | awk -F , '
	/^file,frame/ { cells = NF } /^file,flow/ { cells = NF }
	NF != cells { print NR ": " NF " cells, not " cells; bad = 1 }
	END { exit bad || NR < 9 }' >says
verdict $? 'every line of CSV has as many cells as its heading'
grep -a -n -e '^"\{0,1\}[=+@-]' -e ',"\{0,1\}[=+@-]' csv >says
test $? -eq 1
verdict $? 'no cell of CSV begins like a formula'
plan
