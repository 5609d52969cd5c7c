#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "signal/blob.h"
#include "store/sqlite.h"
#include "store/sqlite_writer.h"

/* ---- By number ---------------------------------------------------------- */

static int
no_memory(struct fs_err *err)
{
	return err_set(err, -ENOMEM, "no memory is left");
}

/* Numbers follow each other, so that they are positions, too. */
static int
out_of_order(struct sqlite_store *store, struct fs_err *err, const char *table)
{
	return err_set(err, FS_EDB,
	    "%s: the numbers of '%s' are damaged: keep a copy, and save its "
	    "rows with 'sqlite3 FILE .recover'",
	    store->path, table);
}

static int
take_kind(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct fs_err *err)
{
	const int64_t id = sqlite_int(stmt, 0);
	struct kind *list;
	const uint8_t *bytes;
	size_t size;
	int rc;

	if (id != (int64_t)store->kind_count + 1)
		return out_of_order(store, err, "kinds");
	list = reallocarray(store->kind, store->kind_count + 1, sizeof(*list));
	if (list == NULL)
		return no_memory(err);
	store->kind = list;
	bytes = sqlite_bytes(stmt, 1, &size);
	rc = kind_decode(bytes, size, &list[store->kind_count]);
	if (rc < 0)
		return sqlite_row_fault(store, err, rc, "kinds", id);
	store->kind_count++;
	return 0;
}

static int
take_place(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct fs_err *err)
{
	struct place *list;

	if (sqlite_int(stmt, 0) != (int64_t)store->place_count + 1)
		return out_of_order(store, err, "places");
	list =
	    reallocarray(store->place, store->place_count + 1, sizeof(*list));
	if (list == NULL)
		return no_memory(err);
	store->place = list;
	list += store->place_count++;
	*list = (struct place){ .asn = sqlite_row_u32(stmt, 3) };
	sqlite_text(stmt, 1, list->country, sizeof(list->country));
	sqlite_text(stmt, 2, list->city, sizeof(list->city));
	sqlite_text(stmt, 4, list->as_name, sizeof(list->as_name));
	return 0;
}

/* Reads those that are behind what is known. */
static int
load(struct sqlite_store *store, enum sqlite_sql sql, size_t known,
    struct fs_err *err)
{
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_take(store, sql, err, &stmt)) < 0)
		return rc;
	sqlite_bind_int(stmt, 1, (int64_t)known);
	while ((rc = sqlite_next(store, stmt, err)) > 0) {
		rc = sql == SQL_KINDS ? take_kind(store, stmt, err)
				      : take_place(store, stmt, err);
		if (rc < 0)
			break;
	}
	sqlite_done(stmt);
	return rc;
}

int
sqlite_kind(struct sqlite_store *store, uint32_t number, struct fs_err *err,
    const struct kind **kind)
{
	int rc;

	if (number > store->kind_count &&
	    (rc = load(store, SQL_KINDS, store->kind_count, err)) < 0)
		return rc;
	if (number == 0 || number > store->kind_count)
		return FS_EFORMAT;
	*kind = &store->kind[number - 1];
	return 0;
}

int
sqlite_place(struct sqlite_store *store, uint32_t number, struct fs_err *err,
    const struct place **place)
{
	int rc;

	if (number > store->place_count &&
	    (rc = load(store, SQL_PLACES, store->place_count, err)) < 0)
		return rc;
	if (number == 0 || number > store->place_count)
		return FS_EFORMAT;
	*place = &store->place[number - 1];
	return 0;
}

void
sqlite_kinds_forget(struct sqlite_store *store)
{
	size_t i;

	for (i = 0; i < store->kind_count; i++)
		kind_fini(&store->kind[i]);
	free(store->kind);
	free(store->place);
	store->kind = NULL;
	store->place = NULL;
	store->kind_count = store->place_count = 0;
}

/* ---- Kinds -------------------------------------------------------------- */

static enum store_why
why_unjudged(const struct signals *signals)
{
	if (signals_milli(signals, SIGNAL_FLOW_ONE_SIDED) != 0)
		return STORE_WHY_ONE_SIDED;
	if (signals_known(signals, SIGNAL_FLOW_START_SEEN) &&
	    signals_milli(signals, SIGNAL_FLOW_START_SEEN) == 0)
		return STORE_WHY_START;
	return STORE_WHY_SHORT;
}

