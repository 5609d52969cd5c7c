/* Makes a large store, or writes on to one at a steady rate, and says how
 * fast that was.
 *
 * usage: store DB FLOWS [RATE]
 *
 * The same numbers make the same rows: FLOWS flows of 100,000 clients over a
 * week, each with three pieces of evidence and nine signals; a few flows
 * have two revisions, and each twentieth flow is followed by a row of its
 * client. With RATE, rows follow the newest ones of the store, RATE a second
 * in real time, committed once a second. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "flowscan.h"

enum {
	CLIENTS = 100000,
	BATCH = 2000,    /* Rows made at once, outside of the clock. */
	COMMIT = 10000,  /* Rows of a transaction. */
	PER_CLIENT = 20, /* Flows for each row of a client. */
};

static const uint64_t start_us = 1795410000000000; /* 2026-11-23T05:00:00Z */
static const uint64_t week_us = 7 * 86400000000;

static struct fs_err err;

static void
check(int rc)
{
	if (rc >= 0)
		return;
	(void)fprintf(stderr, "store: %s\n", err.text);
	exit(1);
}

static uint64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* The same number for the same one. */
static uint64_t
mix(uint64_t n)
{
	n += 0x9e3779b97f4a7c15;
	n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9;
	n = (n ^ n >> 27) * 0x94d049bb133111eb;
	return n ^ n >> 31;
}

/* ---- Signals ------------------------------------------------------------ */

/* Bytes as the store keeps them: see lib/signal/blob.h. */
struct blob {
	uint8_t *at;
	uint32_t size;
};

static int
signal_number(const char *name)
{
	struct fs_signal_info info;
	size_t i;

	for (i = 0; i < fs_signal_count(); i++) {
		fs_signal_info(i, &info);
		if (strcmp(info.name, name) == 0)
			return (int)i;
	}
	(void)fprintf(stderr, "store: no signal '%s'\n", name);
	exit(1);
}

static void
put_varint(struct blob *blob, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		blob->at[blob->size++] = (uint8_t)(value | 0x80);
	blob->at[blob->size++] = (uint8_t)value;
}

static void
put_head(struct blob *blob, int number, unsigned form)
{
	blob->at[blob->size++] = (uint8_t)(form << 6 | (unsigned)number >> 8);
	blob->at[blob->size++] = (uint8_t)(number & 0xff);
}

static void
put_milli(struct blob *blob, int number, uint64_t milli)
{
	put_head(blob, number, 0);
	put_varint(blob, milli << 1);
}

static void
put_string(struct blob *blob, int number, const char *text)
{
	const size_t size = strlen(text);

	put_head(blob, number, 1);
	put_varint(blob, size);
	memcpy(blob->at + blob->size, text, size);
	blob->size += (uint32_t)size;
}

/* In the order of their numbers. */
static const struct {
	const char *name;
	uint32_t low, range; /* Thousandths; no range: text, by client. */
} signals[] = {
	{ "flow.start_seen", 1000, 1 },
	{ "flow.one_sided", 0, 1 },
	{ "rtt.tcp_ms", 8000, 180000 },
	{ "rtt.tls_ms", 9000, 320000 },
	{ "rtt.tls_gap_ms", 500, 160000 },
	{ "client.country", 0, 0 },
	{ "client.city", 0, 0 },
	{ "client.asn", 0, 0 },
	{ "client.as_name", 0, 0 },
};
enum { SIGNALS = sizeof(signals) / sizeof(signals[0]) };
static int numbers[SIGNALS];

static void
put_place(struct blob *blob, unsigned i, uint64_t client)
{
	const unsigned network = (unsigned)(mix(client) % 3000);
	const unsigned country = network % 40;
	char text[64];

	if (i == 5)
		snprintf(text, sizeof(text), "%c%c", 'A' + country % 26,
		    'A' + country / 26);
	else if (i == 6)
		snprintf(text, sizeof(text), "City %u", network % 500);
	else
		snprintf(text, sizeof(text), "Network %u", network);
	if (i == 7)
		put_milli(blob, numbers[i], (64500ULL + network) * 1000);
	else
		put_string(blob, numbers[i], text);
}

