/* The pages of the report: the answers of the command line, as HTML, with the
 * filters in the query of the address. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"

#include "access.h"
#include "desk.h"
#include "serve.h"

enum { ROWS_USUAL = 200, ROWS_MOST = 10000, COMMAND_SIZE = 512 };

/* A page: what it is called, which report it is, and the command that gives
 * the same, before the parameter that it takes. */
struct page {
	const char *path, *name, *command;
	const char *takes; /* A parameter of the page, or null. */
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

/* The dimension that is asked for; class where none is. */
static const char *
what_of(const struct serve_request *request)
{
	const char *what = request->parameter(request, "what");

	return what != NULL && what[0] != '\0' ? what : "class";
}

static int
ask_by(struct fs_store *store, const struct fs_filter *filter,
    const struct serve_request *request, const struct fs_out *out,
    struct fs_err *err)
{
	const char *what = what_of(request);
	int dimension = fs_dimension_find(what);

	if (dimension < 0)
		return err_set(err, FS_ECONFIG,
		    "what='%.40s' is unknown: expected client, asn, country, "
		    "city, class, protocol, rule, service, sensor or hour",
		    what);
	return fs_report_by(store, filter, dimension, out, err, NULL);
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
	{ "/", "Report", "report", NULL, ask_report },
	{ "/clients", "Clients", "clients", NULL, ask_clients },
	{ "/flows", "Flows", "flows", NULL, ask_flows },
	{ "/by", "Totals", "report --by", "what", ask_by },
	{ "/explain", "Explain", "explain", "subject", ask_explain },
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

/* Which dimension is shown, and which there are. */
static void
put_choice(struct buf *buf, const struct serve_request *request)
{
	const char *what = what_of(request), *name;
	int i;

	buf_add_text(buf, "<label>by<select name=\"what\">");
	for (i = 0; i < FS_BY_COUNT; i++) {
		name = fs_dimension_name(i);
		buf_printf(buf, "<option%s>%s",
		    strcmp(name, what) == 0 ? " selected" : "", name);
	}
	buf_add_text(buf, "</select></label>");
}

/* A line to filter by. The parameters that are there already stay. */
static void
put_form(struct buf *buf, const struct page *page,
    const struct serve_request *request)
{
	const char *line = request->parameter(request, "q"), *value;
	size_t i;

	buf_printf(buf, "<form method=\"get\" action=\"%s\" role=\"search\">",
	    page->ask == ask_explain ? "/clients" : page->path);
	for (i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		value = request->parameter(request, filters[i]);
		if (value == NULL || value[0] == '\0')
			continue;
		buf_printf(buf, "<input type=\"hidden\" name=\"%s\" value=\"",
		    filters[i]);
		put_escaped(buf, value);
		buf_add_text(buf, "\">");
	}
	if (page->ask == ask_by)
		put_choice(buf, request);
	buf_add_text(buf,
	    "<label>filter, such as class:vpn score:&gt;=0.8 country:SG"
	    "<input name=\"q\" size=\"50\" value=\"");
	put_escaped(buf, line != NULL ? line : "");
	buf_add_text(buf, "\"></label><button>Show</button></form>\n");
}

/* Links to the pages, the form, and what had to be left out. */
static void
put_head(struct buf *buf, const struct page *page,
    const struct serve_request *request, const char *left_out)
{
	size_t i;

	buf_add_text(buf, "<header><nav aria-label=\"Pages\"><p>");
	for (i = 0; i < PAGES - 1; i++)
		buf_printf(buf, "<a href=\"%s\"%s>%s</a> &nbsp; ",
		    pages[i].path,
		    &pages[i] == page ? " aria-current=\"page\"" : "",
		    pages[i].name);
	buf_add_text(buf, "</p></nav>\n");
	put_form(buf, page, request);
	if (left_out[0] != '\0') {
		buf_add_text(buf, "<p class=\"bad\" role=\"alert\">");
		put_escaped(buf, left_out);
		buf_add_text(buf,
		    ": labels and suppressions are left out</p>\n");
	}
	buf_add_text(buf, "</header>\n");
}

/* The page with its head before the main part. */
static void
put_page(struct buf *body, const struct buf *html, const struct page *page,
    const struct serve_request *request, const char *left_out)
{
	static const char mark[] = "<main>\n";
	const char *at =
	    html->size > 0 ? memmem(html->bytes, html->size, mark, 7) : NULL;
	size_t before = at != NULL ? (size_t)(at - html->bytes) : 0;

	buf_add(body, html->bytes, before);
	put_head(body, page, request, left_out);
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

static void
write_command(const struct serve *serve, const struct page *page,
    const struct serve_request *request, char room[COMMAND_SIZE])
{
	const char *value = page->ask == ask_by ? what_of(request)
	    : page->takes != NULL ? request->parameter(request, page->takes)
				  : NULL;

	(void)snprintf(room, COMMAND_SIZE, "flowscan %s%s%s --db %s",
	    page->command, value != NULL ? " " : "", value != NULL ? value : "",
	    serve->db);
}

/* Leaves in 'left_out' why what analysts said is not there: the rest is still
 * worth reading. */
static int
ask(const struct serve *serve, const struct page *page,
    const struct serve_request *request, struct buf *html, struct fs_err *err,
    struct fs_err *left_out)
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
	int rc = read_filters(request, &filter, err);

	if (rc < 0 || (rc = fs_store_open_read(serve->db, err, &store)) < 0)
		return rc;
	write_command(serve, page, request, command);
	if (fs_desk_open(serve->db, false, left_out, &desk) < 0)
		desk = NULL;
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
	struct fs_err left_out = { 0 };
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
	rc = ask(serve, page, request, &html, err, &left_out);
	if (rc == FS_ECONFIG || rc == FS_EEND) {
		refuse(reply, rc == FS_EEND ? 404 : 400, err->text);
		rc = 0;
	} else if (rc == 0) {
		reply->type = "text/html; charset=utf-8";
		put_page(&reply->body, &html, page, request, left_out.text);
	}
	buf_fini(&html);
	return rc;
}
