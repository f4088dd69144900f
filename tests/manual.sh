#!/bin/sh
# mandoc has nothing to say about any page of the manual, and takes no word of a
# heading for a macro, as it does "In".
. "${srcdir:=.}/tests/support/tap.sh"
command -v mandoc >/dev/null || skip_all 'there is no mandoc'
for page in "$srcdir"/man/*.[0-9]; do
	mandoc -T lint -W style "$page" >"$work/says" 2>&1
	verdict $? "${page##*/} reads well to mandoc"
	mandoc -T ascii "$page" | sed "s/.$(printf '\b')//g; s/^ *//" >"$work/shown"
	sed -n 's/^\.S[hs] //p' "$page" | sed 's/\\&//g' | grep -vxF -f "$work/shown" >"$work/says"
	silent "${page##*/} shows its headings word for word"
done
plan
