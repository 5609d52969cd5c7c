#include "parse/quic.h"

#include "flowscan.h"
#include "quic_seal.h"
#include "quic_vectors.h"

static const struct quic_id rfc_id = { 1, 8,
	{ 0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08 } };

static const struct vector_case {
	const char *name, *hex;
	uint32_t version;
	enum quic_side side;
	unsigned type, size; /* Of the message. */
} vector_cases[] = {
	{ "vector: version 1, client", quic_v1_client, 1, QUIC_CLIENT, 1, 237 },
	{ "vector: version 1, server", quic_v1_server, 1, QUIC_SERVER, 2, 86 },
	{ "vector: version 2, client", quic_v2_client, 0x6b3343cf, QUIC_CLIENT,
	    1, 237 },
	{ "vector: version 2, server", quic_v2_server, 0x6b3343cf, QUIC_SERVER,
	    2, 86 },
};

static int
read_datagram(const uint8_t *bytes, size_t size, enum quic_side side,
    struct quic_hello *hello, struct tls_message *message)
{
	if (side == QUIC_CLIENT)
		quic_hello_init_client(hello);
	else
		quic_hello_init_server(hello, &rfc_id);
	return quic_hello_add(hello, cursor_of(bytes, size), message);
}

static void
test_vector(const struct vector_case *test)
{
	uint8_t room[1500];
	size_t cut, wrong = 0, size = tap_hex(test->hex, room, sizeof(room));
	struct quic_hello hello;
	struct tls_message message = { 0 };
	uint8_t *bytes;
	int rc = 0;

	for (cut = 0; cut <= size; cut++) {
		bytes = tap_exact(room, cut);
		rc = read_datagram(bytes, cut, test->side, &hello, &message);
		free(bytes);
		if (cut < size && rc != (cut == 0 ? FS_EFORMAT : FS_ETRUNC))
			wrong++;
	}
	tap_int(rc, 1, test->name);
	tap_int((long long)wrong, 0, "... cut at every byte");
	tap_ok(message.type == test->type && message.body.left == test->size,
	    "... its message");
	tap_ok(hello.id.version == test->version && hello.id.size == 8 &&
		memcmp(hello.id.bytes, rfc_id.bytes, 8) == 0,
	    "... what its keys are of");
}

static void
test_vector_bytes(void)
{
	struct quic_hello hello;
	struct tls_message message;
	uint8_t room[1500], want[256];
	size_t size = tap_hex(quic_v1_client, room, sizeof(room));
	size_t want_size = tap_hex(quic_crypto, want, sizeof(want));

	read_datagram(room, size, QUIC_CLIENT, &hello, &message);
	tap_bytes(message.body.at, message.body.left, want + 8, want_size - 8,
	    "vector: the ClientHello's bytes");
	room[600] ^= 1;
	tap_int(read_datagram(room, size, QUIC_CLIENT, &hello, &message),
	    FS_EFORMAT, "vector: one bit is wrong");
}

static const struct version_case {
	const char *name, *hex;
	bool known;
	uint32_t version;
} version_cases[] = {
	{ "version: 1", "c0 00000001", true, 1 },
	{ "version: 2", "d0 6b3343cf", true, 0x6b3343cf },
	{ "version: draft 29", "c0 ff00001d", true, 0xff00001d },
	{ "version: negotiation", "80 00000000", true, 0 },
	{ "version: reserved", "c0 1a2a3a4a", true, 0x1a2a3a4a },
	{ "version: Google's", "c3 51303436", true, 0x51303436 },
	{ "version: Facebook's", "c0 faceb002", true, 0xfaceb002 },
	{ "version: not in use", "c0 00000002", false, 0 },
	{ "version: short header", "40 00000001", false, 0 },
	{ "version: cut", "c0 000000", false, 0 },
	{ "version: nothing", "", false, 0 },
};

static void
test_version(const struct version_case *test)
{
	uint8_t room[16];
	size_t size = tap_hex(test->hex, room, sizeof(room));
	uint8_t *bytes = tap_exact(room, size);
	uint32_t version = 0;
	bool known = quic_version(cursor_of(bytes, size), &version);

	tap_ok(known == test->known && version == test->version, "%s",
	    test->name);
	free(bytes);
}

