/* /metrics: what the daemon counts, when it can be asked, and what the
 * database holds. */
#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "control.h"
#include "metrics.h"
#include "serve.h"

enum { ASK_S = 2, RECENT_S = 3600 };

static int
write_buf(void *ctx, const char *bytes, size_t size)
{
	buf_add(ctx, bytes, size);
	return buf_error(ctx);
}

/* Whether it answers is a metric, too. */
static void
put_daemon(const struct serve *serve, struct buf *body)
{
	struct json_node *status = NULL;
	int rc = -ENOENT;

	if (serve->socket != NULL)
		rc = control_ask_tree(serve->socket, "status", ASK_S, NULL,
		    &status);
	metric_begin(body, "flowscan_up", "gauge",
	    "Whether flowscand answers over its control socket.");
	metric_put(body, "flowscan_up", NULL, NULL, rc == 0);
	if (rc == 0)
		metrics_of_status(body, status);
	json_tree_free(status);
}

static int
put_report(struct fs_store *store, struct buf *body, struct fs_err *err)
{
	struct fs_out out = { .write = write_buf, .format = FS_FORMAT_JSON };
	struct json_node *tree = NULL;
	struct fs_filter filter;
	struct buf text;
	int rc;

	buf_init(&text);
	out.ctx = &text;
	fs_filter_init(&filter);
	filter.last_us = (uint64_t)RECENT_S * 1000000;
	rc = fs_report_summary(store, &filter, &out, err, NULL);
	if (rc == 0)
		rc =
		    json_tree_read(text.bytes, text.size, "report", err, &tree);
	if (rc == 0)
		metrics_of_report(body, tree);
	json_tree_free(tree);
	buf_fini(&text);
	return rc;
}

static void
put_times(const struct fs_freshness *fresh, struct buf *body)
{
	static const struct {
		const char *name, *help;
		size_t offset;
	} times[] = {
		{ "flowscan_store_newest_time_seconds",
		    "When the newest row of the database is from.",
		    offsetof(struct fs_freshness, newest_us) },
		{ "flowscan_geo_built_time_seconds",
		    "When the oldest database of places was built.",
		    offsetof(struct fs_freshness, geo_built_us) },
	};
	uint64_t time_us;
	size_t i;

	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		memcpy(&time_us, (const char *)fresh + times[i].offset,
		    sizeof(time_us));
		if (time_us == 0)
			continue;
		metric_begin(body, times[i].name, "gauge", times[i].help);
		metric_put(body, times[i].name, NULL, NULL,
		    (int64_t)(time_us / 1000000));
	}
}

int
serve_metrics(const struct serve *serve, const struct serve_request *request,
    struct serve_reply *reply, struct fs_err *err)
{
	struct fs_freshness fresh;
	struct fs_store *store;
	int rc;

	(void)request;
	reply->type = "text/plain; version=0.0.4; charset=utf-8";
	put_daemon(serve, &reply->body);
	/* A daemon that is just beginning has no database yet. */
	metric_begin(&reply->body, "flowscan_store_readable", "gauge",
	    "Whether the database can be read.");
	rc = fs_store_open_read(serve->db, err, &store);
	metric_put(&reply->body, "flowscan_store_readable", NULL, NULL,
	    rc == 0);
	if (rc < 0)
		return 0;
	if ((rc = fs_store_freshness(store, err, &fresh)) == 0) {
		put_times(&fresh, &reply->body);
		rc = put_report(store, &reply->body, err);
	}
	fs_store_close(store);
	return rc;
}
