/* What is learned of a flow after its first packets, and from others beside
 * it: ssh that carries connections, DTLS beside TLS. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "flowscan.h"
#include "frames.h"
#include "signal/blob.h"

static const uint64_t START_US = 1700000000000000;

static const struct endpoint client = { { 198, 51, 100, 7 }, 40000 };
static const struct endpoint server = { { 203, 0, 113, 5 }, 443 };

enum { FLOWS = 8 };

/* The last that was said of each flow, in order of their end. */
struct seen {
	unsigned count;
	struct fs_observation flows[FLOWS];
};

static int
on_flow(void *ctx, const struct fs_observation *observation)
{
	struct seen *seen = ctx;

	if (seen->count < FLOWS)
		seen->flows[seen->count++] = *observation;
	return 0;
}

/* An engine with the shipped rules, and a clock. */
struct world {
	struct fs_settings settings;
	struct fs_ruleset *rules;
	struct fs_engine *engine;
	struct seen seen;
	uint64_t now_us;
	uint32_t seq[2]; /* What each side sends next. */
};

static void
world_open(struct world *world)
{
	static const char *const path = "rules";
	struct fs_err err = { 0 };

	memset(world, 0, sizeof(*world));
	fs_settings_init(&world->settings);
	world->settings.flow_max = 64;
	world->settings.detect_max = 8;
	if (fs_ruleset_load(&path, 1, NULL, NULL, &err, &world->rules) < 0 ||
	    fs_engine_new(&world->settings, world->rules, NULL, 1, &err,
		&world->engine) < 0) {
		fprintf(stderr, "%s:%u: %s\n", err.file, err.line, err.text);
		abort();
	}
	fs_engine_sink(world->engine, on_flow, &world->seen);
	world->now_us = START_US;
}

static void
world_close(struct world *world)
{
	fs_engine_free(world->engine);
	fs_ruleset_free(world->rules);
	fs_settings_fini(&world->settings);
}

/* The value of a signal of the flow that ended as number 'index'; -1:
 * unknown. */
static long long
milli_of(const struct world *world, unsigned index, enum signal_id id)
{
	static struct signals signals;
	const struct fs_observation *flow = &world->seen.flows[index];

	signals_clear(&signals);
	if (blob_decode(flow->signals, flow->signals_size, &signals) < 0 ||
	    !signals_known(&signals, id))
		return -1;
	return signals_milli(&signals, id);
}

/* ---- A TCP conversation ------------------------------------------------ */

static void
say(struct world *world, unsigned dir, uint8_t flags, const void *payload,
    size_t size)
{
	const struct segment segment = { dir ? &server : &client,
		dir ? &client : &server, world->seq[dir], world->seq[!dir],
		flags, payload, size };

	world->now_us += 10000;
	give_tcp(world->engine, &segment, world->now_us);
	world->seq[dir] +=
	    (uint32_t)size + ((flags & SYN) ? 1 : 0) + ((flags & FIN) ? 1 : 0);
}

static void
begin(struct world *world)
{
	world->seq[0] = 1000;
	world->seq[1] = 5000;
	say(world, 0, SYN, NULL, 0);
	say(world, 1, SYN | ACK, NULL, 0);
	say(world, 0, ACK, NULL, 0);
}

/* Bytes that say nothing, in segments. */
static void
speak(struct world *world, unsigned dir, size_t size)
{
	static const uint8_t zeros[1400];

	while (size > 0) {
		size_t part = size < sizeof(zeros) ? size : sizeof(zeros);

		say(world, dir, PSH | ACK, zeros, part);
		size -= part;
	}
}

/* ---- ssh --------------------------------------------------------------- */

/* Banners, and as many packets as the inspection looks at. */
static void
log_in(struct world *world)
{
	static const char banner[] = "SSH-2.0-OpenSSH_9.2\r\n";
	unsigned i;

	begin(world);
	say(world, 0, PSH | ACK, banner, sizeof(banner) - 1);
	say(world, 1, PSH | ACK, banner, sizeof(banner) - 1);
	for (i = 0; i < 14; i++) {
		speak(world, 0, 300);
		speak(world, 1, 1000);
	}
	speak(world, 1, 44);
}

static void
test_ssh_work(void)
{
	static struct world world;
	const struct fs_observation *flow = &world.seen.flows[0];
	unsigned i;

	world_open(&world);
	log_in(&world);
	for (i = 0; i < 40; i++) {
		speak(&world, 0, 36);
		speak(&world, 1, i % 4 ? 36 : 2500);
	}
	fs_engine_flush(world.engine);
	tap_int(world.seen.count, 1, "one flow of ssh");
	tap_int(milli_of(&world, 0, SIGNAL_SSH_EXCHANGES_C2S), 0,
	    "typing has no exchanges, and the login is not looked at");
	tap_ok(milli_of(&world, 0, SIGNAL_SSH_SMALL_TURNS) >= 38000,
	    "but small turns");
	tap_text(flow->verdict.protocol, "ssh", "it is ssh");
	tap_int(flow->verdict.decision, FS_CLEAN, "and clean");
	world_close(&world);
}

/* Web pages through a forwarded port; with 'again', every request comes once
 * more amid its answer, as after a loss. */
