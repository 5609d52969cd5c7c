/* The fields of each kind of row: names that everything outside relies on. */
#pragma once

#include "report/marks.h"
#include "report/rows.h"
#include "report/tally.h"
#include "store/store.h"

/* Rows are 'struct marked_flow', 'struct marked_client', 'struct group_line',
 * 'struct note_line', 'struct suppression_line', 'struct fs_signal_info',
 * 'struct fs_rule_info', 'struct fs_list_info', 'struct fit_row' and
 * 'struct attempt_row'. */
extern const struct row_kind flow_rows;
extern const struct row_kind client_rows;
extern const struct row_kind signal_rows;
extern const struct row_kind rule_rows;
extern const struct row_kind list_rows;
extern const struct row_kind fit_rows;
extern const struct row_kind attempt_rows;
extern const struct row_kind note_rows;
extern const struct row_kind suppression_rows;

/* One value of a dimension, and how often its rule was right; or null. */
struct group_line {
	const struct store_group *group;
	const struct tally *tally;
};

/* A label, and whether it is what stands of its subject. */
struct note_line {
	const struct fs_note *note;
	bool stands;
};

/* A suppression, and what it does now. */
struct suppression_line {
	const struct fs_suppression *suppression;
	uint64_t hidden, of; /* Clients that stand out. */
	bool expired;
};

/* Of groups by one dimension, whose name is that of the first field (see
 * 'key_name' in rows.h). */
const struct row_kind *group_rows(int dimension);

/* What analysts said; none for null. */
void datum_label(struct datum *datum, const struct fs_note *label);
void datum_suppressed(struct datum *datum,
    const struct fs_suppression *suppressed);
void datum_said(struct datum *datum, const struct fs_note *label,
    const struct fs_suppression *suppressed);
/* "client 198.51.100.0/24, rule tls-ends-behind-tcp": what it asks for. */
void suppression_words(const struct fs_suppression *suppression,
    struct buf *buf);
/* "198.51.100.7", "2001:db8::/64". */
void prefix_words(const struct fs_prefix *prefix, struct buf *buf);

/* The words of a place: "Frankfurt am Main, DE, AS64500 Example Hosting". */
void place_words(const struct signals *signals, struct buf *buf);
