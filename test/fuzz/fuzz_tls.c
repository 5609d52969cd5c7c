/* Property: what is read of a stream does not change when more of it comes:
 * the messages of its beginning are the first ones of the whole. And each
 * fingerprint has its form. The first byte says where the beginning ends, in
 * 256ths of the whole. */
#include <stdlib.h>
#include <string.h>

#include "parse/fingerprint.h"
#include "parse/tls.h"

enum { MESSAGES_MAX = 64, STREAM_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	unsigned count;
	struct {
		uint8_t type;
		size_t size;
		uint8_t first;
	} message[MESSAGES_MAX];
};

static void
read_hellos(const struct tls_message *message)
{
	static struct tls_client_hello client;
	static struct tls_server_hello server;
	char ja3[JA3_SIZE], ja4[JA4_SIZE];
	unsigned datagrams;

	(void)tls_server_hello_read(message->body, &server);
	(void)tls_version_text(server.version);
	for (datagrams = 0; datagrams < 2; datagrams++) {
		if (tls_client_hello_read(message->body, datagrams != 0,
			&client) < 0)
			continue;
		(void)tls_version_text(tls_offered(&client));
		if (fingerprint_ja3(&client, ja3) == 0 &&
		    strspn(ja3, "0123456789abcdef") != JA3_SIZE - 1)
			abort();
		if (fingerprint_ja4(&client, CARRIED_BY_TCP, ja4) == 0 &&
		    (strlen(ja4) != JA4_SIZE - 1 || ja4[10] != '_' ||
			ja4[23] != '_'))
			abort();
	}
}

static void
walk(struct cursor stream, struct seen *seen)
{
	static struct tls_reader reader;
	struct tls_message message;
	int rc;

	seen->count = 0;
	tls_reader_init(&reader, stream);
	while ((rc = tls_reader_next(&reader, &message)) >= 0) {
		if (rc == 0)
			continue;
		read_hellos(&message);
		if (seen->count == MESSAGES_MAX)
			break;
		seen->message[seen->count].type = message.type;
		seen->message[seen->count].size = message.body.left;
		seen->message[seen->count].first =
		    message.body.left > 0 ? message.body.at[0] : 0;
		seen->count++;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct seen before, whole;
	size_t part;
	unsigned i;

	if (size < 1 || size > STREAM_MAX)
		return 0;
	part = (size - 1) * data[0] / 256;
	walk(cursor_of(data + 1, size - 1), &whole);
	walk(cursor_of(data + 1, part), &before);
	if (before.count > whole.count)
		abort();
	for (i = 0; i < before.count; i++)
		if (before.message[i].type != whole.message[i].type ||
		    before.message[i].size != whole.message[i].size ||
		    before.message[i].first != whole.message[i].first)
			abort();
	return 0;
}
