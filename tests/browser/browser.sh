#!/bin/sh
# Reports in a real browser: what their script does, and that they ask nobody for anything.
# SYNSCOPE_AXE may name axe-core's axe.min.js; then its rules are asked, too.
. "${srcdir:=.}/tests/support/tap.sh"
. "$srcdir/tests/support/hostile.sh"
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if test -z "$chromium" || ! command -v node >/dev/null; then
	skip_all 'there is no chromium, or no node to drive it'
fi

# made NAME ARGUMENTS...: a report in $work/NAME
made()
{
	name=$1
	shift
	synscope report -q -o "$work/$name" "$@" >"$work/says" 2>&1
	test -f "$work/$name" || test -f "$work/$name/index.html" && return
	verdict 1 'a report is made'
	plan
	exit 1
}

made experiment "$captures/blog-2019"
made capture "$captures/odd-queue-full.pcap"
made chinese --lang zh_CN "$captures/blog-2019"
made plain --template plain "$captures/blog-2019"
synscope report -q --single-file "$work/single.html" "$captures/blog-2019"

# What others wrote, as hostile as they can.
hostile_folder "$work/hostile-in" || exit 99
made hostile "$work/hostile-in"
made hostile-plain --template plain "$work/hostile-in"

node "$srcdir/tests/browser/drive.js" "$chromium" "$work"
