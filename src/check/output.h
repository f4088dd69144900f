/* output: what the ways to write a result share; private to the room. */
#ifndef SYNSCOPE_CHECK_OUTPUT_H
#define SYNSCOPE_CHECK_OUTPUT_H

#include "check/check.h"

/* What is foreign, fit for a terminal: without controls. */
void output_clean(struct text *out, const char *words);
/* "flows to :80: close: fin": tells a case from all others of its capture. */
void output_name(struct text *out, const struct check_case *c);
/* The capture, as a class is named: dots would be taken for packages. */
void output_class(struct text *out, const struct check_case *c);
/* "a.pcap: frames 3, 7; b.pcap: frame 2" */
void output_frames(struct text *out, const struct check_frame *frames, size_t count);
/* Lines: expected, seen, frames, where it was expected. */
void output_details(
    struct text *out, const struct check_result *result, const struct check_case *c);
const char *output_why_open(const struct check_case *c);
/* A path as a URI reference (RFC 3986). */
void output_uri(struct text *out, const char *path);

#endif
