/* What answers do with fields, limits, colors, and text that means harm. */
#include <errno.h>

#include "answer.h"
#include "report/rows.h"

static struct fs_filter
whole(void)
{
	struct fs_filter filter;

	fs_filter_init(&filter);
	filter.whole = true;
	return filter;
}

/* Lists flows with these fields. */
static int
list(struct fs_store *store, int format, const char *fields, struct buf *got,
    struct fs_err *err)
{
	struct fs_out out = { .write = answer_write,
		.ctx = got,
		.format = format,
		.fields = fields };
	struct fs_filter filter = whole();

	filter.limit = 1;
	buf_clear(got);
	return fs_report_flows(store, &filter, &out, err, NULL);
}

static const struct {
	const char *name;
	int format;
	const char *fields, *want;
} field_cases[] = {
	{ "fields in the order asked for", FS_FORMAT_CSV, "score,client_ip",
	    "score,client_ip\r\n0.962673,198.51.100.7\r\n" },
	{ "a signal is a field", FS_FORMAT_CSV, "rtt.tls_ms,tls.sni",
	    "rtt.tls_ms,tls.sni\r\n146.2,api.example.com\r\n" },
	{ "an unknown signal is empty", FS_FORMAT_CSV, "tls.ja4,rev",
	    "tls.ja4,rev\r\n,1\r\n" },
	{ "and null in JSON", FS_FORMAT_JSONL, "tls.ja4,rev",
	    "{\"tls.ja4\":null,\"rev\":1}\n" },
	{ "types of signals", FS_FORMAT_JSONL,
	    "flow.start_seen,c2s.bytes,seq.sizes,rtt.tcp_ms",
	    "{\"flow.start_seen\":true,\"c2s.bytes\":\"160301\","
	    "\"seq.sizes\":[517,-1400,80],\"rtt.tcp_ms\":20.1}\n" },
	{ "a field of tables in JSON", FS_FORMAT_JSONL, "client,server",
	    "{\"client\":\"198.51.100.7:40000\","
	    "\"server\":\"203.0.113.10:443/tcp\"}\n" },
	{ "the same field twice", FS_FORMAT_CSV, "rev,rev",
	    "rev,rev\r\n1,1\r\n" },
};

static void
test_fields(struct fs_store *store)
{
	static const struct {
		const char *fields, *says;
	} refused[] = {
		{ "clinet_ip", "did you mean 'client_ip'" },
		{ "rtt.tls_m", "did you mean 'rtt.tls_ms'" },
		{ "", "there is no field ''" },
		{ "score,", "there is no field ''" },
		{ "quite-something-else", "--format json" },
		{ "a-name-that-is-far-too-long-to-be-that-of-any-field-in-any-"
		  "row-of-ours",
		    "there is no field" },
	};
	struct fs_err err = { 0 };
	struct buf got;
	size_t i;

	buf_init(&got);
	for (i = 0; i < sizeof(field_cases) / sizeof(field_cases[0]); i++) {
		list(store, field_cases[i].format, field_cases[i].fields, &got,
		    &err);
		tap_text(buf_text(&got), field_cases[i].want,
		    field_cases[i].name);
	}
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		tap_int(list(store, FS_FORMAT_CSV, refused[i].fields, &got,
			    &err),
		    FS_ECONFIG, refused[i].fields);
		tap_ok(strstr(err.text, refused[i].says) != NULL, "says: %s",
		    err.text);
	}
	buf_fini(&got);
}

/* ---- Harm --------------------------------------------------------------- */

/* Every text that a stranger chooses, in a flow, a client and an event. */
#define HARM "=cmd|' /C x'!A1\33[31m\xe2\x80\xae<b>|[x](http://y)\n\xff\""

