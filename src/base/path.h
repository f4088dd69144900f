/*
 * path: names of files, taken apart and made up.
 */
#ifndef SYNSCOPE_BASE_PATH_H
#define SYNSCOPE_BASE_PATH_H

struct text;

/* What comes after the last slash, of "a/b.pcap" "b.pcap"; of what ends in one, all. */
const char *path_last_name(const char *path);

/* "a/b", whether or not the folder is written with a slash; to be freed. */
char *path_join(const char *folder, const char *name);

/*
 * "a/.synscope-PID-N" for "a/b.html", to be freed: what is made there can take the
 * target's place by a rename. Short, since the target's own name may be as long as
 * names can be.
 */
char *path_temporary(const char *target, unsigned attempt);

#endif
