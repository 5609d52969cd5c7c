#include "base/wheel.h"

#include <stdio.h>
#include <stdlib.h>

#include "test/unit/tap.h"

static const uint64_t span = 4096;

static void
test_order(void)
{
	struct wheel *wheel = wheel_new(8);
	unsigned i;

	tap_ok(wheel_due(wheel, 100) == WHEEL_NONE, "nothing is due");
	wheel_set(wheel, 3, 110);
	wheel_set(wheel, 1, 105);
	wheel_set(wheel, 2, 105);
	wheel_set(wheel, 0, 110);
	tap_ok(wheel_due(wheel, 104) == WHEEL_NONE, "nothing is due yet");
	tap_int(wheel_due(wheel, 200), 1, "the earliest");
	tap_int(wheel_due(wheel, 200), 2, "the next of the same second");
	tap_int(wheel_due(wheel, 200), 3, "then in the order of setting");
	tap_int(wheel_due(wheel, 200), 0, "and the last");
	tap_ok(wheel_due(wheel, 200) == WHEEL_NONE, "no more");

	wheel_set(wheel, 4, 210);
	wheel_set(wheel, 5, 210);
	wheel_set(wheel, 4, 210);
	tap_int(wheel_due(wheel, 210), 5, "setting again moves behind");
	tap_int(wheel_due(wheel, 210), 4, "and rings once");
	tap_ok(wheel_due(wheel, 210) == WHEEL_NONE, "not twice");

	wheel_set(wheel, 6, 220);
	wheel_unset(wheel, 6);
	wheel_unset(wheel, 6);
	wheel_unset(wheel, 7);
	tap_ok(wheel_due(wheel, 300) == WHEEL_NONE, "what was unset is still");

	wheel_set(wheel, 6, 10);
	tap_int(wheel_due(wheel, 300), 6, "what is past rings at once");
	wheel_set(wheel, 6, 300);
	tap_int(wheel_due(wheel, 300), 6, "what is now, too");

	wheel_set(wheel, 6, 305);
	tap_ok(wheel_due(wheel, 299) == WHEEL_NONE, "back in time");
	tap_ok(wheel_due(wheel, 304) == WHEEL_NONE, "forth, not far enough");
	tap_int(wheel_due(wheel, 305), 6, "forth");

	for (i = 0; i < 8; i++)
		wheel_set(wheel, i, 1000);
	for (i = 0; i < 8; i++)
		if (wheel_due(wheel, 1000) != i)
			break;
	tap_int(i, 8, "all entries in one slot");
	wheel_free(wheel);
	wheel_free(NULL);
}

static void
test_span(void)
{
	const uint64_t now = UINT64_C(1795412605);
	struct wheel *wheel = wheel_new(2);

	tap_ok(wheel_due(wheel, now) == WHEEL_NONE, "a long step forth");
	wheel_set(wheel, 0, now + span - 1);
	tap_ok(wheel_due(wheel, now + span - 2) == WHEEL_NONE,
	    "not before the end of the span");
	tap_int(wheel_due(wheel, now + span - 1), 0, "at its end");
	wheel_set(wheel, 0, UINT64_MAX);
	tap_ok(wheel_due(wheel, now + 2 * span - 3) == WHEEL_NONE,
	    "never is not before the end of the span");
	tap_int(wheel_due(wheel, now + 2 * span - 2), 0,
	    "what is further ahead rings at its end");
	wheel_set(wheel, 1, now + 2 * span + 5);
	tap_int(wheel_due(wheel, now + 1000 * span), 1,
	    "a long step with an alarm");
	tap_ok(wheel_due(wheel, UINT64_MAX) == WHEEL_NONE, "the end of time");
	wheel_set(wheel, 1, 5);
	tap_int(wheel_due(wheel, UINT64_MAX), 1, "an alarm there");
	wheel_free(wheel);
	wheel = wheel_new(0);
	tap_ok(wheel != NULL && wheel_due(wheel, 10) == WHEEL_NONE,
	    "no entries");
	wheel_free(wheel);
	tap_ok(wheel_new(UINT32_MAX) == NULL, "more than indices can name");
}

/* ---- Against a brute-force model --------------------------------------- */

enum { ENTRIES = 16, STEPS = 200000 };

struct model {
	uint64_t at;
	uint64_t due[ENTRIES], set[ENTRIES]; /* set: when; 0: not. */
	uint64_t count;
};

static void
model_set(struct model *model, uint32_t index, uint64_t due)
{
	if (due < model->at)
		due = model->at;
	if (due > model->at + span - 1)
		due = model->at + span - 1;
	model->due[index] = due;
	model->set[index] = ++model->count;
}

static uint32_t
model_due(struct model *model, uint64_t now)
{
	uint32_t i, best = WHEEL_NONE;

	for (i = 0; i < ENTRIES; i++) {
		if (model->set[i] == 0 || model->due[i] > now)
			continue;
		if (best == WHEEL_NONE || model->due[i] < model->due[best] ||
		    (model->due[i] == model->due[best] &&
			model->set[i] < model->set[best]))
			best = i;
	}
	if (now < model->at)
		return WHEEL_NONE;
	model->at = best == WHEEL_NONE ? now : model->due[best];
	if (best != WHEEL_NONE)
		model->set[best] = 0;
	return best;
}

static unsigned
random_below(unsigned *state, unsigned limit)
{
	*state = *state * 1103515245 + 12345;
	return (*state >> 8) % limit;
}

static void
test_model(void)
{
	struct wheel *wheel = wheel_new(ENTRIES);
	struct model model = { 0 };
	uint64_t now = 0, due;
	unsigned state = 3, step, index, range, got = 0, want = 0;

	for (step = 0; step < STEPS && got == want; step++) {
		index = random_below(&state, ENTRIES);
		range = random_below(&state, 8) ? 20 : 3 * (unsigned)span;
		switch (random_below(&state, 4)) {
		case 0:
			due = now + random_below(&state, range);
			due -= due < 10 ? 0 : random_below(&state, 10);
			wheel_set(wheel, index, due);
			model_set(&model, index, due);
			break;
		case 1:
			if (random_below(&state, 4) > 0)
				break;
			wheel_unset(wheel, index);
			model.set[index] = 0;
			break;
		case 2: now += random_below(&state, range / 4); break;
		default:
			/* At times the clock runs backwards. */
			due = random_below(&state, 16) ? now : now / 2;
			got = wheel_due(wheel, due);
			want = model_due(&model, due);
		}
	}
	tap_ok(got == want && now > 1000000,
	    "200,000 random steps are as the model has them");
	if (got != want)
		printf("# step %u: got %u, want %u\n", step, got, want);
	wheel_free(wheel);
}

int
main(void)
{
	test_order();
	test_span();
	test_model();
	return tap_done();
}
