/* A condition before it is in a rule: its parts, with their types, in the
 * order in which they are asked. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "rule/clause_make.h"
#include "rule/rule.h"

struct explain {
	struct builder builder; /* Of the condition, or of a macro. */
	fs_part_fn *fn;
	void *ctx;
	unsigned questions; /* That stand before. */
};

static int explain(struct explain *of, const struct cond *cond, unsigned depth);

/* What a question takes, by 'enum test_kind'. */
static const struct {
	const char *work, *cost;
} works[] = {
	[TEST_FLAG] = { "reads a flag", "least" },
	[TEST_EXISTS] = { "asks whether it is known", "least" },
	[TEST_NUMBER] = { "compares a number", "least" },
	[TEST_EXPR] = { "computes numbers", "low" },
	[TEST_SPAN] = { "compares bytes", "low" },
	[TEST_STARTS] = { "compares first bytes", "low" },
	[TEST_SPANS] = { "compares bytes", "low" },
	[TEST_TEXT] = { "compares a text", "low" },
	[TEST_TEXTS_EQUAL] = { "compares two texts", "low" },
	[TEST_TEXT_STARTS] = { "compares a text's begin", "low" },
	[TEST_TEXT_ENDS] = { "compares a text's end", "low" },
	[TEST_NUMBERS] = { "looks a number up", "low" },
	[TEST_SIZES] = { "looks sizes up", "medium" },
	[TEST_NAMES] = { "looks a text up", "medium" },
	[TEST_RANGES] = { "looks an address up", "medium" },
	[TEST_SUFFIX] = { "looks a domain up", "medium" },
	[TEST_TEXT_CONTAINS] = { "searches a text", "high" },
	[TEST_CONTAINS] = { "searches bytes", "high" },
	[TEST_MATCHES] = { "runs a regular expression", "highest" },
};

/* ---- Words ------------------------------------------------------------- */

/* "rtt.tcp_ms (number, ms), ..." */
static void
write_types(const struct uses *uses, char *room, size_t size)
{
	const char *before = "", *unit;
	unsigned id;
	int wrote;

	room[0] = '\0';
	for (id = 0; id < SIGNAL_COUNT; id++) {
		const struct signal_info *info =
		    signal_info((enum signal_id)id);

		if (!(uses->signals[id / 64] >> (id % 64) & 1))
			continue;
		unit = signal_unit_name(info->unit);
		wrote = snprintf(room, size, "%s%s (%s%s%s)", before,
		    info->name, signal_type_name(info->type),
		    unit[0] ? ", " : "", unit);
		if (wrote < 0 || (size_t)wrote >= size)
			return;
		room += wrote;
		size -= (size_t)wrote;
		before = ", ";
	}
}

static unsigned
count_questions(const struct clause *clause)
{
	unsigned i, count = 0;

	if (clause->kind == CLAUSE_TEST)
		return 1;
	for (i = 0; i < clause->count; i++)
		count += count_questions(clause->child[i]);
	return count;
}

/* ---- Parts ------------------------------------------------------------- */

static int
tell(struct explain *of, const struct cond *cond, const char *kind,
    unsigned depth)
{
	char types[FS_TEXT_SIZE], text[FS_TEXT_SIZE];
	struct uses uses = { 0 };
	struct builder builder = of->builder;
	const struct clause *clause;
	struct fs_part part = { .kind = kind, .depth = depth, .types = types };
	size_t size = cond->to - cond->from;

	builder.uses = &uses;
	clause = clause_of(&builder, cond);
	if (clause == NULL)
		return -ENOMEM; /* It was compiled before. */
	write_types(&uses, types, sizeof(types));
	snprintf(text, sizeof(text), "%.*s",
	    size < sizeof(text) ? (int)size : (int)sizeof(text) - 1,
	    of->builder.scalar->text + cond->from);
	part.text = text;
	part.questions = count_questions(clause);
	part.first = of->questions + 1;
	part.work = works[clause->cost].work;
	part.cost = works[clause->cost].cost;
	return of->fn(of->ctx, &part);
}

static int
tell_question(struct explain *of, const struct cond *cond, unsigned depth)
{
	struct builder builder = of->builder;
	struct uses uses = { 0 };
	const struct clause *clause;
	int rc = tell(of, cond, "question", depth);

	builder.uses = &uses;
	clause = clause_of(&builder, cond);
	if (clause)
		of->questions += count_questions(clause);
	return rc;
}