static void
put_harm(struct fs_store *store)
{
	struct fs_observation *flow = malloc(sizeof(*flow));
	struct fs_client *client = malloc(sizeof(*client));
	struct fs_event event = { .time_us = sample_start_us,
		.kind = FS_EVENT_DAMAGE,
		.subject = HARM,
		.text = HARM,
		.sensor = HARM };
	struct signals signals;
	struct fs_err err;

	signals_clear(&signals);
	signals_set_string(&signals, SIGNAL_TLS_SNI, HARM);
	signals_set_string(&signals, SIGNAL_CLIENT_CITY, HARM);
	signals_set_string(&signals, SIGNAL_CLIENT_COUNTRY, "\33[");
	signals_set_string(&signals, SIGNAL_CLIENT_AS_NAME, HARM);
	signals_set_count(&signals, SIGNAL_CLIENT_ASN, 64500);
	sample_flow(flow, 0);
	flow->signals_size = sample_encode(&signals, flow->signals);
	snprintf(flow->service, FS_NAME_SIZE, "%s", HARM);
	snprintf(flow->sensor, FS_NAME_SIZE, "%s", HARM);
	snprintf(flow->verdict.protocol, FS_PROTOCOL_SIZE, "=1\33[5m");
	flow->evidence[0] = sample_evidence(HARM, "=\33[1m", 4000, HARM);
	(void)fs_store_put_flow(store, flow, &err);
	sample_client(client, "198.51.100.7");
	client->signals_size = sample_encode(&signals, client->signals);
	snprintf(client->sensor, FS_NAME_SIZE, "%s", HARM);
	client->evidence[0] = sample_evidence(HARM, "=\33[1m", 4000, HARM);
	(void)fs_store_put_client(store, client, &err);
	(void)fs_store_put_event(store, &event, &err);
	if (fs_store_commit(store, &err) < 0)
		tap_ok(false, "%s", err.text);
	free(flow);
	free(client);
}

/* Whether no byte of a text would act in a terminal. */
static bool
is_quiet(const struct buf *got)
{
	size_t i;
	uint8_t byte;

	for (i = 0; i < got->size; i++) {
		byte = (uint8_t)got->bytes[i];
		if ((byte < 0x20 && byte != '\n' && byte != '\r') ||
		    byte == 0x7f || byte == 0xff)
			return false;
		if (byte == 0xe2 && i + 1 < got->size &&
		    (uint8_t)got->bytes[i + 1] == 0x80)
			return false;
	}
	return true;
}

/* Whether a field of CSV begins a formula. */
static bool
has_formula(const struct buf *got)
{
	const char *text = got->bytes;
	bool start = true, quoted = false;
	size_t i;

	for (i = 0; i < got->size; i++) {
		if (start && (text[i] == '=' || text[i] == '@'))
			return true;
		if (text[i] == '"') {
			quoted = !quoted;
			continue;
		}
		start = !quoted && (text[i] == ',' || text[i] == '\n');
	}
	return false;
}

/* Whether Markdown has a link or HTML: not in lines of code, which begin with
 * four blanks. */
static bool
has_markup(struct buf *got)
{
	const char *line = buf_text(got), *next;
	char copy[512];

	for (; line != NULL; line = next) {
		next = strchr(line, '\n');
		next = next != NULL ? next + 1 : NULL;
		snprintf(copy, sizeof(copy), "%.*s", (int)strcspn(line, "\n"),
		    line);
		if (strncmp(copy, "    ", 4) != 0 &&
		    (strstr(copy, "[x](") != NULL ||
			strstr(copy, "<b>") != NULL))
			return true;
	}
	return false;
}

/* Whether a page holds an element that it never writes itself. */
static bool
has_element(struct buf *got)
{
	return strstr(buf_text(got), "<b>") != NULL;
}

static int
ask(struct fs_store *store, int what, const struct fs_out *out,
    struct fs_err *err)
{
	struct fs_filter filter = whole();

	switch (what) {
	case 0: return fs_report_flows(store, &filter, out, err, NULL);
	case 1: return fs_report_clients(store, &filter, out, err, NULL);
	case 2: return fs_report_summary(store, &filter, out, err, NULL);
	case 3:
		return fs_report_explain(store, &filter, "f000000000000000",
		    out, err, NULL);
	case 4:
		return fs_report_explain(store, &filter, "198.51.100.7", out,
		    err, NULL);
	default: return fs_report_by(store, &filter, what - 5, out, err, NULL);
	}
}

