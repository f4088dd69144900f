# Sums the cases that automake's drivers noted in the .trs files.
/^:test-result: *(PASS|XFAIL)/ { passed++ }
/^:test-result: *(FAIL|XPASS)/ { failed++; told[FILENAME] = 1 }
/^:test-result: *SKIP/ { skipped++ }
# A program exits with a failure because a case of it failed, which was counted.
/^:test-result: *ERROR - exited with status/ { unwell[FILENAME] = 1; next }
/^:test-result: *ERROR/ { failed++; told[FILENAME] = 1 }
END {
	for (file in unwell)
		if (!(file in told))
			failed++
	printf "%d passed, %d failed", passed, failed
	if (skipped > 0)
		printf ", %d skipped", skipped
	print ""
}
