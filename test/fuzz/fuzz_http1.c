/* Property: a start line that was read stays the same when more bytes come,
 * and so does a header that was whole. The first byte says where the
 * beginning ends, in 256ths of the whole. */
#include <stdlib.h>
#include <string.h>

#include "flowscan.h"
#include "parse/http1.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
same(struct cursor a, struct cursor b)
{
	return a.at == b.at && a.left == b.left;
}

static void
read_fields(struct cursor headers)
{
	struct http1_fields fields;
	struct cursor value;

	http1_fields_read(headers, &fields);
	if (fields.host.left > 0 && !http1_header_find(headers, "Host", &value))
		abort();
}

static void
check_request(struct cursor part, struct cursor whole)
{
	struct http1_request before, after;

	if (http1_request_read(part, &before) < 0)
		return;
	if (http1_request_read(whole, &after) < 0 ||
	    !same(before.method, after.method) ||
	    !same(before.target, after.target) || before.form != after.form ||
	    (before.whole && !same(before.headers, after.headers)))
		abort();
	read_fields(after.headers);
}

static void
check_response(struct cursor part, struct cursor whole)
{
	struct http1_response before, after;

	if (http1_response_read(part, &before) < 0)
		return;
	if (http1_response_read(whole, &after) < 0 ||
	    before.status != after.status ||
	    (before.whole && !same(before.headers, after.headers)))
		abort();
	read_fields(after.headers);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor whole, part;

	if (size < 1)
		return 0;
	whole = cursor_of(data + 1, size - 1);
	part = cursor_of(data + 1, (size - 1) * data[0] / 256);
	check_request(part, whole);
	check_response(part, whole);
	return 0;
}
