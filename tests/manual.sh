#!/bin/sh
# mandoc has nothing to say about any page of the manual.
. "${srcdir:=.}/tests/support/tap.sh"
command -v mandoc >/dev/null || skip_all 'there is no mandoc'
for page in "$srcdir"/man/*.[0-9]; do
	mandoc -T lint -W style "$page" >"$work/says" 2>&1
	verdict $? "${page##*/} reads well to mandoc"
done
plan
