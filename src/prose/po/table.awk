# A .po file as rows of a C table: { "id", { "form", ... } },
# Entries that are fuzzy or have no translation are left out, as gettext does.

function flush(	i, forms) {
	if (id != "" && form[0] != "" && !fuzzy) {
		forms = ""
		for (i = 0; i < count; i++)
			forms = forms (i > 0 ? ", " : "") "\"" form[i] "\""
		printf "\t{ \"%s\", { %s } },\n", id, forms
	}
	id = ""; count = 0; fuzzy = 0; into = ""
	split("", form)
}

# The string between a line's first and last quotes, its escapes left for C.
function quoted(line) {
	sub(/^[^"]*"/, "", line)
	sub(/"[^"]*$/, "", line)
	return line
}

function add(string) {
	if (into == "id")
		id = id string
	else if (into == "form")
		form[count - 1] = form[count - 1] string
}

FNR == 1 { flush() }
/^#~/ { next }
/^#,.*fuzzy/ { flush(); fuzzy = 1; next }
/^#/ { next }
/^msgid_plural / { into = ""; next }
/^msgid / { was = fuzzy; if (into == "form") { flush(); was = 0 } fuzzy = was; into = "id"; add(quoted($0)); next }
/^msgstr/ { into = "form"; count++; add(quoted($0)); next }
/^"/ { add(quoted($0)); next }
END { flush() }
