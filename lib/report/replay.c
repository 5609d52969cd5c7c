#include "report/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "report/change.h"

struct replay {
	const struct fs_replay *ask;
	struct store_query stored; /* Its snapshot. */
	struct rows rows;
	struct store_flow then;
	struct fs_replayed *replayed;
	struct fs_err *err;
};

/* ---- Comparing ---------------------------------------------------------- */

static void
add_words(struct buf *buf, const char *name, const struct datum *then,
    const struct datum *now)
{
	struct buf before, after;

	buf_init(&before);
	buf_init(&after);
	datum_words(then, true, &before);
	datum_words(now, true, &after);
	if (strcmp(buf_text(&before), buf_text(&after)) != 0)
		buf_printf(buf, "%s%s %s -> %s", buf->size ? ", " : "", name,
		    then->kind == DATUM_NONE ? "unknown" : buf_text(&before),
		    now->kind == DATUM_NONE ? "unknown" : buf_text(&after));
	buf_fini(&before);
	buf_fini(&after);
}

static void
compare_verdicts(const struct fs_verdict *then, const struct fs_verdict *now,
    struct buf *buf)
{
	struct datum a, b;

	datum_text(&a, fs_class_name(then->class));
	datum_text(&b, fs_class_name(now->class));
	add_words(buf, "class", &a, &b);
	datum_text(&a, then->protocol);
	datum_text(&b, now->protocol);
	add_words(buf, "protocol", &a, &b);
	datum_share(&a, then->score_ppm);
	datum_share(&b, now->score_ppm);
	add_words(buf, "score", &a, &b);
	datum_text(&a, fs_view_name(then->view));
	datum_text(&b, fs_view_name(now->view));
	add_words(buf, "view", &a, &b);
}

/* The rules that fired on one side alone, or weigh otherwise. */
static void
compare_evidence(const struct fs_observation *then,
    const struct fs_observation *now, struct buf *buf)
{
	struct change_evidence *sides = calloc(CHANGE_SETS, sizeof(*sides));
	char text[DATUM_ROOM];

	if (sides == NULL) {
		buf->error = -ENOMEM;
		return;
	}
	memcpy(sides[CHANGE_BEFORE].piece, then->evidence,
	    sizeof(then->evidence));
	sides[CHANGE_BEFORE].count = then->evidence_count;
	memcpy(sides[CHANGE_AFTER].piece, now->evidence, sizeof(now->evidence));
	sides[CHANGE_AFTER].count = now->evidence_count;
	change_name_rules(sides, text);
	if (text[0] != '\0')
		buf_printf(buf, "%srules %s", buf->size ? ", " : "", text);
	free(sides);
}

static void
compare_signals(const struct signals *then, const struct signals *now,
    struct buf *buf)
{
	struct datum a, b;
	int id;

	for (id = 0; id < SIGNAL_COUNT && buf->size < DATUM_ROOM; id++) {
		datum_signal(&a, then, (enum signal_id)id);
		datum_signal(&b, now, (enum signal_id)id);
		if (a.kind != DATUM_NONE || b.kind != DATUM_NONE)
			add_words(buf, signal_info((enum signal_id)id)->name,
			    &a, &b);
	}
}

void
replay_compare(const struct store_flow *then, const struct store_flow *now,
    char *text)
{
	struct buf buf;

	buf_init(&buf);
	compare_verdicts(&then->flow.verdict, &now->flow.verdict, &buf);
	compare_evidence(&then->flow, &now->flow, &buf);
	compare_signals(&then->signals, &now->signals, &buf);
	text_copy(text, DATUM_ROOM, buf_text(&buf));
	buf_fini(&buf);
}

/* ---- Flow by flow ------------------------------------------------------- */

static int
take_flow(void *ctx, const struct store_flow *now)
{
	struct replay *replay = ctx;
	struct replay_row row = { .now = now };
	int rc;

	if (replay->ask->flow_id != 0 &&
	    replay->ask->flow_id != now->flow.flow_id)
		return 0;
	rc = store_ask_flow(replay->ask->stored, &replay->stored.snapshot,
	    now->flow.flow_id, replay->err, &replay->then);
	if (rc < 0 && rc != FS_EEND)
		return rc;
	if (rc == 0) {
		row.then = &replay->then;
		replay_compare(row.then, now, row.differs);
		if (row.differs[0] == '\0') {
			replay->replayed->same++;
			return 0;
		}
		replay->replayed->changed++;
	} else {
		err_set(replay->err, 0, "%s", "");
		replay->replayed->missing++;
	}
	return rows_add(&replay->rows, &row);
}

static int
compare_all(struct replay *replay, const struct fs_filter *filter,
    const struct fs_out *out, struct fs_err *err)
{
	const struct fs_replay *ask = replay->ask;
	struct store_query query;
	int rc;

	if ((rc = store_query(ask->again, filter, err, &query)) < 0 ||
	    (rc = store_query(ask->stored, filter, err, &replay->stored)) < 0)
		return rc;
	/* A flow may have more revisions in a store that was written live. */
	store_query_whole(&replay->stored);
	if ((rc = rows_begin(&replay->rows, &replay_rows, out, err)) < 0 ||
	    (rc = store_ask_flows(ask->again, &query, take_flow, replay, err,
		 NULL)) < 0)
		return rc;
	return rows_end(&replay->rows,
	    replay->replayed->changed + replay->replayed->missing);
}

int
fs_report_replay(const struct fs_replay *ask, const struct fs_filter *filter,
    const struct fs_out *out, struct fs_err *err, struct fs_replayed *replayed)
{
	struct replay *replay = calloc(1, sizeof(*replay));
	int rc;

	if (replay == NULL)
		return err_set(err, -ENOMEM, "no memory left");
	memset(replayed, 0, sizeof(*replayed));
	replay->ask = ask;
	replay->err = err;
	replay->replayed = replayed;
	if ((rc = store_ask_newest_generation(ask->stored, err,
		 &replayed->then)) == 0)
		rc = store_ask_newest_generation(ask->again, err,
		    &replayed->now);
	if (rc == 0)
		rc = compare_all(replay, filter, out, err);
	rows_fini(&replay->rows);
	free(replay);
	return rc;
}
