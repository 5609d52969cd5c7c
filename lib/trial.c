/* Rules tried before they are relied on: their own tests, and single rules
 * asked of observations. Inline packets and captures go the way of live
 * ones, from the frame to the signals. */
#include "trial.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "signal/blob.h"

enum {
	FLOWS_MAX = 65536,
	CLIENTS_MAX = 65536,
	/* 2026-06-01, so that rules that expire later still speak. */
	START_S = 1780272000,
	APART_S = 3600, /* From one test's packets to the next one's. */
};

/* A line from frames to what one rule says of them. */
struct line {
	struct fs_settings settings;
	struct fs_engine *engine;
	struct fs_judge *judge;
	const struct fs_ruleset *rules;
	size_t index;
	bool of_clients, fired;
};

struct fs_trial {
	struct line line; /* Of inline packets, made when first needed. */
	struct trial_talk talk;
	const struct fs_ruleset *rules;
	struct signals signals;
};

/* ---- One rule, asked ---------------------------------------------------- */

/* Asks a rule of a row's signals. */
static int
fires_on(const struct fs_ruleset *rules, size_t index, struct signals *signals,
    uint64_t now_us, char *text)
{
	int rc = rule_fires(rules, index, now_us, signals);

	if (rc > 0 && text != NULL)
		rule_say(rules, index, signals, text);
	return rc;
}

int
fs_ruleset_fires(const struct fs_ruleset *rules, size_t index,
    const struct fs_observation *flow, char *text)
{
	struct signals *signals = calloc(1, sizeof(*signals));
	int rc;

	if (signals == NULL)
		return -ENOMEM;
	rc = blob_decode(flow->signals, flow->signals_size, signals);
	if (rc >= 0) {
		signals_set_addr(signals, SIGNAL_CLIENT_IP, &flow->client);
		signals_set_addr(signals, SIGNAL_SERVER_IP, &flow->server);
		rc = fires_on(rules, index, signals, flow->last_us, text);
	}
	free(signals);
	return rc;
}

int
fs_ruleset_fires_client(const struct fs_ruleset *rules, size_t index,
    const struct fs_client *client, char *text)
{
	struct signals *signals = calloc(1, sizeof(*signals));
	int rc;

	if (signals == NULL)
		return -ENOMEM;
	rc = blob_decode(client->signals, client->signals_size, signals);
	if (rc >= 0) {
		signals_set_addr(signals, SIGNAL_CLIENT_IP, &client->addr);
		rc = fires_on(rules, index, signals, client->last_us, text);
	}
	free(signals);
	return rc;
}

/* ---- The line ----------------------------------------------------------- */

static int
take_flow(void *ctx, const struct fs_observation *flow)
{
	struct line *line = ctx;
	int rc;

	if (line->of_clients)
		return fs_judge_observe(line->judge, flow);
	rc = fs_ruleset_fires(line->rules, line->index, flow, NULL);
	line->fired |= rc > 0;
	return rc < 0 ? rc : 0;
}

static int
take_client(void *ctx, const struct fs_client *client)
{
	struct line *line = ctx;
	int rc =
	    fs_ruleset_fires_client(line->rules, line->index, client, NULL);

	line->fired |= rc > 0;
	return rc < 0 ? rc : 0;
}

static int
take_frame(void *ctx, const struct fs_frame *frame)
{
	return fs_engine_frame(((struct line *)ctx)->engine, frame);
}

static void
line_close(struct line *line)
{
	fs_engine_free(line->engine);
	fs_judge_free(line->judge);
	fs_settings_fini(&line->settings);
	line->engine = NULL;
	line->judge = NULL;
}

static int
line_open(struct line *line, const struct fs_ruleset *rules, struct fs_err *err)
{
	int rc;

	*line = (struct line){ .rules = rules };
	if ((rc = fs_settings_init(&line->settings)) < 0)
		return rc;
	line->settings.flow_max = FLOWS_MAX;
	line->settings.client_max = CLIENTS_MAX;
	if ((rc = fs_engine_new(&line->settings, rules, NULL, 0, err,
		 &line->engine)) < 0 ||
	    (rc = fs_judge_new(&line->settings, rules, NULL, 0, err,
		 &line->judge)) < 0) {
		line_close(line);
		return rc;
	}
	fs_engine_sink(line->engine, take_flow, line);
	fs_judge_sink(line->judge, take_client, line);
	return 0;
}

/* Asks another rule from here on. */
static void
line_ask(struct line *line, size_t index)
{
	struct fs_rule_info info;

	fs_ruleset_info(line->rules, index, &info);
	line->index = index;
	line->of_clients = info.client_scope;
	line->fired = false;
}

