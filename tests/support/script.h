/*
 * script: traffic written down for people, read for mkcapture.
 *
 * One line is one packet, or sets the scene for those after it. The language
 * is told in captures/README.
 */
#ifndef SYNSCOPE_SUPPORT_SCRIPT_H
#define SYNSCOPE_SUPPORT_SCRIPT_H

struct capture_file;

/* Fills the file. A script that makes no sense ends the program with its line. */
void script_read(const char *path, struct capture_file *file);

#endif
