#include "rule/program.h"

#include <errno.h>
#include <string.h>

#include "flowscan.h"

struct maker {
	struct step *steps; /* Null while they are only counted. */
	size_t count;
};

/* Makes the steps of a clause that goes to 'yes' when it is true (false,
 * when 'negated'), else to 'no'. The last step of what follows is made
 * first, so that every step knows where it leads.
 *
 * Returns the index of its first step, or -1 when there are too many. */
static int
make(struct maker *maker, const struct clause *clause, bool negated, int yes,
    int no)
{
	bool chain = (clause->kind == CLAUSE_AND) != negated;
	int first = yes;
	unsigned i;

	if (clause->kind == CLAUSE_NOT)
		return make(maker, clause->child[0], !negated, yes, no);
	if (clause->kind == CLAUSE_TEST) {
		if (maker->count == PROGRAM_MAX)
			return -1;
		if (maker->steps)
			maker->steps[maker->count] =
			    (struct step){ &clause->test, (uint16_t)yes,
				    (uint16_t)no, negated };
		return (int)maker->count++;
	}
	/* Not (a and b) is (not a) or (not b). */
	for (i = clause->count; i-- > 0 && first >= 0;) {
		if (i == clause->count - 1)
			first = make(maker, clause->child[i], negated, yes, no);
		else if (chain)
			first =
			    make(maker, clause->child[i], negated, first, no);
		else
			first =
			    make(maker, clause->child[i], negated, yes, first);
	}
	return first;
}

/* Signals that must be known for the clause to be true (or false). */
static void
find_needs(const struct clause *clause, bool negated, uint64_t *needs)
{
	bool all = (clause->kind == CLAUSE_AND) != negated;
	uint64_t child[SIGNAL_WORDS], sum[SIGNAL_WORDS];
	unsigned i, word;

	memset(needs, 0, sizeof(child));
	if (clause->kind == CLAUSE_NOT) {
		find_needs(clause->child[0], !negated, needs);
		return;
	}
	if (clause->kind == CLAUSE_TEST) {
		/* Only 'exists' can be false of what is not known. */
		if (clause->test.kind != TEST_EXISTS || !negated)
			memcpy(needs, clause->test.needs, sizeof(child));
		return;
	}
	memset(sum, all ? 0 : 0xff, sizeof(sum));
	for (i = 0; i < clause->count; i++) {
		find_needs(clause->child[i], negated, child);
		for (word = 0; word < SIGNAL_WORDS; word++)
			sum[word] = all ? sum[word] | child[word]
					: sum[word] & child[word];
	}
	memcpy(needs, sum, sizeof(sum));
}

unsigned
program_transport(const char *name, size_t size)
{
	if (size == 3 && memcmp(name, "tcp", 3) == 0)
		return TRANSPORT_TCP;
	if (size == 3 && memcmp(name, "udp", 3) == 0)
		return TRANSPORT_UDP;
	return TRANSPORT_OTHER;
}

/* Transports with which the clause can be true (or false). */
static unsigned
find_transports(const struct clause *clause, bool negated)
{
	bool all = (clause->kind == CLAUSE_AND) != negated;
	const struct test *test = &clause->test;
	unsigned i, child, sum = all ? TRANSPORT_ANY : 0;

	if (clause->kind == CLAUSE_NOT)
		return find_transports(clause->child[0], !negated);
	if (clause->kind == CLAUSE_TEST)
		return !negated && test->kind == TEST_TEXT &&
			test->signal == SIGNAL_FLOW_TRANSPORT
		    ? program_transport(test->text, test->text_size)
		    : TRANSPORT_ANY;
	for (i = 0; i < clause->count; i++) {
		child = find_transports(clause->child[i], negated);
		sum = all ? sum & child : sum | child;
	}
	return sum;
}

int
program_make(struct arena *arena, const struct clause *clause,
    struct program *program)
{
	struct maker maker = { 0 };

	if (make(&maker, clause, false, STEP_FIRE, STEP_REST) < 0)
		return FS_EFULL;
	maker.steps = arena_array(arena, maker.count, sizeof(*maker.steps));
	if (maker.steps == NULL)
		return -ENOMEM;
	maker.count = 0;
	(void)make(&maker, clause, false, STEP_FIRE, STEP_REST);
	program->steps = maker.steps;
	program->count = maker.count;
	find_needs(clause, false, program->needs);
	program->transports = find_transports(clause, false);
	return 0;
}

bool
program_fires(const struct program *program, uint64_t now_us,
    const struct signals *signals)
{
	size_t at = program->count - 1;

	if (!program_can_fire(program->needs, signals))
		return false;
	/* Steps only lead to earlier ones, so this ends. */
	for (;;) {
		const struct step *step = &program->steps[at];
		enum truth truth = test_ask(step->test, now_us, signals);
		bool holds = truth == (step->negated ? TRUTH_NO : TRUTH_YES);

		at = holds ? step->yes : step->no;
		if (at >= STEP_REST)
			return at == STEP_FIRE;
	}
}
