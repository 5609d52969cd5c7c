/* The kinds of traffic and what they say. */
#include <stdio.h>
#include <string.h>

#include "gen.h"

enum { RECORD = 16384 };

uint64_t
gen_next(struct gen_random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

uint32_t
gen_range(struct gen_random *random, uint32_t min, uint32_t max)
{
	return min + (uint32_t)(gen_next(random) % ((uint64_t)max - min + 1));
}

uint32_t
gen_skewed(struct gen_random *random, uint32_t min, uint32_t max)
{
	/* The product of three shares: half of all below a tenth. */
	uint64_t value = max - min;
	unsigned i;

	for (i = 0; i < 3; i++)
		value = value * gen_range(random, 0, 1 << 16) >> 16;
	return min + (uint32_t)value;
}

void
gen_noise(struct gen_random *random, uint8_t *bytes, size_t size)
{
	size_t at, piece;
	uint64_t word;

	for (at = 0; at < size; at += piece) {
		word = gen_next(random);
		piece = size - at < sizeof(word) ? size - at : sizeof(word);
		memcpy(bytes + at, &word, piece);
	}
}

static void
put_text(struct gen_packet *packet, int size)
{
	packet->size = (size_t)size;
}

/* ---- TLS -------------------------------------------------------------- */

/* Writes the headers of the records of 'total' bytes that lie within this
 * piece, which begins at 'offset'. */
static void
put_records(struct gen_packet *packet, uint32_t offset, uint32_t total)
{
	uint32_t start, size;
	size_t i, k;

	for (i = 0; i < packet->size; i++) {
		start = (offset + (uint32_t)i) % (RECORD + 5);
		if (start >= 5)
			continue;
		k = offset + i - start;
		size = total - (uint32_t)k - 5;
		if (size > RECORD)
			size = RECORD;
		packet->payload[i] = start == 0 ? 23
		    : start < 3                 ? 3
		    : start == 3                ? (uint8_t)(size >> 8)
						: (uint8_t)size;
	}
}

static void
tls_request(struct gen_flow *flow, struct gen_packet *packet)
{
	if (flow->exchange == 0) {
		packet->size = gen_client_hello(&flow->random, packet->payload);
		return;
	}
	packet->size = gen_skewed(&flow->random, 90, 1200);
	gen_noise(&flow->random, packet->payload, packet->size);
	put_records(packet, 0, (uint32_t)packet->size);
}

static void
tls_answer(struct gen_flow *flow, struct gen_packet *packet)
{
	uint8_t hello[256];
	size_t size;

	gen_noise(&flow->random, packet->payload, packet->size);
	if (flow->exchange == 0) {
		size = gen_server_hello(&flow->random, hello);
		if (flow->offset == 0)
			memcpy(packet->payload, hello, size);
		return;
	}
	put_records(packet, flow->offset, flow->offset + flow->left);
}

/* ---- HTTP ------------------------------------------------------------- */

static void
http_request(struct gen_flow *flow, struct gen_packet *packet)
{
	put_text(packet,
	    snprintf((char *)packet->payload, sizeof(packet->payload),
		"GET /v1/items/%u HTTP/1.1\r\nHost: www%u.example.org\r\n"
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:%u.0) "
		"Gecko/20100101 Firefox/%u.0\r\nAccept: */*\r\n"
		"Accept-Language: en\r\nConnection: keep-alive\r\n\r\n",
		gen_range(&flow->random, 0, 1 << 30),
		gen_skewed(&flow->random, 0, 5000),
		gen_range(&flow->random, 100, 120),
		gen_range(&flow->random, 100, 120)));
}

static void
http_answer(struct gen_flow *flow, struct gen_packet *packet)
{
	char header[256];
	int size;

	gen_noise(&flow->random, packet->payload, packet->size);
	if (flow->offset != 0)
		return;
	size = snprintf(header, sizeof(header),
	    "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: "
	    "application/octet-stream\r\nContent-Length: %u\r\n\r\n",
	    flow->left);
	if ((size_t)size <= packet->size)
		memcpy(packet->payload, header, (size_t)size);
}