static void
test_harm(void)
{
	char folder[SAMPLE_PATH];
	struct fs_store *store;
	struct fs_err err = { 0 };
	struct buf got;
	struct fs_out out = { .write = answer_write, .ctx = &got };
	int what, format;

	buf_init(&got);
	sample_folder(folder);
	store = sample_writer(folder);
	put_harm(store);
	for (what = 0; what < 5 + FS_BY_COUNT; what++) {
		for (format = 0; format < FS_FORMAT_COUNT; format++) {
			buf_clear(&got);
			out.format = format;
			if (ask(store, what, &out, &err) < 0)
				tap_ok(false, "%s", err.text);
			tap_ok(got.size > 0 && is_quiet(&got),
			    "answer %d as %s does nothing", what,
			    fs_format_name(format));
			if (format == FS_FORMAT_CSV)
				tap_ok(!has_formula(&got), "no formula");
			if (format == FS_FORMAT_MARKDOWN)
				tap_ok(!has_markup(&got), "no link, no HTML");
			if (format == FS_FORMAT_HTML)
				tap_ok(!has_element(&got), "only our HTML");
		}
	}
	fs_store_close(store);
	sample_remove(folder);
	buf_fini(&got);
}

/* ---- The rest ----------------------------------------------------------- */

static void
test_empty_store(void)
{
	static const char *const lines[] = { "0 flows.", "0 clients.", "None.",
		NULL };
	char folder[SAMPLE_PATH];
	struct fs_store *store;
	struct fs_err err = { 0 };
	struct buf got;
	struct fs_out out = { .write = answer_write, .ctx = &got };
	int i;

	buf_init(&got);
	sample_folder(folder);
	store = sample_writer(folder);
	for (i = 0; lines[i] != NULL; i++) {
		buf_clear(&got);
		tap_int(ask(store, i, &out, &err), 0, "an empty store");
		tap_ok(strstr(buf_text(&got), lines[i]) != NULL, "says: %s",
		    lines[i]);
	}
	tap_int(ask(store, 4, &out, &err), FS_EEND, "a client of nobody");
	tap_ok(strstr(err.text, "no client 198.51.100.7") != NULL, "says: %s",
	    err.text);
	fs_store_close(store);
	sample_remove(folder);
	buf_fini(&got);
}

static int
refuse(void *ctx, const char *bytes, size_t size)
{
	(void)ctx;
	(void)bytes;
	(void)size;
	return -ENOSPC;
}

static void
test_write_fails(struct fs_store *store)
{
	struct fs_out out = { .write = refuse };
	struct fs_err err = { 0 };
	int what;

	for (what = 0; what < 5; what++)
		tap_int(ask(store, what, &out, &err), -ENOSPC,
		    "what 'write' returns is returned");
}

static void
test_subjects(struct fs_store *store)
{
	static const struct {
		const char *subject;
		int rc;
		const char *says;
	} subjects[] = {
		{ "f000000000000001", 0, "" },
		{ "F000000000000001", 0, "" },
		{ "1:LqVcxHsLMuuObeK6ukkdnYV+JyU=", FS_EEND, "no flow" },
		{ "198.51.100.7", 0, "" },
		{ "198.51.100.7/32", 0, "" },
		{ "2001:db8:1::5", 0, "" },
		{ "2001:db8:1::/64", 0, "" },
		{ "203.0.113.99", FS_EEND, "no client 203.0.113.99" },
		{ "f00000000000ffff", FS_EEND, "no flow f00000000000ffff" },
		{ "1:2:3:4:5:6:7:8", FS_EEND, "no client 1:2:3" },
		{ "1:", FS_EEND, "no flow 1:" },
		{ "nobody", FS_ECONFIG, "neither a flow" },
		{ "", FS_ECONFIG, "neither a flow" },
	};
	struct fs_filter filter = whole();
	struct fs_err err;
	struct buf got;
	struct fs_out out = { .write = answer_write, .ctx = &got };
	size_t i;

	buf_init(&got);
	for (i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		err = (struct fs_err){ 0 };
		tap_int(fs_report_explain(store, &filter, subjects[i].subject,
			    &out, &err, NULL),
		    subjects[i].rc, subjects[i].subject);
		tap_ok(strstr(err.text, subjects[i].says) != NULL, "says: %s",
		    err.text);
	}
	buf_fini(&got);
}