/* Packets of a datagram: types in order, and how it ends. */
static const struct packet_case {
	const char *name, *hex;
	const char *types; /* A digit each, of enum quic_type. */
	int rc;
} packet_cases[] = {
	{ "packets: nothing", "", "", 0 },
	{ "packets: Initial", "c0 00000001 01 aa 01 bb 00 02 1234", "0", 0 },
	{ "packets: Initial with a token",
	    "c0 00000001 01 aa 01 bb 02 7777 02 1234", "0", 0 },
	{ "packets: Initial of version 2", "d0 6b3343cf 01 aa 01 bb 00 02 1234",
	    "0", 0 },
	{ "packets: 0-RTT", "d0 00000001 01 aa 01 bb 02 1234", "1", 0 },
	{ "packets: Handshake", "e0 00000001 01 aa 01 bb 02 1234", "2", 0 },
	{ "packets: Retry", "f0 00000001 01 aa 01 bb 1234 5678", "3", 0 },
	{ "packets: Retry of version 2", "c0 6b3343cf 00 01 bb 1234 5678", "3",
	    0 },
	{ "packets: negotiation", "80 00000000 01 aa 01 bb 00000001", "4", 0 },
	{ "packets: a version that is only known by name",
	    "c0 1a2a3a4a 01 aa 01 bb 00 02 1234", "5", 0 },
	{ "packets: Google's old form", "c3 51303436 50 1234567812345678", "5",
	    0 },
	{ "packets: two",
	    "c0 00000001 01 aa 01 bb 00 02 1234"
	    "e0 00000001 01 aa 01 bb 02 1234",
	    "02", 0 },
	{ "packets: a short header behind",
	    "e0 00000001 01 aa 01 bb 02 1234 40 aa 1234", "2", 0 },
	{ "packets: padding behind",
	    "e0 00000001 01 aa 01 bb 02 1234 000000000000", "2", 0 },
	{ "packets: longer than the datagram",
	    "c0 00000001 01 aa 01 bb 00 03 1234", "", FS_ETRUNC },
	{ "packets: token beyond the datagram", "c0 00000001 01 aa 01 bb 40ff",
	    "", FS_ETRUNC },
	{ "packets: connection ID of 21 bytes",
	    "c0 00000001 15 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 00 00"
	    "00",
	    "", FS_EFORMAT },
	{ "packets: the fixed bit is not set",
	    "80 00000001 01 aa 01 bb 00 02 1234", "", FS_EFORMAT },
	{ "packets: unknown version", "c0 01020304 01 aa 01 bb 00 02 1234", "",
	    FS_EFORMAT },
};

static int
walk(const uint8_t *bytes, size_t size, char *types)
{
	struct cursor datagram = cursor_of(bytes, size);
	struct quic_packet packet;
	int rc;

	while ((rc = quic_packet_next(&datagram, &packet)) > 0)
		*types++ = (char)('0' + (int)packet.type);
	*types = '\0';
	return rc;
}

static void
test_packets(const struct packet_case *test)
{
	uint8_t room[128];
	char types[32], part_types[32];
	size_t cut, wrong = 0, size = tap_hex(test->hex, room, sizeof(room));
	uint8_t *bytes = tap_exact(room, size);
	int rc = walk(bytes, size, types);

	free(bytes);
	tap_text(types, test->types, test->name);
	tap_int(rc, test->rc, "... and its end");
	for (cut = 0; cut < size; cut++) {
		bytes = tap_exact(room, cut);
		walk(bytes, cut, part_types);
		if (strncmp(part_types, types, strlen(part_types)) != 0)
			wrong++;
		free(bytes);
	}
	tap_int((long long)wrong, 0, "... cut at every byte");
}

