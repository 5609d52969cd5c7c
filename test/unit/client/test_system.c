/* The system of a SYN against that of the program. */
#include "client/system.h"

#include "test/unit/tap.h"

static const struct {
	const char *name, *syn, *ja4, *agent;
	int want;
} cases[] = {
	{ "an iPhone", "apple", "t13d2014h2_a09f3c656075_14788d8d241b", NULL,
	    0 },
	{ "an iPhone behind a proxy on Linux", "linux",
	    "t13d2014h2_a09f3c656075_14788d8d241b", NULL, 1 },
	{ "a newer one", "linux", "t13d2013h2_a09f3c656075_7f0f34a4126d", NULL,
	    1 },
	{ "an older one", "windows", "t13d2613h2_2802a3db6c62_845d286b0d67",
	    NULL, 1 },
	{ "Windows", "windows", "t12d190700_d83cc789557e_16bbda4055b2", NULL,
	    0 },
	{ "Windows behind a proxy on Linux", "linux",
	    "t12d210700_76e208dd3e22_16bbda4055b2", NULL, 1 },
	{ "Windows 11 behind a Mac", "apple",
	    "t13d201100_2b729b4bf6f3_9e7b989ebec8", NULL, 1 },
	{ "Chromium is everywhere", "linux",
	    "t13d1516h2_8daaf6152771_02713d6af862", NULL, -1 },
	{ "QUIC has everybody's suites", "linux",
	    "q13d0311h3_a09f3c656075_653d80c3fe9d", NULL, -1 },
	{ "a SYN that nobody knows", NULL,
	    "t13d2014h2_a09f3c656075_14788d8d241b", NULL, -1 },
	{ "neither TLS nor an agent", "linux", NULL, NULL, -1 },
	{ "a short fingerprint", "linux", "t13d2014h2_a09f3c65607", NULL, -1 },
	{ "an agent of Windows from Linux", "linux", NULL,
	    "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", 1 },
	{ "an agent of Windows", "windows", NULL,
	    "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", 0 },
	{ "an iPhone's names a Mac, too", "apple", NULL,
	    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X)", 0 },
	{ "Android is Linux", "linux", NULL,
	    "Mozilla/5.0 (Linux; Android 10; K)", 0 },
	{ "an agent that names none", "linux", NULL, "curl/7.88.1", -1 },
	{ "TLS goes before the agent", "apple",
	    "t13d2014h2_a09f3c656075_14788d8d241b", "Windows NT", 0 },
};

int
main(void)
{
	static struct signals signals;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		signals_clear(&signals);
		if (cases[i].syn != NULL)
			signals_set_string(&signals, SIGNAL_TCP_SYN_SYSTEM,
			    cases[i].syn);
		if (cases[i].ja4 != NULL)
			signals_set_string(&signals, SIGNAL_TLS_JA4,
			    cases[i].ja4);
		if (cases[i].agent != NULL)
			signals_set_string(&signals, SIGNAL_HTTP_USER_AGENT,
			    cases[i].agent);
		tap_int(system_conflict(&signals), cases[i].want,
		    cases[i].name);
	}
	return tap_done();
}
