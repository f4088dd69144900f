#!/bin/sh
# Every header compiles alone, so that includes may stand in any order.
CC=${CC:-cc}
headers=$(cd "${srcdir:=.}" && find src -name '*.h' | LC_ALL=C sort)
echo "1..$(echo "$headers" | wc -l)"
for header in $headers; do
	# shellcheck disable=SC2086 # CC and the flags are lists of words
	if says=$(echo "#include \"${header#src/}\"" |
	    $CC $CPPFLAGS $CFLAGS -Werror -fsyntax-only -x c - 2>&1); then
		echo "ok - $header compiles alone"
	else
		echo "not ok - $header compiles alone"
		echo "$says" | sed 's/^/# /'
	fi
done
