#!/bin/sh
# Each experiment.xml keeps to its schema and names what is there, and snapshots
# are what the manual says.
. "${srcdir:=.}/tests/support/tap.sh"
schema=$srcdir/src/recorded/experiment.rng
manual=$srcdir/man/synscope-experiment.5

# --- the documents ---

# refused WHAT SED: the manual's example with this change is no experiment.
refused()
{
	has "an experiment with $1 is refused" xmllint || return
	sed "$2" "$work/example.xml" >"$work/changed.xml"
	! cmp "$work/example.xml" "$work/changed.xml" >"$work/says" 2>&1 &&
		! xmllint --noout --nonet --relaxng "$schema" "$work/changed.xml" >"$work/says" 2>&1
	verdict $? "an experiment with $1 is refused"
}

sed -n '/^<?xml/,/^<.experiment>/p' "$manual" >"$work/example.xml"
for experiment in "$captures"/*/experiment.xml; do
	folder=${experiment%/*}
	valid "${folder##*/}/experiment.xml keeps to the schema" "$experiment" "$schema"
	sed -n 's/.* file="\([^"]*\)".*/\1/p' "$experiment" | while read -r file; do
		test -s "$folder/$file" || echo "$file"
	done >"$work/says"
	silent "${folder##*/}/experiment.xml names files that are there"
	(cd "$folder" && ls ./*.cap ./*.txt) | while read -r file; do
		grep -q "file=\"${file#./}\"" "$experiment" || echo "$file"
	done >"$work/says"
	silent "${folder##*/}/experiment.xml names all files that are there"
done
valid "the manual's example keeps to the schema" "$work/example.xml" "$schema"
refused 'a file of another folder' 's,file="listen.cap",file="../listen.cap",'
refused 'no file in a capture' 's,file="listen.cap",,'
refused 'a stage that there is not' 's,stage="listen",stage="accept",'
refused 'a backlog below zero' 's,backlog="0",backlog="-1",'
refused 'a time that is none' 's,until="+40",until="noon",'
refused 'a time without its zone' 's,until="+40",until="2019-05-20T16:50:59",'
refused 'a client that did not connect' 's,connect="pending",,'
refused 'an element of no other namespace' 's,<title>.*</title>,&<note/>,'
sed 's,<title>.*</title>,&<n:note xmlns:n="urn:x" n:at="1">a<b/></n:note>,' \
	"$work/example.xml" >"$work/foreign.xml"
valid 'an element of another namespace is passed over' "$work/foreign.xml" "$schema"

# --- the snapshots ---

for snapshots in "$captures"/*/*.netstat.txt "$captures"/*/*.ss.txt; do
	awk '
		/^$/ || /^# at [0-9]+[.][0-9]+$/ || /^#( [^a]| a[^t]|$)/ { next }
		/^Active Internet connections/ || /^Proto Recv-Q Send-Q/ { next }
		/^State +Recv-Q +Send-Q/ { next }
		/^tcp6? +[0-9]+ +[0-9]+ [^ ]*:[0-9]+ +[^ ]*:[0-9*]+ +[A-Z_0-9]+$/ { next }
		/^[A-Z0-9-]+ +[0-9]+ +[0-9]+ +[^ ]*:[0-9]+ +[^ ]*:[0-9*]+$/ { next }
		{ print NR ": " $0 }
	' "$snapshots" >"$work/says"
	silent "${snapshots#"$captures"/} is made of lines that the manual knows"
done

plan
