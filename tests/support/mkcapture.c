/*
 * mkcapture: a script becomes a capture.
 *
 *     mkcapture SCRIPT CAPTURE
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/capture_file.h"
#include "support/script.h"

int
main(int argc, char **argv)
{
	struct capture_file file;
	int failed;

	if (argc != 3) {
		fputs("usage: mkcapture SCRIPT CAPTURE\n", stderr);
		return 2;
	}
	script_read(argv[1], &file);
	failed = !capture_file_write(&file, argv[2]);
	if (failed)
		fprintf(stderr, "%s: %s\n", argv[2], strerror(errno));
	capture_file_fini(&file);
	return failed ? 2 : 0;
}
