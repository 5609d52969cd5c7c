/* Flows that were judged again from their capture, against what is stored. */
#pragma once

#include "report/rows.h"
#include "store/store.h"

/* A flow that is not judged as it was. */
struct replay_row {
	const struct store_flow *now;
	const struct store_flow *then; /* Null: it is not stored. */
	char differs[DATUM_ROOM];
};

extern const struct row_kind replay_rows;

/* Writes what differs, the verdict's parts first, as "score 0.7 -> 0.8";
 * "" when nothing does. 'text' has DATUM_ROOM bytes. */
void replay_compare(const struct store_flow *then, const struct store_flow *now,
    char *text);
