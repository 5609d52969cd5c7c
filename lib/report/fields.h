/* The fields of each kind of row: names that everything outside relies on. */
#pragma once

#include "report/rows.h"
#include "store/store.h"

/* Rows are 'struct store_flow', 'struct store_client', 'struct store_group',
 * 'struct fs_signal_info', 'struct fs_rule_info', 'struct fit_row' and
 * 'struct attempt_row'. */
extern const struct row_kind flow_rows;
extern const struct row_kind client_rows;
extern const struct row_kind signal_rows;
extern const struct row_kind rule_rows;
extern const struct row_kind list_rows;
extern const struct row_kind fit_rows;
extern const struct row_kind attempt_rows;

/* Of groups by one dimension, whose name is that of the first field (see
 * 'key_name' in rows.h). */
const struct row_kind *group_rows(int dimension);

/* The words of a place: "Frankfurt am Main, DE, AS64500 Example Hosting". */
void place_words(const struct signals *signals, struct buf *buf);
