/* One TLS session from two addresses. */
#include "client/sessions.h"

#include <stdlib.h>

#include "../tap.h"
#include "base/addr.h"

enum { SECOND_US = 1000 * 1000, NOWHERE = 1000 };

struct use {
	uint64_t session; /* 0: none. */
	uint8_t host;
	unsigned at_s;
	int latitude, longitude; /* NOWHERE: unknown. */
};

struct sessions_case {
	const char *name;
	struct use uses[3];
	int want_km; /* Of the last one. */
};

static const struct sessions_case cases[] = {
	{ "the first", { { 9, 1, 100, 39, -77 } }, -1 },
	{ "the same address",
	    { { 9, 1, 100, 39, -77 }, { 9, 1, 200, 39, -77 } }, -1 },
	{ "another address, a quarter around the world",
	    { { 9, 1, 100, 0, 0 }, { 9, 2, 200, 0, 90 } }, 10007 },
	{ "in another order", { { 9, 1, 200, 0, 0 }, { 9, 2, 100, 0, 90 } },
	    10007 },
	{ "another address next to it",
	    { { 9, 1, 100, 10, 10 }, { 9, 2, 200, 10, 10 } }, 0 },
	{ "from an unknown place",
	    { { 9, 1, 100, NOWHERE, 0 }, { 9, 2, 200, 0, 90 } }, 0 },
	{ "more than an hour later",
	    { { 9, 1, 100, 0, 0 }, { 9, 2, 3701, 0, 90 } }, -1 },
	{ "another session", { { 9, 1, 100, 0, 0 }, { 10, 2, 200, 0, 90 } },
	    -1 },
	{ "another session on the same place of the table",
	    { { 9, 1, 100, 0, 0 }, { 9 + SESSIONS_MAX, 2, 200, 0, 90 },
		{ 9, 3, 300, 0, 90 } },
	    -1 },
	{ "no session", { { 0, 1, 100, 0, 0 }, { 0, 2, 200, 0, 90 } }, -1 },
};

static int64_t
note(struct sessions *sessions, const struct use *use)
{
	static struct signals signals;
	const uint8_t bytes[4] = { 198, 51, 100, use->host };
	struct fs_addr addr = addr_v4(bytes);

	signals_clear(&signals);
	if (use->session)
		signals_set_bytes(&signals, SIGNAL_TLS_SESSION,
		    (const uint8_t *)&use->session, sizeof(use->session));
	if (use->latitude != NOWHERE) {
		signals_set_milli(&signals, SIGNAL_CLIENT_LATITUDE,
		    use->latitude * INT64_C(1000));
		signals_set_milli(&signals, SIGNAL_CLIENT_LONGITUDE,
		    use->longitude * INT64_C(1000));
	}
	return sessions_note(sessions, &addr, (uint64_t)use->at_s * SECOND_US,
	    &signals);
}

int
main(void)
{
	unsigned i, j;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sessions *sessions = sessions_new();
		int64_t away = SIGHTING_NOT_ELSEWHERE;

		if (sessions == NULL)
			abort();
		for (j = 0; j < 3 && cases[i].uses[j].at_s > 0; j++)
			away = note(sessions, &cases[i].uses[j]);
		tap_int(away < 0 ? away : away / 1000, cases[i].want_km,
		    cases[i].name);
		sessions_free(sessions);
	}
	return tap_done();
}