/* Reads off the signals why a flow could not be judged. */
static int
find_why(const struct fs_observation *flow, unsigned *why)
{
	struct signals signals;
	int rc;

	*why = 0;
	if (flow->verdict.coverage != FS_COVERAGE_NONE ||
	    flow->verdict.decision != FS_CLEAN)
		return 0;
	signals_clear(&signals);
	if (flow->signals_size > 0 &&
	    (rc = blob_decode_span(flow->signals, flow->signals_size,
		 SIGNAL_FLOW_START_SEEN, SIGNAL_FLOW_ONE_SIDED, &signals)) < 0)
		return rc;
	*why = why_unjudged(&signals);
	return 0;
}

/* The rules that spoke, for those who read the table. */
static void
join_rules(const struct fs_observation *flow, struct buf *buf)
{
	uint32_t i;

	buf_clear(buf);
	for (i = 0; i < flow->evidence_count && i < FS_EVIDENCE_MAX; i++) {
		if (i > 0)
			buf_add_char(buf, ' ');
		buf_add_text(buf, flow->evidence[i].rule);
	}
}

static int
put_kind(struct sqlite_store *store, const struct fs_observation *flow,
    size_t number, struct buf *bytes, struct fs_err *err)
{
	const struct fs_verdict *verdict = &flow->verdict;
	struct sqlite3_stmt *stmt;
	struct buf rules;
	int rc;

	buf_init(&rules);
	join_rules(flow, &rules);
	if ((rc = sqlite_take(store, SQL_PUT_KIND, err, &stmt)) < 0)
		goto out;
	sqlite_bind_int(stmt, 1, (int64_t)number);
	sqlite_bind_int(stmt, 2, verdict->class);
	sqlite_bind_int(stmt, 3, verdict->decision);
	sqlite_bind_int(stmt, 4, verdict->view);
	sqlite_bind_int(stmt, 5, verdict->coverage);
	sqlite_bind_text(stmt, 6, verdict->protocol);
	sqlite_bind_text(stmt, 7, flow->service);
	sqlite_bind_text(stmt, 8, flow->sensor);
	sqlite_bind_text(stmt, 9, buf_text(&rules));
	sqlite_bind_bytes(stmt, 10, bytes->bytes, bytes->size);
	rc = sqlite_do(store, stmt, err);
out:
	buf_fini(&rules);
	return rc;
}

static int
intern_kind(struct sqlite_store *store, struct names *kinds,
    const struct fs_observation *flow, struct buf *buf, struct fs_err *err,
    uint32_t *number)
{
	unsigned why;
	int rc;

	if ((rc = find_why(flow, &why)) < 0)
		return err_set(err, rc, "the signals of a flow are damaged");
	kind_encode(flow, why, buf);
	if (buf_error(buf) < 0)
		return no_memory(err);
	if ((*number = names_find(kinds, buf->bytes, buf->size)) != 0)
		return 0;
	if (names_count(kinds) >= UINT32_MAX - 1)
		return err_set(err, FS_EFULL, "too many kinds of flows");
	rc = put_kind(store, flow, names_count(kinds) + 1, buf, err);
	if (rc < 0)
		return rc;
	*number = (uint32_t)names_count(kinds) + 1;
	return names_add(kinds, buf->bytes, buf->size) < 0 ? no_memory(err) : 0;
}

/* ---- Places ------------------------------------------------------------- */

static void
encode_place(const struct place *place, struct buf *buf)
{
	buf_clear(buf);
	buf_add_text(buf, place->country);
	buf_add_char(buf, '\0');
	buf_add_text(buf, place->city);
	buf_add_char(buf, '\0');
	buf_add_text(buf, place->as_name);
	buf_add_char(buf, '\0');
	buf_add(buf, &place->asn, sizeof(place->asn));
}

