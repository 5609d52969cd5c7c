/* Which flows and clients of a capture a rule would hit, before anybody
 * relies on it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/addr.h"
#include "command.h"
#include "rules.h"

enum { SHOWN_MAX = 50, LOOKS_MAX = 64, CAPTURES_MAX = 64 };

/* How often something was seen among the hits. */
struct look {
	char name[FS_NAME_SIZE];
	uint64_t count;
};

struct attempt {
	const struct fs_ruleset *rules;
	size_t index;
	bool of_clients;
	const char *capture[CAPTURES_MAX];
	size_t capture_count;
	struct fs_engine *engine;
	struct fs_judge *judge;
	uint64_t asked, hit;
	/* What the hits are without this rule, and what else they hit. */
	struct look protocol[LOOKS_MAX], rule[LOOKS_MAX];
};

/* ---- What was hit -------------------------------------------------------- */

static void
count_look(struct look *looks, const char *name)
{
	size_t i;

	for (i = 0; i < LOOKS_MAX && looks[i].count > 0; i++)
		if (strcmp(looks[i].name, name) == 0)
			break;
	if (i == LOOKS_MAX)
		return; /* Of the rarest, the late ones are left out. */
	snprintf(looks[i].name, sizeof(looks[i].name), "%s", name);
	looks[i].count++;
}

static void
count_evidence(struct attempt *attempt, const struct fs_evidence *evidence,
    uint32_t count)
{
	struct fs_rule_info info;
	uint32_t i;

	fs_ruleset_info(attempt->rules, attempt->index, &info);
	for (i = 0; i < count; i++)
		if (strcmp(evidence[i].rule, info.name) != 0)
			count_look(attempt->rule, evidence[i].rule);
}

