#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "signal/source.h"
#include "test/unit/tap.h"

enum { TCP = 6, UDP = 17, PACKET_SIZE = 2048 };

/* One packet of a conversation: from the client, or back. */
struct say {
	unsigned dir;
	const char *text, *hex; /* One of both. */
};

enum { SAYS = 4 };

struct talk {
	const char *name;
	const char *client, *server;
	unsigned ip_proto, client_port, server_port;
	struct say says[SAYS];
	const char *want; /* Null: no opinion. */
};

#define WG_INITIATION                                                        \
	"01 00 00 00 5e 5e 5e 5e 7d 1c 0a 44 93 27 6a 02 c8 15 f9 5b 3e a0 " \
	"71 d4 68 b2 0f e6 59 8c 34 17 a9 4d 22 f0 86 3b c5 6e 11 d8 97 40 " \
	"7d 1c 0a 44 93 27 6a 02 c8 15 f9 5b 3e a0 71 d4 68 b2 0f e6 59 8c " \
	"34 17 a9 4d 22 f0 86 3b c5 6e 11 d8 97 40 7d 1c 0a 44 93 27 6a 02 " \
	"c8 15 f9 5b 3e a0 71 d4 68 b2 0f e6 59 8c 34 17 a9 4d 22 f0 86 3b " \
	"c5 6e 11 d8 97 40 7d 1c 0a 44 93 27 6a 02 c8 15 f9 5b 3e a0 71 d4 " \
	"00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
#define WG_RESPONSE                                                          \
	"02 00 00 00 a1 a2 a3 a4 5e 5e 5e 5e 93 27 6a 02 c8 15 f9 5b 3e a0 " \
	"71 d4 68 b2 0f e6 59 8c 34 17 a9 4d 22 f0 86 3b c5 6e 11 d8 97 40 " \
	"7d 1c 0a 44 93 27 6a 02 c8 15 f9 5b 3e a0 71 d4 68 b2 0f e6 59 8c " \
	"34 17 a9 4d 22 f0 86 3b c5 6e 00 00 00 00 00 00 00 00 00 00 00 00 " \
	"00 00 00 00"
/* Asks for A of www.example.com. */
#define DNS_QUERY                                                            \
	"12 34 01 00 00 01 00 00 00 00 00 00 03 77 77 77 07 65 78 61 6d 70 " \
	"6c 65 03 63 6f 6d 00 00 01 00 01"
#define DNS_ANSWER                                                           \
	"12 34 81 80 00 01 00 01 00 00 00 00 03 77 77 77 07 65 78 61 6d 70 " \
	"6c 65 03 63 6f 6d 00 00 01 00 01 c0 0c 00 01 00 01 00 00 00 3c 00 " \
	"04 c0 00 02 01"
/* A ClientHello of TLS 1.2 for www.google.com. */
#define CLIENT_HELLO                                                         \
	"16 03 01 00 4a 01 00 00 46 03 03 00 01 02 03 04 05 06 07 08 09 0a " \
	"0b 0c 0d 0e 0f 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f 00 " \
	"00 04 c0 2f 00 9c 01 00 00 19 00 00 00 13 00 11 00 00 0e 77 77 77 " \
	"2e 67 6f 6f 67 6c 65 2e 63 6f 6d 00 17 00 00"
#define PPTP_START                                                           \
	"00 9c 00 01 1a 2b 3c 4d 00 01 00 00 01 00 00 00 00 00 00 01 00 00 " \
	"00 01 00 00 00 00 6c 6f 63 61 6c 00 00 00 00 00 00 00 00 00 00 00 " \
	"00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 " \
	"00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 " \
	"00 00 00 00 63 61 6e 61 6e 69 61 6e 00 00 00 00 00 00 00 00 00 00 " \
	"00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 " \
	"00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 " \
	"00 00"
/* Asks for PTR of _x.local. */
#define MDNS_QUERY                                                           \
	"00 00 00 00 00 01 00 00 00 00 00 00 02 5f 78 05 6c 6f 63 61 6c 00 " \
	"00 0c 00 01"
#define NOISE                                                                \
	"9f 31 c6 e2 58 07 bb 94 2d 7c f0 13 6e a8 45 d9 82 1b e7 50 3a c4 " \
	"fd 66 09 b3 78 2e 95 d1 4c a0"

