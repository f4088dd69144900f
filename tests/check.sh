#!/bin/sh
# Captures held against a good one, and against what was recorded of it: each
# change is found, under its own name and with its frames; and nothing is made of
# what differs from one recording of the same thing to the next.
. "${srcdir:=.}/tests/support/tap.sh"
cd "$work" || exit 99

# --- the scenario: three clients ask one server, which answers and closes last ---

# conversation NAME BEGIN: one client's, from that second on
conversation()
{
	awk -v c="$1" -v at="$2" 'BEGIN {
		n = split("> SYN|< SYN ACK|> ACK|> PSH ACK \"hello " c "\\n\"|< ACK|" \
		    "< PSH ACK \"nice to meet you, " c "\\n\"|> ACK|> FIN ACK|< FIN ACK|> ACK", line, "|")
		for (i = 1; i <= n; i++) {
			ends = substr(line[i], 1, 1) == ">" ? c " > server " : "server > " c " "
			printf "+%.6f %s%s\n", at + i / 1000, ends, substr(line[i], 3)
		}
	}'
}

scene()
{
	echo 'end server 192.0.2.80:7000'
	echo "end a 192.0.2.1:${1:-40001}"
	echo "end b 192.0.2.1:${2:-40002}"
	echo "end c 192.0.2.1:${3:-40003}"
}

packets()
{
	conversation a 0
	conversation b 0.1
	conversation c 0.2
}

# make NAME [ISN] <SCRIPT: in the order of time, whatever was added; with an initial
# number of its own it is another recording rather than the same one, changed
make()
{
	awk -v isn="${2:-0}" 'isn && / > server SYN/ && !seen[$2]++ { sub(/SYN/, "SYN isn " isn) } { print }' >lines
	{ grep -v '^+' lines; grep '^+' lines | sort -s -t+ -k2,2n; } >"$1.script"
	mkcapture "$1.script" "$1.pcap" >says 2>&1 || verdict 1 "$1 is a script"
}

{ scene; packets; } | make good
synscope check -q --record -o expect.xml good.pcap >says 2>&1
verdict $? 'a good capture is recorded'
synscope check -q --expect expect.xml good.pcap >says 2>&1
verdict $? '... and meets what was recorded of it'
valid '... which keeps to the schema' expect.xml "$srcdir/src/check/expect.rng"

# found WHAT NAME FRAMES: NAME.pcap fails, first of all for that fact, with these frames
found()
{
	for how in '--baseline good.pcap' '--expect expect.xml'; do
		# shellcheck disable=SC2086 # options are words
		synscope check -q $how "$2.pcap" >says 2>&1
		status=$?
		test $status = 1 && sed -n 1p says | grep -q "$1" &&
		    { test -z "$3" || sed -n 2p says | grep -q "see $2.pcap: frames* $3\$"; }
		verdict $? "${how%% *}: $2 is found"
	done
}

# passed NAME WORD...: the capture, or its parts, are the same to both
passed()
{
	name=$1
	shift
	for how in '--baseline good.pcap' '--expect expect.xml'; do
		# shellcheck disable=SC2086
		synscope check -q $how "$@" >says 2>&1
		verdict $? "${how%% *}: $name is the same"
	done
}

# --- what must be found ---

{ scene; conversation a 0; conversation c 0.2; } | make dropped
found 'flows to :7000: count: expected 3, but it is 2' dropped
synscope check -q --baseline good.pcap dropped.pcap >says 2>&1
grep -q ': 1 connection is missing: .* 2; missing is flow 2 (192.0.2.1:40002 to 192.0.2.80:7000) of good.pcap' says &&
    grep -q '    as it was: good.pcap: frames 11, 20' says
verdict $? 'the flow that is missing is named, and shown as it was'
synscope check -q --expect expect.xml dropped.pcap >says 2>&1
grep -q '2; missing is one whose content from the client is "hello b.n"$' says
verdict $? '... or by what it alone was like'

{ scene; packets; } | sed '/server > b FIN ACK/s/FIN/RST/; /+0.110000/d' | make reset
found 'reset by the server, not closed by FINs: flows to :7000: close: expected fin, but it is 2 fin, 1 reset-by-server: flow 2 ' reset '18, 19'

{ scene; packets; conversation b 0.316 | sed -n '4s/ACK/ACK seq 1/p'; } | make again
found 'resent: expected none, but it is 2 none, 1 client-data: flow 2 ' again 31

{ scene; packets; conversation b 0.1005 | sed -n '4s/ACK/ACK seq 1/p'; } | make again-soon
found 'resent: .*client-data: flow 2 ' again-soon 15

{ scene; packets; } | awk '$1 > "+0.101000" && $1 < "+0.2" && / b / {
	$1 = sprintf("+%.6f", $1 + 0.15) } { print }' | make slow
found 'handshake: expected at most .*, but it is 152 ms: flow 2 ' slow '11, 22, 23'

