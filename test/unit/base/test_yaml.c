#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/yaml.h"
#include "test/unit/tap.h"

/* ---- Trees ------------------------------------------------------------ */

/* One line that says all of a tree: {key@line:column=value@line:column}. */
static void
dump(struct buf *buf, const struct yaml_node *node)
{
	const struct yaml_node *child;

	if (node->kind == YAML_SCALAR) {
		buf_printf(buf, node->quoted ? "'%s'" : "%s", node->text);
	} else {
		buf_add_char(buf, node->kind == YAML_MAPPING ? '{' : '[');
		for (child = node->first; child; child = child->next) {
			if (child != node->first)
				buf_add_char(buf, ' ');
			if (child->key)
				buf_printf(buf, "%s@%u:%u=", child->key,
				    child->key_line, child->key_column);
			dump(buf, child);
		}
		buf_add_char(buf, node->kind == YAML_MAPPING ? '}' : ']');
	}
	buf_printf(buf, "@%u:%u", node->line, node->column);
}

static const struct {
	const char *name, *text, *tree;
} trees[] = {
	{ "a mapping", "a: 1\nb: two words\n",
	    "{a@1:1=1@1:4 b@2:1=two words@2:4}@1:1" },
	{ "a list", "- a\n-   b\n", "[a@1:3 b@2:5]@1:1" },
	{ "JSON", "{\"a\": [1, \"x\"], \"b\": {}}",
	    "{a@1:2=[1@1:8 'x'@1:11]@1:7 b@1:17={}@1:22}@1:1" },
	{ "nested", "- rule: x\n  likelihood: {if_true: 0.9}\n",
	    "[{rule@1:3=x@1:9 "
	    "likelihood@2:3={if_true@2:16=0.9@2:25}@2:15}@1:3]@1:1" },
	{ "quotes", "a: 'x'\nb: \"y\"\nc: ''\nd:\n",
	    "{a@1:1='x'@1:4 b@2:1='y'@2:4 c@3:1=''@3:4 d@4:1=@4:3}@1:1" },
	{ "a block", "a: |\n  x\n  y\nb: >-\n  p\n  q\n",
	    "{a@1:1='x\ny\n'@1:4 b@4:1='p q'@4:4}@1:1" },
	{ "columns count characters", "\xc3\xa4: {b: c}\n",
	    "{\xc3\xa4@1:1={b@1:5=c@1:8}@1:4}@1:1" },
	{ "a byte order mark",
	    "\xef\xbb\xbf"
	    "a: 1\n",
	    "{a@1:2=1@1:5}@1:2" },
	{ "carriage returns", "a: 1\r\nb: 2\r\n",
	    "{a@1:1=1@1:4 b@2:1=2@2:4}@1:1" },
	{ "a marked document", "%YAML 1.1\n---\na: 1\n...\n",
	    "{a@3:1=1@3:4}@3:1" },
	{ "a plain tag", "a: !!str 1\n", "{a@1:1=1@1:4}@1:1" },
	{ "a text alone", "hello\n", "hello@1:1" },
	{ "an empty text in quotes", "''\n", "''@1:1" },
	{ "32 levels",
	    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
	    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]@1:32]@1:31]@1:30]@1:29]@1:28]"
	    "@1:27]@1:26]@1:25]@1:24]@1:23]@1:22]@1:21]@1:20]@1:19]@1:18]"
	    "@1:17]@1:16]@1:15]@1:14]@1:13]@1:12]@1:11]@1:10]@1:9]@1:8]@1:7]"
	    "@1:6]@1:5]@1:4]@1:3]@1:2]@1:1" },
};

/* Reads from a block of exactly its size. */
static int
parse(const char *text, size_t size, struct fs_err *err, struct yaml **yaml)
{
	char *exact = tap_exact(text, size);
	int rc = yaml_parse(exact, size, "case.yaml", err, yaml);

	free(exact);
	return rc;
}

static void
test_tree(const char *name, const char *text, const char *want)
{
	struct fs_err err;
	struct yaml *yaml = NULL;
	struct buf buf;
	size_t cut;

	buf_init(&buf);
	if (parse(text, strlen(text), &err, &yaml) == 0) {
		dump(&buf, yaml_root(yaml));
		tap_text(buf_text(&buf), want, name);
	} else {
		tap_ok(false, "%s", name);
		printf("# %u:%u: %s\n", err.line, err.column, err.text);
	}
	yaml_free(yaml);
	buf_fini(&buf);
	for (cut = 0; cut < strlen(text); cut++) {
		yaml = NULL;
		if (parse(text, cut, &err, &yaml) < 0 &&
		    (err.code != FS_ECONFIG || err.text[0] == '\0'))
			tap_ok(false, "%s cut at %zu says why", name, cut);
		yaml_free(yaml);
	}
}

