#include "store/sqlite.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "signal/blob.h"
#include "store/evidence.h"

/* What is written of a verdict; the bytes live until the row is in. */
struct columns {
	uint8_t evidence[EVIDENCE_ROOM];
	char country[8];
};

int
sqlite_begin(struct sqlite_store *store, struct fs_err *err)
{
	int rc;

	if (store->writing)
		return 0;
	if (store->lock < 0)
		return err_set(err, FS_EDB, "%s: is open for reading only",
		    store->path);
	if ((rc = sqlite_run(store, "BEGIN IMMEDIATE", err)) < 0)
		return rc;
	store->writing = true;
	return 0;
}

int
sqlite_ended(struct sqlite_store *store, int rc)
{
	if (rc < 0)
		sqlite_writer_doubt(store);
	if (rc < 0 && sqlite3_get_autocommit(store->db))
		store->writing = false;
	return rc;
}

void
sqlite_bind_addr(struct sqlite3_stmt *stmt, int at, const struct fs_addr *addr)
{
	sqlite_bind_bytes(stmt, at, addr->bytes,
	    addr->family == 4       ? 4
		: addr->family == 6 ? 16
				    : 0);
}

static void
bind_verdict(struct sqlite3_stmt *stmt, int from,
    const struct fs_verdict *verdict)
{
	sqlite_bind_int(stmt, from + AT_CLASS, verdict->class);
	sqlite_bind_int(stmt, from + AT_DECISION, verdict->decision);
	sqlite_bind_int(stmt, from + AT_VIEW, verdict->view);
	sqlite_bind_int(stmt, from + AT_COVERAGE, verdict->coverage);
	sqlite_bind_text(stmt, from + AT_PROTOCOL, verdict->protocol);
	sqlite_bind_int(stmt, from + AT_PRIOR, verdict->prior);
	sqlite_bind_int(stmt, from + AT_LOG_ODDS, verdict->log_odds);
	sqlite_bind_int(stmt, from + AT_SCORE, verdict->score_ppm);
}

/* Country and AS are columns of their own, for filters. */
static int
bind_place(struct sqlite3_stmt *stmt, int from, const uint8_t *bytes,
    size_t size, struct columns *room)
{
	struct signals signals;
	int64_t asn;
	int rc;

	signals_clear(&signals);
	if (size > 0 &&
	    (rc = blob_decode_span(bytes, size, SIGNAL_CLIENT_COUNTRY,
		 SIGNAL_CLIENT_ASN, &signals)) < 0)
		return rc;
	signals_format(&signals, SIGNAL_CLIENT_COUNTRY, false, room->country,
	    sizeof(room->country));
	sqlite_bind_text(stmt, from + AT_COUNTRY, room->country);
	asn = signals_milli(&signals, SIGNAL_CLIENT_ASN) / 1000;
	if (asn > 0)
		sqlite_bind_int(stmt, from + AT_ASN, asn);
	return 0;
}

/* What a row rests on. */
struct parts {
	const struct fs_evidence *evidence;
	uint32_t evidence_count;
	const uint8_t *signals;
	size_t signals_size;
};

static int
bind_parts(const struct sqlite_store *store, struct sqlite3_stmt *stmt,
    int from, const struct parts *parts, struct columns *room)
{
	size_t size = evidence_encode(parts->evidence, parts->evidence_count,
	    room->evidence);

	sqlite_bind_bytes(stmt, from + AT_EVIDENCE, room->evidence, size);
	sqlite_bind_bytes(stmt, from + AT_SIGNALS, parts->signals,
	    parts->signals_size);
	sqlite_bind_int(stmt, from + AT_NUMBERING, store->numbering);
	return bind_place(stmt, from, parts->signals, parts->signals_size,
	    room);
}

void
sqlite_stretch(struct sqlite_store *store, uint64_t first_us, uint64_t last_us)
{
	if (store->newest_us == 0 || first_us < store->oldest_us) {
		store->oldest_us = first_us;
		store->span_changed = true;
	}
	if (last_us > store->newest_us) {
		store->newest_us = last_us;
		store->span_changed = true;
	}
}

