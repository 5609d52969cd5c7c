/* Property: a table that is read answers for its addresses with a number
 * that is not 0; one that is refused says in which line, if it has lines. */
#include <stdlib.h>
#include <string.h>

#include "signal/asn_csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fs_addr addr = { .family = 4 };
	struct asn_csv *table = NULL;
	struct fs_err err = { 0 };
	const char *name;
	uint32_t asn;
	size_t i;
	int rc;

	rc = asn_csv_read(cursor_of(data, size), "fuzz", &err, &table);
	if (rc < 0) {
		if (rc != FS_EFORMAT || err.text[0] == '\0' || table != NULL)
			abort();
		return 0;
	}
	if (asn_csv_systems(table) == 0 ||
	    asn_csv_systems(table) > asn_csv_ranges(table))
		abort();
	for (i = 0; i + 4 <= size; i++) {
		memcpy(addr.bytes, data + i, 4);
		if (asn_csv_find(table, &addr, &asn, &name) &&
		    (asn == 0 || strlen(name) > size))
			abort();
	}
	asn_csv_free(table);
	return 0;
}
