/*
 * The four compressions. Each may be several members in a row; source.c
 * starts one after the other, so here a state lives for one member.
 */
#define ZLIB_CONST
#include <lz4frame.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/mem.h"
#include "capture/capture_priv.h"

/* xz -9 asks for 65 MiB; a file that wants much more is after our memory. */
#define XZ_MEMORY_MAX_BYTES ((uint64_t)256 << 20)

static void *
gzip_open(void)
{
	z_stream *z = mem_zalloc(sizeof(*z));

	/* 16: a gzip header and trailer, whose checksum is verified. */
	if (inflateInit2(z, 16 + MAX_WBITS) == Z_OK)
		return z;
	free(z);
	return NULL;
}

static enum codec_result
gzip_step(void *state, struct codec_io *io)
{
	z_stream *z = state;
	int rc;

	z->next_in = io->in;
	z->avail_in = (uInt)io->in_bytes;
	z->next_out = io->out;
	z->avail_out = (uInt)io->out_room;
	rc = inflate(z, Z_NO_FLUSH);
	io->in = z->next_in;
	io->in_bytes = z->avail_in;
	io->out = z->next_out;
	io->out_room = z->avail_out;
	if (rc == Z_STREAM_END)
		return CODEC_END;
	if (rc == Z_OK || rc == Z_BUF_ERROR)
		return CODEC_MORE;
	io->why = z->msg != NULL ? z->msg : zError(rc);
	return CODEC_BAD;
}

static void
gzip_close(void *state)
{
	inflateEnd(state);
	free(state);
}

static void *
zstd_open(void)
{
	return ZSTD_createDStream();
}

static enum codec_result
zstd_step(void *state, struct codec_io *io)
{
	ZSTD_inBuffer in = { io->in, io->in_bytes, 0 };
	ZSTD_outBuffer out = { io->out, io->out_room, 0 };
	size_t rc = ZSTD_decompressStream(state, &out, &in);

	io->in += in.pos;
	io->in_bytes -= in.pos;
	io->out += out.pos;
	io->out_room -= out.pos;
	if (ZSTD_isError(rc)) {
		io->why = ZSTD_getErrorName(rc);
		return CODEC_BAD;
	}
	return rc == 0 ? CODEC_END : CODEC_MORE;
}

static void
zstd_close(void *state)
{
	ZSTD_freeDStream(state);
}

static void *
xz_open(void)
{
	lzma_stream *xz = mem_alloc(sizeof(*xz));

	*xz = (lzma_stream)LZMA_STREAM_INIT;
	if (lzma_stream_decoder(xz, XZ_MEMORY_MAX_BYTES, 0) == LZMA_OK)
		return xz;
	free(xz);
	return NULL;
}

static const char *
xz_why(lzma_ret rc)
{
	switch (rc) {
	case LZMA_MEM_ERROR:
	case LZMA_MEMLIMIT_ERROR:
		return "it asks for too much memory";
	case LZMA_OPTIONS_ERROR:
		return "it uses options that liblzma does not know";
	default:
		return "a check failed";
	}
}

static enum codec_result
xz_step(void *state, struct codec_io *io)
{
	lzma_stream *xz = state;
	lzma_ret rc;

	xz->next_in = io->in;
	xz->avail_in = io->in_bytes;
	xz->next_out = io->out;
	xz->avail_out = io->out_room;
	rc = lzma_code(xz, LZMA_RUN);
	io->in = xz->next_in;
	io->in_bytes = xz->avail_in;
	io->out = xz->next_out;
	io->out_room = xz->avail_out;
	if (rc == LZMA_STREAM_END)
		return CODEC_END;
	if (rc == LZMA_OK || rc == LZMA_BUF_ERROR)
		return CODEC_MORE;
	io->why = xz_why(rc);
	return CODEC_BAD;
}

static void
xz_close(void *state)
{
	lzma_end(state);
	free(state);
}

static void *
lz4_open(void)
{
	LZ4F_dctx *lz4;

	if (LZ4F_isError(LZ4F_createDecompressionContext(&lz4, LZ4F_VERSION)))
		return NULL;
	return lz4;
}

static enum codec_result
lz4_step(void *state, struct codec_io *io)
{
	size_t took = io->in_bytes;
	size_t wrote = io->out_room;
	size_t rc = LZ4F_decompress(state, io->out, &wrote, io->in, &took, NULL);

	if (LZ4F_isError(rc)) {
		io->why = LZ4F_getErrorName(rc);
		return CODEC_BAD;
	}
	io->in += took;
	io->in_bytes -= took;
	io->out += wrote;
	io->out_room -= wrote;
	return rc == 0 ? CODEC_END : CODEC_MORE;
}

static void
lz4_close(void *state)
{
	LZ4F_freeDecompressionContext(state);
}

enum { GZIP, ZSTD, XZ, LZ4 };

static const struct codec codecs[] = {
	[GZIP] = { "gzip", { 0x1f, 0x8b, 8 }, 3, false, gzip_open, gzip_step, gzip_close },
	[ZSTD] = { "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4, true, zstd_open, zstd_step, zstd_close },
	[XZ] = { "xz", { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, false, xz_open, xz_step, xz_close },
	[LZ4] = { "lz4", { 0x04, 0x22, 0x4d, 0x18 }, 4, true, lz4_open, lz4_step, lz4_close },
};

#define CODEC_COUNT (sizeof(codecs) / sizeof(codecs[0]))

/* 0x184d2a50 to 0x184d2a5f, the length of what to skip, both in little-endian order (RFC 8878, 3.1.2) */
#define SKIPPABLE_HEADER_BYTES 8

static bool
is_skippable(const uint8_t *data, size_t count)
{
	return count >= 4 && (data[0] & 0xf0) == 0x50 && data[1] == 0x2a && data[2] == 0x4d &&
	       data[3] == 0x18;
}

static bool
has_magic(const struct codec *codec, const uint8_t *data, size_t count)
{
	return count >= codec->magic_bytes && memcmp(data, codec->magic, codec->magic_bytes) == 0;
}

bool
codec_starts(const struct codec *codec, const uint8_t *data, size_t count)
{
	return has_magic(codec, data, count) || (codec->skippable && is_skippable(data, count));
}

/* zstd and lz4 share their skippable frames: what comes after the first ones decides. */
static const struct codec *
codec_after_skippable(const uint8_t *data, size_t count)
{
	while (is_skippable(data, count) && count >= SKIPPABLE_HEADER_BYTES) {
		uint64_t skip = SKIPPABLE_HEADER_BYTES;

		for (int i = 0; i < 4; i++)
			skip += (uint64_t)data[4 + i] << 8 * i;
		if (skip > count)
			break;
		data += skip;
		count -= skip;
	}
	return has_magic(&codecs[LZ4], data, count) ? &codecs[LZ4] : &codecs[ZSTD];
}

const struct codec *
codec_of(const uint8_t *data, size_t count)
{
	if (is_skippable(data, count))
		return codec_after_skippable(data, count);
	for (size_t i = 0; i < CODEC_COUNT; i++)
		if (has_magic(&codecs[i], data, count))
			return &codecs[i];
	return NULL;
}