{ scene; packets; } | sed 's/to meet you, b/to meat you, b/' | make changed
found 'content from server: expected .* from byte 10 on: flow 2 ' changed 16

{ scene; packets; } | sed 's/hello b/hello bb/' | make longer
found 'length from client: expected 8.*: flow 2 ' longer 14

{ scene; packets; } | sed '/server > /d' | make no-server
found 'directions: expected both, but it is 3 client' no-server
{ scene; packets; } | sed '/> server/d' | make no-client
found 'directions: expected both, but it is 3 server' no-client

{
	scene
	echo 'end other 192.0.2.80:7001'
	packets
	conversation c 0.4 | sed 's/server/other/'
} | make listener
found 'other listeners: count: expected none, but it is 1: 192.0.2.80:7001' listener 31

{ scene; echo 'end d 192.0.2.1:40004'; packets; conversation c 0.4 | sed 's/c /d /'; } | make extra
found '1 more connection: flows to :7000: count: expected 3, but it is 4: flow 4 ' extra '31, 40\(, 21\)*'
grep -q '; or flow 3, which is like it$' says
verdict $? 'where it cannot be told which is the extra one, all that may be are named'

{ scene; packets; } | sed '/server > b FIN ACK/d; /+0.110000/d' | make half-closed
found 'no FIN from the server: flows to :7000: close: expected fin, but it is 2 fin, 1 half-closed: flow 2 ' half-closed 18

{ scene; packets; } | sed '/ > b SYN ACK/s/SYN/RST/' |
    awk '/ b / && $1 > "+0.102500" && $1 < "+0.2" { next } { print }' | make refused
found 'open: expected complete, but it is 2 complete, 1 refused: flow 2 ' refused '11, 12'

# Who comes first is refused: no knock, since one is missing then.
{ scene; packets; } | sed '/ > a SYN ACK/s/SYN/RST/' |
    awk '/ a / && $1 > "+0.002500" && $1 < "+0.1" { next } { print }' | make first-refused
found 'open: expected complete, but it is 1 refused, 2 complete: flow 1 ' first-refused '1, 2'

{ scene; packets; } | awk '/ b / && $1 > "+0.108500" && $1 < "+0.2" {
	$1 = sprintf("+%.6f", $1 + 0.5) } { print }' | make lingering
found 'half-closed: expected .*, but it is 501 ms: flow 2 ' lingering '18, 29'

echo '<expectations><capture><flow><handshake of="min">at most 1 ms</handshake></flow></capture></expectations>' >slow.xml
synscope check -q --expect slow.xml good.pcap >says 2>&1
grep -q 'see good.pcap: frames 21, 22, 23, 11, 12, 1, 2, 3$' says
verdict $? 'of several that are too slow the first is shown well, and the others too'
# One of several that are alike becomes slow, but not as slow as the one that is far away.
far()
{
	scene
	conversation a 0 | awk '$1 > "+0.001500" { $1 = sprintf("+%.6f", $1 + 0.1) } { print }'
	conversation c 0.4 | awk -v by="$1" '$1 > "+0.401500" { $1 = sprintf("+%.6f", $1 + by) } { print }'
}
far 0 | make far
far 0.05 | make farther 7777
synscope check -q --baseline far.pcap farther.pcap >says 2>&1
test $? = 1 && grep -q 'a slower handshake: .* handshake (median): expected at most 22 ms, but it is 52 ms: ' says
verdict $? 'a handshake that became slow is found among slower ones'

# lossy SECOND...: bytes of b come again then, before they are answered
lossy()
{
	scene
	conversation a 0
	conversation b 1 | sed '5,$d'
	for second; do printf '+%s b > server PSH ACK seq 1 "hello b\\n"\n' "$second"; done
	conversation b 2 | sed '1,4d'
	conversation c 5
}
lossy 1.3 | make lossy
lossy 1.3 1.9 | make lossier
lossy 1.31 1.91 | make lossy-again 7777
lossy 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8 | make storm 7777
synscope check -q --baseline lossy.pcap lossier.pcap >says 2>&1
test $? = 1 && grep -q 'more retransmissions: .*repeats: expected 1, but it is 2: flow 2 ' says
verdict $? 'of the same recording, one retransmission more is found'
synscope check -q --baseline lossy.pcap lossy-again.pcap >says 2>&1
verdict $? '... of another, chance may have lost one more'
synscope check -q --baseline lossy.pcap storm.pcap >says 2>&1
test $? = 1 && grep -q 'repeats: expected at most 6, but it is 8: flow 2 ' says
verdict $? '... but not so many'
lossy 1.3 | sed '/+1.3/s/hello/hullo/' | make altered 7777
synscope check -q --baseline lossy.pcap altered.pcap >says 2>&1
test $? = 1 && grep -q 'bytes came again that were other ones before: .* client-data altered: flow 2 ' says
verdict $? 'bytes that come again as other ones are found'
# One byte, and nobody acknowledged it: no keep-alive.
lossy | sed 's/"hello b.n"/"b"/' | make byte
lossy 1.3 | sed 's/"hello b.n"/"b"/' | make byte-again 7777
synscope check -q --baseline byte.pcap byte-again.pcap >says 2>&1
test $? = 1 && grep -q 'bytes from the client came again: .*resent: expected none, but it is 2 none, 1 client-data: flow 2 ' says
verdict $? 'a single byte that comes again is found'

