/* Every answer in every format, against what lies in 'golden'. With UPDATE
 * set, that is written anew: then look at the difference. */
#include <sys/stat.h>

#include "answer.h"

#define GOLDEN "test/unit/report/golden"

enum { GOLDEN_ROOM = 1 << 18 };

static int
ask_summary(struct fs_store *store, const struct fs_out *out,
    struct fs_err *err, uint64_t *matched)
{
	struct fs_filter filter;

	fs_filter_init(&filter);
	return fs_report_summary(store, &filter, out, err, matched);
}

static int
ask_flows(struct fs_store *store, const struct fs_out *out, struct fs_err *err,
    uint64_t *matched)
{
	struct fs_filter filter;

	fs_filter_init(&filter);
	return fs_report_flows(store, &filter, out, err, matched);
}

static int
ask_clients(struct fs_store *store, const struct fs_out *out,
    struct fs_err *err, uint64_t *matched)
{
	struct fs_filter filter;

	fs_filter_init(&filter);
	filter.limit = 2;
	return fs_report_clients(store, &filter, out, err, matched);
}

static int
ask_class(struct fs_store *store, const struct fs_out *out, struct fs_err *err,
    uint64_t *matched)
{
	struct fs_filter filter;

	fs_filter_init(&filter);
	filter.whole = true;
	return fs_report_by(store, &filter, FS_BY_CLASS, out, err, matched);
}

static int
ask_asn(struct fs_store *store, const struct fs_out *out, struct fs_err *err,
    uint64_t *matched)
{
	struct fs_filter filter;

	fs_filter_init(&filter);
	return fs_report_by(store, &filter, FS_BY_ASN, out, err, matched);
}

static int
ask_explain_flow(struct fs_store *store, const struct fs_out *out,
    struct fs_err *err, uint64_t *matched)
{
	struct fs_filter filter;

	fs_filter_init(&filter);
	return fs_report_explain(store, &filter, "f000000000000001", out, err,
	    matched);
}

static int
ask_explain_client(struct fs_store *store, const struct fs_out *out,
    struct fs_err *err, uint64_t *matched)
{
	struct fs_filter filter;

	fs_filter_init(&filter);
	return fs_report_explain(store, &filter, "2001:db8:1::77", out, err,
	    matched);
}

static const struct {
	const char *name;
	int (*ask)(struct fs_store *store, const struct fs_out *out,
	    struct fs_err *err, uint64_t *matched);
	unsigned matched;
} answers[] = {
	{ "summary", ask_summary, 2 },
	{ "flows", ask_flows, 6 },
	{ "clients", ask_clients, 3 },
	{ "by-class", ask_class, 3 },
	{ "by-asn", ask_asn, 1 },
	{ "explain-flow", ask_explain_flow, 1 },
	{ "explain-client", ask_explain_client, 1 },
};

static void
update(const char *path, struct buf *got)
{
	FILE *file;

	(void)mkdir(GOLDEN, 0777);
	file = fopen(path, "wb");
	if (file == NULL ||
	    fwrite(got->bytes, 1, got->size, file) != got->size ||
	    fclose(file) != 0)
		tap_ok(false, "%s cannot be written", path);
}

/* Says where two texts part, as they are long. */
static void
compare(struct buf *got, const char *path)
{
	static char want[GOLDEN_ROOM];
	FILE *file = fopen(path, "rb");
	size_t size = 0, at = 0;

	if (file != NULL) {
		size = fread(want, 1, sizeof(want) - 1, file);
		(void)fclose(file);
	}
	want[size] = '\0';
	while (at < size && at < got->size && want[at] == got->bytes[at])
		at++;
	if (!tap_ok(at == size && at == got->size, "%s", path))
		printf("# from byte %zu: got '%.60s', want '%.60s'\n", at,
		    buf_text(got) + at, want + at);
}

static void
test_answer(struct fs_store *store, size_t i, int format, unsigned width)
{
	struct buf got;
	struct fs_out out = { .write = answer_write,
		.ctx = &got,
		.format = format,
		.width = width,
		.command = "flowscan report --db demo.db" };
	struct fs_err err = { 0 };
	uint64_t matched = 99;
	char path[SAMPLE_PATH];
	int rc;

	buf_init(&got);
	rc = answers[i].ask(store, &out, &err, &matched);
	if (rc < 0)
		printf("# %s\n", err.text);
	tap_int(rc, 0, answers[i].name);
	tap_int((long long)matched, answers[i].matched, "how many match");
	snprintf(path, sizeof(path), GOLDEN "/%s.%s%s", answers[i].name,
	    width > 0 ? "narrow." : "", fs_format_name(format));
	if (getenv("UPDATE") != NULL)
		update(path, &got);
	compare(&got, path);
	buf_fini(&got);
}

int
main(void)
{
	char folder[SAMPLE_PATH];
	struct fs_store *store;
	size_t i;
	int format;

	sample_folder(folder);
	fs_store_close(answer_store(folder));
	store = sample_reader(folder);
	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		for (format = 0; format < FS_FORMAT_COUNT; format++)
			test_answer(store, i, format, 0);
		test_answer(store, i, FS_FORMAT_TABLE, 72);
	}
	fs_store_close(store);
	sample_remove(folder);
	return tap_done();
}
