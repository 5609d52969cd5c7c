/* Tables of autonomous systems as CSV: 'start,end,asn,name' a line, IPv4 and
 * IPv6 mixed, quotes as in RFC 4180. A first line without an address is
 * taken for a heading. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "flowscan.h"

struct asn_csv;

/* Reads a whole table; 'name' stands for the file in errors. One broken line
 * refuses all of it.
 *
 * Returns 0, FS_EFORMAT (with the line) or -ENOMEM. */
int asn_csv_read(struct cursor bytes, const char *name, struct fs_err *err,
    struct asn_csv **table);
void asn_csv_free(struct asn_csv *table);

/* Finds the AS that announces 'addr'. '*name' stays owned by the table, and
 * is "" where there is none. */
bool asn_csv_find(const struct asn_csv *table, const struct fs_addr *addr,
    uint32_t *asn, const char **name);

/* How many ranges, and how many systems they belong to. */
size_t asn_csv_ranges(const struct asn_csv *table);
size_t asn_csv_systems(const struct asn_csv *table);
