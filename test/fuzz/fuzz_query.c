/* Property: a line of filters is refused at a column within it, with a word
 * and the filter untouched; or it is understood, and then again with blanks
 * around it, to the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flowscan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
same(const struct fs_filter *a, const struct fs_filter *b)
{
	return a->since_us == b->since_us && a->until_us == b->until_us &&
	    a->last_us == b->last_us &&
	    a->client.addr.family == b->client.addr.family &&
	    a->client.bits == b->client.bits &&
	    memcmp(a->client.addr.bytes, b->client.addr.bytes, 16) == 0 &&
	    strcmp(a->country, b->country) == 0 && a->asn == b->asn &&
	    a->class == b->class && a->verdict == b->verdict &&
	    a->min_score_ppm == b->min_score_ppm &&
	    strcmp(a->service, b->service) == 0 &&
	    strcmp(a->sensor, b->sensor) == 0 &&
	    strcmp(a->rule, b->rule) == 0 && a->sort == b->sort &&
	    a->limit == b->limit && a->compare_back_us == b->compare_back_us &&
	    a->compare_since_us == b->compare_since_us &&
	    a->compare_until_us == b->compare_until_us;
}

static void
check_again(const char *text, const struct fs_filter *filter,
    const struct fs_clock *clock)
{
	struct fs_filter again;
	char wide[1030];

	snprintf(wide, sizeof(wide), "\t%s ", text);
	fs_filter_init(&again);
	if (fs_filter_query(&again, clock, wide, NULL) != 0 ||
	    !same(filter, &again))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct fs_clock clock = { .now_us = 1795412580000000 };
	struct fs_filter filter, untouched;
	struct fs_err err = { 0 };
	char *text;

	if (size > 1024 || (text = malloc(size + 1)) == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	fs_filter_init(&filter);
	fs_filter_init(&untouched);
	if (fs_filter_query(&filter, &clock, text, &err) == 0)
		check_again(text, &filter, &clock);
	else if (err.text[0] == '\0' || err.column < 1 ||
	    err.column > strlen(text) + 1 || !same(&filter, &untouched))
		abort();
	free(text);
	return 0;
}
