/* The pages of the report: the answers of the command line, as HTML, with the
 * filters in the query of the address. */
#include <stdio.h>
#include <string.h>

#include "access.h"
#include "desk.h"
#include "serve.h"

enum { ROWS_USUAL = 200, ROWS_MOST = 10000, COMMAND_SIZE = 512 };

/* A page: what it is called, and which report it is. */
struct page {
	const char *path, *name;
	int (*ask)(struct fs_store *store, const struct fs_filter *filter,
	    const struct serve_request *request, const struct fs_out *out,
	    struct fs_err *err);
};

static int
ask_report(struct fs_store *store, const struct fs_filter *filter,
    const struct serve_request *request, const struct fs_out *out,
    struct fs_err *err)
{
	(void)request;
	return fs_report_summary(store, filter, out, err, NULL);
}

static int
ask_clients(struct fs_store *store, const struct fs_filter *filter,
    const struct serve_request *request, const struct fs_out *out,
    struct fs_err *err)
{
	(void)request;
	return fs_report_clients(store, filter, out, err, NULL);
}

static int
ask_flows(struct fs_store *store, const struct fs_filter *filter,
    const struct serve_request *request, const struct fs_out *out,
    struct fs_err *err)
{
	(void)request;
	return fs_report_flows(store, filter, out, err, NULL);
}

static int
ask_by(struct fs_store *store, const struct fs_filter *filter,
    const struct serve_request *request, const struct fs_out *out,
    struct fs_err *err)
{
	const char *what = request->parameter(request, "what");
	int dimension = fs_dimension_find(what != NULL ? what : "class");

	return fs_report_by(store, filter,
	    dimension >= 0 ? dimension : FS_BY_CLASS, out, err, NULL);
}

static int
ask_explain(struct fs_store *store, const struct fs_filter *filter,
    const struct serve_request *request, const struct fs_out *out,
    struct fs_err *err)
{
	const char *subject = request->parameter(request, "subject");

	return fs_report_explain(store, filter, subject != NULL ? subject : "",
	    out, err, NULL);
}

static const struct page pages[] = {
	{ "/", "Report", ask_report },
	{ "/clients", "Clients", ask_clients },
	{ "/flows", "Flows", ask_flows },
	{ "/by", "Totals", ask_by },
	{ "/explain", "Explain", ask_explain },
};
enum { PAGES = sizeof(pages) / sizeof(pages[0]) };

static const struct page *
find_page(const char *path)
{
	size_t i;

	for (i = 0; i < PAGES; i++)
		if (strcmp(pages[i].path, path) == 0)
			return &pages[i];
	return NULL;
}

/* ---- Filters ------------------------------------------------------------ */

/* The filters that are parameters by their own names; 'q' is a line of
 * them. */
static const char *const filters[] = { "since", "until", "last", "client",
	"country", "asn", "class", "verdict", "min-score", "service", "sensor",
	"rule", "sort", "limit" };

static int
read_filters(const struct serve_request *request, struct fs_filter *filter,
    struct fs_err *err)
{
	const struct fs_clock clock = { .now_us = desk_now_us() };
	const char *value;
	size_t i;
	int rc = 0;

	fs_filter_init(filter);
	filter->limit = ROWS_USUAL;
	for (i = 0; i < sizeof(filters) / sizeof(filters[0]) && rc == 0; i++) {
		value = request->parameter(request, filters[i]);
		if (value != NULL && value[0] != '\0')
			rc = fs_filter_set(filter, &clock, filters[i], value,
			    err);
	}
	value = request->parameter(request, "q");
	if (rc == 0 && value != NULL && value[0] != '\0')
		rc = fs_filter_query(filter, &clock, value, err);
	if (filter->limit == 0 || filter->limit > ROWS_MOST)
		filter->limit = ROWS_MOST;
	return rc;
}

/* ---- What stands above a page ------------------------------------------- */

static void
put_escaped(struct buf *buf, const char *text)
{
	for (; *text != '\0'; text++)
		if (strchr("&<>\"'", *text) != NULL)
			buf_printf(buf, "&#%d;", *text);
		else
			buf_add_char(buf, *text);
}