static const struct frame_case {
	const char *name, *hex, *front; /* Text. */
	int rc;
} frame_cases[] = {
	{ "frames: none", "", "", 0 },
	{ "frames: padding and ping", "00 00 01 00", "", 0 },
	{ "frames: crypto", "06 00 03 616263", "abc", 0 },
	{ "frames: crypto shuffled", "06 02 02 6364 01 06 00 02 6162 00",
	    "abcd", 0 },
	{ "frames: long numbers", "06 80000000 c000000000000003 616263", "abc",
	    0 },
	{ "frames: acknowledgement", "02 05 00 01 00 00 00 06 00 01 61", "a",
	    0 },
	{ "frames: acknowledgement with ECN",
	    "03 05 00 00 00 01 02 03 06 00 01 61", "a", 0 },
	{ "frames: close", "1c 0a 06 02 6f6b 06 00 01 61", "a", 0 },
	{ "frames: a stream has no place", "06 00 01 61 08 00 00", "a",
	    FS_EFORMAT },
	{ "frames: crypto cut", "06 00 03 6162", "", FS_ETRUNC },
	{ "frames: acknowledgement of too many ranges", "02 05 00 3f 00 00", "",
	    FS_ETRUNC },
	{ "frames: crypto beyond the bound", "06 80002000 01 61", "",
	    FS_EFULL },
};

static void
test_frames(const struct frame_case *test)
{
	static struct assembly crypto;
	uint8_t room[64];
	size_t cut, size = tap_hex(test->hex, room, sizeof(room));
	struct cursor front;
	int rc = 0;

	for (cut = 0; cut <= size; cut++) {
		uint8_t *bytes = tap_exact(room, cut);

		assembly_init(&crypto);
		rc = quic_frames_read(cursor_of(bytes, cut), &crypto);
		free(bytes);
	}
	front = assembly_front(&crypto);
	tap_int(rc, test->rc, test->name);
	tap_bytes(front.at, front.left, test->front, strlen(test->front),
	    "... what is collected");
}

/* A hello of 'size' bytes with a pattern in it. */
static void
make_message(struct build *message, size_t size)
{
	size_t i;

	message->size = 0;
	build_number(message, 1, 1);
	build_number(message, size - 4, 3);
	for (i = 4; i < size; i++)
		build_number(message, i * 7, 1);
}

static bool
same_message(const struct tls_message *got, const struct build *want)
{
	return got->type == want->bytes[0] &&
	    got->body.left == want->size - 4 &&
	    memcmp(got->body.at, want->bytes + 4, want->size - 4) == 0;
}

static void
make_datagram(struct build *datagram, const struct quic_seal *seal,
    const struct build *message, size_t at, size_t end)
{
	static struct build frames;

	frames.size = datagram->size = 0;
	quic_seal_crypto(&frames, message, at, end);
	build_fill(&frames, 0, 20);
	quic_seal_add(datagram, seal, &frames);
}

static int
add(struct quic_hello *hello, const struct build *datagram,
    struct tls_message *message)
{
	return quic_hello_add(hello, cursor_of(datagram->bytes, datagram->size),
	    message);
}

static const struct quic_seal first = { .keys = { 1, 4, { 1, 2, 3, 4 } },
	.side = QUIC_CLIENT,
	.dcid = "01020304",
	.number_size = 1 };

static void
test_datagrams(void)
{
	static struct build message, datagram;
	static struct quic_hello hello;
	struct quic_seal seal = first;
	struct tls_message got;

	make_message(&message, 1800);
	quic_hello_init_client(&hello);
	make_datagram(&datagram, &seal, &message, 0, 1000);
	tap_int(add(&hello, &datagram, &got), 0, "two datagrams: the first");
	/* The client now names the ID that the server chose. */
	seal.dcid = "5566778899";
	seal.number = 0x01020304;
	seal.number_size = 4;
	make_datagram(&datagram, &seal, &message, 1000, 1800);
	tap_int(add(&hello, &datagram, &got), 1, "... the second");
	tap_ok(same_message(&got, &message), "... are one message");
	quic_hello_init_client(&hello);
	seal.dcid = "01020304";
	make_datagram(&datagram, &seal, &message, 1000, 1800);
	tap_int(add(&hello, &datagram, &got), 0, "the second one first");
	make_datagram(&datagram, &first, &message, 0, 1000);
	tap_int(add(&hello, &datagram, &got), 1, "... then the first");
	tap_ok(same_message(&got, &message), "... are the same message");
}

