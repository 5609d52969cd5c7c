#include "mmdb.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/addr.h"
#include "test/unit/tap.h"

/* The format is described at maxmind.github.io/MaxMind-DB. */
enum type {
	TYPE_TEXT = 2,
	TYPE_DOUBLE = 3,
	TYPE_UINT16 = 5,
	TYPE_UINT32 = 6,
	TYPE_MAP = 7,
	TYPE_INT32 = 8,
	TYPE_UINT64 = 9,
	TYPE_ARRAY = 11,
	TYPE_FLOAT = 15
};

enum { NODES_MAX = 4096, SEPARATOR = 16 };

static void
put_control(struct buf *out, enum type type, size_t size)
{
	unsigned small = size < 29 ? (unsigned)size : 29;

	if (size >= 29 + 256)
		abort();
	buf_add_char(out, (char)((type < 8 ? (unsigned)type << 5 : 0) | small));
	if (type >= 8)
		buf_add_char(out, (char)(type - 7));
	if (size >= 29)
		buf_add_char(out, (char)(size - 29));
}

static void
put_number(struct buf *out, uint64_t value, unsigned size)
{
	for (; size > 0; size--)
		buf_add_char(out, (char)(value >> (size - 1) * 8));
}

static void
put_text(struct buf *out, const char *text, size_t size)
{
	put_control(out, TYPE_TEXT, size);
	buf_add(out, text, size);
}

static void
put_whole(struct buf *out, enum type type, uint64_t value, unsigned size)
{
	put_control(out, type, size);
	put_number(out, value, size);
}

static void
put_real(struct buf *out, double value, bool whole)
{
	float small = (float)value;
	uint64_t bits = 0;
	uint32_t small_bits;

	memcpy(&bits, &value, sizeof(bits));
	memcpy(&small_bits, &small, sizeof(small_bits));
	put_control(out, whole ? TYPE_DOUBLE : TYPE_FLOAT, whole ? 8 : 4);
	put_number(out, whole ? bits : small_bits, whole ? 8 : 4);
}

static void put_value(struct buf *out, const char **at);

static void
put_map(struct buf *out, const char **at)
{
	struct buf members;
	size_t count = 0, size;

	buf_init(&members);
	while (**at != '}') {
		size = strcspn(*at, ":");
		put_text(&members, *at, size);
		*at += size + 1;
		put_value(&members, at);
		count++;
		if (**at == ',')
			++*at;
	}
	++*at;
	put_control(out, TYPE_MAP, count);
	buf_add(out, members.bytes, members.size);
	buf_fini(&members);
}

static void
put_value(struct buf *out, const char **at)
{
	char kind = *(*at)++, *end;
	size_t size;

	switch (kind) {
	case '{': put_map(out, at); return;
	case '\'':
		size = strcspn(*at, "'");
		put_text(out, *at, size);
		*at += size + 1;
		return;
	case 'd':
	case 'f': put_real(out, strtod(*at, &end), kind == 'd'); break;
	case 'w':
		put_whole(out, TYPE_UINT16, strtoull(*at, &end, 10), 2);
		break;
	case 'u':
		put_whole(out, TYPE_UINT32, strtoull(*at, &end, 10), 4);
		break;
	case 'q':
		put_whole(out, TYPE_UINT64, strtoull(*at, &end, 10), 8);
		break;
	case 'i':
		put_whole(out, TYPE_INT32, (uint32_t)strtoll(*at, &end, 10), 4);
		break;
	default: abort();
	}
	*at = end;
}

/* A tree; a record is 0 for none, a node's number, or -1 and below for the
 * data at -1 - record. */
struct tree {
	long node[NODES_MAX][2];
	size_t count;
};

static void
put_network(struct tree *tree, const char *text, unsigned version, long data)
{
	struct fs_prefix prefix;
	unsigned skip, bits, i, bit;
	size_t at = 0;
	long *record = NULL;

	if (!addr_parse_prefix(text, false, &prefix))
		abort();
	/* IPv4 lies below ::/96. */
	skip = version == 6 && prefix.addr.family == 4 ? 96 : 0;
	bits = skip + prefix.bits;
	for (i = 0; i < bits; i++) {
		if (i > 0) {
			if (*record <= 0)
				*record = (long)tree->count++;
			at = (size_t)*record;
		}
		if (at >= NODES_MAX)
			abort();
		bit = 0;
		if (i >= skip)
			bit = (unsigned)prefix.addr.bytes[(i - skip) / 8] >>
				(7 - (i - skip) % 8) &
			    1;
		record = &tree->node[at][bit];
	}
	if (record == NULL)
		abort();
	*record = data;
}