static uint32_t
put_signals(uint8_t *room, uint64_t client, uint64_t random)
{
	struct blob blob = { room, 0 };
	unsigned i;

	blob.at[blob.size++] = 1;
	for (i = 0; i < SIGNALS; i++)
		if (signals[i].range > 0)
			put_milli(&blob, numbers[i],
			    signals[i].low +
				mix(random + i) % signals[i].range);
		else
			put_place(&blob, i, client);
	return blob.size;
}

/* ---- Rows --------------------------------------------------------------- */

static struct fs_addr
client_addr(uint64_t client)
{
	const uint64_t net = mix(client + 77);
	struct fs_addr addr = { .family = client % 4 == 0 ? 6 : 4 };

	addr.bytes[0] = addr.family == 4 ? (uint8_t)(20 + net % 160) : 0x20;
	addr.bytes[1] = addr.family == 4 ? (uint8_t)(net >> 8) : 1;
	addr.bytes[2] = (uint8_t)(client >> 8);
	addr.bytes[3] = (uint8_t)client;
	if (addr.family == 4)
		addr.bytes[1] = (uint8_t)(client >> 16 | (net & 0xf0));
	else
		addr.bytes[5] = (uint8_t)(client >> 16);
	return addr;
}

/* Three of a hundred clients are relayed; of all flows, some could not be
 * judged. */
static struct fs_verdict
make_verdict(uint64_t client, uint64_t random)
{
	static const char *const relayed[] = { "socks5", "wireguard",
		"tls-in-tls", "openvpn" };
	const bool bad = mix(client + 5) % 100 < 3;
	struct fs_verdict verdict = { .prior = -3000,
		.view = random % 8 == 0 ? FS_VIEW_PATH : FS_VIEW_EXIT,
		.class = FS_CLASS_DIRECT,
		.coverage = random % 16 == 1 ? FS_COVERAGE_NONE
		    : random % 16 == 2       ? FS_COVERAGE_PARTIAL
					     : FS_COVERAGE_FULL,
		.log_odds = -3250,
		.score_ppm = (int32_t)(10000 + random % 30000) };

	snprintf(verdict.protocol, sizeof(verdict.protocol), "%s",
	    random % 9 == 0 ? "quic" : "tls");
	if (!bad)
		return verdict;
	verdict.class = (uint8_t)(FS_CLASS_VPN + client % 3);
	verdict.decision = client % 2 ? FS_REVIEW : FS_ANOMALOUS;
	verdict.coverage = FS_COVERAGE_FULL;
	verdict.log_odds = 3250;
	verdict.score_ppm = client % 2 ? 700000 : 962673;
	snprintf(verdict.protocol, sizeof(verdict.protocol), "%s",
	    relayed[client % 4]);
	return verdict;
}

static void
make_evidence(struct fs_evidence *evidence, uint64_t client, uint64_t random)
{
	static const char *const families[] = { "cross-layer", "geo", "stack" };
	unsigned i;

	for (i = 0; i < 3; i++) {
		evidence[i] = (struct fs_evidence){ .llr = -500,
			.llr_full = -500,
			.count = 1,
			.class = FS_CLASS_DIRECT };
		snprintf(evidence[i].rule, FS_NAME_SIZE, "rule-of-%s-%u",
		    families[i], (unsigned)(client % 7 + i));
		snprintf(evidence[i].family, FS_FAMILY_SIZE, "%s", families[i]);
		snprintf(evidence[i].text, FS_TEXT_SIZE,
		    "TLS takes %u.%u ms where TCP takes %u.%u ms",
		    (unsigned)(random % 300), (unsigned)(random % 10),
		    (unsigned)(random % 170), (unsigned)(random % 7));
	}
}

/* How long a flow lasts: mostly seconds, some minutes, a few hours. */
static uint64_t
lasts_us(uint64_t random)
{
	const uint64_t part = random >> 8;

	if (random % 100 < 90)
		return 50000 + part % 8000000;
	return random % 100 < 99 ? 8000000 + part % 600000000
				 : part % 7200000000;
}

