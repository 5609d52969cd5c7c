#include "store/sqlite.h"

static void
take_event(struct sqlite3_stmt *stmt, struct fs_event *event)
{
	*event = (struct fs_event){
		.time_us = sqlite_count(stmt, 0),
		.until_us = sqlite_count(stmt, 1),
		.kind = (uint8_t)sqlite_small(stmt, 2, 255, 255),
		.count = sqlite_count(stmt, 3),
		.bytes = sqlite_count(stmt, 4),
	};
	sqlite_text(stmt, 5, event->subject, sizeof(event->subject));
	sqlite_text(stmt, 6, event->text, sizeof(event->text));
	sqlite_text(stmt, 7, event->sensor, sizeof(event->sensor));
}

int
sqlite_events(void *state, const struct store_query *query, store_event_fn *fn,
    void *ctx, struct fs_err *err)
{
	struct sqlite_store *store = state;
	struct sqlite_bounds bounds;
	struct sqlite3_stmt *stmt;
	struct fs_event event;
	int rc;

	if ((rc = sqlite_take(store, SQL_EVENTS, err, &stmt)) < 0)
		return rc;
	sqlite_bind_query(stmt, query, &bounds);
	while ((rc = sqlite_next(store, stmt, err)) > 0) {
		take_event(stmt, &event);
		if ((rc = fn(ctx, &event)) < 0)
			break;
	}
	sqlite_done(stmt);
	return rc;
}

static void
take_rule(struct sqlite3_stmt *stmt, struct store_rule *rule)
{
	const struct {
		int column;
		char *room;
		size_t size;
	} texts[] = {
		{ 0, rule->name, sizeof(rule->name) },
		{ 1, rule->family, sizeof(rule->family) },
		{ 2, rule->protocol, sizeof(rule->protocol) },
		{ 8, rule->desc, sizeof(rule->desc) },
		{ 9, rule->condition, sizeof(rule->condition) },
		{ 10, rule->says, sizeof(rule->says) },
		{ 11, rule->benign, sizeof(rule->benign) },
		{ 12, rule->references, sizeof(rule->references) },
		{ 13, rule->tags, sizeof(rule->tags) },
		{ 14, rule->file, sizeof(rule->file) },
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		sqlite_text(stmt, texts[i].column, texts[i].room,
		    texts[i].size);
	rule->class =
	    (int)sqlite_small(stmt, 3, FS_CLASS_COUNT - 1, FS_CLASS_UNKNOWN);
	rule->llr_true = (int32_t)sqlite_int(stmt, 4);
	rule->client_scope = sqlite_int(stmt, 5) != 0;
	rule->enabled = sqlite_int(stmt, 6) != 0;
	rule->shadow = sqlite_int(stmt, 7) != 0;
	rule->line = sqlite_small(stmt, 15, INT32_MAX, 0);
}

int
sqlite_find_rule(void *state, const char *rules_digest, const char *name,
    struct fs_err *err, struct store_rule *rule)
{
	struct sqlite_store *store = state;
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_take(store, SQL_RULE, err, &stmt)) < 0)
		return rc;
	sqlite_bind_exact(stmt, 1, rules_digest);
	sqlite_bind_exact(stmt, 2, name);
	if ((rc = sqlite_next(store, stmt, err)) > 0)
		take_rule(stmt, rule);
	sqlite_done(stmt);
	return rc < 0 ? rc : rc > 0 ? 0 : FS_EEND;
}

/* Takes the one row of a generation. */
static int
take_generation(struct sqlite_store *store, struct sqlite3_stmt *stmt,
    struct fs_err *err, struct fs_generation *generation)
{
	int rc = sqlite_next(store, stmt, err);

	if (rc > 0) {
		*generation = (struct fs_generation){
			.id = (uint32_t)sqlite_small(stmt, 0, INT32_MAX, 0),
			.time_us = sqlite_count(stmt, 1),
			.geo_built_s = sqlite_count(stmt, 4),
		};
		sqlite_text(stmt, 2, generation->rules_digest,
		    sizeof(generation->rules_digest));
		sqlite_text(stmt, 3, generation->geo_digest,
		    sizeof(generation->geo_digest));
		sqlite_text(stmt, 5, generation->version,
		    sizeof(generation->version));
		sqlite_text(stmt, 6, generation->floors_digest,
		    sizeof(generation->floors_digest));
	}
	sqlite_done(stmt);
	return rc < 0 ? rc : rc > 0 ? 0 : FS_EEND;
}

int
sqlite_find_generation(void *state, uint32_t id, struct fs_err *err,
    struct fs_generation *generation)
{
	struct sqlite_store *store = state;
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_take(store, SQL_GENERATION, err, &stmt)) < 0)
		return rc;
	sqlite_bind_int(stmt, 1, id);
	return take_generation(store, stmt, err, generation);
}

int
sqlite_newest_generation(void *state, struct fs_err *err,
    struct fs_generation *generation)
{
	struct sqlite_store *store = state;
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_take(store, SQL_NEWEST_GENERATION, err, &stmt)) < 0)
		return rc;
	return take_generation(store, stmt, err, generation);
}
