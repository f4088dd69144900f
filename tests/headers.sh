#!/bin/sh
# Every header compiles alone, so that includes may stand in any order; and each
# has a guard of its own, named like it.
. "${srcdir:=.}/tests/support/tap.sh"
for header in $(cd "$srcdir" && find src -name '*.h' | sort); do
	# shellcheck disable=SC2086 # CC and the flags are lists of words
	echo "#include \"${header#src/}\"" |
		${CC:-cc} $CPPFLAGS $CFLAGS -Werror -fsyntax-only -x c - >"$work/says" 2>&1
	verdict $? "$header compiles alone"
	guard=SYNSCOPE_$(echo "$header" | sed 's,^src/,,; s,^\(.*\)/\1,\1,' | tr a-z/. A-Z__)
	grep "^#ifndef $guard\$" "$srcdir/$header" >"$work/says" 2>&1
	verdict $? "$header is guarded by $guard"
done
plan