static void
test_ssh_tunnel(unsigned from, bool again, const char *name)
{
	static struct world world;
	const struct fs_observation *flow = &world.seen.flows[0];
	unsigned i;

	world_open(&world);
	log_in(&world);
	speak(&world, from, 44);
	for (i = 0; i < 5; i++) {
		speak(&world, !from, 44);
		speak(&world, from, 556);
		speak(&world, !from, 1400);
		if (again) {
			world.seq[from] -= 556;
			speak(&world, from, 556);
		}
		speak(&world, !from, 1000);
		speak(&world, from, 160);
		speak(&world, !from, 400);
		speak(&world, from, 36);
		speak(&world, !from, 20000);
		speak(&world, from, 72);
	}
	fs_engine_flush(world.engine);
	tap_int(milli_of(&world, 0,
		    from ? SIGNAL_SSH_EXCHANGES_S2C : SIGNAL_SSH_EXCHANGES_C2S),
	    5000, name);
	tap_text(flow->verdict.protocol, "ssh", "  named ssh");
	tap_int(flow->verdict.class, FS_CLASS_TUNNEL, "  a tunnel");
	tap_int(flow->verdict.decision, FS_REVIEW, "  for review");
	world_close(&world);
}

/* ---- DTLS beside TLS --------------------------------------------------- */

/* A hello in a DTLS record of its own: no cookie, one cipher of a PSK. */
static size_t
dtls_hello(uint8_t *room, bool from_client, uint8_t session_size)
{
	uint8_t *body = room + 25, *at = body;
	size_t size;

	at = put16(at, 0xfefd);
	memset(at, 0x5a, 32);
	at += 32;
	*at++ = session_size;
	memset(at, from_client ? 0x11 : 0x22, session_size);
	at += session_size;
	if (from_client) {
		*at++ = 0;
		at = put16(at, 2);
	}
	at = put16(at, 0x00a9);
	if (from_client)
		*at++ = 1;
	*at++ = 0;
	size = (size_t)(at - body);
	memset(room, 0, 25);
	room[0] = 22;
	put16(room + 1, 0xfefd);
	put16(room + 11, (unsigned)size + 12);
	room[13] = from_client ? 1 : 2;
	put16(room + 15, (unsigned)size);
	put16(room + 23, (unsigned)size);
	return size + 25;
}

static void
dtls(struct world *world, uint8_t session_size)
{
	uint8_t room[FRAME_ROOM], hello[256];
	size_t size = dtls_hello(hello, true, session_size);

	world->now_us += 10000;
	give(world->engine, room, put_udp(room, &client, &server, hello, size),
	    world->now_us);
	size = dtls_hello(hello, false, 32);
	world->now_us += 10000;
	give(world->engine, room, put_udp(room, &server, &client, hello, size),
	    world->now_us);
}

/* As much of TLS as the table of pairs reads. */
static void
tls(struct world *world)
{
	static const uint8_t request[] = { 22, 3, 1, 0, 200, 1, 0, 0, 196 };
	static const uint8_t answer[] = { 22, 3, 3, 0, 122, 2, 0, 0, 118 };

	begin(world);
	say(world, 0, PSH | ACK, request, sizeof(request));
	say(world, 1, PSH | ACK, answer, sizeof(answer));
}

static void
test_anyconnect(void)
{
	static struct world world;
	const struct fs_observation *flow = &world.seen.flows[0];

	world_open(&world);
	tls(&world);
	dtls(&world, 32);
	/* The DTLS flow is idle before TLS was ever judged. */
	fs_engine_tick(world.engine, world.now_us + 70000000);
	tap_int(world.seen.count, 1, "DTLS ends first");
	tap_int(milli_of(&world, 0, SIGNAL_PAIR_DTLS_BESIDE_TLS), 1,
	    "it is beside TLS");
	tap_text(flow->verdict.protocol, "anyconnect", "and AnyConnect's");
	tap_int(flow->verdict.class, FS_CLASS_VPN, "a VPN");
	tap_int(flow->verdict.decision, FS_ANOMALOUS, "from its bytes");
	world_close(&world);
}

static void
test_no_session(void)
{
	static struct world world;
	const struct fs_observation *flow = &world.seen.flows[0];

	world_open(&world);
	tls(&world);
	dtls(&world, 0);
	fs_engine_tick(world.engine, world.now_us + 70000000);
	tap_int(milli_of(&world, 0, SIGNAL_PAIR_DTLS_BESIDE_TLS), 1,
	    "DTLS without a session beside TLS");
	tap_text(flow->verdict.protocol, "dtls", "is DTLS");
	tap_int(flow->verdict.decision, FS_CLEAN, "and clean");
	world_close(&world);
}

/* Another capture, of an earlier day, knows nothing of this one. */
static void
test_clock(void)
{
	static struct world world;

	world_open(&world);
	tls(&world);
	world.now_us -= 86400000000;
	dtls(&world, 32);
	fs_engine_flush(world.engine);
	tap_int(milli_of(&world, world.seen.count - 1,
		    SIGNAL_PAIR_DTLS_BESIDE_TLS),
	    -1, "a clock that runs backwards forgets the pairs");
	tap_int(world.seen.flows[world.seen.count - 1].verdict.decision,
	    FS_CLEAN, "and so DTLS is clean");
	world_close(&world);
}

int
main(void)
{
	test_ssh_work();
	test_ssh_tunnel(0, false, "five pages through -D or -L");
	test_ssh_tunnel(1, false, "five pages through -R");
	test_ssh_tunnel(0, true, "what is sent again counts once");
	test_anyconnect();
	test_no_session();
	test_clock();
	return tap_done();
}