/* Few clients have many flows, most have few. */
static uint64_t
client_of(uint64_t random)
{
	const double share = (double)(random >> 11) / (double)(1ULL << 53);

	return (uint64_t)(share * share * CLIENTS);
}

struct stream {
	uint64_t flow; /* The next one's number. */
	uint64_t base_us, step_us;
	uint32_t generation;
};

static void
make_flow(const struct stream *stream, uint64_t number,
    struct fs_observation *flow)
{
	const uint64_t random = mix(number), client = client_of(mix(random));

	flow->flow_id = random;
	flow->last_us = stream->base_us +
	    (number - stream->flow) * stream->step_us + random % 1000;
	flow->first_us = flow->last_us - lasts_us(random);
	flow->packets[0] = 4 + random % 40;
	flow->packets[1] = 5 + random % 90;
	flow->bytes[0] = flow->packets[0] * 150;
	flow->bytes[1] = flow->packets[1] * 900;
	flow->client = client_addr(client);
	if (flow->client.family == 6)
		flow->client.bytes[15] = (uint8_t)(random % 3 + 1);
	flow->server =
	    (struct fs_addr){ { 203, 0, 113, (uint8_t)(random % 4) }, 4 };
	flow->client_port = (int32_t)(1024 + random % 60000);
	flow->server_port = 443;
	flow->rev = 1;
	flow->generation = stream->generation;
	flow->ip_proto = 6;
	flow->client_first = flow->final = true;
	snprintf(flow->service, FS_NAME_SIZE, "%s", random % 5 ? "api" : "web");
	snprintf(flow->sensor, FS_NAME_SIZE, "tap-%u",
	    (unsigned)(random % 2 + 1));
	flow->verdict = make_verdict(client, random);
	flow->evidence_count = 3;
	make_evidence(flow->evidence, client, random);
	flow->signals_size = put_signals(flow->signals, client, random);
}

static void
make_client(const struct fs_observation *flow, uint64_t number,
    struct fs_client *client)
{
	client->addr = flow->client;
	client->bits = flow->client.family == 4 ? 32 : 64;
	if (client->addr.family == 6)
		memset(client->addr.bytes + 8, 0, 8);
	client->rev = (uint32_t)number;
	client->generation = flow->generation;
	client->first_us = start_us;
	client->last_us = flow->last_us;
	client->flows = client->flows_all = number % 1000;
	client->bytes = number;
	memcpy(client->sensor, flow->sensor, sizeof(client->sensor));
	client->verdict = flow->verdict;
	client->evidence_count = flow->evidence_count;
	memcpy(client->evidence, flow->evidence, 3 * sizeof(flow->evidence[0]));
	client->signals_size = flow->signals_size;
	memcpy(client->signals, flow->signals, flow->signals_size);
}

/* ---- Writing ------------------------------------------------------------ */

/* What writing took. */
struct clock {
	uint64_t spent_ns, slowest_ns, rows;
};

static void
tick(struct clock *clock, uint64_t since_ns)
{
	const uint64_t took_ns = now_ns() - since_ns;

	clock->spent_ns += took_ns;
	if (took_ns > clock->slowest_ns)
		clock->slowest_ns = took_ns;
}

/* Puts one flow; each fortieth twice, as it went on. */
static void
put_one(struct fs_store *store, struct fs_observation *flow, uint64_t number,
    struct fs_client *client, struct clock *clock)
{
	if (number % 40 == 7) {
		check(fs_store_put_flow(store, flow, &err));
		flow->rev = 2;
		clock->rows++;
	}
	check(fs_store_put_flow(store, flow, &err));
	clock->rows++;
	if (number % PER_CLIENT != 0)
		return;
	make_client(flow, number, client);
	check(fs_store_put_client(store, client, &err));
	clock->rows++;
}

static void
put_batch(struct fs_store *store, const struct stream *stream, uint64_t from,
    uint64_t count, struct clock *clock)
{
	static struct fs_observation flow[BATCH];
	static struct fs_client client;
	uint64_t i, since_ns;

	for (i = 0; i < count; i++)
		make_flow(stream, from + i, &flow[i]);
	since_ns = now_ns();
	for (i = 0; i < count; i++)
		put_one(store, &flow[i], from + i, &client, clock);
	tick(clock, since_ns);
}

