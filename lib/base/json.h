/* Writes JSON (RFC 8259) into a buffer: commas and escapes by itself. Bytes
 * that are not UTF-8 become U+FFFD, control characters are escaped, also
 * DEL and C1, so that a terminal may show the line. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { JSON_DEPTH = 16 };

struct json {
	struct buf *buf; /* Borrowed. */
	unsigned depth;
	bool started[JSON_DEPTH]; /* A value stands before. */
	bool keyed;               /* A key waits for its value. */
	unsigned indent;          /* 0: one line. */
};

void json_init(struct json *json, struct buf *buf, unsigned indent);
void json_object(struct json *json);
void json_object_end(struct json *json);
void json_array(struct json *json);
void json_array_end(struct json *json);
void json_key(struct json *json, const char *key);
void json_text(struct json *json, const char *text);
void json_bytes(struct json *json, const char *bytes, size_t size);
void json_u64(struct json *json, uint64_t value);
void json_i64(struct json *json, int64_t value);
void json_milli(struct json *json, int64_t milli);
void json_ppm(struct json *json, int64_t ppm);
void json_bool(struct json *json, bool value);
void json_null(struct json *json);

/* Key and value at once. */
void json_put_text(struct json *json, const char *key, const char *text);
void json_put_u64(struct json *json, const char *key, uint64_t value);
void json_put_time(struct json *json, const char *key, uint64_t time_us);
