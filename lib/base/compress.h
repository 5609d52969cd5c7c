/* Files that may be compressed, read as one stream (zlib, libzstd; the only
 * user of both). */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "flowscan.h"

struct compress;

/* Opens a file ("-": standard input) and looks at its first bytes: gzip and
 * zstd (also several members or frames in a row) are decompressed, all else
 * is passed through. '*stream' gives the plain bytes; fclose() it before
 * compress_close().
 *
 * Returns 0, FS_EUNSUP (xz, bzip2, lz4) or a negated errno; 'err' names the
 * file. */
int compress_open(const char *path, struct fs_err *err,
    struct compress **compress, FILE **stream);

/* Bytes read of the file as stored, and its size (0: a pipe). */
uint64_t compress_at(const struct compress *compress);
uint64_t compress_size(const struct compress *compress);

/* Returns null, or what is wrong with the compressed data, such as "gzip:
 * ends early". Reading then ended as if the file did. */
const char *compress_fault(const struct compress *compress);

void compress_close(struct compress *compress);
