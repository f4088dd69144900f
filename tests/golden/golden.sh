#!/bin/sh
# The program as users run it: one line of LIST, one file of what they see.
#
#	golden.sh [NAME...]           test these, or all; print TAP
#	golden.sh --update NAME|all   write the file anew, to be read like code
#
# The arguments in LIST are shell words, and what follows them may be a
# redirection or a pipe. They run inside captures/, which may be read-only;
# $TMP is a folder of their own that is empty at the start.
. "${srcdir:=.}/tests/support/tap.sh"
here=$srcdir/tests/golden
export TMP

# For lines of LIST: the good- captures whose script includes this, equal lines counted.
made_of()
{
	grep -l "include/$1" good-*.script | while read -r script; do
		ls "${script%.script}".pcap*
	done
}

tally()
{
	tr -d '\r' | sort | uniq -c | sed 's/^ *//'
}

# What a person would see: the command, standard output, standard error, status.
show()
{
	TMP=$work/tmp
	rm -rf "$TMP" && mkdir "$TMP" || exit 99
	(cd "$captures" && eval "synscope $1") >"$work/stdout" 2>"$work/stderr" </dev/null
	status=$?
	printf '$ synscope%s\n' "${1:+ $1}"
	cat "$work/stdout"
	# A last line that does not end is told apart from one that does.
	test -z "$(tail -c 1 "$work/stdout")" || echo '\ no newline at the end'
	if test -s "$work/stderr"; then
		echo '--- standard error'
		cat "$work/stderr"
	fi
	echo "--- exit status $status"
}

# name<TAB>arguments
lines()
{
	sed -e '/^#/d' -e '/^[ 	]*$/d' \
	    -e 's/^\([^ 	]*\)[ 	]*/\1	/' "$here/LIST"
}

chosen()
{
	case " $* " in
	'  ' | ' all ') lines ;;
	*) lines | awk -F '\t' -v names=" $* " 'index(names, " " $1 " ")' ;;
	esac
}

if test "$1" = --update; then
	shift
	test -n "$1" || { echo 'usage: make update-golden T=name (or T=all)' >&2; exit 2; }
	chosen "$@" >"$work/chosen"
	test -s "$work/chosen" || { echo "$here/LIST names no $*" >&2; exit 2; }
	while IFS='	' read -r name arguments; do
		show "$arguments" >"$work/actual"
		cmp -s "$work/actual" "$here/$name.out" && continue
		cat "$work/actual" >"$here/$name.out" && echo "wrote $name.out"
	done <"$work/chosen"
	exit
fi

chosen "$@" >"$work/chosen"
while IFS='	' read -r name arguments; do
	show "$arguments" >"$work/actual"
	diff -a -u "$here/$name.out" "$work/actual" >"$work/says" 2>&1
	verdict $? "$name"
done <"$work/chosen"

# A name used twice, or a file that nothing names, would test nothing.
lines | cut -f 1 | sort >"$work/names"
{
	uniq -d "$work/names"
	(cd "$here" && ls) | sed -n 's/\.out$//p' | sort | comm -13 "$work/names" -
} >"$work/says"
silent 'names and files belong together'
plan
