#!/bin/sh
# The first example of the README is what one sees, as far as it goes.
: "${srcdir:=.}" "${builddir:=.}"
PATH=$(cd "$builddir" && pwd):$PATH
readme=$(cd "$srcdir" && pwd)/README.md
example=$(sed -n '/^    \$ synscope/,/^$/s/^    //p' "$readme")
command=$(echo "$example" | sed -n '1s/^\$ //p')
expected=$(echo "$example" | sed -e 1d -e '/^\.\.\.$/d')
count=$(echo "$expected" | wc -l)
actual=$(cd "$srcdir/captures" && eval "$command" 2>&1 | head -n "$count")
echo '1..1'
if test -n "$command" && test "$expected" = "$actual"; then
	echo 'ok - the first example of the README is what one sees'
else
	echo 'not ok - the first example of the README is what one sees'
	echo "$actual" | sed 's/^/# /'
fi
