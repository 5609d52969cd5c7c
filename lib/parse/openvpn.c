#include "parse/openvpn.h"

#include "flowscan.h"

enum {
	KEY_BITS = 3,
	TAG_SIZE = 32,
	/* An empty list of acknowledgements and a message id. */
	ENCRYPTED_MIN = 5,
};

size_t
openvpn_hmac_size(enum openvpn_layout layout)
{
	static const uint8_t sizes[OPENVPN_LAYOUTS] = {
		[OPENVPN_AUTH_16] = 16, /* MD5 */
		[OPENVPN_AUTH_20] = 20, /* SHA-1, RIPEMD-160 */
		[OPENVPN_AUTH_28] = 28, /* SHA-224 */
		[OPENVPN_AUTH_32] = 32, /* SHA-256, BLAKE2s */
		[OPENVPN_AUTH_48] = 48, /* SHA-384 */
		[OPENVPN_AUTH_64] = 64, /* SHA-512, BLAKE2b */
	};

	return sizes[layout];
}

int
openvpn_frame_next(struct cursor *stream, struct cursor *packet)
{
	struct cursor whole = *stream;
	uint16_t size;

	if (whole.left == 0)
		return 0;
	if (!cursor_u16(&whole, &size))
		return FS_ETRUNC;
	if (size == 0)
		return FS_EFORMAT;
	if (!cursor_take(&whole, size, packet))
		return FS_ETRUNC;
	*stream = whole;
	return 1;
}

int
openvpn_head_read(struct cursor packet, struct openvpn_head *head)
{
	uint8_t first;

	if (!cursor_u8(&packet, &first))
		return FS_ETRUNC;
	if (first >> KEY_BITS < OPENVPN_CLIENT_RESET_1 ||
	    first >> KEY_BITS > OPENVPN_CONTROL_WRAPPED)
		return FS_EFORMAT;
	head->opcode = first >> KEY_BITS;
	head->key_id = first & ((1u << KEY_BITS) - 1);
	head->rest = packet;
	return 0;
}

/* What tls-auth and tls-crypt put before the list of acknowledgements, or
 * before its encrypted form. */
static bool
read_protection(struct cursor *rest, enum openvpn_layout layout,
    struct openvpn_control *control)
{
	control->protected = layout != OPENVPN_PLAIN;
	if (!control->protected)
		return true;
	return cursor_skip(rest, openvpn_hmac_size(layout)) &&
	    cursor_u32(rest, &control->packet_id) &&
	    cursor_u32(rest, &control->time) &&
	    (layout != OPENVPN_CRYPT || cursor_skip(rest, TAG_SIZE));
}

/* Returns 0, FS_ETRUNC, or FS_EFORMAT: more than can be acknowledged at once,
 * or an OPENVPN_ACK of nothing. */
static int
read_acks(struct cursor *rest, uint8_t opcode, struct openvpn_control *control)
{
	struct cursor remote;
	unsigned i;

	if (!cursor_u8(rest, &control->ack_count))
		return FS_ETRUNC;
	if (control->ack_count > OPENVPN_ACKS_MAX ||
	    (control->ack_count == 0 && opcode == OPENVPN_ACK))
		return FS_EFORMAT;
	for (i = 0; i < control->ack_count; i++)
		if (!cursor_u32(rest, &control->acks[i]))
			return FS_ETRUNC;
	if (control->ack_count > 0) {
		if (!cursor_take(rest, OPENVPN_SESSION_SIZE, &remote))
			return FS_ETRUNC;
		control->remote = remote.at;
	}
	return 0;
}

int
openvpn_control_read(const struct openvpn_head *head,
    enum openvpn_layout layout, struct openvpn_control *control)
{
	struct openvpn_control read = { 0 };
	struct cursor rest = head->rest, session;
	int rc;

	if (openvpn_is_data(head->opcode))
		return FS_EFORMAT;
	if (!cursor_take(&rest, OPENVPN_SESSION_SIZE, &session) ||
	    !read_protection(&rest, layout, &read))
		return FS_ETRUNC;
	read.session = session.at;
	if (layout == OPENVPN_CRYPT) {
		if (rest.left < ENCRYPTED_MIN)
			return FS_ETRUNC;
		read.encrypted = rest;
	} else {
		if ((rc = read_acks(&rest, head->opcode, &read)) < 0)
			return rc;
		if (head->opcode != OPENVPN_ACK &&
		    !cursor_u32(&rest, &read.message_id))
			return FS_ETRUNC;
		read.payload = rest;
	}
	*control = read;
	return 0;
}

size_t
openvpn_wrapped_size(const struct openvpn_control *control)
{
	struct cursor end = control->encrypted;
	uint16_t size;

	if (end.left < ENCRYPTED_MIN + OPENVPN_WRAPPED_MIN ||
	    !cursor_skip(&end, end.left - sizeof(size)) ||
	    !cursor_u16(&end, &size) || size < OPENVPN_WRAPPED_MIN ||
	    size > OPENVPN_WRAPPED_MAX ||
	    control->encrypted.left - size < ENCRYPTED_MIN)
		return 0;
	return size;
}
