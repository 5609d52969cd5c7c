#include "signal/asn_csv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/buf.h"
#include "base/csv.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/rangeset.h"

enum { FIELDS = 4, SLOTS_LEAST = 1024 };

static const uint32_t empty_slot = UINT32_MAX;

/* One AS under one name. */
struct as {
	uint32_t asn;
	uint32_t name_at; /* In 'names', terminated. */
};

struct asn_csv {
	struct rangeset *ranges; /* Owned; values index 'systems'. */
	struct as *systems;      /* Owned. */
	size_t system_count, system_room;
	uint32_t *slots;   /* Owned; a hash table of indices of systems. */
	size_t slot_count; /* A power of two. */
	struct buf names;
};

/* ---- The table of systems ---------------------------------------------- */

static const char *
name_of(const struct asn_csv *table, uint32_t index)
{
	return table->names.bytes + table->systems[index].name_at;
}

/* The slot of an AS under a name: its own, or the empty one where it
 * belongs. */
static uint32_t *
find_slot(const struct asn_csv *table, uint32_t asn, const char *name)
{
	uint64_t at = hash_seeded(name, strlen(name), asn);
	uint32_t *slot;

	for (;; at++) {
		slot = &table->slots[at & (table->slot_count - 1)];
		if (*slot == empty_slot)
			return slot;
		if (table->systems[*slot].asn == asn &&
		    strcmp(name_of(table, *slot), name) == 0)
			return slot;
	}
}

/* Doubles the room for systems; the hash table has twice as many slots. */
static int
grow(struct asn_csv *table)
{
	size_t room, bytes, slot_bytes, i;
	struct as *systems;
	uint32_t *slots;

	room = table->system_room > 0 ? table->system_room : SLOTS_LEAST / 4;
	if (!num_mul(room, 2, &room) || room >= empty_slot / 2 ||
	    !num_mul(room, sizeof(*systems), &bytes) ||
	    !num_mul(room, 2 * sizeof(*slots), &slot_bytes))
		return -ENOMEM;
	systems = realloc(table->systems, bytes);
	if (systems == NULL)
		return -ENOMEM;
	table->systems = systems;
	slots = realloc(table->slots, slot_bytes);
	if (slots == NULL)
		return -ENOMEM;
	table->slots = slots;
	table->system_room = room;
	table->slot_count = 2 * room;
	memset(slots, 0xff, slot_bytes);
	for (i = 0; i < table->system_count; i++)
		*find_slot(table, systems[i].asn, name_of(table, (uint32_t)i)) =
		    (uint32_t)i;
	return 0;
}

/* Finds or adds an AS under a name. */
static int
intern(struct asn_csv *table, uint32_t asn, const char *name, uint32_t *index)
{
	uint32_t *slot;
	int rc;

	if (table->system_count == table->system_room && (rc = grow(table)) < 0)
		return rc;
	slot = find_slot(table, asn, name);
	if (*slot == empty_slot) {
		if (table->names.size > UINT32_MAX - CSV_LINE_MAX - 1)
			return -ENOMEM;
		table->systems[table->system_count] =
		    (struct as){ asn, (uint32_t)table->names.size };
		buf_add(&table->names, name, strlen(name) + 1);
		if ((rc = buf_error(&table->names)) < 0)
			return rc;
		*slot = (uint32_t)table->system_count++;
	}
	*index = *slot;
	return 0;
}

/* ---- Lines --------------------------------------------------------------- */

static bool
parse_asn(const char *text, uint32_t *asn)
{
	uint64_t value;

	if ((text[0] == 'A' || text[0] == 'a') &&
	    (text[1] == 'S' || text[1] == 's'))
		text += 2;
	if (!num_parse_u64(text, 0, UINT32_MAX, &value))
		return false;
	*asn = (uint32_t)value;
	return true;
}

