/* What is to be fetched, and whether what came may be used. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "rule/set.h"

struct feed {
	const struct list *list;
	size_t items;
};

struct fs_feeds {
	struct fs_ruleset *set; /* Owned; holds what the lists say. */
	struct feed *items;     /* Of its arena. */
	size_t count;
};

/* ---- Counting ----------------------------------------------------------- */

/* Takes the first fault of a list that is read for its count alone. */
struct first {
	char text[FS_TEXT_SIZE];
	bool error;
};

static void
take_first(void *ctx, bool warning, const struct fs_err *err)
{
	struct first *first = ctx;

	if (first->error || (warning && first->text[0] != '\0'))
		return;
	first->error = !warning;
	text_copy(first->text, sizeof(first->text), err->text);
}

/* Reads 'bytes' as the list would be. Returns 0, FS_EFORMAT or -ENOMEM. */
static int
count(const struct list *like, const char *bytes, size_t size,
    struct first *first, struct fs_feed_result *result)
{
	/* What named the rule file is gone by now. */
	struct list list = { .name = like->name,
		.place = { like->path, 0, 0 },
		.is_feed = true,
		.feed = like->feed,
		.source = { like->path, bytes, size } };
	struct faults faults = { .fn = take_first, .ctx = first };
	enum list_form form =
	    like->format >= 0 ? (enum list_form)like->format : LIST_TEXT;
	uint8_t sum[DIGEST_SHA256_SIZE];
	struct arena arena;
	bool fine;

	arena_init(&arena);
	fine = list_build(&list, form, &arena, &faults);
	result->items = list.item_count;
	result->rejected = list.rejected;
	result->left_out = list.left_out;
	text_copy(result->first, sizeof(result->first), first->text);
	if (digest_sha256(bytes, size, sum))
		digest_hex(sum, sizeof(sum), result->sha256);
	rangeset_free(list.ranges);
	arena_fini(&arena);
	return faults.fatal ? faults.fatal : fine ? 0 : FS_EFORMAT;
}

/* ---- Finding ----------------------------------------------------------- */

static void
find(struct loader *loader, struct fs_feeds *feeds)
{
	const struct definitions *lists = &loader->lists;
	struct fs_feed_result result;
	struct first first;
	size_t i;

	feeds->items = arena_array(&loader->set->arena, lists->count,
	    sizeof(*feeds->items));
	if (feeds->items == NULL && lists->count > 0) {
		loader->faults.fatal = -ENOMEM;
		return;
	}
	for (i = 0; i < lists->count; i++) {
		struct feed *feed = &feeds->items[feeds->count];
		const struct list *list = lists->items[i].list;

		if (list->url == NULL || list->path == NULL)
			continue;
		feed->list = list;
		memset(&first, 0, sizeof(first));
		memset(&result, 0, sizeof(result));
		/* A present file that cannot be read is no reason to keep
		 * it. */
		if (list->source.text != NULL &&
		    count(list, list->source.text, list->source.size, &first,
			&result) == 0)
			feed->items = result.items;
		feeds->count++;
	}
}

int
fs_feeds_find(const char *const *paths, size_t path_count, fs_fault_fn *fault,
    void *ctx, struct fs_err *err, struct fs_feeds **feeds)
{
	struct fs_feeds *found = calloc(1, sizeof(*found));
	struct loader loader;
	int rc;
	size_t i;

	if (found == NULL)
		return err_set(err, -ENOMEM, "no memory left");
	rc = loader_init(&loader, fault, ctx, err);
	loader.feeds_only = true;
	for (i = 0; i < path_count && !fault_enough(&loader.faults); i++)
		load_path(&loader, paths[i]);
	if (!loader.faults.fatal)
		find(&loader, found);
	if (loader.faults.fatal)
		rc = err_set(err, loader.faults.fatal, "no memory left");
	else if (loader.faults.errors)
		rc = FS_ECONFIG;
	loader_fini(&loader);
	if (rc < 0) {
		fs_ruleset_free(loader.set);
		free(found);
		return rc;
	}
	found->set = loader.set;
	*feeds = found;
	return 0;
}

void
fs_feeds_free(struct fs_feeds *feeds)
{
	if (feeds == NULL)
		return;
	fs_ruleset_free(feeds->set);
	free(feeds);
}

size_t
fs_feeds_count(const struct fs_feeds *feeds)
{
	return feeds->count;
}

void
fs_feeds_info(const struct fs_feeds *feeds, size_t index,
    struct fs_feed_info *info)
{
	const struct feed *feed = &feeds->items[index];

	*info = (struct fs_feed_info){ .name = feed->list->name,
		.url = feed->list->url,
		.path = feed->list->path,
		.items = feed->items,
		.may_shrink = feed->list->may_shrink };
}

/* ---- Judging ----------------------------------------------------------- */

static bool
has_shrunk(const struct list *list, size_t before, size_t after)
{
	return !list->may_shrink && after < before - before / 2;
}

int
fs_feeds_judge(const struct fs_feeds *feeds, size_t index, const char *bytes,
    size_t size, struct fs_err *err, struct fs_feed_result *result)
{
	const struct feed *feed = &feeds->items[index];
	struct first first = { 0 };
	int rc;

	memset(result, 0, sizeof(*result));
	rc = count(feed->list, bytes, size, &first, result);
	if (rc == -ENOMEM)
		return err_set(err, rc, "no memory left");
	if (rc < 0)
		return err_set(err, rc, "%s", first.text);
	if (has_shrunk(feed->list, feed->items, result->items))
		return err_set(err, FS_EFORMAT,
		    "it has %zu items where it had %zu: say 'may_shrink: true' "
		    "in the list if that is right",
		    result->items, feed->items);
	return 0;
}

bool
fs_ruleset_shrunk(const struct fs_ruleset *now, const struct fs_ruleset *next,
    char *room, size_t size)
{
	const struct list *is, *was;
	size_t i, j;

	room[0] = '\0';
	for (i = 0; i < next->list_count; i++) {
		is = next->lists[i];
		for (j = 0; is->is_feed && j < now->list_count; j++) {
			was = now->lists[j];
			if (strcmp(is->name, was->name) != 0 ||
			    !has_shrunk(is, was->item_count, is->item_count))
				continue;
			(void)snprintf(room, size,
			    "list '%s' has %zu items where it had %zu: say "
			    "'may_shrink: true' in it if that is right",
			    is->name, is->item_count, was->item_count);
			return true;
		}
	}
	return false;
}
