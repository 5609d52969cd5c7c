/* A rule set: made of definitions, asked of signals. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "rule/rule.h"
#include "rule/set.h"

/* ---- What a set owns --------------------------------------------------- */

static int
own(struct fs_ruleset *set, struct rangeset *ranges, struct regex *regex)
{
	struct owned *owned = arena_take(&set->arena, sizeof(*owned));

	if (owned == NULL) {
		rangeset_free(ranges);
		regex_free(regex);
		return -ENOMEM;
	}
	*owned = (struct owned){ set->owned, ranges, regex };
	set->owned = owned;
	return 0;
}

int
set_own_ranges(struct fs_ruleset *set, struct rangeset *ranges)
{
	return own(set, ranges, NULL);
}

int
set_own_regex(struct fs_ruleset *set, struct regex *regex)
{
	return own(set, NULL, regex);
}

void
fs_ruleset_hide(struct fs_ruleset *rules, const struct fs_privacy *privacy)
{
	rules->privacy = *privacy;
}

void
fs_ruleset_free(struct fs_ruleset *rules)
{
	struct owned *owned;

	if (rules == NULL)
		return;
	for (owned = rules->owned; owned; owned = owned->next) {
		rangeset_free(owned->ranges);
		regex_free(owned->regex);
	}
	arena_fini(&rules->arena);
	free(rules);
}

/* ---- Names ------------------------------------------------------------- */

/* The names of definitions, for "did you mean"; null without memory. */
static const char **
names_of(struct loader *loader, const struct definitions *all, size_t more)
{
	const char **names = arena_array(&loader->scratch,
	    all->count + more + 1, sizeof(char *));
	size_t i;

	for (i = 0; names && i < all->count; i++)
		names[i] = all->items[i].list ? all->items[i].list->name
					      : all->items[i].macro->name;
	if (names == NULL)
		loader->faults.fatal = -ENOMEM;
	return names;
}

static bool
build_form(struct loader *loader, struct list *list, enum list_form form)
{
	bool had = list->ranges != NULL;
	bool fine =
	    list_build(list, form, &loader->set->arena, &loader->faults);

	if (!had && list->ranges &&
	    set_own_ranges(loader->set, list->ranges) < 0) {
		list->ranges = NULL;
		loader->faults.fatal = -ENOMEM;
	}
	return fine && loader->faults.fatal == 0;
}

static void
tell_unknown_list(struct loader *loader, const char *name, enum list_form form,
    const struct place *place)
{
	const char **names = names_of(loader, &loader->lists, 0);
	const char *nearest = names ? yaml_nearest(name, names) : NULL;

	/* A bad address is no list that someone forgot. */
	if (form == LIST_CIDR && nearest == NULL && name[0] >= '0' &&
	    name[0] <= '9') {
		fault_error(&loader->faults, place,
		    "expected an address, a network such as 203.0.113.0/24, "
		    "or a list's name, found '%.64s'",
		    name);
		return;
	}
	fault_error(&loader->faults, place, "unknown list '%.64s'%s%s%s", name,
	    nearest ? "; did you mean '" : "", nearest ? nearest : "",
	    nearest ? "'?" : "");
}

struct list *
loader_list(struct loader *loader, const char *name, enum list_form form,
    const struct spot *spot)
{
	struct list *list = NULL;
	struct place place;
	uint32_t index;

	if (strmap_find(&loader->lists.names, name, strlen(name), &index)) {
		list = loader->lists.items[index].list;
		list->used = true;
		if (list->format < 0 || list->format == (int)form)
			return build_form(loader, list, form) ? list : NULL;
	}
	place = place_within(spot->source, spot->scalar, spot->at);
	if (list)
		fault_error(&loader->faults, &place,
		    "list '%s' has the format %s, but %s is asked for here",
		    name, list_form_names[list->format], list_form_names[form]);
	else
		tell_unknown_list(loader, name, form, &place);
	return NULL;
}

struct macro *
loader_macro(struct loader *loader, const char *name)
{
	uint32_t index;

	if (!strmap_find(&loader->macros.names, name, strlen(name), &index))
		return NULL;
	return loader->macros.items[index].macro;
}

const char *
loader_nearest(struct loader *loader, const char *word, bool macros)
{
	const char **names = loader->signal_names;
	size_t i, count = loader->macros.count;

	if (names == NULL) {
		names = names_of(loader, &loader->macros, SIGNAL_COUNT);
		if (names == NULL)
			return NULL;
		for (i = 0; i < SIGNAL_COUNT; i++)
			names[count + i] = signal_info((enum signal_id)i)->name;
		loader->signal_names = names;
	}
	return yaml_nearest(word, macros ? names : names + count);
}

/* ---- Loading ----------------------------------------------------------- */

