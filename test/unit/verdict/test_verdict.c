#include "verdict/verdict.h"

#include <stdio.h>
#include <string.h>

#include "../tap.h"
#include "base/addr.h"

static char ignored[][FS_PROTOCOL_SIZE] = { "gre", "ssh" };

static const struct fs_scoring scoring = {
	.prior = -3000,
	.family_cap = 4000,
	.protocol_cap = 7000,
	.review_ppm = 500000,
	.anomalous_ppm = 950000,
	.half_life_s = 86400,
};

static struct fs_policy
policy_new(void)
{
	struct fs_policy policy = { .ignored_protocols = ignored,
		.ignored_protocol_count = 2 };
	int kind;

	for (kind = 0; kind < FS_CLASS_COUNT; kind++)
		policy.class_counts[kind] = kind != FS_CLASS_PRIVACY_RELAY;
	return policy;
}

struct piece {
	const char *rule, *family, *protocol;
	int32_t llr;
	uint8_t class;
	bool shadow;
};

struct row {
	const char *name;
	struct piece pieces[4];
	int32_t log_odds;
	enum fs_decision decision;
	enum fs_class class;
	const char *protocol;
};

static const struct row rows[] = {
	{ "nothing", { { 0 } }, -3000, FS_CLEAN, FS_CLASS_DIRECT, "tls" },
	{ "one full family is for review",
	    { { "gap", "cross-layer", "", 5400, FS_CLASS_PROXY, false } }, 1000,
	    FS_REVIEW, FS_CLASS_PROXY, "tls" },
	{ "two families are enough",
	    { { "gap", "cross-layer", "", 5400, FS_CLASS_PROXY, false },
		{ "far", "geo", "", 4100, FS_CLASS_VPN, false } },
	    5000, FS_ANOMALOUS, FS_CLASS_PROXY, "tls" },
	{ "the second piece of a family counts half",
	    { { "a", "geo", "", 2000, FS_CLASS_VPN, false },
		{ "b", "geo", "", 1000, FS_CLASS_VPN, false },
		{ "c", "geo", "", 900, FS_CLASS_VPN, false } },
	    -500, FS_CLEAN, FS_CLASS_DIRECT, "tls" },
	{ "a weak second family is no second opinion",
	    { { "gap", "cross-layer", "", 5400, FS_CLASS_PROXY, false },
		{ "far", "geo", "", 499, FS_CLASS_VPN, false },
		{ "mss", "stack", "", 400, FS_CLASS_VPN, false } },
	    1899, FS_REVIEW, FS_CLASS_PROXY, "tls" },
	{ "a protocol read from the bytes stands alone",
	    { { "wg", "protocol", "wireguard", 9000, FS_CLASS_VPN, false } },
	    4000, FS_ANOMALOUS, FS_CLASS_VPN, "wireguard" },
	{ "what the policy ignores is named and clean",
	    { { "gre", "protocol", "gre", 9000, FS_CLASS_TUNNEL, false } },
	    -3000, FS_CLEAN, FS_CLASS_TUNNEL, "gre" },
	{ "an ignored class as well",
	    { { "icloud", "reputation", "", 9000, FS_CLASS_PRIVACY_RELAY,
		false } },
	    -3000, FS_CLEAN, FS_CLASS_PRIVACY_RELAY, "tls" },
	{ "but not on a weak sign",
	    { { "icloud", "reputation", "", 2900, FS_CLASS_PRIVACY_RELAY,
		false } },
	    -3000, FS_CLEAN, FS_CLASS_DIRECT, "tls" },
	{ "contrary evidence counts",
	    { { "gap", "cross-layer", "", 5400, FS_CLASS_PROXY, false },
		{ "near", "geo", "", -2500, FS_CLASS_DIRECT, false } },
	    -1500, FS_CLEAN, FS_CLASS_DIRECT, "tls" },
	{ "a family's cap is on its sum, not on each piece",
	    { { "far", "geo", "", 75000, FS_CLASS_VPN, false },
		{ "near", "geo", "", -50000, FS_CLASS_DIRECT, false } },
	    1000, FS_REVIEW, FS_CLASS_VPN, "tls" },
	{ "what counts names the protocol, not what is ignored",
	    { { "ssh", "protocol", "ssh", 90000, FS_CLASS_TUNNEL, false },
		{ "wg", "protocol", "wireguard", 9000, FS_CLASS_VPN, false } },
	    4000, FS_ANOMALOUS, FS_CLASS_VPN, "wireguard" },
	{ "a shadow rule never counts",
	    { { "try", "protocol", "vtun", 9000, FS_CLASS_VPN, true } }, -3000,
	    FS_CLEAN, FS_CLASS_DIRECT, "tls" },
};

