#include "rule/tests.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/num.h"
#include "rule/literal.h"

enum {
	PACKETS_MAX = 64,
	PAYLOAD_MAX = 4096,
	TESTS_MAX = 256,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PORT_ANY = 40000,
	PORT_CLIENT = 49152,
	MILLI_MAX = 65535000, /* Of sizes and ports. */
};

static void *
take(struct reading *reading, size_t count, size_t size)
{
	void *taken = arena_array(reading->arena, count, size);

	if (taken == NULL) {
		reading->faults->fatal = -ENOMEM;
		reading->bad = true;
	}
	return taken;
}

/* ---- Packets ---------------------------------------------------------- */

static void
read_payload(struct reading *reading, const struct yaml_node *mapping,
    struct rule_packet *packet)
{
	const struct yaml_node *node = yaml_find(mapping, "hex");
	struct place place;
	uint8_t *bytes;
	size_t offset;
	int size;

	if (node == NULL || node->kind != YAML_SCALAR) {
		reading_fault(reading, node ? node : mapping,
		    "expected 'hex' with the packet's payload");
		return;
	}
	bytes = take(reading, node->text_size / 2 + 1, 1);
	if (bytes == NULL)
		return;
	size = hex_read(node->text, bytes, NULL, &offset);
	if (size < 0) {
		place = place_within(reading->source, node, offset);
		fault_error(reading->faults, &place,
		    "expected bytes in hex, such as \"16 03 01\"");
		reading->bad = true;
		return;
	}
	if (size > PAYLOAD_MAX)
		reading_fault(reading, node, "at most %d bytes a packet",
		    PAYLOAD_MAX);
	packet->bytes = bytes;
	packet->size = packet->wire_size = (size_t)size;
}

/* A number of one unit, in thousandths. */
static bool
read_number(struct reading *reading, const struct yaml_node *mapping,
    const char *key, uint8_t unit, int64_t *milli)
{
	const struct yaml_node *node = yaml_find(mapping, key);
	uint8_t found;

	if (node == NULL)
		return false;
	if (node->kind == YAML_SCALAR &&
	    number_read(node->text, milli, &found) == NUMBER_FINE &&
	    (found == UNIT_NONE || found == unit))
		return true;
	reading_fault(reading, node, "'%s': expected a number%s", key,
	    unit == UNIT_MS ? " such as 20ms" : "");
	return false;
}

static void
read_packet(struct reading *reading, const struct yaml_node *node,
    struct rule_packet *packet)
{
	static const char *const keys[] = { "dir", "at", "hex", "len", NULL };
	static const char *const dirs[] = { "c2s", "s2c", NULL };
	int64_t milli;
	int dir;

	if (!keys_check(reading, node, keys))
		return;
	dir = key_choice(reading, node, "dir", dirs, -1);
	if (dir < 0 && yaml_find(node, "dir") == NULL)
		reading_missing(reading, node, "the key 'dir' is missing");
	packet->dir = dir == 1;
	if (read_number(reading, node, "at", UNIT_MS, &milli))
		packet->at_us = (uint64_t)milli;
	read_payload(reading, node, packet);
	if (!read_number(reading, node, "len", UNIT_BYTES, &milli))
		return;
	if (milli / 1000 < (int64_t)packet->size || milli > MILLI_MAX)
		reading_fault(reading, yaml_find(node, "len"),
		    "'len' is the payload's whole size: from %zu to 65535",
		    packet->size);
	else
		packet->wire_size = (size_t)(milli / 1000);
}

static void
read_packets(struct reading *reading, const struct yaml_node *node,
    struct rule_test *test)
{
	const struct yaml_node *child;
	struct rule_packet *packets;

	if (node->kind != YAML_SEQUENCE || node->count == 0 ||
	    node->count > PACKETS_MAX) {
		reading_fault(reading, node,
		    "'packets': expected a list of 1 to %d packets",
		    PACKETS_MAX);
		return;
	}
	packets = take(reading, node->count, sizeof(*packets));
	if (packets == NULL)
		return;
	test->packets = packets;
	for (child = node->first; child; child = child->next)
		read_packet(reading, child, &packets[test->packet_count++]);
}

/* ---- Signals ---------------------------------------------------------- */

