#include "store/privacy.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "rule/tests.h"
#include "sample.h"
#include "store/store.h"
#include "test/unit/tap.h"

/* What must not be in the file, and what shows that it was looked into. */
static const char *const secrets[] = { "secret-host", "secret-subject",
	"198.51.100.77", "/secret-target", "secret-agent", "secret-banner" };

static const uint8_t address[] = { 198, 51, 100, 77 };

static void
fill(struct signals *signals)
{
	static const enum signal_id hosts[] = { SIGNAL_TLS_SNI,
		SIGNAL_HTTP_HOST, SIGNAL_DNS_ZONE, SIGNAL_TLS_CERT_NAMES };
	static const enum signal_id subjects[] = { SIGNAL_TLS_CERT_SUBJECT,
		SIGNAL_TLS_CERT_ORGANISATION, SIGNAL_TLS_CERT_ISSUER,
		SIGNAL_TLS_CERT_ISSUER_ORGANISATION };
	struct fs_addr client = sample_addr("198.51.100.77");
	size_t i;

	signals_clear(signals);
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		signals_set_string(signals, hosts[i],
		    "secret-host.example.com");
	for (i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
		signals_set_string(signals, subjects[i], "secret-subject");
	signals_set_string(signals, SIGNAL_HTTP_TARGET, "/secret-target");
	signals_set_string(signals, SIGNAL_HTTP_USER_AGENT, "secret-agent");
	signals_set_string(signals, SIGNAL_HTTP_VIA, "secret-agent");
	signals_set_string(signals, SIGNAL_HTTP_FORWARDED, "198.51.100.77");
	signals_set_bytes(signals, SIGNAL_C2S_BYTES,
	    (const uint8_t *)"secret-banner", 13);
	signals_set_bytes(signals, SIGNAL_S2C_BYTES,
	    (const uint8_t *)"secret-banner", 13);
	signals_set_addr(signals, SIGNAL_CLIENT_IP, &client);
}

/* A flow and a client a rule, with the sentence of each. */
static void
put_all(struct fs_store *store, const struct fs_ruleset *rules)
{
	static struct fs_observation flow;
	static struct fs_client client;
	static struct signals signals;
	size_t i, count = fs_ruleset_count(rules);
	struct fs_err err;

	fill(&signals);
	for (i = 0; i < count; i++) {
		sample_flow(&flow, (unsigned)i);
		flow.client = sample_addr("198.51.100.77");
		flow.evidence_count = 1;
		rule_say(rules, i, &signals, flow.evidence[0].text);
		flow.signals_size = sample_encode(&signals, flow.signals);
		sample_client(&client, "198.51.100.77");
		client.evidence_count = 1;
		client.evidence[0] = flow.evidence[0];
		if (fs_store_put_flow(store, &flow, &err) < 0 ||
		    fs_store_put_client(store, &client, &err) < 0)
			abort();
	}
	if (fs_store_commit(store, &err) < 0)
		abort();
}

static struct fs_ruleset *
shipped(const struct fs_privacy *privacy)
{
	const char *path = "rules";
	struct fs_ruleset *rules = NULL;
	struct fs_err err = { 0 };

	if (fs_ruleset_load(&path, 1, NULL, NULL, &err, &rules) < 0) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
	fs_ruleset_hide(rules, privacy);
	return rules;
}

static bool
holds(const char *bytes, size_t size, const void *what, size_t what_size)
{
	return memmem(bytes, size, what, what_size) != NULL;
}

/* Puts what every shipped rule says, and looks at the file's bytes. */
static void
look(const char *folder, const struct fs_privacy *privacy, bool expected)
{
	struct fs_ruleset *rules = shipped(privacy);
	struct fs_store *store = sample_writer(folder);
	char path[SAMPLE_PATH], *bytes;
	size_t i, size;

	tap_ok(fs_store_hide(store, privacy) == 0, "there is memory");
	put_all(store, rules);
	fs_store_close(store);
	fs_ruleset_free(rules);
	if (file_read(sample_path(folder, "test.db", path), 1 << 28, &bytes,
		&size) < 0)
		abort();
	for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		tap_ok(holds(bytes, size, secrets[i], strlen(secrets[i])) ==
			expected,
		    "%s is %sin the file", secrets[i], expected ? "" : "not ");
	tap_ok(holds(bytes, size, address, sizeof(address)) == expected,
	    "nor is the address as bytes");
	free(bytes);
}

/* Of clients with one prefix, the one that stands out most is its row. */
static void
test_leader(void)
{
	const struct fs_privacy kept = { .clients = FS_CLIENT_PREFIX,
		.ipv4 = 24,
		.ipv6 = 48,
		.ipv6_client_bits = 64 };
	struct privacy *privacy = privacy_new(&kept);
	static struct fs_client bad, good;
	const struct fs_client *row;

	sample_client(&bad, "198.51.100.7");
	sample_client(&good, "198.51.100.8");
	good.verdict.score_ppm = 1000;
	tap_ok(privacy_client(privacy, &good) != NULL, "the first");
	row = privacy_client(privacy, &bad);
	tap_ok(row != NULL && row->bits == 24 && row->addr.bytes[3] == 0,
	    "one that stands out more");
	tap_ok(privacy_client(privacy, &good) == NULL, "the lesser is none");
	bad.verdict.score_ppm = 500;
	tap_ok(privacy_client(privacy, &bad) != NULL, "it is judged again");
	tap_ok(privacy_client(privacy, &good) != NULL, "and another leads");
	privacy_free(privacy);
}

int
main(void)
{
	static const struct fs_privacy kept[] = {
		{ 0 },
		{ .clients = FS_CLIENT_PREFIX,
		    .names = FS_NAMES_SUFFIX,
		    .no_excerpts = true,
		    .ipv4 = 24,
		    .ipv6 = 48,
		    .ipv6_client_bits = 64 },
		{ .clients = FS_CLIENT_PSEUDONYM,
		    .names = FS_NAMES_NONE,
		    .no_excerpts = true,
		    .ipv6_client_bits = 64 },
	};
	char folder[SAMPLE_PATH];
	size_t i;

	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		sample_folder(folder);
		look(folder, &kept[i], i == 0);
		sample_remove(folder);
	}
	test_leader();
	return tap_done();
}
