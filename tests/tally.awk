# Sums the cases that automake's drivers noted in the .trs files.
/^:test-result: *(PASS|XFAIL)/ { passed++ }
/^:test-result: *(FAIL|XPASS)/ { failed++; told[FILENAME] = 1 }
/^:test-result: *SKIP/ { skipped++ }
/^:test-result: *ERROR/ { errors[FILENAME]++ }
END {
	# A program whose case failed exits with a failure: that is told already.
	for (file in errors)
		if (!(file in told))
			failed += errors[file]
	printf "%d passed, %d failed", passed, failed
	if (skipped > 0)
		printf ", %d skipped", skipped
	print ""
}
