/* Makes capture files byte by byte, in a folder of their own. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>
#include <zstd.h>

#include "test/unit/tap.h"

enum { FILE_ROOM = 8192, FILE_FRAMES = 3, FILE_START_S = 1700000000 };

/* How a file is written. */
struct file_form {
	bool big;  /* Byte order. */
	bool nano; /* Resolution. */
	bool next; /* pcapng */
	enum { PLAIN, GZIP, GZIP_TWICE, ZSTD, ZSTD_TWICE } packing;
};

struct file_bytes {
	uint8_t at[FILE_ROOM];
	size_t size;
	bool big;
};

/* The content of frame 'i': sizes 60, 61, 62, of which the last was cut. */
static inline uint32_t
file_frame_size(unsigned i)
{
	return 60 + i - (i == FILE_FRAMES - 1 ? 20 : 0);
}

static inline uint32_t
file_wire_size(unsigned i)
{
	return 60 + i;
}

static inline uint64_t
file_time_us(unsigned i)
{
	return (FILE_START_S + (uint64_t)i) * 1000000 + 7 + i;
}

static inline void
file_put(struct file_bytes *file, const void *bytes, size_t size)
{
	if (size > sizeof(file->at) - file->size)
		abort();
	memcpy(file->at + file->size, bytes, size);
	file->size += size;
}

static inline void
file_u8(struct file_bytes *file, unsigned value)
{
	uint8_t byte = (uint8_t)value;

	file_put(file, &byte, 1);
}

static inline void
file_u16(struct file_bytes *file, unsigned value)
{
	file_u8(file, file->big ? value >> 8 : value);
	file_u8(file, file->big ? value : value >> 8);
}

static inline void
file_u32(struct file_bytes *file, uint32_t value)
{
	file_u16(file, file->big ? value >> 16 : value & 0xffff);
	file_u16(file, file->big ? value & 0xffff : value >> 16);
}

static inline void
file_content(struct file_bytes *file, unsigned i)
{
	uint32_t k;

	for (k = 0; k < file_frame_size(i); k++)
		file_u8(file, i + k);
}

static inline void
file_header(struct file_bytes *file, bool nano, uint32_t link, uint32_t snap)
{
	file_u32(file, nano ? 0xa1b23c4d : 0xa1b2c3d4);
	file_u16(file, 2);
	file_u16(file, 4);
	file_u32(file, 0);
	file_u32(file, 0);
	file_u32(file, snap);
	file_u32(file, link);
}

static inline void
file_record(struct file_bytes *file, bool nano, unsigned i)
{
	uint64_t us = file_time_us(i);

	file_u32(file, (uint32_t)(us / 1000000));
	file_u32(file, (uint32_t)(us % 1000000) * (nano ? 1000 : 1));
	file_u32(file, file_frame_size(i));
	file_u32(file, file_wire_size(i));
	file_content(file, i);
}

/* pcapng: blocks of type, size, content, size. */
static inline void
file_section(struct file_bytes *file)
{
	file_u32(file, 0x0a0d0d0a);
	file_u32(file, 28);
	file_u32(file, 0x1a2b3c4d);
	file_u16(file, 1);
	file_u16(file, 0);
	file_u32(file, 0xffffffff);
	file_u32(file, 0xffffffff);
	file_u32(file, 28);
}

static inline void
file_interface(struct file_bytes *file, bool nano, unsigned link, uint32_t snap)
{
	file_u32(file, 1);
	file_u32(file, 32);
	file_u16(file, link);
	file_u16(file, 0);
	file_u32(file, snap);
	file_u16(file, 9); /* if_tsresol */
	file_u16(file, 1);
	file_u8(file, nano ? 9 : 6);
	file_u8(file, 0);
	file_u16(file, 0);
	file_u32(file, 0); /* No more options. */
	file_u32(file, 32);
}

static inline void
file_packet(struct file_bytes *file, bool nano, unsigned i)
{
	uint64_t time = file_time_us(i) * (nano ? 1000 : 1);
	uint32_t size = 32 + (file_frame_size(i) + 3) / 4 * 4;

	file_u32(file, 6);
	file_u32(file, size);
	file_u32(file, 0);
	file_u32(file, (uint32_t)(time >> 32));
	file_u32(file, (uint32_t)time);
	file_u32(file, file_frame_size(i));
	file_u32(file, file_wire_size(i));
	file_content(file, i);
	while (file->size % 4 != 0)
		file_u8(file, 0);
	file_u32(file, size);
}

/* One gzip member or zstd frame of 'size' bytes. */
static inline void
file_pack_part(struct file_bytes *to, const uint8_t *bytes, size_t size,
    bool gzip)
{
	z_stream z = { 0 };
	size_t room = sizeof(to->at) - to->size, packed;

	if (!gzip) {
		packed = ZSTD_compress(to->at + to->size, room, bytes, size, 3);
		if (ZSTD_isError(packed))
			abort();
		to->size += packed;
		return;
	}
	if (deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8,
		Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	z.next_in = (Bytef *)(uintptr_t)bytes;
	z.avail_in = (uInt)size;
	z.next_out = to->at + to->size;
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	to->size += z.total_out;
	deflateEnd(&z);
}

static inline void
file_pack(struct file_bytes *file, const struct file_form *form)
{
	struct file_bytes plain = *file;
	bool gzip = form->packing == GZIP || form->packing == GZIP_TWICE;
	bool twice = form->packing == GZIP_TWICE || form->packing == ZSTD_TWICE;
	size_t half = twice ? plain.size / 2 : 0;

	if (form->packing == PLAIN)
		return;
	file->size = 0;
	if (half > 0)
		file_pack_part(file, plain.at, half, gzip);
	file_pack_part(file, plain.at + half, plain.size - half, gzip);
}

/* A whole file of FILE_FRAMES frames on Ethernet. */
static inline void
file_make(struct file_bytes *file, const struct file_form *form)
{
	unsigned i;

	*file = (struct file_bytes){ .big = form->big };
	if (form->next) {
		file_section(file);
		file_interface(file, form->nano, 1, 65535);
	} else {
		file_header(file, form->nano, 1, 65535);
	}
	for (i = 0; i < FILE_FRAMES; i++)
		if (form->next)
			file_packet(file, form->nano, i);
		else
			file_record(file, form->nano, i);
	file_pack(file, form);
}

/* Writes bytes under a name in 'folder'; returns the path in 'path'. */
static inline const char *
file_write(const char *folder, const char *name, const void *bytes, size_t size,
    char *path, size_t room)
{
	FILE *file;

	(void)snprintf(path, room, "%s/%s", folder, name);
	file = fopen(path, "wb");
	if (file == NULL || fwrite(bytes, 1, size, file) != size ||
	    fclose(file) != 0)
		abort();
	return path;
}
