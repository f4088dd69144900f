/*
 * fuzz: what a fuzz target defines, for libFuzzer or for replay.c to call.
 */
#ifndef SYNSCOPE_FUZZ_H
#define SYNSCOPE_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
