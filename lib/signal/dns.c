/* DNS: what a client asks of a server about one zone. A tunnel puts what it
 * sends into names that nobody asks for twice, and takes its answers from
 * records that can hold anything. Most clients use a new port for each
 * question, so the zone is remembered beyond the flow: all flows of two hosts
 * are in one worker. */
#include "parse/dns.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"
#include "signal/kept.h"
#include "signal/source.h"

enum {
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PORT_NETBIOS = 137, /* These speak of hosts near by. */
	PORT_MDNS = 5353,
	PORT_LLMNR = 5355,
	ZONE_TEXT = 64,
	QUESTIONS_MAX = 128, /* Counted of a zone at a time. */
	NAME_BITS = 1024,
	SYMBOLS = 40, /* Letters, digits, '-', '_', others. */
	/* So many that hardly ever one gives way to another: which ones meet
	 * in a set depends on the number of workers. */
	SETS = 4096,
	WAYS = 32,
	IDLE_S = 600,
	SPAN_S = 3600,
	SECOND_US = 1000000,
	BACK_US = 5 * SECOND_US, /* A clock that steps back further: anew. */
};

struct zone {
	uint64_t key; /* 0: free. */
	uint64_t first_us, last_us;
	uint32_t name_bytes, answer_bytes;
	uint16_t questions, names, data, answers;
	uint16_t symbols[SYMBOLS];
	uint64_t seen[NAME_BITS / 64];
};

struct zones {
	struct zone zone[SETS][WAYS];
};

struct dns_state {
	uint64_t key;       /* Of the zone asked for last; 0: none. */
	uint64_t asked_key; /* Of the question that waits for its answer. */
	uint16_t asked_id;
	bool asked, answered;
	uint32_t at[2]; /* Read so far of a stream. */
	char zone[ZONE_TEXT];
};

/* What tells zones apart, without padding, as it is hashed. */
struct zone_key {
	uint8_t addr[2][16];
	uint16_t scope, family;
	uint8_t client;
	uint8_t name[DNS_NAME_MAX];
};
_Static_assert(sizeof(struct zone_key) == 292, "zone_key has padding");

static uint8_t
fold_case(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte | 0x20) : byte;
}

static unsigned
symbol_of(uint8_t byte)
{
	byte = fold_case(byte);
	if (byte >= 'a' && byte <= 'z')
		return byte - 'a';
	if (byte >= '0' && byte <= '9')
		return 26U + byte - '0';
	return byte == '-' ? 36 : byte == '_' ? 37 : 38U + (byte >> 7);
}

/* ---- Zones --------------------------------------------------------------- */

static uint64_t
key_of(const struct flow *flow, struct cursor zone)
{
	struct zone_key key = { .scope = flow->key.scope,
		.family = flow->key.family,
		.client = flow->client };
	uint64_t hash;
	size_t i = 0;
	uint8_t byte;

	memcpy(key.addr, flow->key.addr, sizeof(key.addr));
	while (i < sizeof(key.name) && cursor_u8(&zone, &byte))
		key.name[i++] = fold_case(byte);
	hash = hash_identity(&key, sizeof(key));
	return hash != 0 ? hash : 1;
}

static struct zone *
zone_find(struct zones *zones, uint64_t key)
{
	struct zone *set = zones->zone[key % SETS];
	unsigned i;

	for (i = 0; i < WAYS && set[i].key != 0; i++)
		if (set[i].key == key)
			return &set[i];
	return NULL;
}

static bool
is_over(const struct zone *zone, uint64_t now_us)
{
	return now_us + BACK_US < zone->first_us ||
	    time_since_us(now_us, zone->last_us) >
	    (uint64_t)IDLE_S * SECOND_US ||
	    time_since_us(now_us, zone->first_us) >
	    (uint64_t)SPAN_S * SECOND_US;
}

/* Of a set that is full, the zone that was asked for longest ago gives
 * way. */
static struct zone *
zone_take(struct zones *zones, uint64_t key, uint64_t now_us)
{
	struct zone *set = zones->zone[key % SETS], *zone = &set[0];
	unsigned i;

	for (i = 0; i < WAYS && zone->key != key && zone->key != 0; i++)
		if (set[i].key == key || set[i].key == 0 ||
		    set[i].last_us < zone->last_us)
			zone = &set[i];
	if (zone->key != key || is_over(zone, now_us))
		*zone = (struct zone){ .key = key, .first_us = now_us };
	zone->last_us = now_us;
	return zone;
}

/* ---- Messages ------------------------------------------------------------ */

/* Types whose answers can hold anything. */
static bool
holds_data(uint16_t type)
{
	switch (type) {
	case DNS_NULL:
	case DNS_TXT:
	case DNS_KEY:
	case DNS_CNAME:
	case DNS_MX:
	case DNS_SRV: return true;
	default: return type >= DNS_PRIVATE;
	}
}

/* Of the name before its zone. */
static void
count_name(struct zone *zone, struct cursor name)
{
	uint64_t hash = hash_identity(name.at, name.left) % NAME_BITS;
	uint8_t size, byte;
	struct cursor label;

	zone->name_bytes += (uint32_t)name.left;
	if ((zone->seen[hash / 64] >> hash % 64 & 1) != 0)
		return;
	zone->seen[hash / 64] |= (uint64_t)1 << hash % 64;
	zone->names++;
	while (cursor_u8(&name, &size) && cursor_take(&name, size, &label))
		while (cursor_u8(&label, &byte))
			zone->symbols[symbol_of(byte)]++;
}

static void
keep_zone(struct dns_state *state, struct cursor zone)
{
	struct cursor label;
	uint8_t size;
	size_t used = 0;

	while (cursor_u8(&zone, &size) && cursor_take(&zone, size, &label) &&
	    used + size + 2 < ZONE_TEXT) {
		if (used > 0)
			state->zone[used++] = '.';
		kept_text(state->zone + used, ZONE_TEXT - used, label);
		used = strlen(state->zone);
	}
}