static void
bind_client(struct sqlite3_stmt *stmt, const struct fs_client *client)
{
	sqlite_bind_addr(stmt, CLIENT_ADDR, &client->addr);
	sqlite_bind_int(stmt, CLIENT_BITS, client->bits);
	sqlite_bind_int(stmt, CLIENT_REV, client->rev);
	sqlite_bind_count(stmt, CLIENT_FIRST, client->first_us);
	sqlite_bind_count(stmt, CLIENT_LAST, client->last_us);
	sqlite_bind_count(stmt, CLIENT_FLOWS, client->flows);
	sqlite_bind_count(stmt, CLIENT_FLOWS_ALL, client->flows_all);
	sqlite_bind_count(stmt, CLIENT_BYTES, client->bytes);
	sqlite_bind_text(stmt, CLIENT_SENSOR, client->sensor);
	bind_verdict(stmt, CLIENT_VERDICT, &client->verdict);
	sqlite_bind_int(stmt, CLIENT_VERDICT + AT_GENERATION,
	    client->generation);
}

int
sqlite_put_client(void *state, const struct fs_client *client,
    struct fs_err *err)
{
	const struct parts parts = { client->evidence, client->evidence_count,
		client->signals, client->signals_size };
	struct sqlite_store *store = state;
	struct sqlite3_stmt *stmt;
	struct columns room;
	int rc;

	if ((rc = sqlite_begin(store, err)) < 0 ||
	    (rc = sqlite_take(store, SQL_PUT_CLIENT, err, &stmt)) < 0)
		return rc;
	bind_client(stmt, client);
	if ((rc = bind_parts(store, stmt, CLIENT_VERDICT, &parts, &room)) < 0)
		return err_set(err, rc, "the signals of a client are damaged");
	if ((rc = sqlite_ended(store, sqlite_do(store, stmt, err))) < 0)
		return rc;
	sqlite_stretch(store, client->first_us, client->last_us);
	return 0;
}

int
sqlite_put_event(void *state, const struct fs_event *event, struct fs_err *err)
{
	struct sqlite_store *store = state;
	struct sqlite3_stmt *stmt;
	int at = 1, rc;

	if ((rc = sqlite_begin(store, err)) < 0 ||
	    (rc = sqlite_take(store, SQL_PUT_EVENT, err, &stmt)) < 0)
		return rc;
	sqlite_bind_count(stmt, at++, event->time_us);
	sqlite_bind_count(stmt, at++,
	    event->until_us > event->time_us ? event->until_us
					     : event->time_us);
	sqlite_bind_int(stmt, at++, event->kind);
	sqlite_bind_count(stmt, at++, event->count);
	sqlite_bind_count(stmt, at++, event->bytes);
	sqlite_bind_text(stmt, at++, event->subject);
	sqlite_bind_text(stmt, at++, event->text);
	sqlite_bind_text(stmt, at, event->sensor);
	return sqlite_ended(store, sqlite_do(store, stmt, err));
}

/* In order of the table's columns, from 'at'. */
static void
bind_rule(struct sqlite3_stmt *stmt, int at, const struct fs_rule_info *rule)
{
	sqlite_bind_exact(stmt, at++, rule->name);
	sqlite_bind_text(stmt, at++, rule->family);
	sqlite_bind_text(stmt, at++, rule->protocol);
	sqlite_bind_int(stmt, at++, rule->class);
	sqlite_bind_int(stmt, at++, rule->llr_true);
	sqlite_bind_int(stmt, at++, rule->client_scope);
	sqlite_bind_int(stmt, at++, rule->enabled);
	sqlite_bind_int(stmt, at++, rule->shadow);
	sqlite_bind_text(stmt, at++, rule->desc);
	sqlite_bind_text(stmt, at++, rule->condition);
	sqlite_bind_text(stmt, at++, rule->says);
	sqlite_bind_text(stmt, at++, rule->benign);
	sqlite_bind_text(stmt, at++, rule->references);
	sqlite_bind_text(stmt, at++, rule->tags);
	sqlite_bind_text(stmt, at++, rule->file);
	sqlite_bind_int(stmt, at, rule->line);
}

