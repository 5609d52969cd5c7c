/* Datagrams that begin a conversation again. */
#include "flow/again.h"

#include <string.h>

#include "test/unit/tap.h"

/* A letter a datagram, its first byte; capitals are the answering side's. A
 * digit makes the next one larger by so much. */
static struct again
send(const char *datagrams)
{
	struct again again = { 0 };
	uint32_t more = 0;

	for (; *datagrams; datagrams++) {
		bool answers = *datagrams >= 'A' && *datagrams <= 'Z';

		if (*datagrams >= '0' && *datagrams <= '9') {
			more = (uint32_t)(*datagrams - '0');
			continue;
		}
		again_datagram(&again, answers, !answers,
		    (uint8_t)(*datagrams | 0x20), 148 + more);
		more = 0;
	}
	return again;
}

static const struct {
	const char *datagrams, *name;
	int repeats, restarts;
} cases[] = {
	{ "", "nothing", 0, 0 },
	{ "a", "one datagram", 0, 0 },
	{ "aaa", "sent three times", 2, 0 },
	{ "aaBaa", "what comes after an answer is no repeat", 1, 0 },
	{ "aBddDDaBdD", "a handshake for fresh keys", 0, 1 },
	{ "aBddDDaBdDaaaB", "twice, and repeated in between", 0, 2 },
	{ "aBdDAbDd", "begun by the answering side", 0, 1 },
	{ "aBd1aDd1aD", "another size is another datagram", 0, 0 },
	{ "aAaAaAaAaAaA", "a stream of like datagrams", 0, 0 },
	{ "adada", "in turns with others", 0, 2 },
};

static void
test_counts(void)
{
	struct again again = { 0 };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		again = send(cases[i].datagrams);
		tap_int(again.repeats, cases[i].repeats, cases[i].name);
		tap_int(again.restarts, cases[i].restarts, "  restarts");
	}
	again = (struct again){ 0 };
	for (i = 0; i < 1000; i++)
		again_datagram(&again, 0, true, (uint8_t)(i % 2), 60);
	tap_int(again.restarts, UINT8_MAX, "the count ends at 255");
}

int
main(void)
{
	test_counts();
	return tap_done();
}