static const struct talk talks[] = {
	{ "wireguard", "10.0.0.1", "192.0.2.1", UDP, 40000, 51820,
	    { { 0, NULL, WG_INITIATION }, { 1, NULL, WG_RESPONSE } },
	    "wireguard" },
	{ "wireguard on another port", "10.0.0.1", "192.0.2.1", UDP, 40000, 443,
	    { { 0, NULL, WG_INITIATION }, { 1, NULL, WG_RESPONSE } },
	    "wireguard" },
	{ "ssh", "10.0.0.1", "192.0.2.1", TCP, 40000, 2222,
	    { { 1, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", NULL },
		{ 0, "SSH-2.0-OpenSSH_9.2p1\r\n", NULL } },
	    "ssh" },
	{ "dns", "10.0.0.1", "192.0.2.1", UDP, 40000, 53,
	    { { 0, NULL, DNS_QUERY }, { 1, NULL, DNS_ANSWER } }, "dns" },
	{ "http", "10.0.0.1", "192.0.2.1", TCP, 40000, 8000,
	    { { 0, "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", NULL },
		{ 1, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", NULL } },
	    "http" },
	{ "http connect", "10.0.0.1", "192.0.2.1", TCP, 40000, 3128,
	    { { 0,
		  "CONNECT a.example:443 HTTP/1.1\r\n"
		  "Host: a.example:443\r\n\r\n",
		  NULL },
		{ 1, "HTTP/1.1 200 Connection established\r\n\r\n", NULL } },
	    "http-connect" },
	{ "http proxy", "10.0.0.1", "192.0.2.1", TCP, 40000, 3128,
	    { { 0,
		  "GET http://a.example/ HTTP/1.1\r\n"
		  "Host: a.example\r\n\r\n",
		  NULL },
		{ 1, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", NULL } },
	    "http-proxy" },
	{ "socks 5", "10.0.0.1", "192.0.2.1", TCP, 40000, 1080,
	    { { 0, NULL, "05 01 00" }, { 1, NULL, "05 00" } }, "socks" },
	{ "socks 5 with a password is not Cassandra", "10.0.0.1", "192.0.2.1",
	    TCP, 40000, 1080,
	    { { 0, NULL, "05 02 00 02" }, { 1, NULL, "05 02" },
		{ 0, NULL, "01 01 61 01 62" }, { 1, NULL, "01 00" } },
	    NULL },
	{ "tls of a brand is tls", "10.0.0.1", "192.0.2.1", TCP, 40000, 443,
	    { { 0, NULL, CLIENT_HELLO } }, "tls" },
	{ "pptp", "10.0.0.1", "192.0.2.1", TCP, 40000, 1723,
	    { { 0, NULL, PPTP_START }, { 1, NULL, PPTP_START } }, "pptp" },
	{ "mdns", "10.0.0.1", "224.0.0.251", UDP, 5353, 5353,
	    { { 0, NULL, MDNS_QUERY } }, "mdns" },
	{ "mdns to a group", "10.0.0.1", "224.0.0.251", UDP, 40000, 5353,
	    { { 0, NULL, MDNS_QUERY } }, "mdns" },
	{ "what looks like mdns", "10.0.0.1", "192.0.2.1", UDP, 40000, 5353,
	    { { 0, NULL, MDNS_QUERY } }, NULL },
	/* A port alone is no evidence. */
	{ "noise on openvpn's port", "10.0.0.1", "192.0.2.1", UDP, 40000, 1194,
	    { { 0, NULL, NOISE }, { 1, NULL, NOISE } }, NULL },
	{ "noise on ike's port", "10.0.0.1", "192.0.2.1", UDP, 500, 500,
	    { { 0, NULL, NOISE }, { 1, NULL, NOISE } }, NULL },
	{ "noise on the port of TLS", "10.0.0.1", "192.0.2.1", TCP, 40000, 443,
	    { { 0, NULL, NOISE }, { 1, NULL, NOISE } }, NULL },
	{ "noise to a network of Google", "10.0.0.1", "8.8.8.8", UDP, 40000,
	    40001, { { 0, NULL, NOISE }, { 1, NULL, NOISE } }, NULL },
};

/* Writes an IPv4 packet; returns its size. */
static size_t
put_packet(const struct talk *talk, const struct say *say, uint8_t *room)
{
	unsigned head = talk->ip_proto == TCP ? 40 : 28;
	unsigned from = say->dir ? talk->server_port : talk->client_port;
	unsigned to = say->dir ? talk->client_port : talk->server_port;
	struct fs_addr client = { 0 }, server = { 0 };
	size_t size;

	memset(room, 0, head);
	if (!addr_parse(talk->client, &client) ||
	    !addr_parse(talk->server, &server))
		abort();
	if (say->hex != NULL) {
		size = tap_hex(say->hex, room + head, PACKET_SIZE - head);
	} else {
		size = strlen(say->text);
		memcpy(room + head, say->text, size);
	}
	size += head;
	room[0] = 0x45;
	room[2] = (uint8_t)(size >> 8);
	room[3] = (uint8_t)size;
	room[8] = 64;
	room[9] = (uint8_t)talk->ip_proto;
	memcpy(room + 12, (say->dir ? server : client).bytes, 4);
	memcpy(room + 16, (say->dir ? client : server).bytes, 4);
	room[20] = (uint8_t)(from >> 8);
	room[21] = (uint8_t)from;
	room[22] = (uint8_t)(to >> 8);
	room[23] = (uint8_t)to;
	if (talk->ip_proto == TCP) {
		room[27] = room[31] = 1;
		room[32] = 0x50;
		room[33] = TCP_PSH | TCP_ACK;
		room[34] = 0xff;
	} else {
		room[24] = (uint8_t)((size - 20) >> 8);
		room[25] = (uint8_t)(size - 20);
	}
	return size;
}

static struct flow
flow_of(const struct talk *talk)
{
	struct flow flow = { .start_seen = true };
	struct fs_addr addr = { 0 };

	if (!addr_parse(talk->client, &addr))
		abort();
	memcpy(flow.key.addr[0], addr.bytes, 16);
	if (!addr_parse(talk->server, &addr))
		abort();
	memcpy(flow.key.addr[1], addr.bytes, 16);
	flow.key.port[0] = (uint16_t)talk->client_port;
	flow.key.port[1] = (uint16_t)talk->server_port;
	flow.key.ip_proto = (uint8_t)talk->ip_proto;
	flow.key.family = 4;
	return flow;
}

/* What is shown of a flow, and its state. */
struct show {
	void *shared, *state;
	struct flow flow;
	uint64_t time_us;
	unsigned number;
};

static struct show
show_of(const struct talk *talk, void *shared)
{
	struct show show = { .shared = shared, .time_us = 1000000 };

	show.state = calloc(1, signal_dpi.state_size);
	show.flow = flow_of(talk);
	if (show.state == NULL)
		abort();
	return show;
}

/* Shows one packet, cut to 'size' bytes. */
static bool
show_packet(struct show *show, const struct talk *talk, const struct say *say,
    size_t cut)
{
	uint8_t room[PACKET_SIZE], *exact;
	size_t size = put_packet(talk, say, room);
	struct packet packet = { .ip_proto = (uint8_t)talk->ip_proto };
	struct sighting seen = { .flow = &show->flow,
		.packet = &packet,
		.dir = say->dir,
		.number = ++show->number };
	bool more;

	if (size > cut)
		size = cut;
	exact = tap_exact(room, size);
	packet.ip = cursor_of(exact, size);
	seen.time_us = show->time_us;
	show->time_us += 20000;
	more = signal_dpi.packet(show->state, show->shared, &seen);
	free(exact);
	return more;
}

/* Ends the flow; "protocol confidence", or "". */
static const char *
conclude(struct show *show, char *room, size_t size)
{
	struct signals *signals = calloc(1, sizeof(*signals));
	size_t at;

	if (signals == NULL)
		abort();
	room[0] = '\0';
	signal_dpi.collect(show->state, show->shared, &show->flow, signals);
	if (signals_known(signals, SIGNAL_DPI_PROTOCOL)) {
		at = signals_format(signals, SIGNAL_DPI_PROTOCOL, false, room,
		    size);
		room[at++] = ' ';
		signals_format(signals, SIGNAL_DPI_CONFIDENCE, false, room + at,
		    size - at);
	} else if (signals_known(signals, SIGNAL_DPI_CONFIDENCE)) {
		snprintf(room, size, "a confidence in nothing");
	}
	signal_dpi.fini(show->state, show->shared);
	free(show->state);
	free(signals);
	return room;
}

static void
test_talks(void *shared)
{
	struct show show;
	char got[64], want[64];
	size_t i, n;

	for (i = 0; i < sizeof(talks) / sizeof(talks[0]); i++) {
		show = show_of(&talks[i], shared);
		for (n = 0; n < SAYS; n++) {
			const struct say *say = &talks[i].says[n];

			if ((say->hex == NULL && say->text == NULL) ||
			    !show_packet(&show, &talks[i], say, PACKET_SIZE))
				break;
		}
		snprintf(want, sizeof(want), "%s%s",
		    talks[i].want ? talks[i].want : "",
		    talks[i].want ? " dpi" : "");
		tap_text(conclude(&show, got, sizeof(got)), want,
		    talks[i].name);
	}
}

/* Every packet of every talk, cut at every byte. */
static void
test_cuts(void *shared)
{
	uint8_t room[PACKET_SIZE];
	struct show show;
	char got[64];
	size_t i, n, cut, size, shown = 0;

	for (i = 0; i < sizeof(talks) / sizeof(talks[0]); i++)
		for (n = 0; n < SAYS; n++) {
			const struct say *say = &talks[i].says[n];

			if (say->hex == NULL && say->text == NULL)
				break;
			size = put_packet(&talks[i], say, room);
			for (cut = 0; cut <= size; cut++, shown++) {
				show = show_of(&talks[i], shared);
				show_packet(&show, &talks[i], say, cut);
				conclude(&show, got, sizeof(got));
			}
		}
	tap_ok(shown > 2000, "%zu packets, cut at every byte", shown);
}

/* It gives up in time, and a clock that runs backwards does no harm. */
static void
test_bounds(void *shared)
{
	static const struct talk noise = { "noise", "10.0.0.1", "192.0.2.1",
		UDP, 40000, 40001, { { 0, NULL, NOISE } }, NULL };
	struct show show = show_of(&noise, shared);
	unsigned count = 1;
	char got[64];

	while (show_packet(&show, &noise, &noise.says[0], PACKET_SIZE) &&
	    count < 100) {
		show.time_us = count % 3 ? 5 : 9000000;
		count++;
	}
	tap_ok(count <= 32, "given up after %u packets", count);
	tap_text(conclude(&show, got, sizeof(got)), "", "without an opinion");
	/* A state that never saw a packet. */
	show = show_of(&noise, shared);
	tap_text(conclude(&show, got, sizeof(got)), "", "nothing was seen");
}

/* The answer for one flow does not hang on others: all talks once more, in
 * the reverse order, by the module that has seen them, and by a new one. */
static void
test_order(void *used)
{
	size_t count = sizeof(talks) / sizeof(talks[0]), i, n, pass;
	struct show show;
	char got[2][64];
	void *fresh = NULL;
	bool same = true;

	if (signal_dpi.open(NULL, &fresh) < 0)
		abort();
	for (i = count; i-- > 0;) {
		for (pass = 0; pass < 2; pass++) {
			show = show_of(&talks[i], pass ? fresh : used);
			for (n = 0; n < SAYS &&
			     (talks[i].says[n].hex || talks[i].says[n].text);
			     n++)
				if (!show_packet(&show, &talks[i],
					&talks[i].says[n], PACKET_SIZE))
					break;
			conclude(&show, got[pass], sizeof(got[pass]));
		}
		same = same && strcmp(got[0], got[1]) == 0;
	}
	tap_ok(same, "what came before does not matter");
	signal_dpi.close(fresh);
}

int
main(void)
{
	struct fs_err err = { 0 };
	void *shared = NULL;

	if (!tap_int(signal_dpi.open(&err, &shared), 0, "libndpi starts")) {
		printf("# %s\n", err.text);
		return tap_done();
	}
	test_talks(shared);
	test_cuts(shared);
	test_bounds(shared);
	test_order(shared);
	signal_dpi.close(shared);
	signal_dpi.close(NULL);
	return tap_done();
}