/* Keeps the text of the rules, once for each digest. */
static int
put_rules(struct sqlite_store *store, const struct fs_ruleset *rules,
    const char *digest, struct fs_err *err)
{
	size_t i, count = fs_ruleset_count(rules);
	struct fs_rule_info info;
	struct sqlite3_stmt *stmt;
	int rc;

	for (i = 0; i < count; i++) {
		fs_ruleset_info(rules, i, &info);
		if ((rc = sqlite_take(store, SQL_PUT_RULE, err, &stmt)) < 0)
			return rc;
		sqlite_bind_exact(stmt, 1, digest);
		sqlite_bind_int(stmt, 2, (int64_t)i);
		bind_rule(stmt, 3, &info);
		if ((rc = sqlite_ended(store, sqlite_do(store, stmt, err))) < 0)
			return rc;
	}
	return 0;
}

/* Finds the generation that rests on the same things.
 *
 * Returns 1, 0 when there is none, or a negative code. */
static int
same_generation(struct sqlite_store *store, struct fs_err *err,
    struct fs_generation *generation)
{
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_take(store, SQL_SAME_GENERATION, err, &stmt)) < 0)
		return rc;
	sqlite_bind_exact(stmt, 1, generation->rules_digest);
	sqlite_bind_exact(stmt, 2, generation->geo_digest);
	sqlite_bind_exact(stmt, 3, generation->version);
	sqlite_bind_exact(stmt, 4, generation->floors_digest);
	if ((rc = sqlite_next(store, stmt, err)) > 0)
		generation->id = (uint32_t)sqlite_count(stmt, 0);
	sqlite_done(stmt);
	return rc;
}

static int
new_generation(struct sqlite_store *store, struct fs_err *err,
    struct fs_generation *generation)
{
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_take(store, SQL_PUT_GENERATION, err, &stmt)) < 0)
		return rc;
	sqlite_bind_count(stmt, 1, generation->time_us);
	sqlite_bind_exact(stmt, 2, generation->rules_digest);
	sqlite_bind_exact(stmt, 3, generation->geo_digest);
	sqlite_bind_count(stmt, 4, generation->geo_built_s);
	sqlite_bind_exact(stmt, 5, generation->version);
	sqlite_bind_exact(stmt, 6, generation->floors_digest);
	if ((rc = sqlite_ended(store, sqlite_do(store, stmt, err))) < 0)
		return rc;
	generation->id = (uint32_t)sqlite3_last_insert_rowid(store->db);
	return 0;
}

int
sqlite_put_generation(void *state, const struct fs_ruleset *rules,
    struct fs_generation *generation, struct fs_err *err)
{
	struct sqlite_store *store = state;
	int rc;

	if ((rc = sqlite_begin(store, err)) < 0 ||
	    (rc = same_generation(store, err, generation)) != 0)
		return rc < 0 ? rc : 0;
	if (rules != NULL &&
	    (rc = put_rules(store, rules, generation->rules_digest, err)) < 0)
		return rc;
	return new_generation(store, err, generation);
}

int
sqlite_put_meta(struct sqlite_store *store, const char *name, uint64_t value,
    struct fs_err *err)
{
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_take(store, SQL_PUT_META, err, &stmt)) < 0)
		return rc;
	sqlite_bind_exact(stmt, 1, name);
	sqlite_bind_count(stmt, 2, value);
	return sqlite_do(store, stmt, err);
}

int
sqlite_commit_rows(struct sqlite_store *store, struct fs_err *err)
{
	int rc;

	if ((rc = sqlite_writer_save(store, err)) < 0)
		return sqlite_ended(store, rc);
	if (store->span_changed &&
	    ((rc = sqlite_put_meta(store, "oldest_us", store->oldest_us, err)) <
		    0 ||
		(rc = sqlite_put_meta(store, "newest_us", store->newest_us,
		     err)) < 0))
		return sqlite_ended(store, rc);
	if ((rc = sqlite_run(store, "COMMIT", err)) < 0)
		return sqlite_ended(store, rc);
	store->writing = false;
	store->span_changed = false;
	return 0;
}

/* Beside its rows, each commit does one step of what is left to do, so that
 * none takes long. */
int
sqlite_commit(void *state, struct fs_err *err)
{
	struct sqlite_store *store = state;
	int rc;

	if (store->writing && (rc = sqlite_commit_rows(store, err)) < 0)
		return rc;
	rc = store->writer != NULL ? sqlite_writer_step(store, err) : 0;
	return rc < 0 ? rc : 0;
}
