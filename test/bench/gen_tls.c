/* TLS hellos as browsers, curl and servers write them. */
#include <stdio.h>
#include <string.h>

#include "gen.h"

/* A growing message; lengths are filled in behind. */
struct message {
	uint8_t *bytes;
	size_t size;
};

static void
put(struct message *message, const void *bytes, size_t size)
{
	memcpy(message->bytes + message->size, bytes, size);
	message->size += size;
}

static void
put_u16(struct message *message, unsigned value)
{
	uint8_t bytes[2] = { (uint8_t)(value >> 8), (uint8_t)value };

	put(message, bytes, sizeof(bytes));
}

/* Writes the 2 bytes of a length at 'at' over what came behind it. */
static void
close_u16(struct message *message, size_t at)
{
	size_t size = message->size - at - 2;

	message->bytes[at] = (uint8_t)(size >> 8);
	message->bytes[at + 1] = (uint8_t)size;
}

static void
put_noise(struct message *message, struct gen_random *random, size_t size)
{
	gen_noise(random, message->bytes + message->size, size);
	message->size += size;
}

/* Record and handshake headers, lengths open. */
static void
open_hello(struct message *message, uint8_t type)
{
	uint8_t header[] = { 22, 3, 1, 0, 0, type, 0, 0, 0, 3, 3 };

	put(message, header, sizeof(header));
}

static void
close_hello(struct message *message)
{
	close_u16(message, 3);
	close_u16(message, 7);
}

struct extension {
	uint16_t type;
	uint16_t size;
	const char *bytes;
};

/* What browsers, curl and Go send, in their order; type 0 is the name, 51
 * the key share. */
static const struct extension browser[] = { { 0, 0, "" }, { 23, 0, "" },
	{ 0xff01, 1, "\0" }, { 10, 8, "\0\6\0\x1d\0\x17\0\x18" },
	{ 11, 2, "\1\0" }, { 35, 0, "" }, { 16, 14, "\0\xc\2h2\x8http/1.1" },
	{ 5, 5, "\1\0\0\0\0" },
	{ 13, 18, "\0\x10\4\3\x8\4\4\1\5\3\x8\5\5\1\x8\6\6\1" }, { 51, 0, "" },
	{ 45, 2, "\1\1" }, { 43, 5, "\4\3\4\3\3" }, { 27, 3, "\2\0\2" } };
static const struct extension curl[] = { { 0, 0, "" }, { 11, 4, "\3\0\1\2" },
	{ 10, 12, "\0\xa\0\x1d\0\x17\0\x1e\0\x19\0\x18" },
	{ 16, 14, "\0\xc\2h2\x8http/1.1" }, { 22, 0, "" }, { 23, 0, "" },
	{ 13, 20, "\0\x12\4\3\5\3\6\3\x8\7\x8\x8\x8\x9\x8\xa\x8\xb\x8\4" },
	{ 43, 5, "\4\3\4\3\3" }, { 45, 2, "\1\1" }, { 51, 0, "" } };
static const struct extension go[] = { { 0, 0, "" }, { 5, 5, "\1\0\0\0\0" },
	{ 10, 10, "\0\x8\0\x1d\0\x17\0\x18\0\x19" }, { 11, 2, "\1\0" },
	{ 13, 14, "\0\xc\x8\4\4\3\x8\7\x8\5\x8\6\4\1" }, { 0xff01, 1, "\0" },
	{ 18, 0, "" }, { 43, 5, "\4\3\4\3\3" }, { 51, 0, "" } };

static const struct {
	const struct extension *extensions;
	size_t count;
	const char *ciphers;
	uint16_t cipher_size;
} profiles[] = {
	{ browser, sizeof(browser) / sizeof(browser[0]),
	    "\x13\1\x13\2\x13\3\xc0\x2b\xc0\x2f\xc0\x2c\xc0\x30\xcc\xa9"
	    "\xcc\xa8\xc0\x13\xc0\x14\0\x9c\0\x9d\0\x2f\0\x35",
	    30 },
	{ curl, sizeof(curl) / sizeof(curl[0]),
	    "\x13\2\x13\3\x13\1\xc0\x2c\xc0\x30\0\x9f\xcc\xa9\xcc\xa8"
	    "\xcc\xaa\xc0\x2b\xc0\x2f\0\x9e\xc0\x24\xc0\x28\0\x6b\0\xff",
	    32 },
	{ go, sizeof(go) / sizeof(go[0]),
	    "\xc0\x2b\xc0\x2f\xc0\x2c\xc0\x30\xcc\xa9\xcc\xa8\xc0\x09"
	    "\xc0\x13\x13\1\x13\2\x13\3",
	    22 },
};

static void
put_name(struct message *message, struct gen_random *random)
{
	char name[64];
	size_t at = message->size;
	int size = snprintf(name, sizeof(name), "%s%u.example.%s",
	    gen_range(random, 0, 1) ? "api" : "cdn-edge",
	    gen_skewed(random, 0, 20000),
	    gen_range(random, 0, 2) ? "com" : "net");

	put_u16(message, 0);
	put(message, "\0", 1);
	put_u16(message, (unsigned)size);
	put(message, name, (size_t)size);
	close_u16(message, at);
}

static void
put_extension(struct message *message, struct gen_random *random,
    const struct extension *extension)
{
	size_t at;

	put_u16(message, extension->type);
	at = message->size;
	put_u16(message, 0);
	put(message, extension->bytes, extension->size);
	if (extension->type == 0)
		put_name(message, random);
	if (extension->type == 51) {
		put(message, "\0\x24\0\x1d\0\x20", 6);
		put_noise(message, random, 32);
	}
	close_u16(message, at);
}

size_t
gen_client_hello(struct gen_random *random, uint8_t *room)
{
	struct message message = { room, 0 };
	unsigned p = gen_range(random, 0, 2);
	size_t at, i;

	open_hello(&message, 1);
	put_noise(&message, random, 32);
	put(&message, "\x20", 1);
	put_noise(&message, random, 32);
	put_u16(&message, profiles[p].cipher_size);
	put(&message, profiles[p].ciphers, profiles[p].cipher_size);
	put(&message, "\1\0", 2);
	at = message.size;
	put_u16(&message, 0);
	for (i = 0; i < profiles[p].count; i++)
		put_extension(&message, random, &profiles[p].extensions[i]);
	close_u16(&message, at);
	close_hello(&message);
	return message.size;
}

size_t
gen_server_hello(struct gen_random *random, uint8_t *room)
{
	struct message message = { room, 0 };

	open_hello(&message, 2);
	message.bytes[2] = 3;
	put_noise(&message, random, 32);
	put(&message, "\x20", 1);
	put_noise(&message, random, 32);
	put(&message, "\x13\2\0\0\x2e\0\x2b\0\2\3\4\0\x33\0\x24\0\x1d\0\x20",
	    19);
	put_noise(&message, random, 32);
	close_hello(&message);
	put(&message, "\x14\3\3\0\1\1", 6);
	return message.size;
}