/* Adds a line's range. Returns 0, -ENOMEM, or FS_EFORMAT with '*fault'. */
static int
add_line(struct asn_csv *table, const struct csv_line *line, const char **fault)
{
	const char *name = line->count > 3 ? line->field[3] : "";
	struct fs_addr first, last;
	uint32_t asn, index;
	int rc;

	*fault = NULL;
	if (line->count < 3)
		*fault = "fewer than three fields: start,end,asn,name are "
			 "expected";
	else if (!addr_parse(line->field[0], &first))
		*fault = "the first field is no address";
	else if (!addr_parse(line->field[1], &last))
		*fault = "the second field is no address";
	else if (first.family != last.family)
		*fault = "the range begins in IPv4 and ends in IPv6, or the "
			 "reverse";
	else if (addr_compare(&first, &last) > 0)
		*fault = "the range ends before it begins";
	else if (!parse_asn(line->field[2], &asn))
		*fault = "the third field is no AS number";
	if (*fault != NULL)
		return FS_EFORMAT;
	if (asn == 0)
		return 0; /* Not announced. */
	if ((rc = intern(table, asn, name, &index)) < 0)
		return rc;
	return rangeset_add(table->ranges, &first, &last, index);
}

/* Whether a first line names its columns. */
static bool
is_heading(const struct csv_line *line)
{
	return strpbrk(line->field[0], ".:0123456789") == NULL;
}

static int
read_line(struct asn_csv *table, struct cursor bytes, bool first,
    struct csv_line *line, const char **fault)
{
	if (bytes.left == 0)
		return 0;
	*fault = csv_split(bytes, line);
	if (*fault == NULL && line->count > FIELDS)
		*fault = "more than four fields: put a name that holds commas "
			 "into quotes";
	if (*fault != NULL)
		return FS_EFORMAT;
	if (first && is_heading(line))
		return 0;
	return add_line(table, line, fault);
}

static int
read_lines(struct asn_csv *table, struct cursor bytes, const char *name,
    struct fs_err *err)
{
	struct csv_line *line = malloc(sizeof(*line));
	const char *fault = NULL;
	struct cursor text;
	unsigned number = 0;
	int rc = line != NULL ? 0 : -ENOMEM;

	csv_begin(&bytes);
	while (rc == 0 && cursor_line(&bytes, &text)) {
		number++;
		rc = read_line(table, text, number == 1, line, &fault);
	}
	free(line);
	if (rc == FS_EFORMAT)
		return err_set_at(err, rc, name, number, 1, "%s", fault);
	if (rc < 0)
		return err_set_at(err, rc, name, 0, 0, "%s", fs_strerror(rc));
	if (rangeset_count(table->ranges) == 0)
		return err_set_at(err, FS_EFORMAT, name, 0, 0,
		    "has no range of addresses: start,end,asn,name are "
		    "expected on each line");
	return 0;
}

int
asn_csv_read(struct cursor bytes, const char *name, struct fs_err *err,
    struct asn_csv **table)
{
	struct asn_csv *t = calloc(1, sizeof(*t));
	int rc;

	if (t == NULL)
		return err_set_at(err, -ENOMEM, name, 0, 0, "no memory left");
	buf_init(&t->names);
	t->ranges = rangeset_new();
	if (t->ranges == NULL) {
		rc = err_set_at(err, -ENOMEM, name, 0, 0, "no memory left");
		goto out;
	}
	if ((rc = read_lines(t, bytes, name, err)) < 0)
		goto out;
	if ((rc = rangeset_seal(t->ranges)) < 0) {
		err_set_at(err, rc, name, 0, 0, "no memory left");
		goto out;
	}
	free(t->slots);
	t->slots = NULL;
	*table = t;
	t = NULL; /* Given away. */
out:
	asn_csv_free(t);
	return rc;
}

void
asn_csv_free(struct asn_csv *table)
{
	if (table == NULL)
		return;
	rangeset_free(table->ranges);
	free(table->systems);
	free(table->slots);
	buf_fini(&table->names);
	free(table);
}

bool
asn_csv_find(const struct asn_csv *table, const struct fs_addr *addr,
    uint32_t *asn, const char **name)
{
	uint32_t index;

	if (!rangeset_find(table->ranges, addr, &index))
		return false;
	*asn = table->systems[index].asn;
	*name = name_of(table, index);
	return true;
}

size_t
asn_csv_ranges(const struct asn_csv *table)
{
	return rangeset_count(table->ranges);
}

size_t
asn_csv_systems(const struct asn_csv *table)
{
	return table->system_count;
}
