#!/bin/sh
# Reports in a real browser: what their script does, and that they ask nobody for anything.
# SYNSCOPE_AXE may name axe-core's axe.min.js; then its rules are asked, too.
. "${srcdir:=.}/tests/support/tap.sh"
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
mkdir "$work/hostile-in"
name=$(printf 'a"><img src=x onerror=alert(1)>\342\200\256\033[31m\377.pcapng')
cp "$captures/good-format-pcapng-notes.pcapng" "$work/hostile-in/$name" 2>/dev/null ||
	cp "$captures/good-format-pcapng-notes.pcapng" \
		"$work/hostile-in/a<img src=x onerror=alert(1)>.pcapng"
cp "$captures/odd-queue-full.pcap" "$work/hostile-in/b.pcap"
cat >"$work/hostile-in/experiment.xml" <<'END'
<experiment kernel="&lt;svg onload=alert(1)&gt;">
<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#x202e;&#x2066;</title>
<about>&lt;!--&lt;iframe src="javascript:alert(1)"&gt; ]]&gt; &amp;lt;b&amp;gt;</about>
<capture file="b.pcap">
<title>javascript:alert(1)//&lt;/h1&gt;</title>
<server local="192.0.2.80:17777" stage="listen">"' onmouseover=alert(1) x='</server>
<client name="&lt;b&gt;" connect="ok">&lt;style&gt;*{display:none}&lt;/style&gt;</client>
<output program="&lt;/summary&gt;">&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;</output>
</capture>
</experiment>
END
made hostile "$work/hostile-in"
made hostile-plain --template plain "$work/hostile-in"

node "$srcdir/tests/browser/drive.js" "$chromium" "$work"
