/* Property: a condition is refused at a place with a word, or it and its
 * 'not' are never both true, whatever is known; and of no signal at all only
 * one that asks 'exists' can be true. */
#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "rule/rule.h"
#include "rule/tests.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
hear(void *ctx, bool warning, const struct fs_err *err)
{
	unsigned *errors = ctx;

	assert(err->text[0] && err->line >= 1 && err->column >= 1);
	*errors += !warning;
}

/* The condition as a scalar in double quotes. */
static void
write_condition(struct buf *text, const uint8_t *data, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (data[i] >= 0x20 && data[i] < 0x7f && data[i] != '"' &&
		    data[i] != '\\')
			buf_add_char(text, (char)data[i]);
		else if (data[i])
			buf_printf(text, "\\x%02x", data[i]);
	}
}

static void
write_rule(struct buf *text, const char *name, const uint8_t *data, size_t size,
    bool negated)
{
	buf_printf(text,
	    "- rule: %s\n  desc: d\n  class: vpn\n  family: f\n"
	    "  likelihood: {if_true: 0.9, if_false: 0.1}\n  condition: \"%s",
	    name, negated ? "not (" : "");
	write_condition(text, data, size);
	buf_printf(text, "%s\"\n", negated ? ")" : "");
}

static int
load(const struct buf *text, unsigned *errors, struct fs_ruleset **rules)
{
	char path[64];
	const char *paths[] = { path };
	int rc, fd = memfd_create("rules", 0);

	if (fd < 0 || write(fd, text->bytes, text->size) < 0)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rc = fs_ruleset_load(paths, 1, hear, errors, NULL, rules);
	close(fd);
	return rc;
}

/* Some of everything; 'which' says what is known. */
static void
fill(struct signals *signals, unsigned which)
{
	static const int32_t sizes[] = { 148, -92, 32 };
	unsigned id;

	signals_clear(signals);
	for (id = 0; id < SIGNAL_COUNT; id++) {
		enum signal_id signal = (enum signal_id)id;

		if (which == 0 || (which == 1 && id % 3 == 0))
			continue;
		switch (signal_info(signal)->type) {
		case SIGNAL_FLAG:
			signals_set_flag(signals, signal, id % 2);
			break;
		case SIGNAL_NUMBER:
			signals_set_count(signals, signal, id);
			break;
		case SIGNAL_SIZES:
			signals_set_sizes(signals, signal, sizes, 3);
			break;
		case SIGNAL_BYTES:
			signals_set_bytes(signals, signal,
			    (const uint8_t *)"\5\1\0\5\1\0\1\n", 8);
			break;
		default:
			signals_set_string(signals, signal, "a.example.com");
			break;
		}
	}
}

static void
check(const struct fs_ruleset *rules)
{
	static struct signals signals;
	unsigned which;

	for (which = 0; which < 3; which++) {
		fill(&signals, which);
		assert(!(rule_fires(rules, 0, 1, &signals) &&
		    rule_fires(rules, 1, 1, &signals)));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fs_ruleset *rules = NULL;
	unsigned errors = 0;
	struct buf text;

	buf_init(&text);
	buf_add_text(&text,
	    "- {list: l, items: [1, 2]}\n"
	    "- {macro: m, condition: flow.gaps in l}\n");
	write_rule(&text, "a", data, size, false);
	write_rule(&text, "b", data, size, true);
	if (load(&text, &errors, &rules) == 0) {
		assert(errors == 0);
		/* 'x) or (y' is a condition of its own under 'not'. */
		if (memchr(data, ')', size) == NULL)
			check(rules);
	} else {
		assert(errors > 0 && rules == NULL);
	}
	fs_ruleset_free(rules);
	buf_fini(&text);
	return 0;
}