static void
take_question(struct dns_state *state, struct zones *zones,
    const struct dns_message *message, const struct sighting *seen)
{
	unsigned labels = dns_zone_labels(message);
	struct cursor zone = message->name, name;
	struct zone *taken;

	state->asked = true;
	state->asked_id = message->id;
	state->asked_key = 0;
	if (labels == 0 ||
	    !cursor_take(&zone,
		message->label_at[message->label_count - labels], &name))
		return;
	state->asked_key = state->key = key_of(seen->flow, zone);
	keep_zone(state, zone);
	taken = zone_take(zones, state->key, seen->time_us);
	if (taken->questions == QUESTIONS_MAX)
		return;
	taken->questions++;
	if (holds_data(message->type))
		taken->data++;
	count_name(taken, name);
}

static void
take_answer(struct dns_state *state, struct zones *zones,
    const struct dns_message *message)
{
	struct zone *zone;

	if (!state->asked || message->id != state->asked_id)
		return;
	state->answered = true;
	zone = state->asked_key ? zone_find(zones, state->asked_key) : NULL;
	state->asked_key = 0;
	if (zone == NULL || message->code != 0 || message->answers == 0 ||
	    zone->answers == QUESTIONS_MAX)
		return;
	zone->answers++;
	zone->answer_bytes += dns_answer_bytes(message);
}

static bool
take_message(struct dns_state *state, struct zones *zones, struct cursor bytes,
    const struct sighting *seen)
{
	struct dns_message message;

	if (dns_read(bytes, &message) < 0 ||
	    message.response != (seen->dir == 1))
		return false;
	if (message.response)
		take_answer(state, zones, &message);
	else
		take_question(state, zones, &message, seen);
	return true;
}

/* RFC 1035, 4.2.2: each message behind its length. */
static bool
take_stream(struct dns_state *state, struct zones *zones,
    const struct sighting *seen)
{
	struct cursor head = seen->head[seen->dir], message;
	uint32_t *at = &state->at[seen->dir];
	uint16_t size;

	if (!cursor_skip(&head, *at))
		return false;
	while (cursor_u16(&head, &size) && cursor_take(&head, size, &message)) {
		if (!take_message(state, zones, message, seen))
			return false;
		*at += size + 2U;
	}
	return true;
}

static bool
is_near(const struct flow *flow)
{
	unsigned i;

	for (i = 0; i < 2; i++)
		if (flow->key.port[i] == PORT_NETBIOS ||
		    flow->key.port[i] == PORT_MDNS ||
		    flow->key.port[i] == PORT_LLMNR)
			return true;
	return false;
}

static bool
packet(void *ctx, void *shared, const struct sighting *seen)
{
	struct dns_state *state = ctx;
	uint8_t proto = seen->packet->ip_proto;

	if ((proto != PROTO_TCP && proto != PROTO_UDP) || is_near(seen->flow))
		return false;
	/* A message that is none says that the flow is no DNS, unless it is
	 * known to be: then it was cut, or something rare. */
	return (proto == PROTO_UDP ? take_message(state, shared,
					 seen->packet->payload, seen)
				   : take_stream(state, shared, seen)) ||
	    state->answered;
}

/* ---- Signals ------------------------------------------------------------- */

static int64_t
entropy_milli(const struct zone *zone)
{
	double bits = 0, share, sum = 0;
	unsigned i;

	for (i = 0; i < SYMBOLS; i++)
		sum += zone->symbols[i];
	for (i = 0; i < SYMBOLS && sum > 0; i++) {
		share = zone->symbols[i] / sum;
		bits -= share > 0 ? share * log2(share) : 0;
	}
	return llround(bits * 1000);
}

static void
collect_zone(const struct zone *zone, struct signals *signals)
{
	signals_set_count(signals, SIGNAL_DNS_ZONE_QUESTIONS, zone->questions);
	signals_set_count(signals, SIGNAL_DNS_ZONE_NAMES, zone->names);
	signals_set_count(signals, SIGNAL_DNS_ZONE_ANSWERS, zone->answers);
	if (zone->questions == 0)
		return;
	signals_set_milli(signals, SIGNAL_DNS_ZONE_NAME_LEN,
	    (int64_t)zone->name_bytes * 1000 / zone->questions);
	signals_set_milli(signals, SIGNAL_DNS_ZONE_DATA_SHARE,
	    (int64_t)zone->data * 1000 / zone->questions);
	signals_set_milli(signals, SIGNAL_DNS_ZONE_ENTROPY,
	    entropy_milli(zone));
	if (zone->answers > 0)
		signals_set_milli(signals, SIGNAL_DNS_ZONE_ANSWER_BYTES,
		    (int64_t)zone->answer_bytes * 1000 / zone->answers);
}

static void
collect(void *ctx, void *shared, const struct flow *flow,
    struct signals *signals)
{
	const struct dns_state *state = ctx;
	const struct zone *zone;

	(void)flow;
	if (state->key == 0)
		return;
	kept_set(signals, SIGNAL_DNS_ZONE, state->zone);
	zone = zone_find(shared, state->key);
	if (zone != NULL)
		collect_zone(zone, signals);
}

static int
open_zones(struct fs_err *err, void **shared)
{
	(void)err;
	*shared = calloc(1, sizeof(struct zones));
	return *shared != NULL ? 0 : -ENOMEM;
}

const struct signal_source signal_dns = {
	.name = "dns",
	.state_size = sizeof(struct dns_state),
	.packet = packet,
	.collect = collect,
	.open = open_zones,
	.close = free,
};