static void
test_nothing(void)
{
	static const char *const texts[] = { "", "# only words\n", "---\n",
		"\n\n", "---\n...\n" };
	struct yaml *yaml;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		yaml = NULL;
		tap_ok(parse(texts[i], strlen(texts[i]), NULL, &yaml) == 0 &&
			yaml_root(yaml) == NULL,
		    "empty document %zu has no root", i);
		yaml_free(yaml);
	}
}

/* ---- Faults ----------------------------------------------------------- */

static const struct {
	const char *name, *text;
	unsigned line, column;
	const char *says;
} faults[] = {
	{ "duplicate key", "a: 1\nb: 2\na: 3\n", 3, 1,
	    "duplicate key 'a', which stands on line 1" },
	{ "first of two duplicates", "z: 1\nb: 2\nb: 3\nz: 4\nz: 5\n", 3, 1,
	    "duplicate key 'b'" },
	{ "duplicate key below", "- {x: 1, x: 2}\n", 1, 10, "line 1" },
	{ "duplicate key in quotes", "a: 1\n\"a\": 2\n", 2, 1, "duplicate" },
	{ "anchor", "a: &b 1\n", 1, 4, "anchors" },
	{ "anchor on a list", "a: &b [1]\n", 1, 4, "anchors" },
	{ "anchor on a mapping", "a: &b {c: d}\n", 1, 4, "anchors" },
	{ "anchor on a key", "&b a: 1\n", 1, 1, "anchors" },
	{ "alias", "a: *b\n", 1, 4, "aliases" },
	{ "alias as a key", "*b : 1\n", 1, 1, "aliases" },
	{ "tag", "a: !x 1\n", 1, 4, "tag" },
	{ "python tag", "a: !!python/object:os.system {x: y}\n", 1, 4, "tag" },
	{ "tag on a list", "a: !set [1]\n", 1, 4, "tag" },
	{ "second document", "a: 1\n---\nb: 2\n", 2, 1, "second document" },
	{ "list as a key", "[a, b]: 1\n", 1, 1, "key must be a single text" },
	{ "mapping as a key", "{a: 1}: 1\n", 1, 1, "key must be" },
	{ "33 levels",
	    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
	    "]",
	    1, 33, "32 levels" },
	{ "tab", "a:\n\tb: 1\n", 2, 1, "blanks, not with tabs" },
	{ "two colons", "a: b: c\n", 1, 5, "quote text that holds ': '" },
	{ "bad indentation", "a: 1\n b: 2\n", 2, 3, "indentation" },
	{ "no colon", "a: 1\nb\nc: 2\n", 3, 1, "key: value" },
	{ "open list", "a: [1, 2\nb: 3\n", 2, 2, "close the list" },
	{ "open mapping", "a: {b: 1\n", 2, 1, "close the mapping" },
	{ "open quotes", "a: 'x\n", 2, 1, "close them" },
	{ "bad escape", "a: \"\\q\"\n", 1, 5, "backslash" },
	{ "NUL by escape", "a: \"x\\0y\"\n", 1, 4, "NUL" },
	{ "NUL by escape in a key", "\"x\\0y\": 1\n", 1, 1, "NUL" },
	{ "control character", "a: b\nc: \x01\n", 2, 4, "not UTF-8" },
	{ "bad UTF-8", "a: b\n\xc3\xa4: \xff\n", 2, 4, "not UTF-8" },
	{ "UTF-16",
	    "\xff\xfe"
	    "a",
	    1, 1, "not UTF-8" },
};

static void
test_fault(size_t i)
{
	struct fs_err err = { 0 };
	struct yaml *yaml = NULL;
	int rc = parse(faults[i].text, strlen(faults[i].text), &err, &yaml);

	if (!tap_ok(rc == FS_ECONFIG && yaml == NULL &&
		    err.line == faults[i].line &&
		    err.column == faults[i].column &&
		    strcmp(err.file, "case.yaml") == 0 &&
		    strstr(err.text, faults[i].says),
		"fault: %s", faults[i].name))
		printf("# %d at %u:%u: %s\n", rc, err.line, err.column,
		    err.text);
	yaml_free(yaml);
}

/* ---- Hostile files ---------------------------------------------------- */

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A pattern repeated up to 'size' bytes must be answered in time. */
static void
test_bomb(const char *pattern, size_t size)
{
	char *text = malloc(size);
	size_t i, length = strlen(pattern);
	struct yaml *yaml = NULL;
	double start = seconds(), spent;

	for (i = 0; i < size; i++)
		text[i] = pattern[i % length];
	yaml_parse(text, size, "bomb", NULL, &yaml);
	spent = seconds() - start;
	if (!tap_ok(spent < 5, "%zu bytes of '%s' in time", size, pattern))
		printf("# %.2f s\n", spent);
	yaml_free(yaml);
	free(text);
}

