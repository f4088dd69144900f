# Files as rows of a C table: { "set", "name", "content" }, from .../set/name.

FNR == 1 {
	if (NR > 1)
		print "\t},"
	count = split(FILENAME, parts, "/")
	printf "\t{ \"%s\", \"%s\",\n", parts[count - 1], parts[count]
}
# No question mark stays: two of them begin a trigraph.
{
	gsub(/[\\"?]/, "\\\\&")
	gsub(/\t/, "\\t")
	printf "\t\"%s\\n\"\n", $0
}
END {
	if (NR > 0)
		print "\t},"
}
