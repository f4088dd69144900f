#!/bin/sh
# Reports keep to their schema, whatever the captures hold and are called.
. "${srcdir:=.}/tests/support/tap.sh"
. "$srcdir/tests/support/hostile.sh"

# keeps WHAT: the document in $work/report.xml does, to its schema
keeps()
{
	valid "$1" "$work/report.xml" "$srcdir/src/report/document.rng"
}

# document ARGUMENT...: as XML, with trouble left aside
document()
{
	synscope report -q --xml - "$@" >"$work/report.xml" 2>"$work/errors"
	test $? -le 2 || cat "$work/errors" >>"$work/report.xml"
}

# --- the schema ---

cd "$captures" || exit 99
for lang in en zh_CN; do
	document --lang $lang blog-2019
	keeps "an experiment keeps to the schema ($lang)"
	document --lang $lang .
	keeps "all kinds of captures do ($lang)"
done
document linux-6.18
keeps 'an experiment of today does'
document --merge rotated
keeps 'a capture in parts does'
document - <odd-queue-full.pcap
keeps 'standard input does'

# --- hostile names ---

cp odd-karn.pcap "$work/$hostile_name"
cp odd-queue-full.pcap "$work/..pcap"
(cd "$work" && document "$hostile_name" ..pcap)
keeps 'a hostile name does'

# --- the folder: whole or not at all, and nobody else's is touched ---

cd "$work" || exit 99
mkdir f && cd f || exit 99

# report WHERE ARGUMENT...
report()
{
	where=$1
	shift
	(cd "$captures" && synscope report -q -o "$work/f/$where" "$@") >"$work/says" 2>&1
}

# as_is WHAT: the folder is what it was, and what stood in the way was said in a line
as_is()
{
	status=$?
	diff -r before kept >>"$work/says" 2>&1 && test $status -eq 2 &&
		test "$(wc -l <"$work/says")" -eq 1 && test -z "$(ls -A | grep '^\.synscope')"
	verdict $? "$1"
}

report one blog-2019/listen.cap
test $? -eq 0 && test -f one/index.html && test -f one/report.xml && test -f one/listen/flows.jsonl
verdict $? 'a folder holds pages, figures and records'
tail -n +2 one/manifest.txt | while read -r digest size name; do
	test "$(wc -c <"one/$name")" -eq "$size" &&
		test "$(sha256sum <"one/$name")" = "$digest  -" || echo "$name"
done >"$work/says"
test ! -s "$work/says" && test "$(find one -type f | wc -l)" -eq "$(wc -l <one/manifest.txt)"
verdict $? 'the manifest lists every file'
cp -r one two
report two blog-2019/listen.cap && diff -r one two >>"$work/says"
verdict $? 'the same capture gives the same folder, and replaces it'
(export TZ=XYZ-5:30 LC_ALL=C.UTF-8 COLUMNS=40 HOME=/nonexistent && report two blog-2019/listen.cap) &&
	diff -r one two >"$work/says"
verdict $? 'the environment does not change a byte'
(cd "$captures/blog-2019" && synscope report -q -o "$work/f/two" ./listen.cap) >"$work/says" 2>&1 &&
	diff -r one two >>"$work/says"
verdict $? 'nor does where it was called from'
report two blog-2019/bind.cap
test $? -eq 0 && test ! -e two/listen && test -f two/bind/flows.jsonl
verdict $? 'nothing of an older report stays'
mkdir empty && report empty blog-2019/bind.cap
verdict $? 'an empty folder is filled'

refuses()
{
	rm -rf before kept
	cp -rP one kept
	eval "$2"
	cp -rP kept before
	report kept blog-2019/bind.cap
	as_is "$1"
}

refuses 'a file that was changed stays' 'echo >>kept/index.html'
refuses 'a file that was added stays' 'echo mine >kept/notes'
refuses 'so does one in a folder of it' 'echo mine >kept/listen/notes'
refuses 'and a folder that was added' 'mkdir kept/mine'
refuses 'a link is not followed' 'rm kept/report.xml; ln -s /dev/null kept/report.xml'
refuses 'a folder without a manifest stays' 'rm kept/manifest.txt'
refuses 'a manifest that leads elsewhere is none' \
	'sed "s,index.html,../one/index.html," one/manifest.txt >kept/manifest.txt'
rm -rf before kept && mkdir before kept && echo mine | tee before/notes >kept/notes
report kept blog-2019/bind.cap
as_is 'a folder of somebody else stays'
rm -rf before kept && echo mine | tee before >kept
report kept blog-2019/bind.cap
as_is 'a file is not replaced by a folder'
rm -rf before kept && mkdir before kept
report kept no-such-capture
as_is 'where nothing can be read no report appears'

# --- one file ---

(cd "$captures" && synscope report -q --single-file "$work/single.html" --xml - blog-2019) \
	>"$work/report.xml" 2>"$work/says"
test $? -eq 0 && test -s "$work/single.html" && test ! -e "$captures/synscope-report"
verdict $? 'one page, and XML beside it, without a folder'
keeps 'which keeps to the schema'

# --- names ---

cd "$work" || exit 99
mkdir names && cp "$captures/good-handshake.pcap" "names/$hostile_name.pcap"
cp "$captures/good-handshake.pcap" names/index.pcap
cp "$captures/good-handshake.pcap" names/INDEX.cap
cp "$captures/good-handshake.pcap" names/...pcap
synscope report -q -o names.report names >"$work/says" 2>&1
test $? -eq 0 && ! find names.report | grep -v '^[a-z0-9./-]*$' >"$work/says" &&
	test "$(ls names.report/*/flows.jsonl | wc -l)" -eq 4
verdict $? 'pages and folders have plain names, one each'

# --- one listener for IPv4 and IPv6 ---

mkcapture /dev/stdin both.pcap <<-END
	end a 192.0.2.10:40001
	end b [2001:db8::10]:40002
	end v4 192.0.2.80:80
	end v6 [2001:db8::80]:80
	+0 a > v4 SYN
	+1 v4 > a SYN ACK
	+2 a > v4 ACK
	+3 b > v6 SYN
	+4 v6 > b SYN ACK
	+5 b > v6 ACK
END
synscope report -q -o both both.pcap >"$work/says" 2>&1
grep -q 'The server at \*:80 was asked for 2 connections' both/report.xml
verdict $? 'a server on both is named by neither'
grep -q :40001 both/both/listener-*.svg && grep -q :40002 both/both/listener-*.svg
verdict $? '... and its figure shows the clients of both'

# --- what is no capture ---

dd if=/dev/zero of=disk.image bs=1 count=1 seek=64G 2>/dev/null
(ulimit -t 10 && synscope report -q disk.image) >"$work/says" 2>&1
test $? -eq 2 && test ! -e synscope-report
verdict $? 'of what is no capture no digest is waited for'
plan
