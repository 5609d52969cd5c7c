/* Rule files laid out: what changes, what stays, and what is refused. */
#include <glob.h>

#include "base/file.h"
#include "test/unit/rule/files.h"

static const struct {
	const char *name, *text, *laid;
} cases[] = {
	{ "nothing", "", "" },
	{ "a comment alone", "\n# a  \n\n\n# b\n\n", "# a\n\n# b\n" },
	{ "keys in order, comments with theirs",
	    "- rule: r # the name\n  # why\n  class: vpn\n  desc: d\n",
	    "- rule: r # the name\n  desc: d\n  # why\n  class: vpn\n" },
	{ "a name that stands last", "- desc: d\n  rule: r\n",
	    "- rule: r\n  desc: d\n" },
	{ "keys that are unknown", "- zz: 1\n  aa: 2\n  rule: r\n",
	    "- rule: r\n  zz: 1\n  aa: 2\n" },
	{ "other indents", "  -   rule: r\n      tests:\n      - {a: b}\n",
	    "- rule: r\n  tests:\n  - {a: b}\n" },
	{ "empty lines between, blanks behind",
	    "- rule: r  \n- rule: s\t\n\n\n\n# t\n- rule: t",
	    "- rule: r\n\n- rule: s\n\n# t\n- rule: t\n" },
	{ "short lists stay together",
	    "- {list: a, items: [1]}\n"
	    "- {list: b, items: [1]}\n- rule: r\n",
	    "- {list: a, items: [1]}\n- {list: b, items: [1]}\n\n- rule: r\n" },
	{ "a folded text",
	    "- rule: r\n  says: d\n  condition: >\n    a and\n\n"
	    "    b\n\n\n# c\n- rule: s\n",
	    "- rule: r\n  condition: >\n    a and\n\n    b\n  says: d\n\n"
	    "# c\n- rule: s\n" },
	{ "blanks that count", "- rule: r\n  desc: |\n    a  \n    # b\n",
	    "- rule: r\n  desc: |\n    a  \n    # b\n" },
	{ "ends of other systems", "- rule: r\r\n  desc: d\r\n",
	    "- rule: r\n  desc: d\n" },
	{ "JSON", "[{\"rule\": \"r\"},\n {\"rule\": \"s\"}]\n",
	    "[{\"rule\": \"r\"},\n {\"rule\": \"s\"}]\n" },
};

static void
test_cases(void)
{
	char *laid, *again;
	size_t i, size, again_size;
	struct fs_err err;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		laid = again = NULL;
		tap_ok(fs_rules_layout(cases[i].text, strlen(cases[i].text),
			   "case", &err, &laid, &size) == 0,
		    "%s", cases[i].name);
		if (laid == NULL)
			continue;
		if (!tap_ok(size == strlen(cases[i].laid) &&
			    memcmp(laid, cases[i].laid, size) == 0,
			"%s: as wanted", cases[i].name))
			printf("# %.*s\n", (int)size, laid);
		tap_ok(fs_rules_layout(laid, size, "case", &err, &again,
			   &again_size) == 0 &&
			size == again_size && memcmp(laid, again, size) == 0,
		    "%s: stays so", cases[i].name);
		free(laid);
		free(again);
	}
}

static void
test_refused(void)
{
	static const char kept[] =
	    "- rule: r\n  says: |+\n    a\n\n\n  desc: d\n";
	struct fs_err err;
	char *laid = NULL;
	size_t size;

	tap_int(fs_rules_layout("- rule: [", 9, "case", &err, &laid, &size),
	    FS_ECONFIG, "no YAML");
	tap_int(err.line, 2, "has its line");
	tap_int(fs_rules_layout(kept, sizeof(kept) - 1, "case", &err, &laid,
		    &size),
	    FS_EUNSUP, "what would not say the same");
	tap_ok(laid == NULL, "gives nothing");
	tap_int(fs_rules_layout("- n:\r-\n\n", 8, "case", &err, &laid, &size),
	    FS_EUNSUP, "a carriage return as the end of a line");
	tap_int(fs_rules_layout("- n: a # \xe2\x80\xa8\n", 13, "case", &err,
		    &laid, &size),
	    FS_EUNSUP, "a line separator");
}

/* The shipped rules cut at every 97th byte: laid out or refused, and what is
 * laid out stays so. */
static void
check_cuts(const char *path)
{
	char *text, *laid, *again;
	size_t size, cut, laid_size, again_size, bad = 0;

	if (file_read(path, 1 << 20, &text, &size) < 0)
		abort();
	for (cut = size; cut > 0; cut = cut > 97 ? cut - 97 : 0) {
		laid = again = NULL;
		if (fs_rules_layout(text, cut, path, NULL, &laid, &laid_size) <
		    0)
			continue;
		bad += fs_rules_layout(laid, laid_size, path, NULL, &again,
			   &again_size) != 0 ||
		    laid_size != again_size ||
		    memcmp(laid, again, laid_size) != 0;
		free(laid);
		free(again);
	}
	tap_ok(bad == 0, "%s, cut", path);
	free(text);
}

int
main(void)
{
	glob_t found;
	size_t i;

	test_cases();
	test_refused();
	if (glob("rules/*.yaml", 0, NULL, &found) != 0)
		abort();
	for (i = 0; i < found.gl_pathc; i++)
		check_cuts(found.gl_pathv[i]);
	globfree(&found);
	return tap_done();
}