static void
test_row(const struct row *row)
{
	struct fs_evidence evidence[4] = { 0 };
	struct fs_policy policy = policy_new();
	struct verdict_subject subject = { .view = FS_VIEW_EXIT,
		.coverage = FS_COVERAGE_FULL,
		.protocol = "tls" };
	struct fs_verdict verdict;
	int32_t sum = scoring.prior;
	uint32_t i, n;

	for (n = 0; n < 4 && row->pieces[n].rule != NULL; n++) {
		const struct piece *piece = &row->pieces[n];

		snprintf(evidence[n].rule, FS_NAME_SIZE, "%s", piece->rule);
		snprintf(evidence[n].family, FS_FAMILY_SIZE, "%s",
		    piece->family);
		snprintf(evidence[n].protocol, FS_PROTOCOL_SIZE, "%s",
		    piece->protocol);
		evidence[n].llr_full = piece->llr;
		evidence[n].class = piece->class;
		evidence[n].shadow = piece->shadow;
	}
	verdict_decide(&scoring, &policy, &subject, evidence, n, &verdict);
	for (i = 0; i < n; i++)
		sum += evidence[i].llr;
	tap_int(verdict.log_odds, row->log_odds, row->name);
	tap_int(sum, verdict.log_odds, "  the pieces add up");
	tap_int(verdict.decision, row->decision, "  decision");
	tap_int(verdict.class, row->class, "  class");
	tap_text(verdict.protocol, row->protocol, "  protocol");
}

static void
test_subject(void)
{
	struct fs_evidence evidence = { .rule = "wg",
		.family = "protocol",
		.protocol = "wireguard",
		.llr_full = 9000,
		.class = FS_CLASS_VPN };
	struct fs_policy policy = policy_new();
	struct fs_prefix peer;
	struct verdict_subject subject = { .view = FS_VIEW_PATH,
		.coverage = FS_COVERAGE_NONE,
		.protocol = "unknown" };
	struct fs_verdict verdict;

	addr_parse_prefix("203.0.113.0/24", false, &peer);
	policy.ignored_peers = &peer;
	policy.ignored_peer_count = 1;
	addr_parse("203.0.113.9", &subject.peer);
	verdict_decide(&scoring, &policy, &subject, &evidence, 1, &verdict);
	tap_int(verdict.decision, FS_CLEAN, "the company's own VPN is clean");
	tap_text(verdict.protocol, "wireguard", "and named");
	tap_int(verdict.class, FS_CLASS_VPN, "with its class");
	addr_parse("203.0.112.9", &subject.peer);
	verdict_decide(&scoring, &policy, &subject, &evidence, 1, &verdict);
	tap_int(verdict.decision, FS_ANOMALOUS, "another peer counts");
	verdict_decide(&scoring, &policy, &subject, NULL, 0, &verdict);
	tap_int(verdict.class, FS_CLASS_UNKNOWN, "not judged is not direct");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		test_row(&rows[i]);
	test_subject();
	tap_int(verdict_score_ppm(-3000), 47426, "score of the prior");
	tap_int(verdict_score_ppm(0), 500000, "score in the middle");
	tap_int(verdict_score_ppm(1000), 731059, "score of one full family");
	tap_int(verdict_score_ppm(-60000), 0, "score of the impossible");
	return tap_done();
}
