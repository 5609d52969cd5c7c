/* Property: a line of filters is refused at a column within it, with a word
 * and the filter untouched; or it is understood, and then again with blanks
 * around it, to the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flowscan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_again(const char *text, const struct fs_filter *filter,
    const struct fs_clock *clock)
{
	struct fs_filter again;
	char wide[1030];

	snprintf(wide, sizeof(wide), "\t%s ", text);
	fs_filter_init(&again);
	if (fs_filter_query(&again, clock, wide, NULL) != 0 ||
	    memcmp(filter, &again, sizeof(again)) != 0)
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
	    err.column > strlen(text) + 1 ||
	    memcmp(&filter, &untouched, sizeof(filter)) != 0)
		abort();
	free(text);
	return 0;
}
