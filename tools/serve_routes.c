#include "serve.h"

const struct serve_route serve_routes[] = {
	{ "/healthz", serve_healthz, true },
	{ "/metrics", serve_metrics, false },
	{ "/", serve_page, false },
	{ "/clients", serve_page, false },
	{ "/flows", serve_page, false },
	{ "/by", serve_page, false },
	{ "/explain", serve_page, false },
	{ NULL, NULL, false },
};

/* That the database can be read. */
int
serve_healthz(const struct serve *serve, const struct serve_request *request,
    struct serve_reply *reply, struct fs_err *err)
{
	struct fs_store *store;
	struct fs_err why = { 0 };

	(void)request;
	(void)err;
	reply->type = "text/plain; charset=utf-8";
	if (fs_store_open_read(serve->db, &why, &store) < 0) {
		reply->status = 503;
		buf_add_text(&reply->body, "the database cannot be read\n");
		return 0;
	}
	fs_store_close(store);
	buf_add_text(&reply->body, "ok\n");
	return 0;
}
