/* rules/feeds/: rules over lists that are not shipped, asked with lists of
 * documentation addresses. */
#include "base/addr.h"
#include "base/file.h"
#include "rule/rule.h"
#include "test/unit/rule/files.h"

static const struct {
	const char *name, *bytes;
} lists[] = {
	{ "tor-exits.txt", "# date: 2026-06-01\n192.0.2.1\n2001:db8::1\n" },
	{ "vpn-ranges.txt", "# date: 2026-06-01\n198.51.100.0/24\n" },
	{ "private-relay.csv",
	    "# date: 2026-06-01\n198.51.100.128/25,US,US-IA,Des Moines,\n"
	    "2001:db8:1::/64,DE,DE-BE,Berlin,\n" },
};
enum { LISTS = sizeof(lists) / sizeof(lists[0]) };

/* 2026-06-02 and -10, in seconds. */
static const uint64_t soon_s = 1780358400, late_s = 1781049600;

static const struct {
	const char *name, *client;
	const char *rule; /* Null: none matches. */
	bool late;
} cases[] = {
	{ "a Tor exit", "192.0.2.1", "listed-tor-exit", false },
	{ "another one", "2001:db8::1", "listed-tor-exit", false },
	{ "its neighbour", "192.0.2.2", NULL, false },
	{ "a week later nobody knows", "192.0.2.1", NULL, true },
	{ "a VPN's network", "198.51.100.7", "listed-vpn-range", false },
	{ "a week later, too", "198.51.100.7", "listed-vpn-range", true },
	{ "the next one", "198.51.101.7", NULL, false },
	{ "a privacy relay in it", "198.51.100.200", "listed-private-relay",
	    false },
	{ "another", "2001:db8:1::7", "listed-private-relay", false },
	{ "its neighbour", "2001:db8:2::7", NULL, false },
};

static struct fs_ruleset *
load(void)
{
	char folder[] = "/tmp/test-feeds-XXXXXX", path[64], *text;
	const char *paths[] = { folder };
	struct told told = { .show = true };
	struct fs_ruleset *rules = NULL;
	struct fs_err err;
	size_t i, size;

	if (mkdtemp(folder) == NULL ||
	    file_read("rules/feeds/feeds.yaml", 1 << 20, &text, &size) < 0)
		abort();
	files_write(folder, "feeds.yaml", text);
	for (i = 0; i < LISTS; i++)
		files_write(folder, lists[i].name, lists[i].bytes);
	tap_int(fs_ruleset_load(paths, 1, files_tell, &told, &err, &rules), 0,
	    "the rules load");
	tap_int(told.warnings, 0, "without a word");
	for (i = 0; i < LISTS; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, lists[i].name);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/feeds.yaml", folder);
	unlink(path);
	rmdir(folder);
	free(text);
	return rules;
}

int
main(void)
{
	struct fs_evidence evidence[FS_EVIDENCE_MAX];
	struct signals *signals = malloc(sizeof(*signals));
	struct fs_ruleset *rules = load();
	struct fs_addr addr;
	uint32_t count;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!addr_parse(cases[i].client, &addr))
			abort();
		signals_clear(signals);
		signals_set_addr(signals, SIGNAL_CLIENT_IP, &addr);
		count = rule_evaluate(rules, SCOPE_CLIENT, FS_VIEW_EXIT,
		    (cases[i].late ? late_s : soon_s) * 1000000, signals,
		    evidence);
		tap_int(count, cases[i].rule != NULL, cases[i].name);
		if (cases[i].rule != NULL && count == 1)
			tap_text(evidence[0].rule, cases[i].rule,
			    cases[i].name);
	}
	fs_ruleset_free(rules);
	free(signals);
	return tap_done();
}
