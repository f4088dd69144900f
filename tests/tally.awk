# Sums the cases that automake's drivers noted in the .trs files.
/^:test-result: *(PASS|XFAIL)/ { passed++ }
/^:test-result: *(FAIL|XPASS|ERROR)/ { failed++ }
/^:test-result: *SKIP/ { skipped++ }
END {
	printf "%d passed, %d failed", passed, failed
	if (skipped > 0)
		printf ", %d skipped", skipped
	print ""
}
