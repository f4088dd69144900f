#!/bin/sh
# The first example of the README is what one sees, as far as it goes.
. "${srcdir:=.}/tests/support/tap.sh"
example=$(sed -n '/^    \$ synscope/,/^$/s/^    //p' "$srcdir/README.md")
command=$(echo "$example" | sed -n '1s/^\$ //p')
expected=$(echo "$example" | sed -e 1d -e '/^\.\.\.$/d')
lines=$(echo "$expected" | wc -l)
(cd "$captures" && eval "$command") 2>&1 | head -n "$lines" >"$work/says"
test -n "$command" && test "$expected" = "$(cat "$work/says")"
verdict $? 'the first example of the README is what one sees'
plan
