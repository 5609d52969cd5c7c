/* About how many. */
#include "client/sketch.h"

#include "../tap.h"

static const struct {
	uint32_t count, least, most;
} cases[] = {
	{ 0, 0, 0 },
	{ 1, 1, 1 },
	{ 2, 2, 2 },
	{ 10, 9, 11 },
	{ 100, 90, 110 },
	{ 500, 430, 570 },
	{ 100000, 3000, 3300 },
};

int
main(void)
{
	unsigned i;
	uint32_t thing;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sketch sketch = { { 0 } };
		uint32_t count;

		for (thing = 0; thing < cases[i].count; thing++) {
			sketch_add(&sketch, &thing, sizeof(thing));
			sketch_add(&sketch, &thing, sizeof(thing));
		}
		count = sketch_count(&sketch);
		tap_ok(count >= cases[i].least && count <= cases[i].most,
		    "%u are %u", cases[i].count, count);
	}
	return tap_done();
}