static void
read_sizes(struct reading *reading, const struct yaml_node *node,
    struct rule_value *value)
{
	const struct yaml_node *child;
	int32_t *sizes;
	size_t count = 0;
	int64_t milli;
	uint8_t unit;
	bool negative;

	if (node->kind != YAML_SEQUENCE || node->count > SIGNAL_SIZES_MAX) {
		reading_fault(reading, node, "expected a list of sizes");
		return;
	}
	sizes = take(reading, node->count + 1, sizeof(*sizes));
	for (child = node->first; child && sizes; child = child->next) {
		negative = child->kind == YAML_SCALAR && child->text[0] == '-';
		if (child->kind != YAML_SCALAR ||
		    number_read(child->text + negative, &milli, &unit) !=
			NUMBER_FINE ||
		    milli > MILLI_MAX) {
			reading_fault(reading, child, "expected a size");
			return;
		}
		sizes[count++] = (int32_t)(milli / 1000) * (negative ? -1 : 1);
	}
	value->bytes = (const uint8_t *)sizes;
	value->size = count * sizeof(*sizes);
}

static void
read_scalar_value(struct reading *reading, const struct yaml_node *node,
    const struct signal_info *info, struct rule_value *value)
{
	bool negative = node->text[0] == '-';
	uint8_t unit, *bytes;
	size_t offset;
	int size;

	switch (info->type) {
	case SIGNAL_ADDR:
		if (!addr_parse(node->text, &value->addr))
			reading_fault(reading, node,
			    "expected an IP address, such as 192.0.2.1");
		return;
	case SIGNAL_FLAG:
		value->milli = strcmp(node->text, "true") == 0;
		if (!value->milli && strcmp(node->text, "false") != 0)
			reading_fault(reading, node, "expected true or false");
		return;
	case SIGNAL_NUMBER:
		if (number_read(node->text + negative, &value->milli, &unit) !=
			NUMBER_FINE ||
		    (unit != UNIT_NONE && unit != info->unit))
			reading_fault(reading, node,
			    "expected a number in the unit of '%s'",
			    info->name);
		value->milli = negative ? -value->milli : value->milli;
		return;
	case SIGNAL_BYTES:
		bytes = take(reading, node->text_size / 2 + 1, 1);
		size = bytes ? hex_read(node->text, bytes, NULL, &offset) : 0;
		if (size < 0)
			reading_fault(reading, node, "expected bytes in hex");
		value->size = size > 0 ? (size_t)size : 0;
		value->bytes = bytes;
		return;
	default:
		value->bytes = (const uint8_t *)arena_text(reading->arena,
		    node->text, node->text_size);
		value->size = value->bytes ? node->text_size : 0;
		return;
	}
}

static void
read_value(struct reading *reading, const struct yaml_node *node,
    struct rule_value *value)
{
	struct place place = place_of_key(reading->source, node);
	int signal = signal_find(node->key);
	const struct signal_info *info;

	if (signal < 0) {
		fault_error(reading->faults, &place, "unknown signal '%.64s'",
		    node->key);
		reading->bad = true;
		return;
	}
	value->signal = (uint16_t)signal;
	info = signal_info((enum signal_id)signal);
	if (info->type == SIGNAL_SIZES)
		read_sizes(reading, node, value);
	else if (node->kind != YAML_SCALAR)
		reading_fault(reading, node, "expected a single value");
	else
		read_scalar_value(reading, node, info, value);
}

static void
read_values(struct reading *reading, const struct yaml_node *node,
    struct rule_test *test)
{
	const struct yaml_node *child;
	struct rule_value *values;

	if (node->kind != YAML_MAPPING || node->count == 0) {
		reading_fault(reading, node,
		    "'signals': expected names of signals with values");
		return;
	}
	values = take(reading, node->count, sizeof(*values));
	if (values == NULL)
		return;
	test->values = values;
	for (child = node->first; child; child = child->next)
		read_value(reading, child, &values[test->value_count++]);
}

/* ---- Tests ------------------------------------------------------------ */

static void
read_port(struct reading *reading, const struct yaml_node *node,
    const char *key, uint16_t *port)
{
	int64_t milli;

	if (!read_number(reading, node, key, UNIT_NONE, &milli))
		return;
	if (milli < 1000 || milli > MILLI_MAX || milli % 1000 != 0)
		reading_fault(reading, yaml_find(node, key),
		    "'%s': expected a number from 1 to 65535", key);
	else
		*port = (uint16_t)(milli / 1000);
}