static int
find_place(const struct fs_observation *flow, struct place *place)
{
	struct signals signals;
	int64_t asn;
	int rc;

	*place = (struct place){ 0 };
	if (flow->signals_size == 0)
		return 0;
	signals_clear(&signals);
	rc = blob_decode_span(flow->signals, flow->signals_size,
	    SIGNAL_CLIENT_COUNTRY, SIGNAL_CLIENT_AS_NAME, &signals);
	if (rc < 0)
		return rc;
	signals_format(&signals, SIGNAL_CLIENT_COUNTRY, false, place->country,
	    sizeof(place->country));
	signals_format(&signals, SIGNAL_CLIENT_CITY, false, place->city,
	    sizeof(place->city));
	signals_format(&signals, SIGNAL_CLIENT_AS_NAME, false, place->as_name,
	    sizeof(place->as_name));
	asn = signals_milli(&signals, SIGNAL_CLIENT_ASN) / 1000;
	place->asn = (uint32_t)(asn > 0 && asn <= UINT32_MAX ? asn : 0);
	return 0;
}

static int
put_place(struct sqlite_store *store, const struct place *place, size_t number,
    struct fs_err *err)
{
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_take(store, SQL_PUT_PLACE, err, &stmt)) < 0)
		return rc;
	sqlite_bind_int(stmt, 1, (int64_t)number);
	sqlite_bind_text(stmt, 2, place->country);
	sqlite_bind_text(stmt, 3, place->city);
	if (place->asn > 0)
		sqlite_bind_int(stmt, 4, place->asn);
	sqlite_bind_text(stmt, 5, place->as_name);
	return sqlite_do(store, stmt, err);
}

static int
intern_place(struct sqlite_store *store, struct names *places,
    const struct fs_observation *flow, struct buf *buf, struct fs_err *err,
    uint32_t *number)
{
	struct place place;
	int rc;

	if ((rc = find_place(flow, &place)) < 0)
		return err_set(err, rc, "the signals of a flow are damaged");
	encode_place(&place, buf);
	if (buf_error(buf) < 0)
		return no_memory(err);
	if ((*number = names_find(places, buf->bytes, buf->size)) != 0)
		return 0;
	if (names_count(places) >= UINT32_MAX - 1)
		return err_set(err, FS_EFULL, "too many places of flows");
	rc = put_place(store, &place, names_count(places) + 1, err);
	if (rc < 0)
		return rc;
	*number = (uint32_t)names_count(places) + 1;
	return names_add(places, buf->bytes, buf->size) < 0 ? no_memory(err)
							    : 0;
}

int
sqlite_intern(struct sqlite_store *store, const struct fs_observation *flow,
    struct fs_err *err, struct brief *brief)
{
	struct sqlite_writer *w = store->writer;
	int rc = intern_kind(store, w->kinds, flow, &w->buf, err, &brief->kind);

	if (rc < 0)
		return rc;
	return intern_place(store, w->places, flow, &w->buf, err,
	    &brief->place);
}

/* ---- What is written already -------------------------------------------- */

static int
load_kinds(struct sqlite_store *store, struct names *kinds, struct fs_err *err)
{
	struct sqlite3_stmt *stmt;
	const uint8_t *bytes;
	size_t size;
	int rc;

	if ((rc = sqlite_take(store, SQL_KINDS, err, &stmt)) < 0)
		return rc;
	sqlite_bind_int(stmt, 1, 0);
	while ((rc = sqlite_next(store, stmt, err)) > 0) {
		bytes = sqlite_bytes(stmt, 1, &size);
		rc = sqlite_int(stmt, 0) != (int64_t)names_count(kinds) + 1
		    ? out_of_order(store, err, "kinds")
		    : names_add(kinds, bytes, size);
		if (rc < 0)
			break;
	}
	sqlite_done(stmt);
	return rc == -ENOMEM ? no_memory(err) : rc;
}

static int
load_places(struct sqlite_store *store, struct names *places,
    struct fs_err *err)
{
	struct buf buf;
	size_t i;
	int rc = load(store, SQL_PLACES, store->place_count, err);

	buf_init(&buf);
	for (i = 0; i < store->place_count && rc >= 0; i++) {
		encode_place(&store->place[i], &buf);
		rc = buf_error(&buf) < 0
		    ? -ENOMEM
		    : names_add(places, buf.bytes, buf.size);
		if (rc < 0)
			no_memory(err);
	}
	buf_fini(&buf);
	return rc;
}

int
sqlite_intern_load(struct sqlite_store *store, struct names *kinds,
    struct names *places, struct fs_err *err)
{
	int rc = load_kinds(store, kinds, err);

	return rc < 0 ? rc : load_places(store, places, err);
}
