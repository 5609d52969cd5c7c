/* Feeds in STIX 2.1: a bundle whose indicators have simple patterns
 * (https://docs.oasis-open.org/cti/stix/v2.1/, sections 4.7 and 9). */
#include "rule/feed.h"

#include <ctype.h>
#include <string.h>

#include "base/err.h"
#include "base/json_tree.h"
#include "base/num.h"

enum { TEXT_MAX = 256 };

/* ---- Patterns ----------------------------------------------------------- */

struct pattern {
	const char *at;
	size_t number; /* Of the indicator. */
	const struct feed_sink *sink;
};

static void
skip_blanks(struct pattern *pattern)
{
	while (isspace((unsigned char)*pattern->at))
		pattern->at++;
}

/* Takes a word or a sign, and blanks before it. */
static bool
take(struct pattern *pattern, const char *word)
{
	size_t size = strlen(word);

	skip_blanks(pattern);
	if (strncmp(pattern->at, word, size) != 0 ||
	    (isalpha((unsigned char)word[0]) &&
		isalnum((unsigned char)pattern->at[size])))
		return false;
	pattern->at += size;
	return true;
}

/* Takes what is compared, such as "ipv4-addr:value". */
static bool
take_path(struct pattern *pattern, enum feed_kind *kind)
{
	static const struct {
		const char *path;
		enum feed_kind kind;
	} known[] = {
		{ "ipv4-addr:value", FEED_ADDRESS },
		{ "ipv6-addr:value", FEED_ADDRESS },
		{ "domain-name:value", FEED_DOMAIN },
	};
	const char *path;
	size_t i, size;

	skip_blanks(pattern);
	path = pattern->at;
	size = strcspn(path, " \t\r\n=!<>'[]()");
	if (size == 0 || memchr(path, ':', size) == NULL)
		return false;
	*kind = FEED_OTHER;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].path) == size &&
		    memcmp(known[i].path, path, size) == 0)
			*kind = known[i].kind;
	pattern->at += size;
	return true;
}

/* Takes a text in quotes, and gives it. */
static bool
take_text(struct pattern *pattern, enum feed_kind kind)
{
	char text[TEXT_MAX];
	struct feed_item item = { text, 0, kind, 0, 0, pattern->number };

	if (!take(pattern, "'"))
		return false;
	while (*pattern->at != '\'') {
		if (*pattern->at == '\\')
			pattern->at++;
		if (*pattern->at == '\0' || item.size == sizeof(text))
			return false;
		text[item.size++] = *pattern->at++;
	}
	pattern->at++;
	if (pattern->sink != NULL)
		pattern->sink->item(pattern->sink->ctx, &item);
	return true;
}

/* "path = 'text'", "path ISSUBSET 'text'", "path IN ('text', ...)". */
static bool
take_comparison(struct pattern *pattern)
{
	enum feed_kind kind;

	if (!take_path(pattern, &kind))
		return false;
	if (take(pattern, "=") || take(pattern, "ISSUBSET"))
		return take_text(pattern, kind);
	if (!take(pattern, "IN") || !take(pattern, "("))
		return false;
	do {
		if (!take_text(pattern, kind))
			return false;
	} while (take(pattern, ","));
	return take(pattern, ")");
}

static bool
take_observation(struct pattern *pattern)
{
	if (!take(pattern, "["))
		return false;
	do {
		if (!take_comparison(pattern))
			return false;
	} while (take(pattern, "OR"));
	return take(pattern, "]");
}

static bool
take_pattern(struct pattern *pattern)
{
	do {
		if (!take_observation(pattern))
			return false;
	} while (take(pattern, "OR"));
	skip_blanks(pattern);
	return *pattern->at == '\0';
}

bool
feed_pattern(const char *text, size_t number, const struct feed_sink *sink)
{
	struct pattern dry = { text, number, NULL };
	struct pattern wet = { text, number, sink };

	/* Nothing of it counts unless all of it is understood. */
	return take_pattern(&dry) && take_pattern(&wet);
}

/* ---- Bundles ------------------------------------------------------------ */

/* Whether its maker has taken it back, or it was over when the feed was
 * made. */
static bool
is_over(const struct feed_spec *spec, const struct json_node *object)
{
	const char *until =
	    json_tree_text(json_tree_member(object, "valid_until"));
	uint64_t until_us;

	return json_tree_true(json_tree_member(object, "revoked")) ||
	    (until != NULL && spec->date_us > 0 &&
		num_parse_time(until, &until_us) && until_us <= spec->date_us);
}

static bool
has_text(const struct json_node *object, const char *key, const char *text)
{
	const char *value = json_tree_text(json_tree_member(object, key));

	return value != NULL && strcmp(value, text) == 0;
}

static void
read_indicator(const struct feed_spec *spec, const struct json_node *object,
    size_t number, const struct feed_sink *sink)
{
	const char *pattern =
	    json_tree_text(json_tree_member(object, "pattern"));
	struct feed_item item = { pattern ? pattern : "",
		pattern ? strlen(pattern) : 0, FEED_OTHER, 0, 0, number };

	if (is_over(spec, object))
		return;
	if (pattern == NULL || !has_text(object, "pattern_type", "stix") ||
	    !feed_pattern(pattern, number, sink))
		sink->reject(sink->ctx, &item,
		    "a simple pattern such as [ipv4-addr:value = "
		    "'192.0.2.1']");
}

int
feed_stix(const struct feed_spec *spec, const struct source *source,
    const struct feed_sink *sink, struct fs_err *err)
{
	const struct json_node *objects;
	struct json_node *root;
	size_t i;
	int rc = json_tree_read(source->text, source->size, source->name, err,
	    &root);

	if (rc < 0)
		return rc;
	objects = json_tree_member(root, "objects");
	if (!has_text(root, "type", "bundle") || !json_tree_is_array(objects))
		rc = err_set_at(err, FS_EFORMAT, source->name, 1, 1,
		    "expected a STIX bundle with the member 'objects'");
	for (i = 0; rc == 0 && i < json_tree_count(objects); i++)
		if (has_text(json_tree_item(objects, i), "type", "indicator"))
			read_indicator(spec, json_tree_item(objects, i), i + 1,
			    sink);
	json_tree_free(root);
	return rc;
}