/* A Community ID as another tool would give it finds its flow. */
static void
test_community(struct fs_store *store)
{
	struct fs_filter filter = whole();
	struct fs_err err = { 0 };
	struct buf id, got;
	struct fs_out out = { .write = answer_write, .ctx = &got };
	char subject[40] = "";

	buf_init(&id);
	buf_init(&got);
	list(store, FS_FORMAT_CSV, "community_id", &id, &err);
	(void)sscanf(buf_text(&id), "community_id %39[^\r]", subject);
	tap_int(fs_report_explain(store, &filter, subject, &out, &err, NULL), 0,
	    "a Community ID");
	tap_ok(strstr(buf_text(&got), "Flow f000000000000000") != NULL,
	    "finds its flow");
	buf_fini(&id);
	buf_fini(&got);
}

/* Signals are what a database says; the farthest apart are told apart. */
static void
test_extremes(void)
{
	struct fs_observation *flow = malloc(sizeof(*flow));
	struct fs_filter filter = whole();
	struct fs_err err = { 0 };
	struct signals signals;
	struct fs_store *store;
	char folder[SAMPLE_PATH];
	struct buf got;
	struct fs_out out = { .write = answer_write,
		.ctx = &got,
		.format = FS_FORMAT_JSONL };

	sample_folder(folder);
	store = sample_writer(folder);
	sample_flow(flow, 0);
	signals_clear(&signals);
	signals_set_milli(&signals, SIGNAL_RTT_TLS_MS, INT64_MAX);
	signals_set_milli(&signals, SIGNAL_RTT_TCP_MS, INT64_MIN);
	flow->signals_size = sample_encode(&signals, flow->signals);
	(void)fs_store_put_flow(store, flow, &err);
	(void)fs_store_commit(store, &err);
	buf_init(&got);
	tap_int(fs_report_explain(store, &filter, "f000000000000000", &out,
		    &err, NULL),
	    0, "extreme signals are explained");
	tap_ok(strstr(buf_text(&got), "\"gap_ms\":9223372036854775.807") !=
		NULL,
	    "with the largest difference");
	buf_fini(&got);
	fs_store_close(store);
	sample_remove(folder);
	free(flow);
}

static void
test_color(struct fs_store *store)
{
	struct fs_filter filter = whole();
	struct fs_err err = { 0 };
	struct buf got;
	struct fs_out out = { .write = answer_write, .ctx = &got };

	buf_init(&got);
	fs_report_clients(store, &filter, &out, &err, NULL);
	tap_ok(strchr(buf_text(&got), '\33') == NULL, "no color");
	buf_clear(&got);
	out.color = true;
	fs_report_clients(store, &filter, &out, &err, NULL);
	tap_ok(strstr(buf_text(&got), "\33[31manomalous\33[0m") != NULL,
	    "color where it is asked for");
	buf_fini(&got);
}

static void
test_signals(void)
{
	struct fs_signal_info info;
	struct fs_err err = { 0 };
	struct buf got;
	struct fs_out out = { .write = answer_write,
		.ctx = &got,
		.format = FS_FORMAT_CSV };
	uint64_t matched;
	size_t i;

	buf_init(&got);
	tap_int(fs_report_signals(&out, &err, &matched), 0, "all signals");
	tap_int((long long)matched, (long long)fs_signal_count(), "each one");
	tap_ok(strstr(buf_text(&got), "rtt.tcp_ms,number,ms,flow,any,") != NULL,
	    "with its properties");
	for (i = 0; i < fs_signal_count(); i++) {
		fs_signal_info(i, &info);
		if (info.name == NULL || info.type == NULL ||
		    info.unit == NULL || info.scope == NULL ||
		    info.view == NULL || info.meaning == NULL)
			break;
	}
	tap_int((long long)i, (long long)fs_signal_count(),
	    "every property is filled in");
	buf_fini(&got);
}

int
main(void)
{
	char folder[SAMPLE_PATH];
	struct fs_store *store;

	sample_folder(folder);
	store = answer_store(folder);
	test_fields(store);
	test_subjects(store);
	test_community(store);
	test_color(store);
	test_write_fails(store);
	fs_store_close(store);
	sample_remove(folder);
	test_harm();
	test_empty_store();
	test_extremes();
	test_signals();
	return tap_done();
}
