#!/bin/sh
# Reports in a real browser: what their script does, and that they ask nobody for anything.
# SYNSCOPE_AXE may name axe-core's axe.min.js; then its rules are asked, too.
: "${srcdir:=.}" "${builddir:=.}"
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if test -z "$chromium" || ! command -v node >/dev/null; then
	echo '1..0 # SKIP there is no chromium, or no node to drive it'
	exit 77
fi
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' 0
trap 'exit 99' 1 2 15

# made NAME ARGUMENTS...: a report in $work/NAME
made()
{
	name=$1
	shift
	"$builddir/synscope" report -q -o "$work/$name" "$@" >"$work/says" 2>&1
	test -f "$work/$name" || test -f "$work/$name/index.html" && return
	echo "1..1"
	echo "not ok 1 - a report is made"
	sed 's/^/# /' "$work/says"
	exit 1
}

made experiment "$srcdir/captures/blog-2019"
made capture "$srcdir/captures/odd-queue-full.pcap"
made chinese --lang zh_CN "$srcdir/captures/blog-2019"
made plain --template plain "$srcdir/captures/blog-2019"
"$builddir/synscope" report -q --single-file "$work/single.html" "$srcdir/captures/blog-2019"

# What others wrote, as hostile as they can.
mkdir "$work/hostile-in"
name=$(printf 'a"><img src=x onerror=alert(1)>\342\200\256\033[31m\377.pcapng')
cp "$srcdir/captures/good-format-pcapng-notes.pcapng" "$work/hostile-in/$name" 2>/dev/null ||
	cp "$srcdir/captures/good-format-pcapng-notes.pcapng" \
		"$work/hostile-in/a<img src=x onerror=alert(1)>.pcapng"
cp "$srcdir/captures/odd-queue-full.pcap" "$work/hostile-in/b.pcap"
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