/* ---- DNS -------------------------------------------------------------- */

static size_t
dns_question(struct gen_flow *flow, uint8_t *bytes, bool answer)
{
	static const uint8_t tail[] = { 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 3,
		'c', 'o', 'm', 0, 0, 1, 0, 1 };
	struct gen_random same = { flow->rtt_us };
	char label[24];
	int size = snprintf(label, sizeof(label), "host-%u",
	    gen_range(&same, 0, 50000));
	uint8_t header[12] = { (uint8_t)(flow->rtt_us >> 8),
		(uint8_t)flow->rtt_us, answer ? 0x81 : 1, answer ? 0x80 : 0, 0,
		1, 0, answer };
	size_t at = sizeof(header);

	memcpy(bytes, header, sizeof(header));
	bytes[at++] = (uint8_t)size;
	memcpy(bytes + at, label, (size_t)size);
	at += (size_t)size;
	memcpy(bytes + at, tail, sizeof(tail));
	return at + sizeof(tail);
}

static void
dns_request(struct gen_flow *flow, struct gen_packet *packet)
{
	packet->size = dns_question(flow, packet->payload, false);
}

static void
dns_answer(struct gen_flow *flow, struct gen_packet *packet)
{
	uint8_t record[16] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 198, 51,
		100, 7 };
	size_t size = dns_question(flow, packet->payload, true);

	memcpy(packet->payload + size, record, sizeof(record));
	packet->size = size + sizeof(record);
}

/* ---- QUIC and noise ---------------------------------------------------- */

/* Long headers of the first exchange as QUIC version 1 has them, short ones
 * later. The rest is noise: no key opens it. */
static void
quic_header(struct gen_flow *flow, struct gen_packet *packet, uint8_t first)
{
	uint8_t header[] = { first, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0x44, 0x96 };

	gen_noise(&flow->random, packet->payload, packet->size);
	if (flow->exchange > 0) {
		packet->payload[0] = 0x40 | (packet->payload[0] & 0x3f);
		return;
	}
	memcpy(header + 6, &flow->server, 4);
	memcpy(header + 10, &flow->port[0], 2);
	if (packet->size >= sizeof(header))
		memcpy(packet->payload, header, sizeof(header));
}

static void
quic_request(struct gen_flow *flow, struct gen_packet *packet)
{
	packet->size =
	    flow->exchange == 0 ? 1200 : gen_skewed(&flow->random, 40, 1200);
	quic_header(flow, packet, 0xc3);
}

static void
quic_answer(struct gen_flow *flow, struct gen_packet *packet)
{
	if (packet->size > 1200)
		packet->size = 1200;
	quic_header(flow, packet, flow->offset == 0 ? 0xc1 : 0xe1);
}

static void
noise_request(struct gen_flow *flow, struct gen_packet *packet)
{
	packet->size = gen_skewed(&flow->random, 20, 1200);
	gen_noise(&flow->random, packet->payload, packet->size);
}

static void
noise_answer(struct gen_flow *flow, struct gen_packet *packet)
{
	gen_noise(&flow->random, packet->payload, packet->size);
}

/* ---- The mix ----------------------------------------------------------- */

const struct gen_kind gen_kinds[] = {
	{ "tls", 430, 6, 443, 20, 22000, tls_request, tls_answer },
	{ "http", 70, 6, 80, 8, 30000, http_request, http_answer },
	{ "dns", 270, 17, 53, 1, 1, dns_request, dns_answer },
	{ "quic", 110, 17, 443, 16, 14000, quic_request, quic_answer },
	{ "udp", 60, 17, 0, 120, 600, noise_request, noise_answer },
	{ "tcp", 30, 6, 0, 8, 20000, noise_request, noise_answer },
	{ "scan", 30, 6, 0, 0, 0, NULL, NULL },
};
const size_t gen_kind_count = sizeof(gen_kinds) / sizeof(gen_kinds[0]);