# The client asks again, and the second SYN is answered late.
late()
{
	scene
	conversation a 0
	echo '+0.100000 b > server SYN'
	conversation b 1.1 | sed '1s/SYN/SYN seq 0/' | awk -v by="$1" 'NR > 1 { $1 = sprintf("+%.6f", $1 + by) } { print }'
	conversation c 2.2
}
late 0 | make asked-twice
late 0.1 | make late
synscope check -q --baseline asked-twice.pcap late.pcap >says 2>&1
test $? = 1 && grep -q 'handshake: expected at most 2[0-9.]* ms, but it is 102 ms: flow 2 ' says
verdict $? 'a slow answer to a SYN that came again is found'

refused()
{
	scene
	echo '+0.000000 a > server SYN'
	echo "+$1 server > a RST ACK"
}
refused 0.000020 | make no-one
refused 0.030000 | make no-one-slowly
synscope check -q --baseline no-one.pcap no-one-slowly.pcap >says 2>&1
test $? = 1 && grep -q 'refusal: .* but it is 30 ms: flow 1 ' says && grep -q 'frames 1, 2$' says
verdict $? 'a refusal that takes its time is found'
{ refused 0.000020; echo '+1.000000 a > server SYN seq 0'; } | make no-one-again
synscope check -q --baseline no-one.pcap no-one-again.pcap >says 2>&1
test $? = 1 && sed -n 1p says | grep -q 'a SYN came again: ' && ! grep -q 'connect: ' says
verdict $? 'a SYN that comes again after all is told as what it is'

# endless COUNT [WORD...]: a stream that is not ended; the word stands in its last segment
endless()
{
	scene
	echo '+0.000000 a > server SYN'
	echo '+0.000100 server > a SYN ACK'
	echo '+0.000200 a > server ACK'
	for i in $(seq "$1"); do
		echo "+0.0$((i + 10))000 server > a PSH ACK len 1000"
		echo "+0.0$((i + 10))100 a > server ACK"
	done
	echo "+0.090000 server > a PSH ACK ${2:-len 1000}"
	echo '+0.090100 a > server ACK'
}
endless 20 | make endless
endless 19 | make endless-shorter
endless 20 'hex 00' | make endless-other-end
endless 20 | sed '/+0.015000/s/len 1000/"so it goes"/;/+0.0150/!b' | make endless-changed
synscope check -q --record -o endless.xml endless.pcap
for how in '--baseline endless.pcap' '--expect endless.xml'; do
	# shellcheck disable=SC2086
	synscope check -q $how endless-shorter.pcap >says 2>&1
	verdict $? "${how%% *}: where a capture stopped a stream does not matter"
	# shellcheck disable=SC2086
	synscope check -q $how endless-changed.pcap >says 2>&1
	test $? = 1 && grep -q 'begins from server: ' says
	verdict $? "${how%% *}: what it began with does"
done

{ scene; packets; } | sed '/b > server FIN ACK/{s/b > server/server > b/;n;s/server > b/b > server/;n
s/b > server/server > b/;}' | make other-first
passed 'but for one that closes in another order' other-first.pcap
{ scene; packets; } | sed '/> server FIN ACK/{s/\([abc]\) > server/server > \1/;n
s/server > \([abc]\)/\1 > server/;n
s/\([abc]\) > server/server > \1/;}' | make server-first
found 'closed-first: expected any client, but it is 3 server' server-first

# --- a full queue: one more than it has room for ---

# clients COUNT: as many get in; the others' SYNs are dropped
clients()
{
	echo 'end server 192.0.2.80:7000'
	for i in 1 2 3 4 5; do
		echo "end c$i 192.0.2.1:4000$i"
		echo "+0.0${i}0000 c$i > server SYN"
		if test "$i" -le "$1"; then
			echo "+0.0${i}0010 server > c$i SYN ACK"
			echo "+0.0${i}0020 c$i > server ACK"
		else
			echo "+1.0${i}0000 c$i > server SYN"
			echo "+3.0${i}0000 c$i > server SYN"
		fi
	done
}
clients 3 | make queue
clients 4 | make one-more
# let_in SECOND...: the others ask again then, and are let in at the last
let_in()
{
	clients 3 | grep -v '^+[13]'
	for second; do
		for i in 4 5; do
			echo "+$second.0${i}0000 c$i > server SYN"
		done
	done
	for i in 4 5; do
		echo "+$second.0${i}0010 server > c$i SYN ACK"
		echo "+$second.0${i}0020 c$i > server ACK"
	done
}
let_in 1 3 7 | make let-in
let_in 1 3 | make let-in-sooner 7777
let_in 1 3 7 15 | make let-in-later 7777
let_in 1 3 7 15 31 | make let-in-much-later 7777
{ clients 3; let_in 7 | grep '^+7.04'; } | make let-in-once
{ clients 3; echo '+1.080000 c5 > server SYN'; } | make stutter
synscope check -q --record -o queue.xml queue.pcap
for how in '--baseline queue.pcap' '--expect queue.xml'; do
	# shellcheck disable=SC2086
	synscope check -q $how one-more.pcap >says 2>&1
	test $? = 1 && grep -q 'frames 10, 11, 12$' says &&
	    grep -q 'more connections were let in than the backlog had room for: .* 4 free, 1 full: flow 4 \|open: expected 3 complete, 2 unanswered, but it is 4 complete, 1 unanswered: flow 4 ' says
	verdict $? "${how%% *}: one more than the queue has room for is found"
