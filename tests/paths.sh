#!/bin/sh
# Files are where pages and comments say, and none lies about that is not built.
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
	test ! -s "$work/says"
	verdict $? "$page names files that are there"
done

for room in src/*/; do
	room=${room%/}
	# A name alone is of this room, or of any other.
	grep -o -h '[a-z0-9_*]*[a-z0-9_*/]*[a-z0-9_]\.c\>' "$room"/*.[ch] | sort -u |
		while read -r name; do
			is_there "$name" || echo "$name"
		done >"$work/says"
	test ! -s "$work/says"
	verdict $? "comments in $room name files that are there"
	for file in "$room"/*.[ch] "$room"/*.def; do
		test ! -f "$file" || grep -q "/${file##*/}\\>" "$room/local.mk" Makefile.am || echo "$file"
	done >"$work/says"
	test ! -s "$work/says"
	verdict $? "every file of $room is built"
done
plan