/* Links to the pages, and a line to filter the present one by. */
static void
put_head(struct buf *buf, const struct page *page,
    const struct serve_request *request)
{
	const char *line = request->parameter(request, "q");
	size_t i;

	buf_add_text(buf, "<header><nav aria-label=\"Pages\"><p>");
	for (i = 0; i < PAGES - 1; i++)
		buf_printf(buf, "<a href=\"%s\"%s>%s</a> &nbsp; ",
		    pages[i].path,
		    &pages[i] == page ? " aria-current=\"page\"" : "",
		    pages[i].name);
	buf_printf(buf,
	    "</p></nav>\n<form method=\"get\" action=\"%s\" "
	    "role=\"search\">",
	    page->ask == ask_explain ? "/clients" : page->path);
	if (page->ask == ask_by)
		buf_add_text(buf,
		    "<label>by<select name=\"what\"><option>class<option>"
		    "client<option>country<option>city<option>asn<option>"
		    "protocol<option>rule<option>service<option>sensor<option>"
		    "hour</select></label>");
	buf_add_text(buf,
	    "<label>filter, such as class:vpn score:&gt;=0.8 country:SG"
	    "<input name=\"q\" size=\"50\" value=\"");
	put_escaped(buf, line != NULL ? line : "");
	buf_add_text(buf, "\"></label><button>Show</button></form></header>\n");
}

/* The page with its head before the main part. */
static void
put_page(struct buf *body, const struct buf *html, const struct page *page,
    const struct serve_request *request)
{
	static const char mark[] = "<main>\n";
	const char *at =
	    html->size > 0 ? memmem(html->bytes, html->size, mark, 7) : NULL;
	size_t before = at != NULL ? (size_t)(at - html->bytes) : 0;

	buf_add(body, html->bytes, before);
	put_head(body, page, request);
	buf_add(body, html->bytes + before, html->size - before);
	body->error |= html->error;
}

/* ---- The answer --------------------------------------------------------- */

static int
write_buf(void *ctx, const char *bytes, size_t size)
{
	buf_add(ctx, bytes, size);
	return buf_error(ctx);
}

static int
ask(const struct serve *serve, const struct page *page,
    const struct serve_request *request, struct buf *html, struct fs_err *err)
{
	char command[COMMAND_SIZE];
	struct fs_out out = { .write = write_buf,
		.ctx = html,
		.format = FS_FORMAT_HTML,
		.links = true,
		.command = command };
	struct fs_store *store;
	struct fs_desk *desk = NULL;
	struct fs_filter filter;
	struct fs_err ignored;
	int rc = read_filters(request, &filter, err);

	if (rc < 0 || (rc = fs_store_open_read(serve->db, err, &store)) < 0)
		return rc;
	(void)snprintf(command, sizeof(command), "flowscan report --db %s",
	    serve->db);
	/* Without what analysts said, the rest is still worth reading. */
	(void)fs_desk_open(serve->db, false, &ignored, &desk);
	fs_store_attach(store, desk, desk_now_us());
	rc = page->ask(store, &filter, request, &out, err);
	fs_store_close(store);
	fs_desk_close(desk);
	return rc;
}

static void
refuse(struct serve_reply *reply, unsigned status, const char *why)
{
	reply->status = status;
	reply->type = "text/plain; charset=utf-8";
	buf_printf(&reply->body, "%s\n", why);
}

int
serve_page(const struct serve *serve, const struct serve_request *request,
    struct serve_reply *reply, struct fs_err *err)
{
	const struct page *page = find_page(request->path);
	struct buf html;
	int rc;

	/* It could not say who asked. */
	if (access_is_logged(serve->db)) {
		refuse(reply, 403,
		    "who reads this database is logged: ask it with the "
		    "command line");
		return 0;
	}
	buf_init(&html);
	rc = ask(serve, page, request, &html, err);
	if (rc == FS_ECONFIG || rc == FS_EEND) {
		refuse(reply, rc == FS_EEND ? 404 : 400, err->text);
		rc = 0;
	} else if (rc == 0) {
		reply->type = "text/html; charset=utf-8";
		put_page(&reply->body, &html, page, request);
	}
	buf_fini(&html);
	return rc;
}