done
synscope check -q --baseline queue.pcap one-more.pcap >says 2>&1
grep -q 'backlog: expected between 0 and 2, but it is between 0 and 3' says
verdict $? '... and its backlog is another one'
# Two race: the queue was not full yet when the last one's SYN came, but when its ACK did.
race()
{
	echo 'end server 192.0.2.80:7000'
	for i in 1 2 3 4 5; do
		echo "end c$i 192.0.2.1:4000$i"
		echo "+0.0${i}0000 c$i > server SYN"
		test "$i" = 4 || echo "+0.0${i}0010 server > c$i SYN ACK"
		test "$i" = 4 || echo "+0.0${i}0020 c$i > server ACK"
		test "$i" -gt 3 || echo "+0.0${i}0030 c$i > server PSH ACK \"hello $((i + ${1:-0})) there\""
		test "$i" -gt 3 || echo "+0.0${i}0040 server > c$i ACK"
	done
	for second in 1 3; do
		echo "+$second.040000 c4 > server SYN seq 0"
		echo "+$second.050000 server > c5 SYN ACK seq 0"
		echo "+$second.050010 c5 > server ACK"
	done
}
none_speaks()
{
	race | grep -v '^+.*c5 '
	echo '+0.050000 c5 > server SYN'
	for second in 1 3; do echo "+$second.050000 c5 > server SYN seq 0"; done
}
none_speaks | make no-race
race | make race 7777
race 1 | make race-of-others 7777
race | sed 's/there/where/' | make race-changed 7777
{ race | sed '/c3 > server PSH/d; s/server > c3 ACK$/server > c3 ACK ack 1/'; } | make race-silent 7777
synscope check -q --record -o race.xml race-silent.pcap
synscope check -q --expect race.xml race-silent.pcap >says 2>&1
verdict $? 'where one says nothing, what the others say alike is not asked of it'
for name in race race-of-others; do
	synscope check -q --baseline no-race.pcap $name.pcap >says 2>&1
	verdict $? "$name: how a full queue shuts out, and whom, is chance"
done
synscope check -q --baseline no-race.pcap race-changed.pcap >says 2>&1
test $? = 1 && grep -q 'other bytes: .*contains from client: expected ".sthere", but' says
verdict $? '... but not what those say who are let in'
synscope check -q --baseline let-in.pcap let-in-sooner.pcap >says 2>&1
verdict $? 'to be let in somewhat sooner passes'
synscope check -q --baseline let-in.pcap let-in-later.pcap >says 2>&1
verdict $? '... and somewhat later, too'
synscope check -q --baseline let-in.pcap let-in-much-later.pcap >says 2>&1
test $? = 1 && grep -q 'wait: expected between .* but it is 31.0000.* s: flow [45] ' says
verdict $? 'to wait much longer at a full queue is found'
synscope check -q --baseline let-in.pcap --tolerance 'wait=1 min' let-in-much-later.pcap >says 2>&1
verdict $? '... but within a tolerance of that it passes'
synscope check -q --baseline queue.pcap let-in-once.pcap >says 2>&1
test $? = 1 && grep -q 'open: expected 3 complete, 2 unanswered, but it is 4 complete, 1 unanswered: flow 4 ' says
verdict $? 'who is let in after all is found'
{ clients 3; echo '+1.080000 c5 > server SYN seq 0'; } | make stutter
synscope check -q --baseline queue.pcap stutter.pcap >says 2>&1
test $? = 1 && grep -q 'resent: expected queued, but it is .*1 syn queued: flow 5 ' says
verdict $? 'to try again for no full queue is found'
alone()
{
	scene
	for second in "$@"; do echo "+$second a > server SYN"; done
}
alone 0.000 1.000 3.000 7.000 | make alone
alone 0.000 1.000 1.200 3.000 7.000 | make alone-stutters
synscope check -q --baseline alone.pcap alone-stutters.pcap >says 2>&1
test $? = 1 && grep -q 'syn-schedule: expected not irregular' says
verdict $? 'to try again out of turn is found'
# Another kernel's schedule, and more patience.
clients 3 | sed '/+3.0\([45]\)0000/{p;s/+3/+7/;}' | make patient 7777
clients 3 | sed 's/+3.0/+2.0/' | make linear 7777
for name in patient linear; do
	synscope check -q --baseline queue.pcap $name.pcap >says 2>&1
	verdict $? "$name: how often one knocks at a full queue is not compared"
