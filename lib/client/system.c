#include "client/system.h"

#include <string.h>

enum { JA4_SUITES_AT = 11, JA4_SUITES = 12 };

/* The hashes are of the lists below, in order of number (JA4). The lists are
 * what the systems send, without values that are there to be ignored. */
static const struct {
	const char *suites, *system;
} libraries[] = {
	/* Safari, CFNetwork since iOS 15 and macOS 12: 000a 002f 0035 009c
	 * 009d 1301 1302 1303 c008 c009 c00a c012 c013 c014 c02b c02c c02f
	 * c030 cca8 cca9. */
	{ "a09f3c656075", "apple" },
	/* Before that: 003c 003d c023 c024 c027 c028, too. */
	{ "2802a3db6c62", "apple" },
	/* SChannel of Windows 10, TLS 1.2 (WinINet): 000a 002f 0035 003c 003d
	 * 009c 009d c009 c00a c013 c014 c023 c024 c027 c028 c02b c02c c02f
	 * c030. */
	{ "d83cc789557e", "windows" },
	/* The same, WinHTTP: 009e 009f, too. */
	{ "76e208dd3e22", "windows" },
	/* Windows 11, TLS 1.3: 1301 1302 and all of the first but 000a. */
	{ "2b729b4bf6f3", "windows" },
};

/* What programs write into User-Agent, most particular first: Android says
 * Linux, too, and an iPhone Mac OS X. */
static const struct {
	const char *part, *system;
} agents[] = {
	{ "Windows NT", "windows" },
	{ "iPhone", "apple" },
	{ "iPad", "apple" },
	{ "Macintosh", "apple" },
	{ "Android", "linux" },
	{ "X11; Linux", "linux" },
};

static const char *
system_of_tls(const struct signals *signals)
{
	size_t i, size;
	const uint8_t *ja4 = signals_bytes(signals, SIGNAL_TLS_JA4, &size);

	if (size < JA4_SUITES_AT + JA4_SUITES || ja4[0] != 't')
		return NULL;
	for (i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++)
		if (memcmp(ja4 + JA4_SUITES_AT, libraries[i].suites,
			JA4_SUITES) == 0)
			return libraries[i].system;
	return NULL;
}

static const char *
system_of_agent(const struct signals *signals)
{
	size_t i, size;
	const uint8_t *agent =
	    signals_bytes(signals, SIGNAL_HTTP_USER_AGENT, &size);

	for (i = 0; i < sizeof(agents) / sizeof(agents[0]); i++)
		if (memmem(agent, size, agents[i].part,
			strlen(agents[i].part)) != NULL)
			return agents[i].system;
	return NULL;
}

int
system_conflict(const struct signals *signals)
{
	size_t size;
	const uint8_t *syn =
	    signals_bytes(signals, SIGNAL_TCP_SYN_SYSTEM, &size);
	const char *program = system_of_tls(signals);

	if (program == NULL)
		program = system_of_agent(signals);
	if (size == 0 || program == NULL)
		return -1;
	return size != strlen(program) || memcmp(syn, program, size) != 0;
}
