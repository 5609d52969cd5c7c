#include "log_limit.h"

#include <stddef.h>
#include <stdio.h>

static struct log_kind *
find_kind(struct log_limit *limit, const void *kind)
{
	struct log_kind *oldest = &limit->kinds[0];
	unsigned i;

	for (i = 0; i < LOG_LIMIT_KINDS; i++) {
		struct log_kind *at = &limit->kinds[i];

		if (at->kind == kind)
			return at;
		if (oldest->kind != NULL &&
		    (at->kind == NULL || at->since_s < oldest->since_s))
			oldest = at;
	}
	*oldest = (struct log_kind){ 0 };
	return oldest;
}

static bool
is_over(const struct log_kind *kind, uint64_t now_s)
{
	return now_s < kind->since_s ||
	    now_s - kind->since_s >= LOG_LIMIT_SPAN_S;
}

bool
log_limit_take(struct log_limit *limit, const void *kind, const char *text,
    uint64_t now_s, uint64_t *held)
{
	struct log_kind *at = find_kind(limit, kind);

	*held = 0;
	if (at->kind == NULL || is_over(at, now_s)) {
		*held = at->held;
		*at = (struct log_kind){ .kind = kind, .since_s = now_s };
	}
	if (at->told < LOG_LIMIT_BURST) {
		at->told++;
		return true;
	}
	at->held++;
	(void)snprintf(at->sample, sizeof(at->sample), "%s", text);
	return false;
}

const struct log_kind *
log_limit_over(struct log_limit *limit, uint64_t now_s)
{
	unsigned i;

	for (i = 0; i < LOG_LIMIT_KINDS; i++) {
		struct log_kind *at = &limit->kinds[i];

		if (at->kind == NULL || at->held == 0 || !is_over(at, now_s))
			continue;
		/* The caller reads the count and the sample. */
		at->kind = NULL;
		return at;
	}
	return NULL;
}