done

# --- what must pass ---

{ scene 51000 33333 60001; packets; } | make ports
passed 'with other ports' ports.pcap
{ echo 'time 2031-01-02 03:04:05'; scene; packets; } | make clock
passed 'at another time' clock.pcap
{ scene; packets; } | sed 's/SYN$/SYN isn 4294967290/; s/SYN ACK$/SYN ACK isn 77/' | make isn
passed 'with other initial numbers' isn.pcap
{ echo 'layers eth, vlan 100, ip'; scene; packets; } | make vlan
passed 'within a VLAN' vlan.pcap
for link in sll sll2 ppp null; do
	{ echo "layers $link, ip"; scene; packets; } | make $link
	passed "on a link of type $link" $link.pcap
done
for bytes in 58 64 80; do
	{ echo "snaplen $bytes"; scene; packets; } | make snap$bytes
	passed "cut to $bytes bytes" snap$bytes.pcap
done
for part in 1 2 3; do
	{ scene; packets | awk -v part=$part 'int((NR - 1) / 10) + 1 == part'; } | make part$part
done
mkdir parts && mv part?.pcap parts
passed 'in three parts' --merge parts
{ scene; packets; } | awk '/^\+/ { $1 = sprintf("+%.6f", $1 * 1.5 + 0.01) } { print }' | make slower
passed 'half as slow again' slower.pcap
{ scene; conversation c 0; conversation a 0.1; conversation b 0.2; } | make order
passed 'with its clients in another order' order.pcap
{ scene; conversation a 0; conversation b 0.0005; conversation c 0.0002; } | make together
passed 'with its clients at once' together.pcap

# A server of HTTP, for which the test waits by trying; and its answer has a date.
web()
{
	echo 'end server 192.0.2.80:8000'
	for i in $(seq "$1"); do
		echo "end k$i 192.0.2.1:5000$i"
		echo "+0.${i}00000 k$i > server SYN"
		echo "+0.${i}00100 server > k$i RST ACK"
	done
	echo 'end a 192.0.2.1:40001'
	conversation a 1 | sed -e 's,"hello a.n","GET / HTTP/1.1\\r\\n\\r\\n",' \
	    -e 's,"nice to meet you\, a.n","HTTP/1.1 200 OK\\r\\nDate: Tue\, 14 Nov 2023 22:13:'"$2"' GMT\\r\\n\\r\\nhello",'
}
web 2 20 | make web
web 3 24 | make web-again 7777
web 0 31 | make web-at-once 7777
web 2 20 | sed 's/hello"/hallo"/' | make web-changed 7777
synscope check -q --record -o web.xml web.pcap
for how in '--baseline web.pcap' '--expect web.xml'; do
	# shellcheck disable=SC2086
	synscope check -q $how web-again.pcap >says 2>&1
	verdict $? "${how%% *}: neither dates nor knocks at a closed door count"
	# shellcheck disable=SC2086
	synscope check -q $how web-at-once.pcap >says 2>&1
	verdict $? "${how%% *}: nor whether one had to knock at all"
	# shellcheck disable=SC2086
	synscope check -q $how web-changed.pcap >says 2>&1
	test $? = 1 && grep -q 'undated-digest from server: ' says
	verdict $? "${how%% *}: what an HTTP server says does"
done

synscope check -q --baseline web-at-once.pcap web.pcap >says 2>&1
verdict $? 'knocks are none where there were none, either'
web 3 20 | make web-changed-knocks
synscope check -q --baseline web.pcap web-changed-knocks.pcap >says 2>&1
test $? = 1 && grep -q '1 more connection, which was refused: ' says
verdict $? '... but one that was put into the recording is found'

# A server that is started anew refuses whoever comes in between.
restarted()
{
	{ scene; conversation a 0; conversation c 1; } | sed '/^end b/q'
	for i in $(seq "$1"); do
		echo "end k$i 192.0.2.1:5000$i"
		echo "+0.${i}00000 k$i > server SYN"
		echo "+0.${i}00100 server > k$i RST ACK"
	done
	{ scene; conversation a 0; conversation c 1; } | sed '1,/^end b/d'
}
restarted 1 | make restarted
restarted 3 | make restarted-slowly 7777
synscope check -q --record -o restarted.xml restarted.pcap
for how in '--baseline restarted.pcap' '--expect restarted.xml'; do
	# shellcheck disable=SC2086
	synscope check -q $how restarted-slowly.pcap >says 2>&1
	verdict $? "${how%% *}: how long a server took to be started anew does not count"
