/*
 * folder: a folder of files that appears whole or not at all.
 *
 * It is written beside its target under another name, and takes its place at
 * the end. A manifest in it lists every file with its size and digest; by that,
 * a folder of ours that nobody changed is known, and no other is ever replaced.
 */
#ifndef SYNSCOPE_REPORT_FOLDER_H
#define SYNSCOPE_REPORT_FOLDER_H

#include "base/diag.h"

struct folder;
struct sha256;
struct text;

/* ST_USAGE: what is there is not ours; nothing is touched then. */
enum status folder_open(struct folder **out, const char *path, struct diag *diag);
/*
 * Where to write the file of that name, "page.html" or "folder/file.svg", in
 * lower-case letters, digits, "-" and "." alone; and what is to be fed with all
 * that is written to it. Both hold until _close.
 */
enum status folder_path(struct folder *folder, const char *name, const char **path,
    struct sha256 **sha, struct diag *diag);
/* One that was written after all is not wanted; the last of them. */
void folder_drop(struct folder *folder);
/* The whole file. */
enum status folder_write(
    struct folder *folder, const char *name, const struct text *content, struct diag *diag);
/* It takes its place, or ST_IO or ST_USAGE and all is as it was. */
enum status folder_close(struct folder *folder, struct diag *diag);
/* Nothing appears. */
void folder_abandon(struct folder *folder);

#endif
