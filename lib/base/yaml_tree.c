/* What needs no libyaml. */
#include "base/yaml.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/file.h"

enum { WORD_MAX = 64 }; /* Longer words are near to none. */

int
yaml_read(const char *path, struct fs_err *err, struct yaml **yaml)
{
	char *text;
	size_t size;
	int rc = file_read(path, YAML_SIZE_MAX, &text, &size);

	if (rc == FS_EFULL)
		return err_set_at(err, FS_ECONFIG, path, 0, 0, "%s",
		    YAML_TOO_LARGE);
	if (rc < 0)
		return err_set_at(err, rc, path, 0, 0, "cannot be read: %s",
		    fs_strerror(rc));
	rc = yaml_parse(text, size, path, err, yaml);
	free(text);
	return rc;
}

const struct yaml_node *
yaml_find(const struct yaml_node *mapping, const char *key)
{
	const struct yaml_node *child;

	if (mapping == NULL || mapping->kind != YAML_MAPPING)
		return NULL;
	for (child = mapping->first; child; child = child->next)
		if (strcmp(child->key, key) == 0)
			return child;
	return NULL;
}

static int
lower(char c)
{
	return tolower((unsigned char)c);
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* How many letters must be added, left out, replaced or swapped with their
 * neighbour to make 'b' of 'a' (Damerau and Levenshtein's distance, each
 * place edited once), whatever the case. */
static unsigned
distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
	/* The last three rows of the table. */
	uint8_t rows[3][WORD_MAX + 1];
	size_t i, j;

	for (j = 0; j <= b_size; j++)
		rows[0][j] = (uint8_t)j;
	for (i = 1; i <= a_size; i++) {
		uint8_t *now = rows[i % 3];
		const uint8_t *before = rows[(i + 2) % 3];
		const uint8_t *two_before = rows[(i + 1) % 3];

		now[0] = (uint8_t)i;
		for (j = 1; j <= b_size; j++) {
			bool same = lower(a[i - 1]) == lower(b[j - 1]);
			unsigned cost = before[j - 1] + !same;

			cost = least(cost, before[j] + 1U);
			cost = least(cost, now[j - 1] + 1U);
			if (i > 1 && j > 1 &&
			    lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				cost = least(cost, two_before[j - 2] + 1U);
			now[j] = (uint8_t)cost;
		}
	}
	return rows[a_size % 3][b_size];
}

static size_t
common_start(const char *a, const char *b)
{
	size_t i;

	for (i = 0; a[i] && lower(a[i]) == lower(b[i]); i++)
		;
	return i;
}

const char *
yaml_nearest(const char *word, const char *const *names)
{
	size_t size = strlen(word), name_size;
	/* A third of the letters, rounded up. */
	unsigned best = (unsigned)((size + 2) / 3), here;
	const char *nearest = NULL;

	if (size > WORD_MAX)
		return NULL;
	for (; *names; names++) {
		name_size = strlen(*names);
		if (name_size > WORD_MAX)
			continue;
		here = distance(word, size, *names, name_size);
		/* Of equally near ones, that which begins alike: ends are
		 * what people forget. */
		if (here > best ||
		    (nearest && here == best &&
			common_start(word, *names) <=
			    common_start(word, nearest)))
			continue;
		best = here;
		nearest = *names;
	}
	return nearest;
}