/* A macro that no rule asks for is read all the same, for its faults. */
static void
read_unused_macros(struct loader *loader)
{
	struct uses *uses = arena_take(&loader->scratch, sizeof(*uses));
	size_t i;

	if (uses == NULL) {
		loader->faults.fatal = -ENOMEM;
		return;
	}
	for (i = 0; i < loader->macros.count; i++) {
		struct macro *macro = loader->macros.items[i].macro;

		if (!macro->used)
			fault_warning(&loader->faults, &macro->place,
			    "macro '%s' is never used", macro->name);
		if (macro->state == MACRO_NEW && !fault_enough(&loader->faults))
			(void)clause_build(loader, macro->source,
			    macro->condition, uses);
	}
}

/* Lists with a format are read whether they are used or not. */
static void
read_formats(struct loader *loader)
{
	size_t i;

	for (i = 0; i < loader->lists.count; i++) {
		struct list *list = loader->lists.items[i].list;

		if (list->format >= 0 && !fault_enough(&loader->faults))
			(void)build_form(loader, list,
			    (enum list_form)list->format);
	}
}

static void
warn_of_unused_lists(struct loader *loader)
{
	size_t i;

	for (i = 0; i < loader->lists.count; i++)
		if (!loader->lists.items[i].list->used)
			fault_warning(&loader->faults,
			    &loader->lists.items[i].place,
			    "list '%s' is never used",
			    loader->lists.items[i].list->name);
}

/* An override of nothing would do nothing, in silence. */
static void
check_overrides(struct loader *loader)
{
	const struct definition *override;
	const char **names, *nearest, *name;
	size_t i, j;

	names = arena_array(&loader->scratch, loader->rules.count + 1,
	    sizeof(*names));
	for (i = 0; names && i < loader->rules.count; i++)
		names[i] = yaml_find(loader->rules.items[i].rule, "rule")->text;
	for (j = 0; names && j < loader->overrides.count; j++) {
		override = &loader->overrides.items[j];
		name = yaml_find(override->rule, "override")->text;
		if (strmap_find(&loader->rules.names, name, strlen(name), NULL))
			continue;
		nearest = yaml_nearest(name, names);
		fault_error(&loader->faults, &override->place,
		    "there is no rule '%.64s' to override%s%s%s", name,
		    nearest ? "; did you mean '" : "", nearest ? nearest : "",
		    nearest ? "'?" : "");
	}
	if (names == NULL)
		loader->faults.fatal = -ENOMEM;
}

static void
read_rules(struct loader *loader)
{
	struct fs_ruleset *set = loader->set;
	size_t i;

	set->rules =
	    arena_array(&set->arena, loader->rules.count, sizeof(*set->rules));
	if (set->rules == NULL) {
		loader->faults.fatal = -ENOMEM;
		return;
	}
	for (i = 0; i < loader->rules.count; i++) {
		const struct definition *definition = &loader->rules.items[i];

		if (!fault_enough(&loader->faults) &&
		    rule_read(loader, definition->source, definition->rule,
			&set->rules[set->count]))
			set->count++;
	}
}

/* The rules of one scope and view, in order. */
static int
make_ready(struct fs_ruleset *set, enum signal_scope scope, enum fs_view view)
{
	unsigned s = scope == SCOPE_CLIENT, v = view == FS_VIEW_EXIT;
	uint8_t seen = v ? SEEN_EXIT : SEEN_PATH;
	size_t i, count = 0;

	set->ready[s][v] =
	    arena_array(&set->arena, set->count, sizeof(struct ready));
	if (set->ready[s][v] == NULL)
		return -ENOMEM;
	for (i = 0; i < set->count; i++) {
		const struct rule *rule = &set->rules[i];

		struct ready *ready = &set->ready[s][v][count];

		if (!rule->info.enabled || rule->scope != scope ||
		    !(rule->views & seen))
			continue;
		memcpy(ready->needs, rule->program.needs, sizeof(ready->needs));
		ready->transports = rule->program.transports;
		ready->rule = rule;
		count++;
	}
	set->ready_count[s][v] = count;
	return 0;
}

static void
keep_lists(struct loader *loader)
{
	struct fs_ruleset *set = loader->set;
	size_t i;

	set->lists = arena_array(&set->arena, loader->lists.count,
	    sizeof(struct list *));
	if (set->lists == NULL) {
		loader->faults.fatal = -ENOMEM;
		return;
	}
	for (i = 0; i < loader->lists.count; i++)
		set->lists[set->list_count++] = loader->lists.items[i].list;
}

static void
finish(struct loader *loader)
{
	struct fs_ruleset *set = loader->set;
	uint8_t sum[DIGEST_SHA256_SIZE];

	if (make_ready(set, SCOPE_FLOW, FS_VIEW_PATH) < 0 ||
	    make_ready(set, SCOPE_FLOW, FS_VIEW_EXIT) < 0 ||
	    make_ready(set, SCOPE_CLIENT, FS_VIEW_PATH) < 0 ||
	    make_ready(set, SCOPE_CLIENT, FS_VIEW_EXIT) < 0 ||
	    !digest_end(loader->digest, sum))
		loader->faults.fatal = -ENOMEM;
	else
		digest_hex(sum, sizeof(sum), set->digest);
}