done
restarted 0 | make unbroken 7777
synscope check -q --baseline unbroken.pcap restarted.pcap >says 2>&1
verdict $? '... nor whether anybody came meanwhile'
# But not where the server has a connection.
{ restarted 1 | sed '/^+0.0\(0[4-9]\|10\)000 /d'; } | make refused-while-busy
{ restarted 0 | sed '/^+0.0\(0[4-9]\|10\)000 /d'; } | make busy
synscope check -q --baseline busy.pcap refused-while-busy.pcap >says 2>&1
test $? = 1 && grep -q 'count: expected 2, but it is 3: flow 2 ' says
verdict $? 'who is refused while others are served is found'

# A SYN that was ignored, once, is a SYN that came again, though a full queue was why.
{
	scene
	conversation a 0
	echo '+0.100000 b > server SYN'
	conversation c 0.2
	conversation b 1.1 | sed '1s/SYN/SYN seq 0/'
} | make syn-again
found 'resent: expected none, but it is 2 none, 1 .*: flow 2 ' syn-again

# What a path loses is chance, once it is seen to lose: late, what was sent at that line.
again_of()
{
	conversation "$1" "$2" | sed -n "$3s/ACK/ACK seq 1/p"
}
{ scene; packets; again_of a 0.001 4; again_of b 0.101 4; } | make lossy
{ scene; packets; again_of a 0.001 4; again_of c 0.201 6; } | make lossy-otherwise 7777
synscope check -q --baseline lossy.pcap lossy-otherwise.pcap >says 2>&1
verdict $? 'bytes that come again are made nothing of where those of other flows did'
synscope check -q --baseline again.pcap lossy-otherwise.pcap >says 2>&1
test $? = 1 && grep -q 'resent: expected client-data, but it is .*server-data' says
verdict $? '... but found where it was one that did'

# The ACK of the handshake was lost: what tells of it comes when there is something to say.
silent_ack()
{
	scene
	conversation b 0 | sed '4,$d'
	conversation b 0.3 | sed '1,3d'
}
silent_ack | make heard-ack
silent_ack | sed '/+0.003/d' | make silent-ack 7777
synscope check -q --baseline heard-ack.pcap silent-ack.pcap >says 2>&1
verdict $? 'a handshake takes no longer because its ACK came with bytes'

# On a busy machine answers are late, and the end of what is under way is sent again.
burst()
{
	scene
	conversation a 0 | sed '1,3!d; /SYN/s/$/ mss 1460 sackOK/'
	echo '+0.010000 server > a ACK len 1000'
	echo '+0.010010 server > a PSH ACK len 1000'
	test -z "$1" || echo '+0.030000 server > a PSH ACK seq 1001 len 1000'
	echo '+0.040000 a > server ACK ack 2001'
}
burst '' | make burst
burst late | make burst-late 7777
synscope check -q --baseline burst.pcap burst-late.pcap >says 2>&1
verdict $? 'a tail-loss probe is made nothing of where much is under way'
parting()
{
	scene
	conversation a 0 | sed '1,3!d; /SYN/s/$/ mss 1460 sackOK/'
	echo '+0.010000 a > server PSH ACK "bye"'
	echo '+0.010010 a > server FIN ACK'
	test "$1" != late || echo '+0.030000 a > server FIN ACK seq 4'
	echo '+0.040000 server > a FIN ACK ack 5'
	test "$1" != needless || echo '+0.045000 a > server FIN ACK seq 4 ack 2'
	echo '+0.050000 a > server ACK'
}
parting '' | make parting
parting late | make parting-late 7777
parting needless | make parting-needless 7777
synscope check -q --baseline parting.pcap parting-late.pcap >says 2>&1
verdict $? '... also if a FIN is that end'
synscope check -q --baseline parting.pcap parting-needless.pcap >says 2>&1
test $? = 1 && grep -q 'resent: expected client-probe, but it is fin: flow 1 ' says
verdict $? '... but not of a FIN that came again behind its answer'

# --- from several good runs, what they have in common ---

synscope check -q --record -o runs.xml good.pcap extra.pcap changed.pcap 2>says
grep -q '<count>between 3 and 4</count>' runs.xml &&
    grep -q 'flows="between 0 and 1"[^>]*>nice to meat you, b' runs.xml
verdict $? 'what differed from run to run becomes a tolerance'
for run in good extra changed; do
	synscope check -q --expect runs.xml $run.pcap >says 2>&1
	verdict $? "... within which $run lies"
done

