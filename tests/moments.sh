#!/bin/sh
# The table at a moment, and each change until then: both come to the same, of
# every capture that we ship, at moments between its changes. To ask others too:
# SYNSCOPE_CORPUS=FOLDER.
. "${srcdir:=.}/tests/support/tap.sh"

# Where two changes are at least 20 microseconds apart, the middle; of many, some.
moments_of()
{
	awk -F , 'NR > 1 && $1 - last > 2e-5 { if (last) middle[n++] = (last + $1) / 2 }
		NR > 1 { last = $1 }
		END {
			step = n > 40 ? n / 40 : 1
			for (i = 0; i < n; i += step)
				printf "%.6f\n", middle[int(i)]
		}' "$1"
}

# An end at a moment is as its last change left it; what is gone has no row. A
# socket that listens is known by its name, an end by its flow and side.
at_moments()
{
	awk -F , -v OFS=, '
		function who() { return $(NF - 1) == "" ? $3 : $(NF - 1) " " $NF }
		function what() { return $3 "," $4 "," $5 "," $6 "," $7 "," $8 "," $10 "," $11 }
		FNR == 1 { file++ }
		file == 1 { moment[++moments] = $1; next }
		FNR == 1 { next }
		{
			while (at < moments && moment[at + 1] < $1)
				tell(moment[++at])
			state[who()] = $5 == "CLOSED" ? "" : what()
		}
		function tell(when,	end) {
			for (end in state)
				if (state[end] != "")
					print when, end, state[end]
		}
		END {
			while (at < moments)
				tell(moment[++at])
		}' "$work/moments" "$1" | sort
}

tables()
{
	awk -F , -v OFS=, '
		NR > 1 { print substr($1, 1, length($1) - 3), $(NF - 1) == "" ? $3 : $(NF - 1) " " $NF, $3, $4, $5, $6, $7, $8, $10, $11 }' "$1" | sort
}

# Where the clock was set back, a moment can lie on both sides of a packet.
goes_back()
{
	synscope packets -q --format jsonl "$1" 2>/dev/null |
		awk -F '"time":"' '{ split($2, part, /["]/); if (part[1] + 0 < last) back = 1; last = part[1] + 0 }
			END { exit !back }'
}

check()
{
	if goes_back "$1"; then
		return
	fi
	synscope sockets -q --format csv "$1" >"$work/changes" 2>"$work/says"
	status=$?
	test $status -le 1 && test -s "$work/changes" || return
	moments_of "$work/changes" >"$work/moments"
	test -s "$work/moments" || return
	set -- "$1"
	capture=$1
	shift
	while read -r moment; do
		set -- "$@" --at "$moment"
	done <"$work/moments"
	synscope sockets -q --format csv "$@" "$capture" >"$work/tables" 2>"$work/says"
	at_moments "$work/changes" >"$work/expected"
	tables "$work/tables" >"$work/actual"
	diff -a "$work/expected" "$work/actual" >"$work/says"
	verdict $? "${capture#"$captures"/}"
}

for capture in "$captures"/*.pcap* "$captures"/*/*.cap; do
	check "$capture"
done
echo "$count captures have moments to ask about" >"$work/says"
test $count -ge 80
verdict $? 'hardly a capture is passed over'
synscope sockets --every 0.0001 "$captures/good-handshake.pcap" >"$work/tables" 2>"$work/says"
grep -q 'shows a pause of 5 s before frame 11' "$work/says"
verdict $? 'a pause of very many tables is told'
if test -n "${SYNSCOPE_CORPUS-}"; then
	for capture in "$SYNSCOPE_CORPUS"/*; do
		test -f "$capture" && check "$capture"
	done
fi
plan