/* Those of one cost, in their order, as clause_join() has them. Returns the
 * next cost, one that there is not, or a negative code. */
static int
explain_of_cost(struct explain *of, const struct cond *cond, unsigned depth,
    int cost)
{
	struct builder builder = of->builder;
	struct uses uses = { 0 };
	const struct cond *child;
	const struct clause *clause;
	int rc, next = UINT8_MAX + 1;

	builder.uses = &uses;
	for (child = cond->first; child; child = child->next) {
		clause = clause_of(&builder, child);
		if (clause == NULL)
			return -ENOMEM;
		if (clause->cost > cost && clause->cost < next)
			next = clause->cost;
		if (clause->cost != cost)
			continue;
		if ((rc = explain(of, child, depth)) < 0)
			return rc;
	}
	return next;
}

static int
explain_chain(struct explain *of, const struct cond *cond, unsigned depth)
{
	int cost = 0;
	int rc = tell(of, cond, cond->kind == COND_AND ? "and" : "or", depth);

	while (rc >= 0 && cost >= 0 && cost <= UINT8_MAX)
		cost = explain_of_cost(of, cond, depth + 1, cost);
	return rc < 0 ? rc : cost < 0 ? cost : 0;
}

static int
explain_macro(struct explain *of, const struct cond *cond, unsigned depth)
{
	const struct macro *macro =
	    loader_macro(of->builder.loader, cond->text);
	struct builder outer = of->builder;
	struct cond *inner;
	int rc = tell(of, cond, "macro", depth);

	if (rc < 0)
		return rc;
	inner = cond_parse(&outer.loader->scratch, macro->source,
	    macro->condition, &outer.loader->faults);
	if (inner == NULL)
		return -ENOMEM;
	of->builder.source = macro->source;
	of->builder.scalar = macro->condition;
	rc = explain(of, inner, depth + 1);
	of->builder = outer;
	return rc;
}

static int
explain(struct explain *of, const struct cond *cond, unsigned depth)
{
	int rc;

	switch (cond->kind) {
	case COND_AND:
	case COND_OR: return explain_chain(of, cond, depth);
	case COND_NOT:
		rc = tell(of, cond, "not", depth);
		return rc < 0 ? rc : explain(of, cond->first, depth + 1);
	case COND_WORD:
		if (signal_find(cond->text) < 0)
			return explain_macro(of, cond, depth);
		return tell_question(of, cond, depth);
	default: return tell_question(of, cond, depth);
	}
}

/* ---- A condition by itself --------------------------------------------- */

static int
explain_text(struct loader *loader, const char *text, fs_part_fn *fn, void *ctx)
{
	struct source source = { "condition", text, strlen(text) };
	struct yaml_node scalar = { .kind = YAML_SCALAR,
		.line = 1,
		.column = 1,
		.text = text,
		.text_size = source.size };
	struct uses uses = { 0 };
	struct explain of = {
		.builder = { loader, &source, &scalar, &uses, 0 },
		.fn = fn,
		.ctx = ctx,
	};
	const struct clause *clause;
	struct cond *cond;

	clause = clause_build(loader, &source, &scalar, &uses);
	if (clause == NULL || loader->faults.errors > 0)
		return FS_ECONFIG;
	clause_lint(clause, &source, &scalar, &loader->faults);
	cond = cond_parse(&loader->scratch, &source, &scalar, &loader->faults);
	return cond ? explain(&of, cond, 0) : -ENOMEM;
}

int
fs_condition_explain(const struct fs_condition *condition, fs_fault_fn *fault,
    fs_part_fn *fn, void *ctx, struct fs_err *err)
{
	struct loader loader;
	size_t i;
	int rc = loader_init(&loader, fault, condition->fault_ctx, err);

	for (i = 0; rc == 0 && i < condition->path_count; i++)
		load_path(&loader, condition->paths[i]);
	if (rc == 0 && loader.faults.errors == 0)
		rc = explain_text(&loader, condition->text, fn, ctx);
	else if (rc == 0)
		rc = FS_ECONFIG;
	if (loader.faults.fatal)
		rc = err_set(err, loader.faults.fatal,
		    "no memory for the condition");
	loader_fini(&loader);
	fs_ruleset_free(loader.set);
	return rc;
}
