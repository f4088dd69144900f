# tshark.sh: how the tests that hold ours against tshark begin. To be sourced.
. "${srcdir:=.}/tests/support/tap.sh"
here=$srcdir/tests/differential

command -v tshark >/dev/null || skip_all 'there is no tshark'
version=$(tshark --version 2>/dev/null | sed -n '1s/^[^0-9]*\([0-9]*\.[0-9]*\).*/\1/p')
# Another version than the one that ours follows is not held against it.
other=
test "$version" = 4.0 || other="this is tshark $version"
# The users' own preferences would change what tshark says.
WIRESHARK_CONFIG_DIR=$work
export WIRESHARK_CONFIG_DIR
: >"$work/used"

# captures_in FOLDER [WORD...]: paths in it; find takes the words, which leave out more
captures_in()
{
	(cd "$1" && shift && find . -path ./record -prune -o -type f ! -name 'README*' \
		! -name '*.script' ! -name '*.inc' ! -name '*.md' ! -name '*.txt' ! -name '*.xml' \
		! -name '*.rng' ! -name '*.tsv' "$@" -print) | sort | sed 's|^\./||'
}

# alike WHAT: $work/says tells of no difference
alike()
{
	if test -n "$other"; then
		skip "$1" "$other"
		return
	fi
	silent "$1"
}

# none_is_stale FILE: each of its lines, which are known differences, was used
none_is_stale()
{
	sort -u "$1" >"$work/expected"
	sort -u "$work/used" | comm -23 "$work/expected" - >"$work/says"
	alike 'every known difference still shows'
}
