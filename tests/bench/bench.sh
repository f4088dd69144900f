#!/bin/sh
# What synscope costs, as a multiple of libpcap's empty loop on the same traffic.
#
#	make bench             a fifth of the traffic; a few minutes at most
#	make bench FULL=1      all of it: 1 and twice 5 million packets, 1.7 GB
#
# From the environment: RUNS (5), KINDS ("ordinary tiny flood"), OTHERS=no to
# leave tshark and tcptrace out, and BENCH_DIR, a folder in which the traffic
# stays for the next time.
: "${srcdir:=.}" "${builddir:=.}" "${CC:=cc}" "${CFLAGS:=-O2}" "${PCAP_LIBS:=-lpcap}"
: "${FULL:=0}" "${RUNS:=5}" "${KINDS:=ordinary tiny flood}" "${OTHERS:=yes}"
synscope=$(cd "$builddir" && pwd)/synscope
here=$srcdir/tests/bench
LC_ALL=C
export LC_ALL

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' 0
trap 'exit 2' 1 2 15
: "${BENCH_DIR:=$work}"

for tool in mktraffic emptyloop measure; do
	# shellcheck disable=SC2086 # lists of words
	$CC -std=c11 -D_GNU_SOURCE $CFLAGS -o "$work/$tool" "$here/$tool.c" $PCAP_LIBS || exit 2
done
PATH=$work:$PATH

packets_of()
{
	case $1 in
	ordinary) count=1000000 ;;
	*) count=5000000 ;;
	esac
	test "$FULL" = 1 || count=$((count / 5))
	echo $count
}

# row NAME RUNS [MEASURE-OPTION...] COMMAND...
row()
{
	name=$1 runs=$2
	shift 2
	if costs=$(measure -n "$runs" "$@" 2>"$work/says"); then
		test -n "$yardstick" || yardstick=$costs
		echo "$name $costs $yardstick" | awk -v packets="$packets" -v flows="$flows" '{
			printf "  %-28s %8.3f %8.3f %8.2f %7.0f %8.1f %9.0f\n", $1, $2, $3,
			    $2 / ($5 > 0 ? $5 : 0.001), $2 * 1e9 / packets, $4 / 1024,
			    ($4 - $7) * 1024 / flows
		}'
	else
		printf '  %-28s failed, or wanted too much time or memory\n' "$name"
		sed -n 's/^/    /;1,2p' "$work/says"
	fi
}

# Others may need hours, or more memory than there is.
bounds='-t 60 -m 6000'
test "$FULL" = 1 && bounds='-t 600 -m 12000'

# shellcheck disable=SC2086 # $bounds is a list of words
for kind in $KINDS; do
	packets=$(packets_of "$kind")
	capture=$BENCH_DIR/$kind-$packets.pcap
	test -s "$capture" && test -s "$capture.flows" ||
	    mktraffic -n "$packets" "$kind" "$capture" >"$capture.flows" || exit 2
	flows=$(cat "$capture.flows")
	cat "$capture" >/dev/null # into the page cache

	echo
	echo "$kind: $packets packets, $flows flows, $(($(wc -c <"$capture") / 1000000)) MB"
	printf '  %-28s %8s %8s %8s %7s %8s %9s\n' '' 'CPU s' 'clock s' 'x empty' ns/pkt 'peak MB' bytes/flow
	yardstick=
	row empty-loop "$RUNS" emptyloop "$capture"
	row synscope-flows "$RUNS" "$synscope" flows "$capture"
	row synscope-flows-jsonl "$RUNS" "$synscope" flows --format jsonl "$capture"
	row synscope-packets-jsonl "$RUNS" -p "$synscope" packets --format jsonl "$capture"
	if test "$OTHERS" = yes && command -v tshark >/dev/null; then
		row tshark-fields 1 $bounds -p tshark -n -r "$capture" -T fields -e frame.number \
		    -e tcp.stream -e tcp.analysis.flags -e tcp.analysis.retransmission
		row tshark-conversations 1 $bounds tshark -n -q -r "$capture" -z conv,tcp
	fi
	if test "$OTHERS" = yes && command -v tcptrace >/dev/null; then
		row tcptrace 1 $bounds tcptrace -n -l "$capture"
	fi
	test "$BENCH_DIR" != "$work" || rm -f "$capture"
done
