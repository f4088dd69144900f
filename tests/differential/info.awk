# Two files: tshark's fields, and our list of packets as text. Prints a line for
# each packet of ours of which they say something else, then how many segments
# there were and how many of them are alike.
BEGIN {
	FS = "\t"
}

# What carries the packet may add words of its own: a tunnel's name, a firewall's verdict.
NR == FNR {
	sub(/^GTP </, "", $2)
	sub(/>$/, "", $2)
	sub(/^\[[a-z]+ [^ ]*\/[-0-9]*\] /, "", $3)
	protocol[$1] = $2
	info[$1] = $3
	first = first ? first : $1
	next
}

# Headings stand where the columns do; their arrows are no wider here, in bytes.
FNR == 1 {
	protocol_at = index($0, "Protocol")
	info_at = index($0, "Info")
	next
}

{
	listed++
	frame = $0
	sub(/^ */, "", frame)
	sub(/ .*/, "", frame)
	ours = substr($0, protocol_at)
	sub(/ .*/, "", ours)
	words = substr($0, info_at)
	gsub(/\302\240/, " ", words)
	theirs = info[frame]
	sub(/ *$/, "", theirs)
	# Who finds a packet in what carries it is asked by marks.sh.
	if (protocol[frame] !~ /^(TCP|UDP|ICMP|ICMPv6)$/)
		next
	is_tcp = protocol[frame] == "TCP"
	count += is_tcp
	if (protocol[frame] == ours && theirs == words)
		same += is_tcp
	else
		printf "differs\t%s\t%s\t%s %s\t%s %s\n", name, frame, protocol[frame], theirs, ours, words
}

END {
	# What is not packets, we list nothing of; else that would be the end of all differences.
	if (first && !listed)
		printf "differs\t%s\t%s\t%s\t%s\n", name, first, protocol[first] " " info[first], "nothing"
	printf "count\t%d\t%d\n", count, same
}
