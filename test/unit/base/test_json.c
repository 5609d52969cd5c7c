#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "test/unit/tap.h"

/* Strings of strangers. */
static const struct {
	const char *name, *bytes;
	size_t size;
	const char *want;
} strings[] = {
	{ "empty", "", 0, "\"\"" },
	{ "plain", "api.example.com", 15, "\"api.example.com\"" },
	{ "quotes", "a\"b\\c/d", 7, "\"a\\\"b\\\\c/d\"" },
	{ "named controls", "\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\"" },
	{ "other controls", "\0\1\x1f\x1b[2J", 7,
	    "\"\\u0000\\u0001\\u001f\\u001b[2J\"" },
	{ "DEL",
	    "a\x7f"
	    "b",
	    3, "\"a\\u007fb\"" },
	{ "C1", "\xc2\x80\xc2\x9b\xc2\x9f", 6, "\"\\u0080\\u009b\\u009f\"" },
	{ "first behind C1", "\xc2\xa0", 2, "\"\xc2\xa0\"" },
	{ "UTF-8", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x8c\x8d", 9,
	    "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x8c\x8d\"" },
	{ "no UTF-8", "a\xff\xfe", 3, "\"a\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "broken off", "a\xe2\x82", 3, "\"a\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "surrogate", "\xed\xa0\x80", 3,
	    "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "overlong NUL", "\xc0\x80", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "line separators", "\xe2\x80\xa8\xe2\x80\xa9", 6,
	    "\"\\u2028\\u2029\"" },
	{ "turns of direction", "\xe2\x80\xae\xe2\x81\xa6", 6,
	    "\"\\u202e\\u2066\"" },
	{ "their neighbours", "\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xb0", 9,
	    "\"\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xb0\"" },
	{ "Arabic letter mark, joiner", "\xd8\x9c\xe2\x80\x8d", 5,
	    "\"\\u061c\\u200d\"" },
	{ "a tag takes two surrogates", "\xf3\xa0\x81\x81", 4,
	    "\"\\udb40\\udc41\"" },
};

static void
test_strings(void)
{
	struct json json;
	struct buf buf;
	char *exact;
	size_t i;

	buf_init(&buf);
	for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		exact = tap_exact(strings[i].bytes, strings[i].size);
		buf_clear(&buf);
		json_init(&json, &buf, 0);
		json_bytes(&json, exact, strings[i].size);
		tap_text(buf_text(&buf), strings[i].want, strings[i].name);
		free(exact);
	}
	buf_fini(&buf);
}

/* Every value once, nested, with empty ones between. */
static void
put_all(struct json *json)
{
	json_object(json);
	json_put_text(json, "text", "x");
	json_put_u64(json, "u64", UINT64_MAX);
	json_put_time(json, "time", 1);
	json_key(json, "list");
	json_array(json);
	json_i64(json, INT64_MIN);
	json_bool(json, true);
	json_bool(json, false);
	json_null(json);
	json_array(json);
	json_array_end(json);
	json_object(json);
	json_object_end(json);
	json_object(json);
	json_key(json, "k\n");
	json_array(json);
	json_text(json, "");
	json_array_end(json);
	json_object_end(json);
	json_array_end(json);
	json_key(json, "last");
	json_object(json);
	json_object_end(json);
	json_object_end(json);
}

static void
test_nesting(void)
{
	struct json json;
	struct buf buf;

	buf_init(&buf);
	json_init(&json, &buf, 0);
	put_all(&json);
	tap_text(buf_text(&buf),
	    "{\"text\":\"x\",\"u64\":18446744073709551615,"
	    "\"time\":\"1970-01-01T00:00:00.000001Z\","
	    "\"list\":[-9223372036854775808,true,false,null,[],{},"
	    "{\"k\\n\":[\"\"]}],\"last\":{}}",
	    "on one line");
	buf_clear(&buf);
	json_init(&json, &buf, 2);
	put_all(&json);
	tap_text(buf_text(&buf),
	    "{\n  \"text\": \"x\",\n  \"u64\": 18446744073709551615,\n"
	    "  \"time\": \"1970-01-01T00:00:00.000001Z\",\n"
	    "  \"list\": [\n    -9223372036854775808,\n    true,\n"
	    "    false,\n    null,\n    [],\n    {},\n    {\n"
	    "      \"k\\n\": [\n        \"\"\n      ]\n    }\n  ],\n"
	    "  \"last\": {}\n}",
	    "on many lines");
	buf_fini(&buf);
}

static void
test_depth(void)
{
	struct json json;
	struct buf buf;
	unsigned i;

	buf_init(&buf);
	json_init(&json, &buf, 0);
	for (i = 0; i + 1 < JSON_DEPTH; i++)
		json_array(&json);
	json_u64(&json, 1);
	json_u64(&json, 2);
	for (i = 0; i + 1 < JSON_DEPTH; i++)
		json_array_end(&json);
	tap_text(buf_text(&buf), "[[[[[[[[[[[[[[[1,2]]]]]]]]]]]]]]]",
	    "as deep as it may be");
	buf_fini(&buf);
}

static const struct {
	int64_t value;
	const char *milli, *ppm;
} numbers[] = {
	{ 0, "0", "0" },
	{ 1, "0.001", "0.000001" },
	{ -1, "-0.001", "-0.000001" },
	{ 500, "0.5", "0.0005" },
	{ 731058, "731.058", "0.731058" },
	{ 950000, "950", "0.95" },
	{ 1000000, "1000", "1" },
	{ -1500000, "-1500", "-1.5" },
	{ INT64_MAX, "9223372036854775.807", "9223372036854.775807" },
	{ INT64_MIN, "-9223372036854775.808", "-9223372036854.775808" },
};

static void
test_numbers(void)
{
	struct json json;
	struct buf buf;
	size_t i;

	buf_init(&buf);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		buf_clear(&buf);
		json_init(&json, &buf, 0);
		json_milli(&json, numbers[i].value);
		tap_text(buf_text(&buf), numbers[i].milli, "thousandths");
		buf_clear(&buf);
		json_init(&json, &buf, 0);
		json_ppm(&json, numbers[i].value);
		tap_text(buf_text(&buf), numbers[i].ppm, "millionths");
	}
	buf_fini(&buf);
}

int
main(void)
{
	test_strings();
	test_nesting();
	test_depth();
	test_numbers();
	return tap_done();
}
