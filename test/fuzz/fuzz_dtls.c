/* Property: a message that was put together is as long as each of its pieces
 * said, and the same when the datagram comes twice. */
#include <stdlib.h>
#include <string.h>

#include "parse/dtls.h"
#include "parse/tls_hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Returns whether the message is whole. */
static bool
read_record(struct cursor body, struct dtls_message *message,
    struct cursor *whole)
{
	struct dtls_fragment fragment;
	bool done = false;

	while (dtls_fragment_next(&body, &fragment) > 0) {
		if (dtls_message_add(message, &fragment, whole) != 1)
			continue;
		if (whole->left < fragment.size || whole->left < message->size)
			abort();
		done = true;
	}
	return done;
}

static bool
read_datagram(struct cursor datagram, struct dtls_message *message,
    struct cursor *whole)
{
	struct dtls_record record;
	bool done = false;

	while (dtls_record_next(&datagram, &record) > 0)
		done |= read_record(record.body, message, whole);
	return done;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dtls_message message;
	static struct tls_client_hello hello;
	struct cursor whole, again;
	uint32_t message_size;

	dtls_message_init(&message);
	if (!read_datagram(cursor_of(data, size), &message, &whole))
		return 0;
	(void)tls_client_hello_read(whole, true, &hello);
	message_size = message.size;
	if (!read_datagram(cursor_of(data, size), &message, &again) ||
	    message.size != message_size || again.left != whole.left)
		abort();
	return 0;
}
