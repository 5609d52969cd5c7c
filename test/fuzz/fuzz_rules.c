/* Property: a rule file is refused with at least one error that has a word
 * and, but for the whole file, a place; or its rules can be asked, and what
 * they say fits. */
#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rule/rule.h"
#include "rule/tests.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
hear(void *ctx, bool warning, const struct fs_err *err)
{
	unsigned *errors = ctx;

	assert(err->text[0] && memchr(err->text, '\0', sizeof(err->text)));
	assert(err->line >= 1 || *errors > 0 || warning);
	*errors += !warning;
}

static void
check_tests(const struct fs_ruleset *rules, size_t index,
    struct signals *signals)
{
	const struct rule_test *tests;
	size_t i, count;

	tests = rule_tests(rules, index, &count);
	for (i = 0; i < count; i++) {
		rule_test_signals(&tests[i], signals);
		(void)rule_fires(rules, index, 1, signals);
	}
}

static void
check(const struct fs_ruleset *rules)
{
	static struct signals signals;
	struct fs_evidence evidence[FS_EVIDENCE_MAX];
	struct fs_rule_info info;
	uint32_t k, count;
	size_t i;

	for (i = 0; i < fs_ruleset_count(rules); i++) {
		fs_ruleset_info(rules, i, &info);
		assert(info.name[0] && strlen(info.name) < FS_NAME_SIZE);
		assert(info.class >= 0 && info.class < FS_CLASS_COUNT);
		signals_clear(&signals);
		check_tests(rules, i, &signals);
		count = rule_evaluate(rules,
		    info.client_scope ? SCOPE_CLIENT : SCOPE_FLOW, FS_VIEW_PATH,
		    1, &signals, evidence);
		assert(count <= FS_EVIDENCE_MAX);
		for (k = 0; k < count; k++)
			assert(memchr(evidence[k].text, '\0', FS_TEXT_SIZE));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	const char *paths[] = { path };
	struct fs_ruleset *rules = NULL;
	int fd = memfd_create("rules", 0);
	unsigned errors = 0;

	if (fd < 0 || write(fd, data, size) < 0)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fs_ruleset_load(paths, 1, hear, &errors, NULL, &rules) == 0) {
		assert(errors == 0);
		check(rules);
	} else {
		assert(errors > 0 && rules == NULL);
	}
	fs_ruleset_free(rules);
	close(fd);
	return 0;
}
