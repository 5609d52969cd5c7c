/* Property: a message that is handed out has the size that its own header
 * says, and lies within what was collected. The first byte chooses: frames
 * of an Initial packet, which fuzzing could not encrypt; or datagrams, each
 * with two bytes of size in front, from the client or the server. */
#include <stdlib.h>
#include <string.h>

#include "parse/quic.h"
#include "parse/tls_hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_message(const struct assembly *crypto, const struct tls_message *message)
{
	struct cursor front = assembly_front(crypto);
	static struct tls_client_hello hello;
	uint32_t size;
	uint8_t type;

	if (!cursor_u8(&front, &type) || !cursor_u24(&front, &size) ||
	    type != message->type || size != message->body.left ||
	    size > front.left || message->body.at != front.at)
		abort();
	(void)tls_client_hello_read(message->body, false, &hello);
}

static void
read_frames(struct cursor frames)
{
	static struct assembly once, twice;
	struct cursor a, b;
	int first, second;

	assembly_init(&once);
	assembly_init(&twice);
	first = quic_frames_read(frames, &once);
	second = quic_frames_read(frames, &twice);
	a = assembly_front(&once);
	b = assembly_front(&twice);
	if (first != second || a.left != b.left || a.left > ASSEMBLY_SIZE ||
	    memcmp(a.at, b.at, a.left) != 0)
		abort();
}

static void
read_datagrams(struct cursor input, bool server)
{
	static const struct quic_id id = { 1, 4, { 1, 2, 3, 4 } };
	static struct quic_hello hello;
	struct tls_message message;
	struct cursor datagram;
	uint32_t version;
	uint16_t size;

	if (server)
		quic_hello_init_server(&hello, &id);
	else
		quic_hello_init_client(&hello);
	while (cursor_u16(&input, &size)) {
		if (!cursor_take(&input, size < input.left ? size : input.left,
			&datagram))
			break;
		(void)quic_version(datagram, &version);
		if (quic_hello_add(&hello, datagram, &message) == 1)
			check_message(&hello.crypto, &message);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor input = cursor_of(data, size);
	uint8_t choice;

	if (!cursor_u8(&input, &choice))
		return 0;
	if (choice % 3 == 0)
		read_frames(input);
	else
		read_datagrams(input, choice % 3 == 1);
	return 0;
}
