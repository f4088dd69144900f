#!/bin/sh
# Ours against tshark: the marks of every frame, and which frames share a flow.
#
# Reads the captures of captures/, and of $SYNSCOPE_CORPUS (a folder) where that
# is set. A difference fails, unless known.tsv says why we think so; a line of
# known.tsv that no longer differs fails too, if its capture is there. Our marks follow tshark 4.0: what
# another version says differently is shown, and skipped.
: "${srcdir:=.}" "${builddir:=.}"
here=$srcdir/tests/differential
synscope=$builddir/synscope

if ! command -v tshark >/dev/null; then
	echo '1..0 # SKIP there is no tshark'
	exit 0
fi
version=$(tshark --version 2>/dev/null | sed -n '1s/^[^0-9]*\([0-9]*\.[0-9]*\).*/\1/p')
skip=
test "$version" = 4.0 || skip=" # SKIP this is tshark $version"
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' 0
trap 'exit 99' 1 2 15
# The users' own preferences would change what tshark says.
WIRESHARK_CONFIG_DIR=$work
TZ=UTC LC_ALL=C
export WIRESHARK_CONFIG_DIR TZ LC_ALL

# folder<TAB>path in it
captures()
{
	for folder in "$srcdir/captures" ${SYNSCOPE_CORPUS:+"$SYNSCOPE_CORPUS"}; do
		(cd "$folder" && find . -path ./record -prune -o -type f ! -name 'README*' \
			! -name '*.script' ! -name '*.inc' ! -name '*.md' ! -name '*.txt' \
			! -name '*.xml' ! -name '*.rng' ! -name '*.tsv' -print) |
			LC_ALL=C sort | sed "s|^\./|$folder	|"
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

captures >"$work/captures"
echo "1..$(($(wc -l <"$work/captures") + 1))"
: >"$work/expected"
: >"$work/used"
while IFS='	' read -r folder name; do
	file=$folder/$name
	plain=$(unpacked "$file")
	if test -z "$plain"; then
		echo "ok - $name # SKIP nothing here unpacks it"
		continue
	fi
	theirs "$plain" >"$work/theirs"
	"$synscope" packets --format jsonl "$file" >"$work/ours" 2>/dev/null </dev/null
	awk -v name="$name" -v skip="$skip" -v used="$work/used" \
		-v expected="$work/expected" -f "$here/compare.awk" "$here/known.tsv" "$work/theirs" "$work/ours"
done <"$work/captures"

sort -u "$work/expected" >"$work/known"
sort -u "$work/used" | comm -23 "$work/known" - >"$work/stale"
if test -s "$work/stale" && test -z "$skip"; then
	echo 'not ok - every known difference still shows'
	sed 's/^/# /' "$work/stale"
else
	echo "ok - every known difference still shows$skip"
fi
