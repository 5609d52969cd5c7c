/* Property: whatever the file, a reader gives items that lie within it or are
 * short, and says where a file is refused. The first byte chooses the
 * reader. */
#include <stdlib.h>
#include <string.h>

#include "rule/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	size_t bytes;
};

static void
take(void *ctx, const struct feed_item *item)
{
	struct seen *seen = ctx;
	size_t i;

	for (i = 0; i < item->size; i++)
		seen->bytes += item->text[i] != 0;
}

static void
refuse(void *ctx, const struct feed_item *item, const char *expected)
{
	if (expected[0] == '\0')
		abort();
	take(ctx, item);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed_spec spec = { .column = "a", .where = "b" };
	struct seen seen = { 0 };
	const struct feed_sink sink = { &seen, take, refuse };
	struct fs_err err = { 0 };
	struct source source;
	int count = 1, rc;

	if (size == 0)
		return 0;
	while (feed_names[count] != NULL)
		count++;
	spec.reader = feed_reader_of(data[0] % count);
	if (data[0] & 0x80)
		spec.end_column = "2";
	if (data[0] & 0x40)
		spec.where = NULL;
	spec.values[0] = "1";
	spec.value_count = 1;
	source = (struct source){ "fuzz", (const char *)data + 1, size - 1 };
	rc = spec.reader->read(&spec, &source, &sink, &err);
	if (rc < 0 && (rc != FS_EFORMAT || err.text[0] == '\0'))
		abort();
	return 0;
}
