/* A rule's own tests, as written in its file, for who runs them. */
#pragma once

#include "rule/keys.h"
#include "signal/signal.h"

/* One packet written inline. */
struct rule_packet {
	uint8_t dir; /* 0: client to server. */
	uint64_t at_us;
	const uint8_t *bytes; /* Payload. */
	size_t size;
	size_t wire_size; /* At least 'size'. */
};

/* One signal given as it is. */
struct rule_value {
	uint16_t signal;
	int64_t milli;        /* Of flags and numbers. */
	const uint8_t *bytes; /* Of all others, as the signal holds them. */
	size_t size;
	struct fs_addr addr; /* Of addresses. */
};

struct rule_test {
	unsigned line;
	bool matches;
	const char *source; /* "spec", ...; may be null. */
	/* One of these three. */
	const char *capture; /* Path, relative to the rule file. */
	const struct rule_packet *packets;
	const struct rule_value *values;
	size_t packet_count, value_count;
	uint8_t ip_proto; /* Of packets: TCP unless it says udp. */
	/* Of packets. Addresses of no family are anybody's. */
	struct fs_addr client, server;
	uint16_t client_port, port;
};

/* Reads 'tests:'. What is bad is told through 'reading'. */
void tests_read(struct reading *reading, const struct yaml_node *node,
    const struct rule_test **tests, size_t *count);

struct fs_ruleset;

/* The tests of a rule, owned by the set. */
const struct rule_test *rule_tests(const struct fs_ruleset *rules, size_t index,
    size_t *count);
/* Sets the values that a test gives. */
void rule_test_signals(const struct rule_test *test, struct signals *signals);
/* Whether one rule, enabled or not, fires in any view. */
bool rule_fires(const struct fs_ruleset *rules, size_t index, uint64_t now_us,
    const struct signals *signals);
/* Whether a rule is enabled, and asked of such things. */
bool rule_is_asked(const struct fs_ruleset *rules, size_t index,
    enum signal_scope scope, enum fs_view view);
/* Writes its sentence into 'text' of FS_TEXT_SIZE bytes. */
void rule_say(const struct fs_ruleset *rules, size_t index,
    const struct signals *signals, char *text);