static void
load(struct loader *loader, const char *const *paths, size_t count)
{
	size_t i;

	for (i = 0; i < count && !fault_enough(&loader->faults); i++)
		load_path(loader, paths[i]);
	read_formats(loader);
	check_overrides(loader);
	read_rules(loader);
	read_unused_macros(loader);
	warn_of_unused_lists(loader);
	keep_lists(loader);
	finish(loader);
}

int
loader_init(struct loader *loader, fs_fault_fn *fault, void *ctx,
    struct fs_err *err)
{
	*loader = (struct loader){ .lists.kind = "list",
		.macros.kind = "macro",
		.rules.kind = "rule",
		.overrides.kind = "override of",
		.faults = { .fn = fault, .ctx = ctx, .first = err } };
	loader->files_end = &loader->files;
	loader->set = calloc(1, sizeof(*loader->set));
	loader->digest = digest_new();
	if (loader->set != NULL && loader->digest != NULL)
		return 0;
	loader->faults.fatal = -ENOMEM;
	return -ENOMEM;
}

void
loader_fini(struct loader *loader)
{
	struct rule_file *file;

	for (file = loader->files; file; file = file->next) {
		yaml_free(file->yaml);
		free(file->text);
	}
	digest_free(loader->digest);
	arena_fini(&loader->scratch);
}

int
fs_ruleset_load(const char *const *paths, size_t count, fs_fault_fn *fault,
    void *ctx, struct fs_err *err, struct fs_ruleset **rules)
{
	struct loader loader;
	int rc = 0;

	if (loader_init(&loader, fault, ctx, err) == 0)
		load(&loader, paths, count);
	if (loader.faults.fatal)
		rc = err_set(err, loader.faults.fatal,
		    "no memory for the rules");
	else if (loader.faults.errors)
		rc = FS_ECONFIG;
	loader_fini(&loader);
	if (rc < 0) {
		fs_ruleset_free(loader.set);
		return rc;
	}
	*rules = loader.set;
	return 0;
}

/* ---- Reading ----------------------------------------------------------- */

size_t
fs_ruleset_count(const struct fs_ruleset *rules)
{
	return rules->count;
}

void
fs_ruleset_info(const struct fs_ruleset *rules, size_t index,
    struct fs_rule_info *info)
{
	*info = rules->rules[index].info;
}

bool
fs_ruleset_asks(const struct fs_ruleset *rules, size_t index, size_t signal)
{
	return signal < SIGNAL_COUNT &&
	    (rules->rules[index].signals[signal / 64] >> (signal % 64) & 1);
}

size_t
fs_ruleset_list_count(const struct fs_ruleset *rules)
{
	return rules->list_count;
}

void
fs_ruleset_list_info(const struct fs_ruleset *rules, size_t index,
    struct fs_list_info *info)
{
	const struct list *list = rules->lists[index];

	*info = (struct fs_list_info){ .name = list->name,
		.source = list->origin,
		.licence = list->licence,
		.url = list->url,
		.format =
		    list->format >= 0 ? list_form_names[list->format] : "",
		.reader = list->feed.reader->name,
		.path = list->items ? NULL : list->path,
		.sha256 = list->sha256,
		.date_us = list->age.date_us,
		.max_age_us = list->age.max_age_us,
		.items = list->item_count,
		.rejected = list->rejected,
		.left_out = list->left_out,
		.is_feed = list->is_feed };
}

bool
fs_ruleset_list_stale(const struct fs_ruleset *rules, size_t index,
    uint64_t now_us, char *room, size_t size)
{
	return list_age_say(&rules->lists[index]->age, now_us, room, size) > 0;
}

const char *
fs_ruleset_digest(const struct fs_ruleset *rules)
{
	return rules->digest;
}

const struct rule_test *
rule_tests(const struct fs_ruleset *rules, size_t index, size_t *count)
{
	*count = rules->rules[index].test_count;
	return rules->rules[index].tests;
}

bool
rule_is_asked(const struct fs_ruleset *rules, size_t index,
    enum signal_scope scope, enum fs_view view)
{
	const struct rule *rule = &rules->rules[index];

	return rule->info.enabled && rule->scope == scope &&
	    (rule->views & (view == FS_VIEW_EXIT ? SEEN_EXIT : SEEN_PATH));
}

bool
rule_fires(const struct fs_ruleset *rules, size_t index, uint64_t now_us,
    const struct signals *signals)
{
	return rule_holds(&rules->rules[index], now_us, signals);
}

void
rule_say(const struct fs_ruleset *rules, size_t index,
    const struct signals *signals, char *text)
{
	says_write(&rules->rules[index].says, &rules->privacy, signals, text);
}