/* Ends all flows. */
static int
line_end(struct line *line)
{
	int rc = fs_engine_flush(line->engine);

	return rc < 0 ? rc : fs_judge_flush(line->judge);
}

/* ---- A rule's own tests ------------------------------------------------- */

/* A test's capture is named relative to the rule's file. */
static int
path_of(const struct fs_rule_info *info, const char *capture, char *path)
{
	const char *slash = strrchr(info->file, '/');
	int folder =
	    slash && capture[0] != '/' ? (int)(slash - info->file + 1) : 0;
	int size =
	    snprintf(path, PATH_MAX, "%.*s%s", folder, info->file, capture);

	return size < 0 || size >= PATH_MAX ? -ENAMETOOLONG : 0;
}

static int
read_capture(struct line *line, const char *path, struct fs_err *err)
{
	struct fs_capture *capture;
	struct fs_frame frame;
	int rc = fs_capture_open_file(path, err, &capture);

	if (rc < 0)
		return rc;
	while ((rc = fs_capture_next(capture, err, &frame)) > 0 &&
	    (rc = take_frame(line, &frame)) >= 0)
		;
	fs_capture_close(capture);
	return rc < 0 ? rc : line_end(line);
}

/* A capture has a line of its own: its clock is not that of others. */
static int
run_capture(const struct fs_trial *trial, size_t index, const char *path,
    struct fs_err *err)
{
	struct line *line = calloc(1, sizeof(*line));
	int rc = line ? line_open(line, trial->rules, err) : -ENOMEM;

	if (rc >= 0) {
		line_ask(line, index);
		rc = read_capture(line, path, err);
		rc = rc < 0 ? rc : line->fired;
		line_close(line);
	}
	free(line);
	return rc;
}

static int
run_packets(struct fs_trial *trial, size_t index, const struct rule_test *test,
    struct fs_err *err)
{
	struct line *line = &trial->line;
	int rc;

	if (line->engine == NULL &&
	    (rc = line_open(line, trial->rules, err)) < 0)
		return rc;
	line_ask(line, index);
	trial->talk.test = test;
	trial->talk.ordinal++;
	trial->talk.start_us =
	    (START_S + (uint64_t)trial->talk.ordinal * APART_S) * 1000000;
	if ((rc = trial_talk(&trial->talk, take_frame, line)) < 0 ||
	    (rc = line_end(line)) < 0)
		return rc;
	return line->fired;
}

static int
run_test(struct fs_trial *trial, size_t index, const struct rule_test *test,
    const struct fs_rule_info *info, struct fs_err *err)
{
	char path[PATH_MAX];
	int rc;

	if (test->packet_count > 0)
		return run_packets(trial, index, test, err);
	if (test->capture == NULL) {
		signals_clear(&trial->signals);
		rule_test_signals(test, &trial->signals);
		return rule_fires(trial->rules, index,
		    (uint64_t)START_S * 1000000, &trial->signals);
	}
	if ((rc = path_of(info, test->capture, path)) < 0)
		return err_set(err, rc, "the path is too long");
	return run_capture(trial, index, path, err);
}

int
fs_trial_new(const struct fs_ruleset *rules, struct fs_trial **trial)
{
	struct fs_trial *fresh = calloc(1, sizeof(*fresh));

	if (fresh == NULL)
		return -ENOMEM;
	fresh->rules = rules;
	*trial = fresh;
	return 0;
}

void
fs_trial_free(struct fs_trial *trial)
{
	if (trial == NULL)
		return;
	line_close(&trial->line);
	free(trial);
}

int
fs_trial_rule(struct fs_trial *trial, size_t index, fs_tested_fn *tested,
    void *ctx)
{
	struct fs_rule_info info;
	const struct rule_test *tests;
	struct fs_tested one;
	size_t i, count;
	int rc, failed = 0;

	tests = rule_tests(trial->rules, index, &count);
	fs_ruleset_info(trial->rules, index, &info);
	for (i = 0; i < count; i++) {
		one = (struct fs_tested){ .rule = info.name,
			.file = info.file,
			.line = tests[i].line,
			.source = tests[i].source,
			.capture = tests[i].capture,
			.kind = tests[i].capture    ? "capture"
			    : tests[i].packet_count ? "packets"
						    : "signals",
			.matches = tests[i].matches };
		rc = run_test(trial, index, &tests[i], &info, &one.err);
		if (rc == -ENOMEM)
			return rc;
		one.rc = rc < 0 ? rc : 0;
		one.fired = rc > 0;
		one.passed = rc >= 0 && one.fired == one.matches;
		failed += !one.passed;
		tested(ctx, &one);
	}
	return failed;
}
