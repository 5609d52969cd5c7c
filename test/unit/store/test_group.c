#include "store/group.h"

#include <stdio.h>
#include <string.h>

#include "../tap.h"

static struct group_row
row_of(const char *client)
{
	return (struct group_row){ .client = client,
		.client_size = strlen(client),
		.flows = 1,
		.packets = 2,
		.bytes = 100,
		.first_us = 50,
		.last_us = 60,
		.coverage = FS_COVERAGE_FULL,
		.score_ppm = 5 };
}

static void
test_sums(void)
{
	struct groups *groups = groups_new(1);
	struct group_row row = row_of("a");
	const struct group *group;

	groups_add(groups, "tls", 3, &row);
	groups_add(groups, "tls", 3, &row);
	row = row_of("b");
	row.first_us = 10;
	row.last_us = 20;
	row.score_ppm = 900;
	row.decision = FS_ANOMALOUS;
	groups_add(groups, "tls", 3, &row);
	row.decision = FS_REVIEW;
	row.bytes = UINT64_MAX;
	groups_add(groups, "tls", 3, &row);
	row = row_of("b");
	row.coverage = FS_COVERAGE_NONE;
	groups_add(groups, "tls", 3, &row);
	groups_sort(groups, GROUP_BY_FLOWS);
	tap_int((long long)groups_count(groups), 1, "one key, one group");
	group = groups_at(groups, 0);
	tap_int((long long)group->flows, 5, "flows");
	tap_int((long long)group->clients, 2, "clients, each once");
	tap_int((long long)group->packets, 10, "packets");
	tap_ok(group->bytes == UINT64_MAX, "bytes stay at their maximum");
	tap_int((long long)group->clean, 2, "clean");
	tap_int((long long)group->review, 1, "review");
	tap_int((long long)group->anomalous, 1, "anomalous");
	tap_int((long long)group->unjudged, 1, "not judged");
	tap_int((long long)group->first_us, 10, "the first");
	tap_int((long long)group->last_us, 60, "the last");
	tap_int(group->score_ppm, 900, "the highest score");
	groups_free(groups);
}

static void
check_order(const char *const *keys, size_t count, enum group_order order,
    const char *want)
{
	struct groups *groups = groups_new(2);
	struct group_row row;
	char got[64] = "";
	size_t i, size = 0;

	for (i = 0; i < count; i++) {
		row = row_of("a");
		groups_add(groups, keys[i], strlen(keys[i]), &row);
	}
	groups_sort(groups, order);
	for (i = 0; i < groups_count(groups); i++)
		size += (size_t)snprintf(got + size, sizeof(got) - size,
		    "%.*s ", groups_at(groups, i)->key_size,
		    (const char *)groups_at(groups, i)->key);
	tap_text(got, want, "in order");
	groups_free(groups);
}

static void
test_order(void)
{
	static const char *const keys[] = { "b", "10", "9", "a", "b", "ab",
		"" };

	check_order(keys, 7, GROUP_BY_FLOWS, "b  10 9 a ab ");
	check_order(keys, 7, GROUP_BY_KEY, " 9 a b 10 ab ");
}

/* Many keys, each with clients of its own, are kept apart. */
static void
test_many(void)
{
	struct groups *groups = groups_new(3);
	struct group_row row;
	char key[16], client[16];
	bool right = true;
	unsigned i, j;
	size_t k;

	for (i = 0; i < 5000; i++) {
		snprintf(key, sizeof(key), "key-%u", i);
		for (j = 0; j < 3 + i % 2; j++) {
			snprintf(client, sizeof(client), "%u", j % 3);
			row = row_of(client);
			right &=
			    groups_add(groups, key, strlen(key), &row) == 0;
		}
	}
	tap_int((long long)groups_count(groups), 5000, "groups");
	for (k = 0; k < groups_count(groups); k++)
		right &= groups_at(groups, k)->clients == 3;
	tap_ok(right, "each with its clients");
	groups_free(groups);
}

static void
test_long_keys(void)
{
	struct groups *groups = groups_new(4);
	struct group_row row = row_of("a");
	char key[GROUP_KEY_SIZE + 10];

	memset(key, 'x', sizeof(key));
	groups_add(groups, key, sizeof(key), &row);
	groups_add(groups, key, GROUP_KEY_SIZE, &row);
	tap_int((long long)groups_count(groups), 1, "long keys are cut");
	tap_int(groups_add(groups, NULL, 0, &row), 0, "no key is one, too");
	tap_int(groups_add_client(groups, "y", 1), 0, "a client alone");
	tap_int((long long)groups_count(groups), 3, "is a group");
	groups_free(groups);
}

static void
test_full(void)
{
	struct groups *groups = groups_new(5);
	struct group_row row = row_of("a");
	uint32_t i;
	int rc = 0;

	row.client = NULL;
	for (i = 0; i <= GROUPS_MAX && rc == 0; i++)
		rc = groups_add(groups, &i, sizeof(i), &row);
	tap_int(rc, FS_EFULL, "no more than the most");
	tap_int((long long)groups_count(groups), GROUPS_MAX, "are counted");
	groups_free(groups);
}

int
main(void)
{
	test_sums();
	test_order();
	test_many();
	test_long_keys();
	test_full();
	return tap_done();
}