late_syn()
{
	scene
	conversation a 0
	echo '+0.050000 b > server SYN'
	conversation b 1.1 | sed '1s/SYN/SYN seq 0/'
	conversation c 3
}
{ scene; packets; again_of b 0.101 4; again_of c 0.201 4; } | make lossy-third 7778
late_syn | make lossy-syn 7779
synscope check -q --record -o runs.xml lossy.pcap lossy-otherwise.pcap lossy-third.pcap
synscope check -q --expect runs.xml lossy-syn.pcap >says 2>&1
verdict $? 'a path that lost some in several runs may lose a SYN'
synscope check -q --baseline lossy.pcap lossy-syn.pcap >says 2>&1
test $? = 1 && grep -q 'retransmission: a SYN came again: ' says
verdict $? '... but not one that is known of one run alone'

# --- what is shown of it ---

umlauts=$(printf '%040d' 0 | sed 's/0/ä/g')
echo "<expectations><capture><flow><contains from=\"client\">$umlauts</contains></flow></capture></expectations>" >long.xml
synscope check -q --expect long.xml good.pcap >says 2>&1
test $? = 1 && grep -q 'ää[.][.][.], but' says
verdict $? 'what is long is cut between two characters'

# --- leniency ---

for words in '--ignore count --ignore content@:7000' '--tolerance count=1 --ignore content'; do
	# shellcheck disable=SC2086
	synscope check -q --baseline good.pcap $words dropped.pcap >says 2>&1
	verdict $? "a missing flow passes with $words"
done
synscope check -q --baseline good.pcap --tolerance 'handshake=200 ms' --tolerance 'half-closed=1 s' slow.pcap >says 2>&1
verdict $? 'a slow handshake passes within its tolerance'
synscope check -q --baseline good.pcap --ignore count extra.pcap >says 2>&1
verdict $? 'where the count is ignored it does not matter how many have which bytes'
synscope check -q --baseline good.pcap --ignore count changed.pcap >says 2>&1
test $? = 1 && grep -q 'content from server: ' says
verdict $? '... but what bytes they have does'
for said in handshake=5 open=1 content=1 count=; do
	synscope check -q --baseline good.pcap --tolerance "$said" good.pcap >says 2>&1
	test $? = 2 && grep -q -- '--tolerance wants FACT=VALUE' says
	verdict $? "--tolerance $said is refused"
done

# --- the other ways to write the result ---

for name in good changed reset no-server; do cp $name.pcap "a & b \`#$name.pcap"; done
synscope check -q --expect expect.xml --junit junit.xml --tap result.tap --sarif result.sarif \
    --markdown summary.md --figures figures --github a*changed.pcap a*good.pcap a*reset.pcap a*no-server.pcap >says 2>&1
test $? = 1 && grep -q '^::error file=expect.xml,line=[0-9]*,title=flows to %3A7000%3A directions::a & b `#no-server.pcap: ' says
verdict $? 'annotations name the file and the line that expected it'
if has 'JUnit XML has a case for each expectation' xmllint; then
	xmllint --xpath 'concat(count(//testsuite), " ", count(//testcase), " ", count(//failure), " ", //testsuites/@failures)' \
	    junit.xml >says 2>&1
	cases=$(sed -n '2s/^1\.\.//p' result.tap)
	test "$(cat says)" = "4 $cases 3 3"
	verdict $? "$what"
fi
test "$(grep -c '^ok\|^not ok' result.tap)" = "$(sed -n '2s/^1\.\.//p' result.tap)" &&
    test "$(grep -c '^not ok' result.tap)" = 3 && grep -q '^  line: [0-9]' result.tap
verdict $? 'TAP has as many tests as it plans'
if has '... as its parser says' prove; then
	sed 1d result.tap >tap13
	prove -Q --exec cat tap13 >says 2>&1
	grep -q 'Failed tests:  1-3' says && ! grep -q 'Parse error' says
	verdict $? "$what"
fi
if has 'SARIF points to the lines of the expectations' python3; then
	python3 -c '
import json
run = json.load(open("result.sarif"))["runs"][0]
rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
assert len(rules) == len(set(rules)) and len(run["results"]) == 3
for r in run["results"]:
    place = r["locations"][0]["physicalLocation"]
    line = open("expect.xml").read().split("\n")[place["region"]["startLine"] - 1]
    assert place["artifactLocation"]["uri"] == "expect.xml" and "<" + r["ruleId"] in line
' >says 2>&1
	verdict $? "$what"
fi
grep -q '^    participant ' summary.md && grep -q 'in `` a & b `#no-server.pcap ``\|in ``a & b `#no-server.pcap``' summary.md
verdict $? 'the summary has a ladder, and foreign names in code'
test "$(ls figures)" = '01-directions.svg
02-close.svg
03-content.svg'
verdict $? 'each failure has its figure'
synscope check -q --baseline endless.pcap --figures apart endless-changed.pcap >says 2>&1
frame=$(sed -n 's/.*see .*: frame \([0-9]*\)$/\1/p' says)
grep -q "id=\"frame-$frame\"" apart/01-begins.svg && ! grep -q "id=\"frame-$((frame + 9))\"" apart/01-begins.svg
verdict $? '... in which the packet that shows it is drawn apart'
synscope check -q --baseline good.pcap --figures alone slow.pcap >says 2>&1
grep -q 'id="frame-11"' alone/01-handshake.svg
verdict $? '... and the only flow to blame by its packets'
synscope check -q --baseline good.pcap --sarif - -o text.txt changed.pcap >says 2>&1
grep -q '"uri":"changed.pcap"' says && grep -q FAILED text.txt
verdict $? 'of a baseline, SARIF points to the capture'