static void
read_address(struct reading *reading, const struct yaml_node *mapping,
    const char *key, struct fs_addr *addr)
{
	const struct yaml_node *node = yaml_find(mapping, key);

	if (node != NULL &&
	    (node->kind != YAML_SCALAR || !addr_parse(node->text, addr)))
		reading_fault(reading, node,
		    "'%s': expected an IP address, such as 192.0.2.1", key);
}

static void
read_flow(struct reading *reading, const struct yaml_node *node,
    struct rule_test *test)
{
	static const char *const transports[] = { "tcp", "udp", NULL };

	test->ip_proto = key_choice(reading, node, "transport", transports, 0)
	    ? PROTO_UDP
	    : PROTO_TCP;
	test->port = PORT_ANY;
	test->client_port = PORT_CLIENT;
	read_port(reading, node, "port", &test->port);
	read_port(reading, node, "client_port", &test->client_port);
	read_address(reading, node, "client", &test->client);
	read_address(reading, node, "server", &test->server);
	if (test->client.family && test->server.family &&
	    test->client.family != test->server.family)
		reading_fault(reading, yaml_find(node, "server"),
		    "'client' and 'server': expected both of IPv4 or both of "
		    "IPv6");
}

static void
read_test(struct reading *reading, const struct yaml_node *node,
    struct rule_test *test)
{
	static const char *const keys[] = { "matches", "packets", "capture",
		"signals", "transport", "client", "client_port", "server",
		"port", "source", "why", NULL };
	const struct yaml_node *packets, *capture, *values;

	if (!keys_check(reading, node, keys))
		return;
	packets = yaml_find(node, "packets");
	capture = yaml_find(node, "capture");
	values = yaml_find(node, "signals");
	test->line = node->line;
	test->source = key_text(reading, node, "source", FS_NAME_SIZE);
	(void)key_text(reading, node, "why", FS_TEXT_SIZE);
	if (yaml_find(node, "matches") == NULL)
		reading_missing(reading, node, "the key 'matches' is missing");
	test->matches = key_bool(reading, node, "matches", false);
	read_flow(reading, node, test);
	if ((packets != NULL) + (capture != NULL) + (values != NULL) != 1)
		reading_missing(reading, node,
		    "expected one of 'capture', 'packets' and 'signals'");
	else if (packets)
		read_packets(reading, packets, test);
	else if (values)
		read_values(reading, values, test);
	else
		test->capture = key_text(reading, node, "capture", 4096);
}

void
tests_read(struct reading *reading, const struct yaml_node *node,
    const struct rule_test **tests, size_t *count)
{
	const struct yaml_node *child;
	struct rule_test *fresh;
	size_t read = 0;

	if (node == NULL)
		return;
	if (node->kind != YAML_SEQUENCE || node->count > TESTS_MAX) {
		reading_fault(reading, node,
		    "'tests': expected a list of at most %d tests", TESTS_MAX);
		return;
	}
	fresh = take(reading, node->count, sizeof(*fresh));
	if (fresh == NULL)
		return;
	for (child = node->first; child; child = child->next)
		read_test(reading, child, &fresh[read++]);
	*tests = fresh;
	*count = read;
}

void
rule_test_signals(const struct rule_test *test, struct signals *signals)
{
	size_t i;

	for (i = 0; i < test->value_count; i++) {
		const struct rule_value *value = &test->values[i];
		enum signal_id id = (enum signal_id)value->signal;
		int32_t sizes[SIGNAL_SIZES_MAX];

		switch (signal_info(id)->type) {
		case SIGNAL_FLAG:
			signals_set_flag(signals, id, value->milli != 0);
			break;
		case SIGNAL_NUMBER:
			signals_set_milli(signals, id, value->milli);
			break;
		case SIGNAL_ADDR:
			signals_set_addr(signals, id, &value->addr);
			break;
		case SIGNAL_SIZES:
			memcpy(sizes, value->bytes, value->size);
			signals_set_sizes(signals, id, sizes,
			    value->size / sizeof(*sizes));
			break;
		case SIGNAL_BYTES:
			signals_set_bytes(signals, id, value->bytes,
			    value->size);
			break;
		default:
			signals_set_text(signals, id,
			    (const char *)value->bytes, value->size);
			break;
		}
	}
}
