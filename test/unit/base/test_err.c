#include "base/err.h"

#include <errno.h>
#include <string.h>

#include "test/unit/tap.h"

/* What may be said of a stranger's text. */
static const struct {
	const char *name, *said, *want;
} texts[] = {
	{ "plain", "no such thing", "no such thing" },
	{ "empty", "", "" },
	{ "controls", "a\tb\nc\x1b[31m\x7f", "a?b?c?[31m?" },
	{ "C1 control",
	    "a\xc2\x9b"
	    "31m",
	    "a??31m" },
	{ "turns of direction",
	    "a\xe2\x80\xae"
	    "b\xd8\x9c",
	    "a???b??" },
	{ "UTF-8 stays", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x8c\x8d",
	    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x8c\x8d" },
	{ "no UTF-8", "\xff\xc3(\xed\xa0\x80",
	    "?"
	    "?(?"
	    "??" },
};

static void
test_texts(void)
{
	struct fs_err err;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		memset(&err, 'x', sizeof(err));
		err_set(&err, FS_EFORMAT, "%s", texts[i].said);
		tap_text(err.text, texts[i].want, texts[i].name);
	}
}

static void
test_places(void)
{
	struct fs_err err;

	memset(&err, 'x', sizeof(err));
	tap_int(err_set(&err, -ENOENT, "%d %s", 7, "things"), -ENOENT,
	    "err_set returns its code");
	tap_ok(err.code == -ENOENT && err.line == 0 && err.column == 0 &&
		err.file[0] == '\0',
	    "err_set clears the place");
	tap_text(err.text, "7 things", "err_set formats");

	tap_int(err_set_at(&err, FS_ECONFIG, "c\n.yaml", 3, 14, "in: %s",
		    err.text),
	    FS_ECONFIG, "err_set_at returns its code");
	tap_text(err.text, "in: 7 things", "an error may quote itself");
	tap_text(err.file, "c?.yaml", "names are cleaned, too");
	tap_ok(err.line == 3 && err.column == 14, "line and column");
	err_set_at(&err, FS_ECONFIG, err.file, 1, 1, "again");
	tap_text(err.file, "c?.yaml", "a file may name itself");
	err_set_at(&err, FS_ECONFIG, NULL, 1, 1, "again");
	tap_text(err.file, "", "a null name is none");

	tap_int(err_set(NULL, -EIO, "nobody asks"), -EIO, "null error");
	tap_int(err_set_at(NULL, -EIO, "x", 1, 1, "nobody asks"), -EIO,
	    "null error at a place");
}

static void
test_cut(void)
{
	struct fs_err err;
	char longer[1024];

	memset(longer, 'a', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	err_set_at(&err, -EIO, longer, 0, 0, "%s", longer);
	tap_int((long long)strlen(err.text), sizeof(err.text) - 1,
	    "text is cut to its room");
	tap_int((long long)strlen(err.file), sizeof(err.file) - 1,
	    "name is cut to its room");
	/* A euro sign across the end of the room goes whole. */
	memcpy(longer + sizeof(err.file) - 3, "\xe2\x82\xac", 3);
	err_set_at(&err, -EIO, longer, 0, 0, "x");
	tap_int((long long)strlen(err.file), sizeof(err.file) - 3,
	    "no character is cut in two");
}

int
main(void)
{
	test_texts();
	test_places();
	test_cut();
	return tap_done();
}
