#include "base/regex.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/tap.h"

static const struct {
	const char *pattern, *text;
	int want;
} cases[] = {
	{ "b", "abc", 1 },
	{ "^b", "abc", 0 },
	{ "^abc$", "abc", 1 },
	{ "^abc$", "abcd", 0 },
	{ "", "", 1 },
	{ "", "x", 1 },
	{ "^$", "", 1 },
	{ "x", "", 0 },
	{ "(?i)GET", "get /", 1 },
	{ "(a)(b)(c)(d)", "abcd", 1 },
	{ "\\d{3}", "a123b", 1 },
	{ "^(?:[a-z0-9]+\\.)+example\\.com$", "a.b.example.com", 1 },
	{ "^(?:[a-z0-9]+\\.)+example\\.com$", "a.b.example.org", 0 },
	{ "\\xff\\xfe", "a\xff\xfe", 1 },
	{ "^.$", "\xc3\xa4", 0 },
	{ "^..$", "\xc3\xa4", 1 },
	{ "(?<=a)b", "ab", 1 },
	/* As machine code the second of these was no match: it counted less
	 * work there. */
	{ "(a+)+$", "aaaaaaaaaaab", 0 },
	{ "(a+)+$", "aaaaaaaaaaaab", FS_EFULL },
	/* Without a bound these would take years. */
	{ "(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
	    FS_EFULL },
	{ "^(a|a|aa)*$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
	    FS_EFULL },
};

static void
test_matches(void)
{
	char fault[REGEX_FAULT_SIZE], *exact;
	struct regex *regex;
	size_t i, size, offset;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size = strlen(cases[i].text);
		exact = tap_exact(cases[i].text, size);
		regex = regex_new(cases[i].pattern, fault, &offset);
		if (tap_ok(regex != NULL, "'%s' is a pattern",
			cases[i].pattern))
			tap_int(regex_match(regex, exact, size), cases[i].want,
			    "its answer");
		regex_free(regex);
		free(exact);
	}
	regex = regex_new("a\\x00b", fault, &offset);
	tap_int(regex_match(regex, "xa\0bx", 5), 1, "NUL in the text");
	tap_int(regex_match(regex, "xa\0bx", 3), 0, "not beyond its size");
	tap_int(regex_match(regex, NULL, 0), 0, "no text");
	regex_free(regex);
	regex_free(NULL);
}

static const struct {
	const char *pattern;
	size_t offset;
} faults[] = {
	{ "a(b", 3 },
	{ "a)b", 1 },
	{ "[z-a]", 3 },
	{ "a**", 2 },
	{ "*", 0 },
	{ "\\", 1 },
	{ "(*UTF)a", 6 },
	{ "(*UCP)a", 6 },
};

static void
test_faults(void)
{
	char fault[REGEX_FAULT_SIZE], *longer;
	struct regex *regex;
	size_t i, offset;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		fault[0] = '\0';
		offset = 4711;
		regex = regex_new(faults[i].pattern, fault, &offset);
		tap_ok(regex == NULL && fault[0] != '\0' &&
			offset == faults[i].offset,
		    "'%s' is refused at %zu: %s", faults[i].pattern, offset,
		    fault);
		regex_free(regex);
	}
	longer = malloc(5000);
	memset(longer, 'a', 4999);
	longer[4999] = '\0';
	tap_ok(regex_new(longer, fault, &offset) == NULL,
	    "a pattern that is too long: %s", fault);
	free(longer);
}

struct job {
	const struct regex *regex;
	unsigned wrong;
};

static void *
match_often(void *ctx)
{
	struct job *job = ctx;
	unsigned i;

	for (i = 0; i < 20000; i++)
		if (regex_match(job->regex, "xxabababyy", 10) != 1 ||
		    regex_match(job->regex, "xxacacacyy", 10) != 0)
			job->wrong++;
	return NULL;
}

static void
test_threads(void)
{
	char fault[REGEX_FAULT_SIZE];
	size_t offset, i;
	struct regex *regex = regex_new("((ab)+)y", fault, &offset);
	struct job jobs[2] = { { regex, 0 }, { regex, 0 } };
	pthread_t threads[2];

	for (i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, match_often, &jobs[i]);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	tap_int(jobs[0].wrong + jobs[1].wrong, 0, "two threads, one pattern");
	regex_free(regex);
}

int
main(void)
{
	test_matches();
	test_faults();
	test_threads();
	return tap_done();
}