/* Ten frames, shuffled, in two Initial packets of one datagram. */
static void
test_shuffled(void)
{
	static const size_t order[] = { 3, 9, 0, 5, 1, 8, 2, 7, 4, 6 };
	static struct build message, datagram, frames;
	static struct quic_hello hello;
	struct quic_seal seal = first;
	struct tls_message got;
	size_t i;

	make_message(&message, 500);
	datagram.size = frames.size = 0;
	for (i = 0; i < 10; i++) {
		quic_seal_crypto(&frames, &message, order[i] * 50,
		    order[i] * 50 + 50);
		build_number(&frames, 1, 1);
		if (i != 4)
			continue;
		quic_seal_add(&datagram, &seal, &frames);
		frames.size = 0;
		seal.number++;
	}
	quic_seal_add(&datagram, &seal, &frames);
	quic_hello_init_client(&hello);
	tap_int(add(&hello, &datagram, &got), 1, "shuffled frames");
	tap_ok(same_message(&got, &message), "... are one message");
}

static void
test_new_keys(void)
{
	static struct build message, other, datagram;
	static struct quic_hello hello;
	struct quic_seal seal = first;
	struct tls_message got;

	make_message(&message, 900);
	quic_hello_init_client(&hello);
	make_datagram(&datagram, &seal, &message, 0, 500);
	add(&hello, &datagram, &got);
	/* After a Retry: keys of the new ID. */
	seal.keys = (struct quic_id){ 1, 2, { 0xaa, 0xbb } };
	seal.dcid = "aabb";
	make_datagram(&datagram, &seal, &message, 500, 900);
	tap_int(add(&hello, &datagram, &got), 1, "new keys after a Retry");
	tap_ok(hello.id.size == 2 && same_message(&got, &message),
	    "... and the message goes on");
	/* Another version begins anew. */
	make_message(&other, 700);
	make_datagram(&datagram, &first, &message, 0, 500);
	quic_hello_init_client(&hello);
	add(&hello, &datagram, &got);
	seal = first;
	seal.keys.version = 0x6b3343cf;
	make_datagram(&datagram, &seal, &other, 0, 700);
	tap_int(add(&hello, &datagram, &got), 1, "another version");
	tap_ok(same_message(&got, &other), "... is another message");
	/* Keys that fit nothing do no harm. */
	seal.dcid = "0505";
	make_datagram(&datagram, &seal, &other, 0, 100);
	quic_hello_init_client(&hello);
	tap_int(add(&hello, &datagram, &got), FS_EFORMAT, "no keys fit");
}

static void
test_versions(void)
{
	static const uint32_t versions[] = { 0xff000017, 0xff00001d, 0xff000022,
		1, 0x6b3343cf };
	static struct build message, datagram;
	static struct quic_hello hello;
	struct quic_seal seal = first;
	struct tls_message got;
	size_t i;

	make_message(&message, 300);
	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		seal.keys.version = versions[i];
		make_datagram(&datagram, &seal, &message, 0, 300);
		quic_hello_init_client(&hello);
		tap_int(add(&hello, &datagram, &got), 1, "a version's keys");
	}
	quic_hello_init_client(&hello);
	datagram.size = 0;
	build_hex(&datagram, "c0 1a2a3a4a 01 aa 01 bb 00 02 1234");
	tap_int(add(&hello, &datagram, &got), FS_EUNSUP,
	    "a version without keys");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(vector_cases) / sizeof(vector_cases[0]); i++)
		test_vector(&vector_cases[i]);
	test_vector_bytes();
	for (i = 0; i < sizeof(version_cases) / sizeof(version_cases[0]); i++)
		test_version(&version_cases[i]);
	for (i = 0; i < sizeof(packet_cases) / sizeof(packet_cases[0]); i++)
		test_packets(&packet_cases[i]);
	for (i = 0; i < sizeof(frame_cases) / sizeof(frame_cases[0]); i++)
		test_frames(&frame_cases[i]);
	test_datagrams();
	test_shuffled();
	test_new_keys();
	test_versions();
	return tap_done();
}
