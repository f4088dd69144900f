#!/bin/sh
# The programs of the experiment do what they are for, on the loopback interface.
# Needs no root.
. "${srcdir:=.}/tests/support/tap.sh"
programs=$builddir/captures/record
running=
trap 'test -z "$running" || kill $running 2>/dev/null; rm -rf "$work"' 0

# run_server OPTION...: its port comes to be in $port.
run_server()
{
	"$programs/server" -t 10 -p 0 "$@" >"$work/server" 2>&1 &
	running=$!
	tries=50 port=
	while test -z "$port" && test $tries -gt 0; do
		sleep 0.1
		tries=$((tries - 1))
		port=$(sed -n 's/.* bind .*:\([0-9]*\)$/\1/p' "$work/server")
	done
}

# Until the server has said it, or five seconds have gone.
wait_for()
{
	tries=50
	until grep -q "$1" "$work/server" || test $tries = 0; do
		sleep 0.1
		tries=$((tries - 1))
	done
}

stop_server()
{
	kill $running 2>/dev/null
	wait $running
	running=
	cat "$work/server" "$work/client" >"$work/says"
}

# said FILE HOW-OFTEN PATTERN
said()
{
	test "$(grep -c -e "$3" "$work/$1")" -eq "$2"
}

run_server -r 0 accept_once
if grep -q '^bind: ' "$work/server"; then
	skip_all 'there is no 127.0.0.1 here'
fi
"$programs/client" -p "$port" -n 2 -t 1 >"$work/client" 2>&1
wait_for ' end$'
stop_server
said client 2 'connect ok$' && said client 1 '\[3\] .* write 15 \[3\]Send Message$' &&
    said client 1 '\[4\] .* write 15 \[4\]Send Message$'
verdict $? 'two clients connect and write what the blog shows'
said server 1 'accept$' && said server 1 '\[1\] .* read 15$' && said server 1 ' exit$'
verdict $? 'a server in the stage accept_once accepts one of them'
client=$(sed -n 's/.* \(127[^ ]*\) accept$/\1/p' "$work/server")
said client 1 "$client connect ok"
verdict $? 'both call a connection by the same name'

run_server bind
"$programs/client" -p "$port" -n 1 -t 1 >"$work/client" 2>&1
stop_server
said server 1 ' bind ' && said server 0 ' listen ' && said client 1 'connect ECONNREFUSED$'
verdict $? 'nobody connects to a server in the stage bind'

run_server -i 0 -r 0 -s 0.1 -e accept_times
"$programs/client" -p "$port" -n 1 -t 2 -m 3000 -r 0 -e >"$work/client" 2>&1
stop_server
said client 1 'write 3000$' && said client 1 ' end$' && said client 1 ' close$' &&
    said server 1 ' shutdown$' && said server 1 ' close$'
verdict $? 'a half-close is read as an end, and answered by a close'

run_server -i 0 -x 0.1 accept_times
"$programs/client" -p "$port" -n 1 -t 1 -r 0 >"$work/client" 2>&1
stop_server
said server 1 ' reset$' && said client 1 'read ECONNRESET$'
verdict $? 'a reset is read as one'

"$programs/server" -b many listen >"$work/says" 2>&1
test $? = 2 && "$programs/client" -n 0 >>"$work/says" 2>&1
test $? = 2
verdict $? 'options that make no sense are refused'
plan
