#!/bin/sh
# The captures that ship are, byte for byte, what the scripts beside them say.
#
#	captures.sh           print TAP
#	captures.sh --write   write those that are not; to be read like code
. "${srcdir:=.}/tests/support/tap.sh"
cd "$captures" || exit 99

# The capture that a script is for: there already, or yet to be written.
capture_of()
{
	for suffix in pcap pcapng cap; do
		if test -e "${1%.script}.$suffix"; then
			echo "${1%.script}.$suffix"
			return
		fi
	done
	if grep -q '^format.*pcapng' "$1"; then
		echo "${1%.script}.pcapng"
	else
		echo "${1%.script}.pcap"
	fi
}

scripts=$(find . -name '*.script' | sed 's,^\./,,' | sort)
if test "$1" = --write; then
	for script in $scripts; do
		capture=$(capture_of "$script")
		mkcapture "$script" "$work/made" || exit
		cmp -s "$work/made" "$capture" && continue
		cat "$work/made" >"$capture" && echo "wrote $capture"
	done
	exit
fi

for script in $scripts; do
	capture=$(capture_of "$script")
	mkcapture "$script" "$work/made" >"$work/says" 2>&1 &&
	    cmp "$work/made" "$capture" >>"$work/says" 2>&1
	verdict $? "$capture is what its script says"
done

# Compressed copies are made by hand: the tools' bytes differ from version to version.
is_compressed()
{
	case $1 in
	*.gz | *.zst | *.xz | *.lz4) return 0 ;;
	*) return 1 ;;
	esac
}

# It was recorded: the experiment.xml beside it tells of it.
is_recorded()
{
	grep -q "<capture file=\"${1##*/}\"" "$(dirname "$1")/experiment.xml" 2>/dev/null
}

find . -path ./record -prune -o -type f ! -name '*.script' ! -name '*.inc' ! -name README \
    ! -name '*.xml' ! -name '*.rng' ! -name '*.txt' -print |
    sed 's,^\./,,' | sort >"$work/captures"
: >"$work/says"
while read -r capture; do
	is_compressed "$capture" || test -e "${capture%.*}.script" || is_recorded "$capture" ||
	    echo "$capture" >>"$work/says"
done <"$work/captures"
silent 'every capture has a script, or was recorded'

: >"$work/says"
while read -r capture; do
	name=${capture##*/}
	is_compressed "$name" && name=${name%.*}
	awk -v name="${name%.*}" '$1 == name { found = 1 } END { exit !found }' README ||
	    echo "$capture" >>"$work/says"
done <"$work/captures"
silent 'README tells of every capture'

printf '# a comment\n+0 nobody > else SYN\n' >"$work/script"
mkcapture "$work/script" "$work/made" >"$work/says" 2>&1
test $? = 2 && grep -q ':2: nobody: no such end' "$work/says"
verdict $? 'a script that makes no sense is refused by its line'
plan
