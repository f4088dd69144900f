#!/bin/sh
# Ours against tshark: the Info and Protocol columns of every TCP, UDP and ICMP
# packet, where no application's dissector has a say.
#
# Of the captures of captures/, every line must be the same, unless info.tsv
# says why not. Of $SYNSCOPE_CORPUS (a folder), where that is set, 99 in 100
# lines of TCP must be: captures made to break dissectors are not worth a line each.
. "${srcdir:=.}/tests/differential/tshark.sh"

# What carries TCP, UDP and ICMP; all else is off.
tshark -G protocols 2>/dev/null | cut -f 3 | grep -vxE \
	'frame|eth|ethertype|vlan|ieee8021a[dh]|llc|sll|null|raw|loop|ppp|ppp_hdlc|pppoe[sd]|chdlc|fr|fddi|tr|arcnet|wlan.*|radiotap|ppi|nflog|pflog|mpls|pw.*|cmd|ip|ipv6.*|ah|gre|erspan|vxlan|geneve|gtp|teredo|tcp|mptcp|udp|icmp|icmpv6|data' \
	>"$work/disabled_protos"

# Ours carry their kind in their name.
plain_captures_in()
{
	captures_in "$1" ! -name 'bad-*' ! -name '*.xz' ! -name '*.zst' ! -name '*.lz4'
}

# Frames that both know, one a line: name, frame, theirs, ours, where they differ; then the count.
compared()
{
	# In two passes, as Wireshark knows all packets when it shows the first.
	tshark -n -2 -r "$1/$2" -T fields -E separator=/t -E occurrence=l -e frame.number \
		-e _ws.col.Protocol -e _ws.col.Info >"$work/theirs" 2>/dev/null
	synscope draw packets --type txt "$1/$2" >"$work/ours" 2>/dev/null </dev/null
	awk -v name="$2" -f "$here/info.awk" "$work/theirs" "$work/ours"
}

plain_captures_in "$captures" >"$work/captures"
grep -v '^#' "$here/info.tsv" | cut -f 1-4 >"$work/known"
while read -r name; do
	compared "$captures" "$name" | grep '^differs' | cut -f 2-5 >"$work/differ"
	grep -Fx -f "$work/known" "$work/differ" >>"$work/used"
	grep -Fxv -f "$work/known" "$work/differ" >"$work/says"
	alike "$name"
done <"$work/captures"
none_is_stale "$work/known"

if test -z "$SYNSCOPE_CORPUS"; then
	skip '99 in 100 segments of the corpus are alike' 'SYNSCOPE_CORPUS names none'
else
	plain_captures_in "$SYNSCOPE_CORPUS" | while read -r name; do
		compared "$SYNSCOPE_CORPUS" "$name"
	done | awk -F '\t' '
		/^count/ { all += $2; same += $3 }
		END { if (all == 0 || same < all * 0.99) print same + 0 " of " all + 0 }' >"$work/says"
	alike '99 in 100 segments of the corpus are alike'
fi
plan
