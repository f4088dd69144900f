# tap.sh: how a test that is a script begins, and what it says of its cases. To
# be sourced, before it changes folder:
#
#	. "${srcdir:=.}/tests/support/tap.sh"
#
# Then srcdir, builddir and captures are whole paths, the programs of the build
# come first, and $work is a folder of the test's own, which goes when it ends.
: "${srcdir:=.}" "${builddir:=.}"
srcdir=$(cd "$srcdir" && pwd) && builddir=$(cd "$builddir" && pwd) || exit 99
captures=$srcdir/captures
PATH=$builddir:$builddir/tests/support:$PATH
TZ=UTC LC_ALL=C
export PATH TZ LC_ALL
unset NO_COLOR COLUMNS SOURCE_DATE_EPOCH
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' 0
trap 'exit 99' 1 2 15
: >"$work/says"
count=0

# verdict WHETHER WHAT; the reason is in $work/says
verdict()
{
	count=$((count + 1))
	if test "$1" -eq 0; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		head -n 40 "$work/says" | tr -c '\n\t -~\200-\377' '?' | sed 's/^/# /'
	fi
}

# silent WHAT: nothing in $work/says speaks against it
silent()
{
	test ! -s "$work/says"
	verdict $? "$1"
}

# skip WHAT WHY
skip()
{
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

# has WHAT TOOL...: all of them, or the case, now $what, is skipped
has()
{
	what=$1
	shift
	for tool; do
		command -v "$tool" >/dev/null && continue
		skip "$what" "there is no $tool"
		return 1
	done
}

# valid WHAT FILE SCHEMA
valid()
{
	has "$1" xmllint || return
	xmllint --noout --nonet --huge --relaxng "$3" "$2" >"$work/says" 2>&1
	verdict $? "$1"
}

# skip_all WHY: the test ends here, without a case.
skip_all()
{
	echo "1..0 # SKIP $1"
	exit 0
}

# The last line of each: how many cases there were.
plan()
{
	echo "1..$count"
}
