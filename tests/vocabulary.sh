#!/bin/sh
# The manual knows every option, mark, cause, state and field that the program does,
# and its examples are tested.
: "${srcdir:=.}"
manual=$srcdir/man/synscope.1

# As one line of words, without most of the macros: what a reader reads.
prose=$(sed -e 's/^\.\([A-Z][a-z] \)*//' "$manual" | tr '\n' ' ' |
    sed 's/ \([.,;:]\) /\1 /g')

# Lines, or one that no manual has: to find none is to look in the wrong place.
some()
{
	grep . || echo nothing-found:there
}

# WORD(identifier, "spelling", ..., "sentence") becomes spelling:sentence
words()
{
	sed -n 's/^'"$2"'([A-Z0-9_]*, "\([A-Za-z0-9_-]\{1,\}\)",.*"\([^"]*\)")$/\1:\2/p' \
	    "$srcdir/src/$1.def" | some
}

options()
{
	sed -n 's/^OPTION([A-Z_]*, [^,]*, "\([a-z-]*\)",.*/\1/p' "$srcdir/src/cli/option.def" | some
}

fields()
{
	sed -n 's/.*COLUMN_NAME("\([a-z_]*\)").*VIEW_DATA.*/\1/p' "$srcdir/src/export/columns_$1.c" | some
}

# A subsection's list of fields.
described()
{
	sed -n "/^\.Ss Rows of \(a \)*$1\$/,/^\.El/s/^\.It Li //p" "$manual"
}

# result WHETHER WHAT
result()
{
	test "$1" -eq 0 && echo "ok - $2" || echo "not ok - $2"
}

{
	for option in $(options); do
		grep -q "^\.It Fl.*[ -]-$option\( \|\$\)" "$manual"
		result $? "the manual has the option --$option"
	done
	while read -r table macro kind; do
		words $table $macro | while IFS=: read -r name sentence; do
			case $prose in
			*"$name $sentence"*) result 0 "the manual says what the $kind $name means" ;;
			*) result 1 "the manual says of the $kind $name: $sentence" ;;
			esac
		done
	done <<-EOF
		tcp/mark MARK mark
		tcp/cause CAUSE cause
		socket/state STATE state
		prose/story STAGE stage
		prose/story STORY story
		prose/story RIVAL rival
	EOF
	for record in flows packets sockets listeners comparison; do
		for field in $(fields $record); do
			described $record | tr ' ' '\n' | grep -qx "$field"
			result $? "the manual has the field $field of $record"
		done
	done
	sed -n 's/^\.Dl \$ synscope //p' "$manual" | while read -r example; do
		sed 's/^[^ ]* *//' "$srcdir/tests/golden/LIST" | grep -Fqx -e "$example"
		result $? "the example $example is a golden test"
	done
} | awk '{ print } END { print "1.." NR }'