static void
commit(struct fs_store *store, struct clock *clock)
{
	const uint64_t since_ns = now_ns();

	check(fs_store_commit(store, &err));
	tick(clock, since_ns);
}

/* Waits for the second that a row belongs to. Returns how late it is. */
static uint64_t
pace(uint64_t begun_ns, uint64_t rows, uint64_t rate)
{
	const uint64_t due_ns =
	    begun_ns + (uint64_t)((double)rows * 1e9 / (double)rate);
	uint64_t at_ns = now_ns();
	struct timespec wait;

	if (at_ns >= due_ns)
		return at_ns - due_ns;
	wait = (struct timespec){ (time_t)((due_ns - at_ns) / 1000000000),
		(long)((due_ns - at_ns) % 1000000000) };
	nanosleep(&wait, NULL);
	return 0;
}

static void
write_flows(struct fs_store *store, const struct stream *stream, uint64_t flows,
    uint64_t rate)
{
	const uint64_t begun_ns = now_ns();
	const uint64_t per_commit = rate > 0 ? rate : COMMIT;
	struct clock clock = { 0 };
	uint64_t done, count, since = 0, late_ns = 0;

	for (done = 0; done < flows; done += count) {
		count = flows - done < BATCH ? flows - done : BATCH;
		put_batch(store, stream, stream->flow + done, count, &clock);
		since += count;
		if (since >= per_commit || done + count == flows) {
			commit(store, &clock);
			since = 0;
		}
		if (rate > 0)
			late_ns = pace(begun_ns, done + count, rate);
		if (rate == 0 && (done + count) % 1000000 == 0) {
			printf("%9" PRIu64 " flows: %" PRIu64
			       " rows/s into the store, slowest step %" PRIu64
			       " ms\n",
			    done + count,
			    clock.rows * 1000000 / (clock.spent_ns / 1000 + 1),
			    clock.slowest_ns / 1000000);
			(void)fflush(stdout);
		}
	}
	printf("%" PRIu64 " rows of %" PRIu64 " flows, %" PRIu64
	       " rows/s into the store, slowest step %" PRIu64
	       " ms, late at the end %" PRIu64 " ms\n",
	    clock.rows, flows,
	    clock.rows * 1000000 / (clock.spent_ns / 1000 + 1),
	    clock.slowest_ns / 1000000, late_ns / 1000000);
}

static void
open_stream(struct fs_store *store, uint64_t flows, uint64_t rate,
    struct stream *stream)
{
	struct fs_generation generation = { .time_us = start_us,
		.rules_digest = "bench",
		.geo_digest = "bench",
		.version = "bench" };
	struct fs_freshness fresh = { 0 };

	check(fs_store_freshness(store, &err, &fresh));
	check(fs_store_put_generation(store, NULL, &generation, &err));
	*stream = (struct stream){ .base_us = start_us,
		.step_us = week_us / (flows > 0 ? flows : 1),
		.generation = generation.id };
	if (rate == 0)
		return;
	stream->flow = 1ULL << 40;
	stream->base_us = fresh.newest_us;
	stream->step_us = 1000000 / rate;
}

int
main(int argc, char **argv)
{
	uint64_t flows = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	uint64_t rate = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
	struct fs_store *store;
	struct stream stream;
	struct stat found;
	unsigned i;

	if (argc < 3 || argc > 4 || flows == 0) {
		(void)fputs("usage: store DB FLOWS [RATE]\n", stderr);
		return 2;
	}
	for (i = 0; i < SIGNALS; i++)
		numbers[i] = signal_number(signals[i].name);
	check(fs_store_open(argv[1], &err, &store));
	open_stream(store, flows, rate, &stream);
	write_flows(store, &stream, flows, rate);
	fs_store_close(store);
	if (rate == 0 && stat(argv[1], &found) == 0)
		printf("%lld bytes, %lld a flow\n", (long long)found.st_size,
		    (long long)found.st_size / (long long)flows);
	return 0;
}
