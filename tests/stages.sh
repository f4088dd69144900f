#!/bin/sh
# What a report says of an experiment follows from its captures and what was
# recorded: here the record is bent, and the report has to notice.
. "${srcdir:=.}/tests/support/tap.sh"
blog=$captures/blog-2019

# bent SCRIPT: the blog's experiment, with its experiment.xml edited by sed
bent()
{
	rm -rf "$work/it"
	mkdir "$work/it"
	cp "$blog"/*.cap "$blog"/*.txt "$work/it"
	sed "$1" "$blog/experiment.xml" >"$work/it/experiment.xml"
	report
}

report()
{
	(cd "$work" && synscope report -q --xml - it) >"$work/report.xml" 2>"$work/errors"
	sed -n '/<comparison/,$p' "$work/report.xml" >"$work/says"
}

# says WORDS, which are fixed; or says_not
says()
{
	grep -q -F -e "$1" "$work/report.xml"
}

says_not()
{
	! says "$1"
}

bent ''
says 'The accept queue holds backlog + 1 connections: 2 captures show it, each by itself.' &&
	says_not contradict\ each && says_not 'is not as'
verdict $? 'the stages come to backlog + 1'

bent '/<capture file="listen.cap"/,/<\/capture>/s/backlog="2"/backlog="3"/'
says 'The captures contradict each other: in one of them' && says_not 'each by itself' &&
	says 'The accept queue was full with 3 connections although the backlog is 3'
verdict $? 'a backlog that does not fit is a contradiction'

bent 's/backlog="2"/backlog="5"/'
says 'did not hold backlog + 1 connections' && says_not 'holds backlog + 1 connections: '
verdict $? 'where no stage fits, nothing is concluded'

bent 's/ backlog="2"//'
says 'so 3 were in the accept queue when it was full; the backlog was not recorded' &&
	says_not 'holds backlog + 1 connections: '
verdict $? 'without a backlog, nothing is concluded'

bent 's/ stage="[a-z_]*"//'
says_not 'holds backlog + 1 connections: ' && says_not 'never called' &&
	says 'cannot be told without the backlog and the number of accept() calls'
verdict $? 'nor without knowing what the server did'

bent 's/ kernel="[^"]*"//'
says '</report>' && says_not 'odd one out' && says_not 'This ran on another system'
verdict $? 'systems that nobody names are not told apart'

bent '/name="5" local="127.0.0.1:40354"/s/connect="ok"/connect="ECONNREFUSED"/'
says 'contradicts the packets for 1 client, and agrees for 5.' &&
	grep -q 'recorded="ECONNREFUSED".*inferred="ok".*outcome="contradicts"' "$work/report.xml"
verdict $? 'a client that says something else is noticed'

bent ''
sed 's/SYN_RECV/ESTABLISHED/' "$blog/listen.netstat.txt" >"$work/it/listen.netstat.txt"
report
says 'rows of the recorded tables are not as the packets show them' &&
	grep -q '<row .*state="ESTABLISHED".*found-state="SYN_RECV".*outcome="contradicts" differs="state"' \
		"$work/report.xml"
verdict $? 'so is a table that says something else'

rm "$work/it/listen.netstat.txt"
report
says 'listen.netstat.txt belongs to the experiment, but could not be read.'
verdict $? 'a table that is missing is told'

echo 'tcp 0 0 127.0.0.1:1 127.0.0.1:2 ESTABLISHED' >"$work/secret"
ln -s ../secret "$work/it/listen.netstat.txt"
report
says 'listen.netstat.txt belongs to the experiment, but could not be read.'
verdict $? 'a link out of the folder is not followed'

bent 's|<title>Stopped after socket()|<title><![CDATA[<b onclick="x">]]>\&#x202e;|
s|<capture file="socket.cap">|&|
s|<snapshot file="socket.netstat.txt"/>|<output program="\&lt;i>"><![CDATA[</pre><script>]]>\&#x2066;</output>|'
says '<line>&lt;/pre&gt;&lt;script&gt;\u2066</line>' && says '&lt;b onclick="x"&gt;\u202e' &&
	grep -q 'output program="&lt;i' "$work/report.xml" && says_not '<script'
verdict $? 'what an experiment says stays text'

plan
