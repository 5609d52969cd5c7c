#include "base/json.h"

#include <assert.h>
#include <string.h>

#include "base/num.h"
#include "base/utf8.h"

void
json_init(struct json *json, struct buf *buf, unsigned indent)
{
	*json = (struct json){ .buf = buf, .indent = indent };
}

static void
put_line(struct json *json)
{
	unsigned i;

	if (json->indent == 0)
		return;
	buf_add_char(json->buf, '\n');
	for (i = 0; i < json->depth * json->indent; i++)
		buf_add_char(json->buf, ' ');
}

/* Writes what stands between the value before and the next one. */
static void
begin_value(struct json *json)
{
	if (json->keyed) {
		json->keyed = false;
		return;
	}
	if (json->started[json->depth])
		buf_add_char(json->buf, ',');
	if (json->depth > 0)
		put_line(json);
	json->started[json->depth] = true;
}

static void
open_level(struct json *json, char bracket)
{
	begin_value(json);
	buf_add_char(json->buf, bracket);
	assert(json->depth + 1 < JSON_DEPTH);
	json->depth++;
	json->started[json->depth] = false;
}

static void
close_level(struct json *json, char bracket)
{
	bool empty = !json->started[json->depth];

	assert(json->depth > 0 && !json->keyed);
	json->depth--;
	if (!empty)
		put_line(json);
	buf_add_char(json->buf, bracket);
}

void
json_object(struct json *json)
{
	open_level(json, '{');
}

void
json_object_end(struct json *json)
{
	close_level(json, '}');
}

void
json_array(struct json *json)
{
	open_level(json, '[');
}

void
json_array_end(struct json *json)
{
	close_level(json, ']');
}

static bool
is_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void
put_escape(struct buf *buf, uint32_t code)
{
	static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	const char *name;

	for (name = named; *name != '\0'; name += 2) {
		if ((uint32_t)(uint8_t)name[0] != code)
			continue;
		buf_add_char(buf, '\\');
		buf_add_char(buf, name[1]);
		return;
	}
	if (code > 0xffff) { /* As two surrogates. */
		code -= 0x10000;
		buf_printf(buf, "\\u%04x", 0xd800 | (unsigned)code >> 10);
		code = 0xdc00 | (code & 0x3ff);
	}
	buf_printf(buf, "\\u%04x", (unsigned)code);
}

/* Writes one character and returns its size. */
static size_t
put_char(struct buf *buf, const char *bytes, size_t size)
{
	uint32_t code;
	size_t taken = utf8_next(bytes, size, &code);

	if (taken == 0) {
		buf_add_text(buf, "\xef\xbf\xbd");
		return 1;
	}
	if (utf8_acts(code) || code == '"' || code == '\\')
		put_escape(buf, code);
	else
		buf_add(buf, bytes, taken);
	return taken;
}

static void
put_quoted(struct buf *buf, const char *bytes, size_t size)
{
	size_t at = 0, run;

	buf_add_char(buf, '"');
	while (at < size) {
		for (run = at; run < size && is_plain(bytes[run]); run++)
			continue;
		buf_add(buf, bytes + at, run - at);
		at = run;
		if (at < size)
			at += put_char(buf, bytes + at, size - at);
	}
	buf_add_char(buf, '"');
}

void
json_key(struct json *json, const char *key)
{
	assert(!json->keyed);
	begin_value(json);
	put_quoted(json->buf, key, strlen(key));
	buf_add_text(json->buf, json->indent > 0 ? ": " : ":");
	json->keyed = true;
}

void
json_bytes(struct json *json, const char *bytes, size_t size)
{
	begin_value(json);
	put_quoted(json->buf, bytes, size);
}

void
json_text(struct json *json, const char *text)
{
	json_bytes(json, text, strlen(text));
}

void
json_u64(struct json *json, uint64_t value)
{
	begin_value(json);
	buf_printf(json->buf, "%llu", (unsigned long long)value);
}

void
json_i64(struct json *json, int64_t value)
{
	begin_value(json);
	buf_printf(json->buf, "%lld", (long long)value);
}

void
json_milli(struct json *json, int64_t milli)
{
	char text[NUM_MILLI_SIZE];
	size_t size = num_format_milli(milli, text);

	begin_value(json);
	buf_add(json->buf, text, size);
}

void
json_ppm(struct json *json, int64_t ppm)
{
	uint64_t size = ppm < 0 ? 0 - (uint64_t)ppm : (uint64_t)ppm;
	unsigned part = (unsigned)(size % 1000000), places = 6;

	begin_value(json);
	buf_printf(json->buf, "%s%llu", ppm < 0 ? "-" : "",
	    (unsigned long long)(size / 1000000));
	if (part == 0)
		return;
	for (; part % 10 == 0; places--)
		part /= 10;
	buf_printf(json->buf, ".%0*u", (int)places, part);
}

void
json_bool(struct json *json, bool value)
{
	begin_value(json);
	buf_add_text(json->buf, value ? "true" : "false");
}

void
json_null(struct json *json)
{
	begin_value(json);
	buf_add_text(json->buf, "null");
}

void
json_put_text(struct json *json, const char *key, const char *text)
{
	json_key(json, key);
	json_text(json, text);
}

void
json_put_u64(struct json *json, const char *key, uint64_t value)
{
	json_key(json, key);
	json_u64(json, value);
}

void
json_put_time(struct json *json, const char *key, uint64_t time_us)
{
	char text[NUM_TIME_SIZE];
	size_t size = num_format_time(time_us, text);

	json_key(json, key);
	json_bytes(json, text, size);
}
