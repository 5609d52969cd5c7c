#include "report/export.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "report/datum.h"

enum { PIECE = 1 << 16 }; /* What is gathered before it is written. */

static const struct export_shape *const shapes[] = { &export_eve, &export_ecs,
	&export_ocsf, &export_stix };
enum { SHAPES = sizeof(shapes) / sizeof(shapes[0]) };

/* ---- What the shapes share -------------------------------------------- */

void
export_addr(struct json *json, const char *key, const struct fs_addr *addr)
{
	char text[ADDR_TEXT_SIZE];

	if (addr->family == 0)
		return;
	addr_format(addr, text);
	json_put_text(json, key, text);
}

void
export_port(struct json *json, const char *key, int32_t port)
{
	if (port >= 0)
		json_put_u64(json, key, (uint64_t)port);
}

void
export_signal(struct json *json, const char *key, const struct signals *signals,
    enum signal_id id)
{
	struct datum datum;

	datum_signal(&datum, signals, id);
	if (datum.kind == DATUM_NONE)
		return;
	json_key(json, key);
	datum_json(&datum, json);
}

bool
export_number(const struct signals *signals, enum signal_id id, uint64_t *value)
{
	if (!signals_known(signals, id) || signals_milli(signals, id) < 0)
		return false;
	*value = (uint64_t)signals_milli(signals, id) / 1000;
	return true;
}

void
export_verdict(struct json *json, const struct fs_verdict *verdict,
    const struct fs_evidence *evidence, uint32_t count,
    const struct signals *signals)
{
	json_key(json, "flowscan");
	json_object(json);
	json_put_text(json, "verdict", fs_decision_name(verdict->decision));
	json_put_text(json, "class", fs_class_name(verdict->class));
	json_put_text(json, "protocol",
	    verdict->protocol[0] ? verdict->protocol : "unknown");
	json_key(json, "score");
	json_ppm(json, verdict->score_ppm);
	json_put_text(json, "view", fs_view_name(verdict->view));
	json_put_text(json, "coverage", fs_coverage_name(verdict->coverage));
	json_key(json, "evidence");
	datum_json_evidence(evidence, count, json);
	json_key(json, "signals");
	datum_json_signals(signals, json);
	json_object_end(json);
}

const char *
export_reason(const struct fs_evidence *evidence, uint32_t count)
{
	const struct fs_evidence *best = NULL;
	uint32_t i;

	for (i = 0; i < count; i++)
		if (!evidence[i].shadow && evidence[i].llr > 0 &&
		    (best == NULL || evidence[i].llr > best->llr))
			best = &evidence[i];
	return best != NULL ? best->text : "";
}

void
export_client(const struct fs_client *client, char *room)
{
	size_t size = addr_format(&client->addr, room);

	if (client->bits < (client->addr.family == 4 ? 32 : 128))
		(void)snprintf(room + size, EXPORT_CLIENT_SIZE - size, "/%u",
		    client->bits);
}

void
export_percent(struct json *json, const char *key, int32_t score_ppm)
{
	json_key(json, key);
	/* Thousandths of a percent, to one place. */
	json_milli(json, (int64_t)score_ppm / 1000 * 100);
}

/* ---- Writing ------------------------------------------------------------ */

struct export
{
	const struct export_shape *shape;
	const struct fs_out *out;
	struct buf buf;
	struct json json;
};

static int
write_out(struct export *export)
{
	int rc = buf_error(&export->buf);

	if (rc == 0 && export->buf.size > 0)
		rc = export->out->write(export->out->ctx, export->buf.bytes,
		    export->buf.size);
	buf_clear(&export->buf);
	return rc;
}

/* Ends a line, unless all rows are one document. */
static int
end_row(struct export *export)
{
	if (export->shape->begin == NULL)
		buf_add_char(&export->buf, '\n');
	return export->buf.size >= PIECE ? write_out(export) : 0;
}

static int
give_flow(void *ctx, const struct store_flow *row)
{
	struct export *export = ctx;

	if (export->shape->begin == NULL)
		json_init(&export->json, &export->buf, 0);
	export->shape->flow(&export->json, row);
	return end_row(export);
}

static int
give_client(void *ctx, const struct store_client *row)
{
	struct export *export = ctx;

	if (export->shape->begin == NULL)
		json_init(&export->json, &export->buf, 0);
	export->shape->client(&export->json, row);
	return end_row(export);
}

static int
ask(struct fs_store *store, const struct store_query *query, bool clients,
    struct export *export, struct fs_err *err, uint64_t *matched)
{
	int rc;

	if (export->shape->begin != NULL)
		export->shape->begin(&export->json, query);
	rc = clients
	    ? store_ask_clients(store, query, give_client, export, err, matched)
	    : store_ask_flows(store, query, give_flow, export, err, matched);
	if (rc < 0)
		return rc;
	if (export->shape->end != NULL) {
		export->shape->end(&export->json);
		buf_add_char(&export->buf, '\n');
	}
	return write_out(export);
}

int
fs_report_export(struct fs_store *store, const struct fs_filter *filter,
    const struct fs_export *what, const struct fs_out *out, struct fs_err *err,
    uint64_t *matched)
{
	const char *shape = what->shape;
	struct export export = { .out = out };
	struct store_query query;
	uint64_t count = 0;
	size_t i;
	int rc;

	for (i = 0; i < SHAPES; i++)
		if (strcmp(shapes[i]->name, shape) == 0)
			export.shape = shapes[i];
	if (export.shape == NULL)
		return err_set(err, FS_ECONFIG,
		    "'%s' is unknown: expected eve, ecs, ocsf or stix", shape);
	if (!what->clients && export.shape->flow == NULL)
		return err_set(err, FS_ECONFIG,
		    "'%s' has findings about clients alone: say "
		    "'clients'",
		    shape);
	if ((rc = store_query(store, filter, err, &query)) < 0)
		return rc;
	buf_init(&export.buf);
	json_init(&export.json, &export.buf, 0);
	rc = ask(store, &query, what->clients, &export, err, &count);
	buf_fini(&export.buf);
	if (rc == 0 && matched != NULL)
		*matched = count;
	return rc;
}
