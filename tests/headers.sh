#!/bin/sh
# Every header compiles alone, so that includes may stand in any order.
. "${srcdir:=.}/tests/support/tap.sh"
for header in $(cd "$srcdir" && find src -name '*.h' | sort); do
	# shellcheck disable=SC2086 # CC and the flags are lists of words
	echo "#include \"${header#src/}\"" |
		${CC:-cc} $CPPFLAGS $CFLAGS -Werror -fsyntax-only -x c - >"$work/says" 2>&1
	verdict $? "$header compiles alone"
done
plan
