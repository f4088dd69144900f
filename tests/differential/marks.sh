#!/bin/sh
# Ours against tshark: the marks of every frame, and which frames share a flow.
#
# Reads the captures of captures/, and of $SYNSCOPE_CORPUS (a folder) where that
# is set. A difference fails, unless known.tsv says why we think so; a line of
# known.tsv that no longer differs fails too, if its capture is there.
. "${srcdir:=.}/tests/differential/tshark.sh"

# folder<TAB>path in it
all_captures()
{
	for folder in "$captures" ${SYNSCOPE_CORPUS:+"$SYNSCOPE_CORPUS"}; do
		captures_in "$folder" | sed "s|^|$folder	|"
	done
}

# tshark reads gzip itself; what else we can read is unpacked for it here.
unpacked()
{
	case $1 in
	*.xz) unpack=xz ;;
	*.zst) unpack=zstd ;;
	*.lz4) unpack=lz4 ;;
	*) echo "$1" && return ;;
	esac
	command -v "$unpack" >/dev/null || return
	"$unpack" -dc <"$1" >"$work/unpacked" 2>/dev/null
	echo "$work/unpacked"
}

theirs()
{
	set -- "$1" retransmission fast_retransmission spurious_retransmission \
		out_of_order duplicate_ack lost_segment ack_lost_segment keep_alive \
		keep_alive_ack zero_window zero_window_probe zero_window_probe_ack \
		window_full window_update reused_ports
	file=$1
	shift
	for mark; do
		set -- "$@" -e "tcp.analysis.$mark"
		shift
	done
	tshark -n -r "$file" -Y tcp -T fields -E separator=/t -E occurrence=a \
		-E aggregator=, -e frame.number -e frame.protocols -e tcp.stream \
		-e tcp.len -e _ws.malformed -e _ws.short "$@" 2>/dev/null
}

all_captures >"$work/captures"
: >"$work/known"
while IFS='	' read -r folder name; do
	file=$folder/$name
	plain=$(unpacked "$file")
	if test -z "$plain"; then
		skip "$name" 'nothing here unpacks it'
		continue
	fi
	theirs "$plain" >"$work/theirs"
	synscope packets --format jsonl "$file" >"$work/ours" 2>/dev/null </dev/null
	awk -v name="$name" -v used="$work/used" -v expected="$work/known" \
		-f "$here/compare.awk" "$here/known.tsv" "$work/theirs" "$work/ours" >"$work/compared"
	sed 1d "$work/compared" >"$work/says"
	alike "$(sed -n 1p "$work/compared")"
done <"$work/captures"
none_is_stale "$work/known"
plan
