/*
 * capture_file: pcap and pcapng, written into memory, damaged on demand.
 */
#ifndef SYNSCOPE_SUPPORT_CAPTURE_FILE_H
#define SYNSCOPE_SUPPORT_CAPTURE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum capture_format { FORMAT_PCAP, FORMAT_PCAPNG, FORMAT_NONE };

struct capture_file {
	uint8_t *bytes;
	size_t count;
	size_t room;
	enum capture_format format;
	bool little_endian;
	bool nanoseconds;
	uint32_t snaplen;
	unsigned interfaces; /* pcapng: described so far */
	uint8_t options[8192]; /* pcapng: of the block that is written next */
	size_t option_bytes;
};

/* What the record's header says beside the frame's bytes. */
struct record {
	int64_t ts_ns;
	uint32_t captured_bytes;
	uint32_t wire_bytes;
};

void capture_file_fini(struct capture_file *file);
void capture_file_begin(struct capture_file *file, uint32_t link);
/* pcapng: the next block, a section's, interface's or packet's, has this option. False: there is no room. */
bool capture_file_option(
    struct capture_file *file, uint32_t code, const uint8_t *value, size_t count);
/* pcapng: later frames come from a new interface of this link type. */
void capture_file_interface(struct capture_file *file, uint32_t link);
/* Writes count bytes, whatever the record says of them. */
void capture_file_frame(
    struct capture_file *file, const struct record *record, const uint8_t *frame, size_t count);
void capture_file_raw(struct capture_file *file, const uint8_t *bytes, size_t count);
/* Forget the last bytes, as a full disk does. */
void capture_file_cut(struct capture_file *file, size_t count);
/* False if the system refused; errno says why. */
bool capture_file_write(const struct capture_file *file, const char *path);

#endif