static void
test_bombs(void)
{
	static const char *const patterns[] = { "[", "{", "[{", "- ", "? ",
		"a: ", "a:\n ", "\"", "'", "|\n", "&a ", "*a ", "!a ", "%a\n",
		"#", "\n", " ", "a, ", "a\n", "- a\n", "{a", "[a,", ":", "-\n",
		"? a\n", "\xc3\xa4", "---\n", "[]\n", "[a: b," };
	size_t i;

	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		test_bomb(patterns[i], 1 << 20);
}

static void
test_size(void)
{
	size_t size = YAML_SIZE_MAX + 1;
	char *text = malloc(size);
	struct fs_err err = { 0 };
	struct yaml *yaml = NULL;

	memset(text, '#', size);
	tap_int(yaml_parse(text, size - 1, "big", &err, &yaml), 0,
	    "8 MiB are read");
	yaml_free(yaml);
	yaml = NULL;
	tap_int(yaml_parse(text, size, "big", &err, &yaml), FS_ECONFIG,
	    "more is refused");
	tap_text(err.text, YAML_TOO_LARGE, "and says so");
	free(text);
}

static void
test_many(void)
{
	struct buf buf;
	struct yaml *yaml = NULL;
	unsigned i;

	buf_init(&buf);
	for (i = 0; i < 200000; i++)
		buf_printf(&buf, "k%u: %u\n", i, i);
	buf_add_text(&buf, "k77777: 0\n");
	tap_int(yaml_parse(buf.bytes, buf.size, "many", NULL, &yaml),
	    FS_ECONFIG, "a duplicate among 200,000 keys");
	yaml_free(yaml);
	buf_fini(&buf);
}

/* ---- Files ------------------------------------------------------------ */

static void
test_files(void)
{
	char path[] = "/tmp/test-yaml-XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");
	struct fs_err err = { 0 };
	struct yaml *yaml = NULL;

	fputs("a: 1\nb: [\n", file);
	fclose(file);
	tap_int(yaml_read(path, &err, &yaml), FS_ECONFIG, "a file is read");
	tap_text(err.file, path, "its fault names it");
	tap_int(err.line, 3, "at its line");
	remove(path);
	tap_int(yaml_read(path, &err, &yaml), -2, "a missing file");
	tap_ok(strstr(err.text, "cannot be read: No such file") != NULL,
	    "says so: %s", err.text);
	tap_int(yaml_read("/", &err, &yaml), -21, "a folder is no file");
	tap_ok(yaml == NULL, "the output is untouched");
	yaml_free(NULL);
}

static void
test_find(void)
{
	static const char text[] = "a: 1\nb: {c: 2}\n";
	struct yaml *yaml = NULL;
	const struct yaml_node *root, *b;

	if (yaml_parse(text, strlen(text), "find", NULL, &yaml) < 0)
		abort();
	root = yaml_root(yaml);
	b = yaml_find(root, "b");
	tap_text(yaml_find(b, "c")->text, "2", "a key is found");
	tap_ok(yaml_find(root, "c") == NULL, "another is not");
	tap_ok(yaml_find(yaml_find(root, "a"), "x") == NULL &&
		yaml_find(NULL, "x") == NULL,
	    "nor below what is no mapping");
	yaml_free(yaml);
}

static const struct {
	const char *word, *nearest;
} words[] = {
	{ "conditon", "condition" },
	{ "condition", "condition" },
	{ "Condition", "condition" },
	{ "ocndition", "condition" },
	{ "clas", "class" },
	{ "sasy", "says" },
	{ "tgas", "tags" },
	{ "x", NULL },
	{ "", NULL },
	{ "wholly-different", NULL },
	{ "co", NULL },
	{ "likelyhood", "likelihood" },
};

static void
test_nearest(void)
{
	static const char *const names[] = { "condition", "class", "says",
		"tags", "likelihood", NULL };
	char word[4096];
	const char *got;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		got = yaml_nearest(words[i].word, names);
		tap_text(got ? got : "none",
		    words[i].nearest ? words[i].nearest : "none",
		    words[i].word);
	}
	memset(word, 'c', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	tap_ok(yaml_nearest(word, names) == NULL, "a long word is near none");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(trees) / sizeof(trees[0]); i++)
		test_tree(trees[i].name, trees[i].text, trees[i].tree);
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		test_fault(i);
	test_nothing();
	test_find();
	test_nearest();
	test_files();
	test_size();
	test_many();
	test_bombs();
	return tap_done();
}
