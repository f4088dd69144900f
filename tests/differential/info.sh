#!/bin/sh
# Ours against tshark: the Info and Protocol columns of every TCP, UDP and ICMP
# packet, where no application's dissector has a say.
#
# Of the captures of captures/, every line must be the same, unless info.tsv
# says why not. Of $SYNSCOPE_CORPUS (a folder), where that is set, 99 in 100
# lines of TCP must be: captures made to break dissectors are not worth a line each.
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
WIRESHARK_CONFIG_DIR=$work
TZ=UTC LC_ALL=C
export WIRESHARK_CONFIG_DIR TZ LC_ALL

# What carries TCP, UDP and ICMP; all else is off.
tshark -G protocols 2>/dev/null | cut -f 3 | grep -vxE \
	'frame|eth|ethertype|vlan|ieee8021a[dh]|llc|sll|null|raw|loop|ppp|ppp_hdlc|pppoe[sd]|chdlc|fr|fddi|tr|arcnet|wlan.*|radiotap|ppi|nflog|pflog|mpls|pw.*|cmd|ip|ipv6.*|ah|gre|erspan|vxlan|geneve|gtp|teredo|tcp|mptcp|udp|icmp|icmpv6|data' \
	>"$work/disabled_protos"

# folder<TAB>path in it; ours carry their kind in their name
captures()
{
	(cd "$1" && find . -path ./record -prune -o -type f ! -name 'README*' ! -name 'bad-*' \
		! -name '*.script' ! -name '*.inc' ! -name '*.md' ! -name '*.txt' ! -name '*.xml' \
		! -name '*.rng' ! -name '*.tsv' ! -name '*.xz' ! -name '*.zst' ! -name '*.lz4' -print) |
		LC_ALL=C sort | sed 's|^\./||'
}

# Frames that both know, one a line: name, frame, theirs, ours, where they differ; then the count.
compared()
{
	# In two passes, as Wireshark knows all packets when it shows the first.
	tshark -n -2 -r "$1/$2" -T fields -E separator=/t -E occurrence=l -e frame.number \
		-e _ws.col.Protocol -e _ws.col.Info >"$work/theirs" 2>/dev/null
	"$synscope" draw packets --type txt "$1/$2" >"$work/ours" 2>/dev/null </dev/null
	awk -v name="$2" -f "$here/info.awk" "$work/theirs" "$work/ours"
}

captures "$srcdir/captures" >"$work/captures"
echo "1..$(($(wc -l <"$work/captures") + 2))"
grep -v '^#' "$here/info.tsv" >"$work/known"
: >"$work/used"
while read -r name; do
	compared "$srcdir/captures" "$name" | grep '^differs' | cut -f 2-5 >"$work/differ"
	cut -f 1-4 "$work/known" | grep -Fx -f - "$work/differ" >>"$work/used"
	cut -f 1-4 "$work/known" | grep -Fxv -f - "$work/differ" >"$work/new"
	if test -s "$work/new" && test -z "$skip"; then
		echo "not ok - $name"
		head -n 20 "$work/new" | sed 's/^/# /'
	else
		echo "ok - $name$skip"
	fi
done <"$work/captures"

cut -f 1-4 "$work/known" | sort -u >"$work/expected"
sort -u "$work/used" | comm -23 "$work/expected" - >"$work/stale"
if test -s "$work/stale" && test -z "$skip"; then
	echo 'not ok - every known difference still shows'
	sed 's/^/# /' "$work/stale"
else
	echo "ok - every known difference still shows$skip"
fi

if test -z "$SYNSCOPE_CORPUS"; then
	echo 'ok - 99 in 100 segments of the corpus # SKIP SYNSCOPE_CORPUS names none'
	exit 0
fi
captures "$SYNSCOPE_CORPUS" | while read -r name; do
	compared "$SYNSCOPE_CORPUS" "$name"
done | awk -F '\t' -v skip="$skip" '
	/^count/ { all += $2; same += $3 }
	END {
		good = all > 0 && same >= all * 0.99
		printf "%s - 99 in 100 segments of the corpus%s\n", good || skip ? "ok" : "not ok", skip
		printf "# %d of %d\n", same, all
	}'
