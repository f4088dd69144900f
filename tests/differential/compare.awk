# compare.awk: one capture, three files: known.tsv, tshark's fields, our rows.
# Prints what was compared, then a line for each difference; appends the lines of
# known.tsv that are about this capture to expected, and those that were needed
# to used.

BEGIN {
	FS = "\t"
	# In the order of tshark's columns, and in ours of mark.def.
	mark_count = split("retransmission fast-retransmission " \
		"spurious-retransmission out-of-order duplicate-ack lost-segment " \
		"ack-lost-segment keep-alive keep-alive-ack zero-window " \
		"zero-window-probe zero-window-probe-ack window-full window-update " \
		"port-reused", mark_names, " ")
	first_mark = 7
	# Collections put the project's name before that of its capture.
	plain_name = name
	sub(/^.*\//, "", plain_name)
	sub(/^.*__/, "", plain_name)
}

# known.tsv
FILENAME == ARGV[1] {
	if ($1 == plain_name) {
		known[$2, $3, $4] = $0
		print >>expected
	}
	next
}

# tshark: what it says nothing of (headers quoted in ICMP errors, several TCP
# layers in a frame, headers it gave up on) cannot be held against ours.
FILENAME == ARGV[2] {
	if ($2 ~ /icmp/ || $3 !~ /^[0-9]+$/ || $4 !~ /^[0-9]+$/ ||
	    $5 ~ /Packet: TCP[]:]/ || $6 ~ /: TCP truncated/) {
		passed_over[$1] = 1
		next
	}
	their_stream[$1] = $3
	their_marks[$1] = marks_of_columns()
	order[++frame_count] = $1
	next
}

# ours
tolower(value("proto")) == "tcp" {
	frame = value("frame")
	our_flow[frame] = value("flow")
	our_marks[frame] = value("marks")
	if (!(frame in their_stream) && !(frame in passed_over))
		differ(frame, "not TCP", "flow " our_flow[frame])
}

# tshark sets retransmission on its special kinds as well.
function marks_of_columns(   i, list)
{
	for (i = 1; i <= mark_count; i++)
		if ($(first_mark + i - 1) != "" &&
		    !(i == 1 && ($(first_mark + 1) != "" || $(first_mark + 2) != "")))
			list = list "," mark_names[i]
	return substr(list, 2)
}

# The value of a key of a flat JSON object, without quotes or brackets.
function value(key,   at, rest)
{
	at = index($0, "\"" key "\":")
	if (at == 0)
		return ""
	rest = substr($0, at + length(key) + 3)
	if (rest ~ /^\[/) {
		rest = substr(rest, 2, index(rest, "]") - 2)
		gsub(/"/, "", rest)
	} else {
		sub(/[,}].*/, "", rest)
		gsub(/"/, "", rest)
	}
	return rest
}

function differ(frame, theirs, ours,   line)
{
	if ((frame, theirs, ours) in known)
		line = known[frame, theirs, ours]
	else if (("*", theirs, ours) in known)
		line = known["*", theirs, ours]
	if (line != "") {
		print line >>used
		known_count++
		return
	}
	# Enough to see what is wrong; a broken rule differs everywhere.
	if (++difference_count <= 20)
		said = said sprintf("frame %s\ttshark: %s\tours: %s\n", frame, theirs, ours)
}

function or_none(list)
{
	return list == "" ? "none" : list
}

# What was said, not in which order.
function same_marks(a, b,   i, n, words, unused)
{
	n = split(a, words, ",")
	if (n != split(b, unused, ","))
		return 0
	for (i = 1; i <= n; i++)
		if (index("," b ",", "," words[i] ",") == 0)
			return 0
	return 1
}

# Numbers need not agree, but two frames that share a stream share a flow.
function compare_flows(frame,   stream, flow)
{
	stream = their_stream[frame]
	flow = our_flow[frame]
	if (!(stream in flow_of))
		flow_of[stream] = flow
	if (!(flow in stream_of))
		stream_of[flow] = stream
	if ((flow_of[stream] != flow || stream_of[flow] != stream) &&
	    !((stream, flow) in told)) {
		told[stream, flow] = 1
		differ(frame, "stream " stream, "flow " flow)
	}
}

END {
	for (i = 1; i <= frame_count; i++) {
		frame = order[i]
		if (!(frame in our_flow)) {
			differ(frame, "stream " their_stream[frame], "not TCP")
			continue
		}
		compare_flows(frame)
		if (!same_marks(their_marks[frame], our_marks[frame]))
			differ(frame, or_none(their_marks[frame]), or_none(our_marks[frame]))
	}
	printf "%s: %d TCP frames", name, frame_count
	if (known_count)
		printf ", %d explained", known_count
	if (difference_count)
		printf ", %d unexplained", difference_count
	printf "\n%s", said
}