static uint64_t
record_of(const struct tree *tree, long record)
{
	if (record == 0)
		return tree->count;
	if (record > 0)
		return (uint64_t)record;
	return tree->count + SEPARATOR + (uint64_t)(-1 - record);
}

static void
put_node(struct buf *out, uint64_t left, uint64_t right, unsigned size)
{
	if (size != 28) {
		put_number(out, left, size / 8);
		put_number(out, right, size / 8);
		return;
	}
	put_number(out, left & 0xffffff, 3);
	put_number(out, left >> 24 << 4 | right >> 24, 1);
	put_number(out, right & 0xffffff, 3);
}

static void
put_metadata(struct buf *out, const struct mmdb_kind *kind, size_t node_count)
{
	char text[512];
	const char *at = text;

	snprintf(text, sizeof(text),
	    "{node_count:u%zu,record_size:w%u,ip_version:w%u,"
	    "database_type:'%s',binary_format_major_version:w2,"
	    "binary_format_minor_version:w0,build_epoch:q%llu,"
	    "description:{},languages:",
	    node_count, kind->record_size, kind->ip_version, kind->type,
	    (unsigned long long)kind->built_s);
	buf_add_text(out,
	    "\xab\xcd\xef"
	    "MaxMind.com");
	/* The languages are an array, which records do not need. */
	put_control(out, TYPE_MAP, 9);
	for (at++; *at != '\0';) {
		size_t size = strcspn(at, ":");

		put_text(out, at, size);
		at += size + 1;
		if (*at == '\0')
			break;
		put_value(out, &at);
		at++;
	}
	put_control(out, TYPE_ARRAY, 0);
}

void
mmdb_write(const struct mmdb_kind *kind, const struct mmdb_row *rows,
    struct buf *out)
{
	struct tree *tree = calloc(1, sizeof(*tree));
	struct buf data;
	const char *at;
	size_t i;

	if (tree == NULL)
		abort();
	tree->count = 1;
	buf_init(&data);
	for (; rows->network != NULL; rows++) {
		put_network(tree, rows->network, kind->ip_version,
		    -1 - (long)data.size);
		at = rows->record;
		put_value(&data, &at);
	}
	for (i = 0; i < tree->count; i++)
		put_node(out, record_of(tree, tree->node[i][0]),
		    record_of(tree, tree->node[i][1]), kind->record_size);
	put_number(out, 0, SEPARATOR / 2);
	put_number(out, 0, SEPARATOR / 2);
	buf_add(out, data.bytes, data.size);
	put_metadata(out, kind, tree->count);
	buf_fini(&data);
	free(tree);
}

struct mmdb_file
mmdb_file_of(const void *bytes, size_t size)
{
	struct mmdb_file file = { .fd = memfd_create("test", MFD_CLOEXEC) };

	if (file.fd < 0 || write(file.fd, bytes, size) != (ssize_t)size)
		abort();
	snprintf(file.path, sizeof(file.path), "/proc/self/fd/%d", file.fd);
	return file;
}

struct mmdb_file
mmdb_of(const struct mmdb_kind *kind, const struct mmdb_row *rows)
{
	struct mmdb_file file;
	struct buf bytes;

	buf_init(&bytes);
	mmdb_write(kind, rows, &bytes);
	file = mmdb_file_of(bytes.bytes, bytes.size);
	buf_fini(&bytes);
	return file;
}

struct fs_geo *
mmdb_open(const struct mmdb_file *city, size_t cities,
    const struct mmdb_file *systems, size_t system_count)
{
	const char *city_paths[4], *system_paths[4];
	struct fs_geo *geo = NULL;
	struct fs_err err;
	size_t i;
	int rc;

	for (i = 0; i < cities; i++)
		city_paths[i] = city[i].path;
	for (i = 0; i < system_count; i++)
		system_paths[i] = systems[i].path;
	rc = fs_geo_open(city_paths, cities, system_paths, system_count, &err,
	    &geo);
	if (rc < 0)
		printf("# %s: %s\n", err.file, err.text);
	tap_int(rc, 0, "databases open");
	return geo;
}
