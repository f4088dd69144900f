#!/bin/sh
# Files are where pages and comments say, none lies about that is not built, a room
# knows those to its left alone, and only cli talks.
. "${srcdir:=.}/tests/support/tap.sh"
cd "$srcdir" || exit 99

# is_there NAME: below one of the folders; words in capitals stand for any
is_there()
{
	pattern=$(echo "$1" | sed 's/[A-Z][A-Z_]*/*/g')
	for folder in . src src/* tests captures; do
		# shellcheck disable=SC2086 # the pattern is one
		ls -d $folder/$pattern >/dev/null 2>&1 && return
	done
	return 1
}

for page in ARCHITECTURE.md CONTRIBUTING.md README.md; do
	# Folders, and files of ours by what their names end in.
	grep -o '`[a-zA-Z0-9_./*-]*`' $page | tr -d '`' |
		grep -E '(^|[a-z_*])/|[A-Za-z_*]\.(c|h|def|rng|sh|awk|po)$' | sort -u |
		while read -r name; do
			is_there "${name%/}" || echo "$name"
		done >"$work/says"
	silent "$page names files that are there"
done

# Of the last four, report draws with figure; else they do not know each other.
line='base capture decode flow tcp socket analysis'
left="$line markup prose recorded"
known()
{
	case $1 in
	markup) echo base ;;
	export | figure | check) echo "$left" ;;
	report) echo "$left figure" ;;
	cli) echo "$left export figure report check" ;;
	prose | recorded) echo "${left%%"$1"*}" ;;
	*) echo "${line%%"$1"*}" ;;
	esac
}

for room in src/*/; do
	room=${room%/}
	name=${room#src/}
	grep -h '^#include "[a-z]*/' "$room"/*.[ch] | sed 's/.*"\([a-z]*\)\/.*/\1/' | sort -u |
		while read -r other; do
			case " $name $(known "$name") " in
			*" $other "*) ;;
			*) grep -n "^#include \"$other/" "$room"/*.[ch] ;;
			esac
		done >"$work/says"
	silent "$room knows rooms to its left alone"
	# A name alone is of this room, or of any other.
	grep -o -h '[a-z0-9_*]*[a-z0-9_*/]*[a-z0-9_]\.c\>' "$room"/*.[ch] | sort -u |
		while read -r name; do
			is_there "$name" || echo "$name"
		done >"$work/says"
	silent "comments in $room name files that are there"
	for file in "$room"/*.[ch] "$room"/*.def; do
		test ! -f "$file" || grep -q "/${file##*/}\\>" "$room/local.mk" Makefile.am || echo "$file"
	done >"$work/says"
	silent "every file of $room is built"
done

# --- who talks, and who formats ---

grep -nE '\<(printf|puts|putchar|perror|_?exit|abort)\(.*;|\<std(out|err)\>' src/*/*.[ch] |
	grep -v -e '^src/cli/' -e '^src/base/mem\.c:' >"$work/says"
silent 'only cli talks and exits, save for running out of memory'
grep -nE '\<(time|gettimeofday|clock_gettime)\(.*;' src/*/*.[ch] |
	grep -v '^src/cli/progress\.c:' >"$work/says"
silent 'nobody asks what time it is, save to show progress'
for room in decode flow tcp socket analysis; do
	grep -nE '^#include ("base/(text|put)\.h"|<stdio\.h>)' src/$room/*.[ch]
done >"$work/says"
silent 'before the rows, nobody formats anything'
plan