# --- a check of nothing is none ---

echo '<expectations><capture file="other.pcap"><total><flows>any</flows></total></capture></expectations>' >other.xml
synscope check -q --expect other.xml good.pcap >says 2>&1
test $? = 1
verdict $? 'expectations of another capture fail'
# holds WHAT FACTS: of reset.pcap, where one of three flows ends by an RST ACK
holds()
{
	echo "<expectations><capture><flow>$2</flow></capture></expectations>" >holds.xml
	synscope check -q --expect holds.xml reset.pcap >says 2>&1
	verdict $? "$1"
}
echo '<expectations><capture><sockets at="+1"><count>none</count></sockets></capture></expectations>' >holds.xml
synscope check -q --expect holds.xml reset.pcap >says 2>&1
test $? = 1 && grep -q ': [0-9]* more sockets: sockets: count: expected none, but it is ' says
verdict $? 'sockets that are too many are found'
holds 'what one has the others need not' '<close flows="1">reset-by-server</close>'
holds '... or none has it' '<close flows="none">timeout</close>'
holds '... or few have' '<close flows="at most 2">fin</close>'
holds '... and of steps alike' '<sequence flows="1">client SYN, server RST</sequence>'
holds 'an RST is one with an ACK, too, a SYN is not' '<packets flags="RST" flows="1">1</packets>
    <packets flags="SYN">1</packets><packets flags="FIN" from="client">1</packets>'
echo '<expectations><capture><flow><close flows="none">fin</close></flow></capture></expectations>' >holds.xml
synscope check -q --expect holds.xml reset.pcap >says 2>&1
test $? = 1 && grep -q 'close: expected none fin, but it is 2 fin, 1 reset-by-server: flow 3 .*, flow 1 ' says
verdict $? 'who has what none should have is to blame, and nobody else'
echo '<expectations><capture><flow><packets flags="RST">none</packets><rtt of="median">at least 1 s</rtt></flow></capture></expectations>' >holds.xml
synscope check -q --expect holds.xml reset.pcap >says 2>&1
test $? = 1 && grep -q 'flows: packets (RST): expected none, but' says && grep -q 'flows: rtt (median): ' says
verdict $? 'what fails says of which packets, or of which of all values'
echo '<expectations><capture><flow server=":9"><open>any</open></flow></capture></expectations>' >none.xml
synscope check -q --expect none.xml good.pcap >says 2>&1
test $? = 1 && grep -q 'flows to :9: there is none' says
verdict $? 'a group without members fails'
echo '<expectations><capture><flow server=":7000"/></capture></expectations>' >some.xml
synscope check -q --expect some.xml good.pcap >says 2>&1
test $? = 0 && grep -qx '1 passed, 0 failed' says
verdict $? '... and one of which nothing else is expected passes where it has some'
synscope check -q --expect none.xml "$srcdir/captures/bad-not-a-capture.pcap" >says 2>&1
test $? = 2
verdict $? 'a capture that cannot be read is trouble'

# --- the shipped experiments, and the manual's examples ---

for folder in blog-2019 linux-6.18; do
	synscope check -q --expect "$srcdir/captures/$folder/expect.xml" --experiment "$srcdir/captures/$folder/experiment.xml" \
	    "$srcdir/captures/$folder" >says 2>&1
	verdict $? "$folder is as it is expected to be"
done
awk '/^\.Ed/ { inside = 0 } inside { print } /^\.Bd/ { inside = 1 }' "$srcdir/man/synscope-expect.5" |
    sed -e 's/\\e/\\/g' -e '/^expect.xml: line/d' | awk -v work="$work" '
	/^<\?xml/ { in_doc = 1 }
	in_doc { doc = doc $0 "\n" }
	!in_doc { parts = parts $0 "\n" }
	/^<\/expectations>/ { in_doc = 0 }
	END {
		printf "%s", doc >(work "/example.xml")
		printf "<expectations><capture>\n%s</capture></expectations>\n", parts >(work "/facts.xml")
	}'
for example in example facts; do
	synscope check -q --expect $example.xml good.pcap >says 2>&1
	test $? = 1 && ! grep -q '^synscope:' says
	verdict $? "the manual's $example can be read"
done
# Every fact has an example there.
sed -n 's/^FACT([A-Z_]*, \([A-Z]*\), "\([a-z-]*\)".*/\1 \2/p' "$srcdir/src/check/fact.def" |
    while read -r scope fact; do
	grep -q "^ *<$fact[ >]" facts.xml || echo "$scope: $fact"
done >says
silent 'the manual has an example of every fact'
plan
