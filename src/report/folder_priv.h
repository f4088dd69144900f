/* folder_priv: what the files of folder share; private to them. */
#ifndef SYNSCOPE_REPORT_FOLDER_PRIV_H
#define SYNSCOPE_REPORT_FOLDER_PRIV_H

#include "report/folder.h"
#include "report/manifest.h"

struct folder {
	char *path;   /* as the user gave it */
	char *target; /* links followed */
	char *stage;
	struct manifest files;
	struct manifest old;     /* of what is to be replaced */
	struct manifest checked; /* as it was when that was looked at before */
};

/* Whether the target may be replaced, as it is now: folder_check.c. */
enum status folder_check(struct folder *folder, struct diag *diag);

#endif
