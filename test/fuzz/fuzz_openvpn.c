/* Property: a stream tells the same however it is cut into segments, as long
 * as both sides' packets keep their order.
 *
 * The input is a row of packets: a byte, whose lowest bit is the side and
 * whose others say where the packet is cut, its size, and its bytes. */
#include <stdlib.h>
#include <string.h>

#include "parse/openvpn.h"
#include "signal/inspect.h"
#include "signal/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FRAME_MAX = 258 };

struct stream {
	void *state;
	bool wants;
	struct flow flow;
	size_t size[2];
	uint8_t head[2][INSPECT_HEAD];
};

static void
show(struct stream *stream, unsigned dir, const uint8_t *bytes, size_t size)
{
	struct packet packet = { .ip_proto = 6,
		.payload = cursor_of(bytes, size),
		.payload_size = (uint32_t)size };
	struct sighting seen = { .flow = &stream->flow,
		.packet = &packet,
		.dir = dir,
		.head_grew = size > 0 };

	if (!stream->wants)
		return;
	memcpy(stream->head[dir] + stream->size[dir], bytes, size);
	stream->size[dir] += size;
	seen.head[0] = cursor_of(stream->head[0], stream->size[0]);
	seen.head[1] = cursor_of(stream->head[1], stream->size[1]);
	stream->wants = signal_openvpn.packet(stream->state, NULL, &seen);
}

static void
run(struct cursor input, bool cut, struct signals *signals)
{
	static struct stream stream;
	struct cursor packet;
	uint8_t frame[FRAME_MAX] = { 0 }, control, size;

	memset(&stream, 0, sizeof(stream));
	stream.wants = true;
	stream.state = calloc(1, signal_openvpn.state_size);
	if (stream.state == NULL)
		abort();
	while (cursor_u8(&input, &control) && cursor_u8(&input, &size) &&
	    cursor_take(&input, size, &packet)) {
		size_t whole = packet.left + 2, at = cut ? control >> 1 : whole;

		frame[1] = size;
		if (!cursor_copy(&packet, frame + 2, packet.left))
			abort();
		if (at > whole)
			at = whole;
		/* Where the head ends, a part would be shown and a whole
		 * packet not. */
		if (whole > INSPECT_HEAD - stream.size[control & 1])
			break;
		show(&stream, control & 1, frame, at);
		show(&stream, control & 1, frame + at, whole - at);
	}
	signals_clear(signals);
	signal_openvpn.collect(stream.state, NULL, &stream.flow, signals);
	free(stream.state);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct signals whole, parts;
	char text[2][32];

	run(cursor_of(data, size), false, &whole);
	run(cursor_of(data, size), true, &parts);
	if (memcmp(whole.known, parts.known, sizeof(whole.known)) != 0)
		abort();
	signals_format(&whole, SIGNAL_OPENVPN_HANDSHAKE, false, text[0],
	    sizeof(text[0]));
	signals_format(&parts, SIGNAL_OPENVPN_HANDSHAKE, false, text[1],
	    sizeof(text[1]));
	if (strcmp(text[0], text[1]) != 0 ||
	    signals_milli(&whole, SIGNAL_OPENVPN_EVIDENCE) !=
		signals_milli(&parts, SIGNAL_OPENVPN_EVIDENCE))
		abort();
	return 0;
}
