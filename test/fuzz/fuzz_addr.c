/* Property: what reads as an address or prefix is written as text that reads
 * as the same; a strict prefix is a loose one, too, and holds its address;
 * and the same of decimals and points in time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/num.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_addr(const struct fs_addr *addr)
{
	char text[ADDR_TEXT_SIZE];
	struct fs_addr again;

	if (addr_format(addr, text) != strlen(text) ||
	    !addr_parse(text, &again) ||
	    memcmp(addr, &again, sizeof(again)) != 0)
		abort();
	(void)addr_is_special(addr);
}

static void
check_prefix(const struct fs_prefix *prefix)
{
	char addr[ADDR_TEXT_SIZE], text[ADDR_TEXT_SIZE + 4];
	struct fs_prefix again;

	if (!addr_in_prefix(&prefix->addr, prefix))
		abort();
	addr_format(&prefix->addr, addr);
	snprintf(text, sizeof(text), "%s/%u", addr, prefix->bits);
	if (!addr_parse_prefix(text, false, &again) ||
	    memcmp(prefix, &again, sizeof(again)) != 0)
		abort();
}

static void
check_numbers(const char *text)
{
	char milli_text[NUM_MILLI_SIZE], time_text[NUM_TIME_SIZE];
	uint64_t time_us, again_us, span_us;
	int64_t milli, again;

	if (num_parse_milli(text, &milli) &&
	    (num_format_milli(milli, milli_text) != strlen(milli_text) ||
		!num_parse_milli(milli_text, &again) || again != milli))
		abort();
	/* '@' reads what is later than four digits can name. */
	if (num_parse_time(text, &time_us) && text[0] != '@' &&
	    (num_format_time(time_us, time_text) != strlen(time_text) ||
		!num_parse_time(time_text, &again_us) || again_us != time_us))
		abort();
	(void)num_parse_span(text, &span_us);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct fs_prefix strict, loose;
	struct fs_addr addr;

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (addr_parse(text, &addr))
		check_addr(&addr);
	if (addr_parse_prefix(text, true, &loose))
		check_prefix(&loose);
	if (addr_parse_prefix(text, false, &strict) &&
	    (!addr_parse_prefix(text, true, &loose) ||
		memcmp(&strict, &loose, sizeof(loose)) != 0))
		abort();
	check_numbers(text);
	free(text);
	return 0;
}
