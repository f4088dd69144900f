# hostile.sh: what strangers may write, to be sourced after tap.sh.

# A name: a formula, markup, quotes, an escape sequence, line ends, DEL, a control
# character of two bytes, one that turns the writing round, half a character.
hostile_name=$(printf '=1+1,<b a="x">&amp;'"'"'\033[31mred\r\n\t\177\302\205\342\200\256\377\303')

# hostile_folder FOLDER: captures that tell of themselves, and of an experiment
hostile_folder()
{
	mkdir "$1" || return
	markup='"><img src=x onerror=alert(1)>'
	cp "$captures/good-format-pcapng-notes.pcapng" "$1/$markup$hostile_name.pcapng"
	cp "$captures/odd-queue-full.pcap" "$1/told.pcap"
	printf '%s alert(1) \033\342\200\256\377\n' "$(printf '%05000d' 0 | tr 0 '<')" >"$1/printed.txt"
	cat >"$1/experiment.xml" <<'END'
<experiment kernel="&lt;svg onload=alert(1)&gt;">
<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#x202e;&#x2066;&#x85;</title>
<about>&lt;!--&lt;iframe src="javascript:alert(1)"&gt; ]]&gt; &amp;lt;b&amp;gt;</about>
<capture file="told.pcap">
<title>javascript:alert(1)//&lt;/h1&gt;</title>
<server local="192.0.2.80:17777" stage="listen">"' onmouseover=alert(1) x='</server>
<client name="&lt;b&gt;" connect="ok">=cmd|' /C calc'!A0&lt;style&gt;*{display:none}&lt;/style&gt;</client>
<output program="&lt;/summary&gt;" file="printed.txt"/>
<output program="&lt;/pre&gt;">&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;</output>
</capture>
</experiment>
END
}
