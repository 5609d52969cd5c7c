/* Makes small MaxMind databases for tests. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "flowscan.h"

/* A network and its record. Records are written like JSON with a letter
 * before numbers: {country:{iso_code:'US'},location:{latitude:d37.5}}
 * d: double, f: float, i: int32, w: uint16, u: uint32, q: uint64. */
struct mmdb_row {
	const char *network, *record;
};

struct mmdb_kind {
	const char *type;
	unsigned ip_version;  /* 4 or 6. */
	unsigned record_size; /* 24, 28 or 32 bits. */
	uint64_t built_s;
};

/* Writes a database of rows (up to one without a network). Aborts on bad
 * ones. */
void mmdb_write(const struct mmdb_kind *kind, const struct mmdb_row *rows,
    struct buf *out);

/* A file in memory, which has a path like any other. */
struct mmdb_file {
	int fd; /* To be closed. */
	char path[32];
};

struct mmdb_file mmdb_file_of(const void *bytes, size_t size);
struct mmdb_file mmdb_of(const struct mmdb_kind *kind,
    const struct mmdb_row *rows);

/* Opens up to four files of each kind; a failure fails the test. */
struct fs_geo *mmdb_open(const struct mmdb_file *city, size_t cities,
    const struct mmdb_file *systems, size_t system_count);