static void
print_time(uint64_t time_us)
{
	time_t seconds = (time_t)(time_us / 1000000);
	char text[32] = "";
	struct tm tm;

	if (gmtime_r(&seconds, &tm) != NULL)
		(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	printf("%s.%06uZ  ", text, (unsigned)(time_us % 1000000));
}

static void
print_side(const struct fs_addr *addr, int32_t port)
{
	char text[ADDR_TEXT_SIZE];

	addr_format(addr, text);
	if (port < 0)
		printf("%s", text);
	else
		printf(addr->family == 6 ? "[%s]:%d" : "%s:%d", text, port);
}

static int
take_flow(void *ctx, const struct fs_observation *flow)
{
	struct attempt *attempt = ctx;
	char text[FS_TEXT_SIZE];
	int rc;

	if (attempt->of_clients)
		return fs_judge_observe(attempt->judge, flow);
	if (!flow->final)
		return 0;
	attempt->asked++;
	rc = fs_ruleset_fires(attempt->rules, attempt->index, flow, text);
	if (rc <= 0)
		return rc;
	count_look(attempt->protocol, flow->verdict.protocol);
	count_evidence(attempt, flow->evidence, flow->evidence_count);
	if (++attempt->hit > SHOWN_MAX)
		return 0;
	print_time(flow->first_us);
	print_side(&flow->client, flow->client_port);
	printf(" > ");
	print_side(&flow->server, flow->server_port);
	printf("  %s  %s\n", flow->verdict.protocol, text);
	return 0;
}

static int
take_client(void *ctx, const struct fs_client *client)
{
	struct attempt *attempt = ctx;
	char text[FS_TEXT_SIZE];
	int rc;

	attempt->asked++;
	rc = fs_ruleset_fires_client(attempt->rules, attempt->index, client,
	    text);
	if (rc <= 0)
		return rc;
	count_look(attempt->protocol, client->verdict.protocol);
	count_evidence(attempt, client->evidence, client->evidence_count);
	if (++attempt->hit > SHOWN_MAX)
		return 0;
	print_time(client->first_us);
	print_side(&client->addr, -1);
	printf("  %s  %s\n", client->verdict.protocol, text);
	return 0;
}

static void
print_looks(const char *before, struct look *looks)
{
	size_t i, best;

	for (;;) {
		for (best = 0, i = 1; i < LOOKS_MAX; i++)
			if (looks[i].count > looks[best].count)
				best = i;
		if (looks[best].count == 0)
			break;
		printf("%s%s %llu", before, looks[best].name,
		    (unsigned long long)looks[best].count);
		looks[best].count = 0;
		before = ", ";
	}
	if (strcmp(before, ", ") == 0)
		puts("");
}

static void
print_result(struct attempt *attempt)
{
	const char *what = attempt->of_clients ? "clients" : "flows";

	if (attempt->hit > SHOWN_MAX)
		printf("... and %llu more\n",
		    (unsigned long long)attempt->hit - SHOWN_MAX);
	printf("%llu of %llu %s hit\n", (unsigned long long)attempt->hit,
	    (unsigned long long)attempt->asked, what);
	print_looks("they are named: ", attempt->protocol);
	print_looks("they also hit: ", attempt->rule);
}

/* ---- Reading captures ---------------------------------------------------- */

/* Returns CODE_DONE, or what the program ends with. */
static int
read_capture(struct attempt *attempt, const char *path)
{
	struct fs_capture *capture;
	struct fs_err err = { 0 };
	struct fs_frame frame;
	int rc = fs_capture_open_file(path, &err, &capture);

	if (rc < 0)
		return complain("rules", CODE_USAGE, "%s: %s", path, err.text);
	while ((rc = fs_capture_next(capture, &err, &frame)) > 0 &&
	    (rc = fs_engine_frame(attempt->engine, &frame)) >= 0)
		;
	fs_capture_close(capture);
	if (rc < 0)
		return complain("rules", CODE_PARTLY, "%s: %s", path,
		    err.text[0] ? err.text : fs_strerror(rc));
	return CODE_DONE;
}

static int
read_captures(struct attempt *attempt)
{
	int code = CODE_DONE, one;
	size_t i;

	for (i = 0; i < attempt->capture_count; i++) {
		one = read_capture(attempt, attempt->capture[i]);
		code = one > code ? one : code;
		if (fs_engine_flush(attempt->engine) < 0)
			return complain("rules", CODE_PARTLY,
			    "no memory is left");
	}
	if (fs_judge_flush(attempt->judge) < 0)
		return complain("rules", CODE_PARTLY, "no memory is left");
	return code;
}

/* Without services, every flow is judged as if the tunnel passed here; the
 * rule is asked of all the same. */
static int
attempt_run(struct attempt *attempt)
{
	struct fs_settings settings;
	struct fs_err err = { 0 };
	int code;

	if (fs_settings_init(&settings) < 0)
		return complain("rules", CODE_PARTLY, "no memory is left");
	if (fs_engine_new(&settings, attempt->rules, NULL, 0, &err,
		&attempt->engine) < 0 ||
	    fs_judge_new(&settings, attempt->rules, NULL, 0, &err,
		&attempt->judge) < 0) {
		code = complain("rules", CODE_PARTLY, "%s", err.text);
	} else {
		fs_engine_sink(attempt->engine, take_flow, attempt);
		fs_judge_sink(attempt->judge, take_client, attempt);
		code = read_captures(attempt);
		print_result(attempt);
	}
	fs_engine_free(attempt->engine);
	fs_judge_free(attempt->judge);
	fs_settings_fini(&settings);
	if (code != CODE_DONE)
		return code;
	return attempt->hit > 0 ? CODE_DONE : CODE_MATCHED;
}

/* ---- The command --------------------------------------------------------- */

/* Moves what is no option to the front: the rule's name, then paths. Returns
 * how many there are, or -1 after a complaint. */
static int
read_options(int argc, char **argv, struct attempt *attempt)
{
	int i, rest = 0;

	for (i = 1; i < argc; i++) {
		if (argv[i][0] != '-') {
			argv[rest++] = argv[i];
			continue;
		}
		if (strcmp(argv[i], "-r") != 0 || i + 1 == argc) {
			(void)rules_misused("try",
			    strcmp(argv[i], "-r") == 0
				? "option '%s' needs a capture"
				: "unknown option '%s'",
			    argv[i]);
			return -1;
		}
		if (attempt->capture_count == CAPTURES_MAX) {
			(void)rules_misused("try", "too many captures");
			return -1;
		}
		attempt->capture[attempt->capture_count++] = argv[++i];
	}
	if (rest > 0 && attempt->capture_count > 0)
		return rest;
	(void)rules_misused("try", "%s is missing",
	    rest == 0 ? "the name of a rule" : "-r CAPTURE or --db FILE");
	return -1;
}

static bool
names_store(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], "--db") == 0 ||
		    strncmp(argv[i], "--db=", 5) == 0)
			return true;
	return false;
}

static int
try_captures(int argc, char **argv)
{
	struct attempt *attempt = calloc(1, sizeof(*attempt));
	int count = attempt ? read_options(argc, argv, attempt) : -1;
	struct fs_ruleset *rules;
	struct fs_rule_info info;
	unsigned warnings;
	int code = CODE_USAGE;
	long index;

	if (count > 0)
		code = rules_load((const char *const *)(argv + 1),
		    (size_t)count - 1, &rules, &warnings);
	if (count > 0 && code < 0) {
		index = rules_find(rules, "try", argv[0]);
		code = CODE_USAGE;
		if (index >= 0) {
			fs_ruleset_info(rules, (size_t)index, &info);
			attempt->rules = rules;
			attempt->index = (size_t)index;
			attempt->of_clients = info.client_scope;
			code = attempt_run(attempt);
		}
		fs_ruleset_free(rules);
	}
	free(attempt);
	return code;
}

int
rules_try(int argc, char **argv)
{
	return names_store(argc, argv) ? rules_try_db(argc, argv)
				       : try_captures(argc, argv);
}
