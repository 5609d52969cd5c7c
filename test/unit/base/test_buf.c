#include "base/buf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/tap.h"

static void
test_writing(void)
{
	struct buf buf;

	buf_init(&buf);
	tap_text(buf_text(&buf), "", "nothing yet");
	buf_add(&buf, NULL, 0);
	buf_add_text(&buf, "");
	tap_int((long long)buf.size, 0, "nothing is added");
	buf_add(&buf, "ab", 2);
	buf_add_char(&buf, 'c');
	buf_add_text(&buf, "de");
	buf_printf(&buf, "%d-%s", 42, "f");
	tap_text(buf_text(&buf), "abcde42-f", "in order");
	tap_int((long long)buf.size, 9, "the end mark does not count");
	buf_printf(&buf, "%s", "");
	buf_add(&buf, "\0x", 2);
	tap_bytes(buf.bytes, buf.size, "abcde42-f\0x", 11, "bytes with NUL");
	buf_clear(&buf);
	tap_ok(buf.size == 0 && buf.room > 0, "clearing keeps the room");
	tap_text(buf_text(&buf), "", "nothing is left");
	buf_fini(&buf);
	tap_ok(buf.bytes == NULL && buf.room == 0, "nothing is owned");
	buf_fini(&buf);
	buf_fini(NULL);
}

/* Grows byte by byte, so that every boundary of the room is met. */
static void
test_growing(void)
{
	char want[1000];
	struct buf bytes, text;
	size_t i;
	bool good = true;

	buf_init(&bytes);
	buf_init(&text);
	for (i = 0; i < sizeof(want); i++) {
		want[i] = (char)('a' + i % 26);
		buf_add_char(&bytes, want[i]);
		buf_printf(&text, "%c", want[i]);
		good = good && strlen(buf_text(&text)) == i + 1;
	}
	tap_ok(good, "the text is ended at every size");
	tap_bytes(bytes.bytes, bytes.size, want, sizeof(want), "by bytes");
	tap_bytes(text.bytes, text.size, want, sizeof(want), "by formats");
	buf_fini(&bytes);
	buf_fini(&text);
}

static void
test_failure(void)
{
	struct buf buf;

	buf_init(&buf);
	buf_add_text(&buf, "before");
	/* A sum that does not fit, so that no allocation is tried. */
	buf_add(&buf, "", SIZE_MAX);
	tap_int(buf_error(&buf), -ENOMEM, "too much is remembered");
	buf_add_text(&buf, "after");
	tap_int((long long)buf.size, 6, "later writes do nothing");
	tap_text(buf_text(&buf), "", "there is no text");
	buf_clear(&buf);
	buf_add_text(&buf, "again");
	tap_text(buf_text(&buf), "again", "a cleared buffer works again");
	tap_int(buf_error(&buf), 0, "and has no error");
	buf_fini(&buf);
}

int
main(void)
{
	test_writing();
	test_growing();
	test_failure();
	return tap_done();
}
