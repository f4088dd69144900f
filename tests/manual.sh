#!/bin/sh
# mandoc has nothing to say about any page of the manual.
if ! command -v mandoc >/dev/null; then
	echo '1..0 # SKIP there is no mandoc'
	exit 0
fi
set -- "${srcdir:=.}"/man/*.[0-9]
echo "1..$#"
for page; do
	if says=$(mandoc -T lint -W style "$page" 2>&1); then
		echo "ok - ${page##*/} reads well to mandoc"
	else
		echo "not ok - ${page##*/} reads well to mandoc"
		echo "$says" | sed 's/^/# /'
	fi
done
