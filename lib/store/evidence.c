#include "store/evidence.h"

#include <string.h>

#include "base/cursor.h"

enum { EVIDENCE_VERSION = 1, FLAG_SHADOW = 1 };

/* Where encoding stands; the room is large enough for anything. */
struct writer {
	uint8_t *room;
	size_t size;
};

static void
put_u8(struct writer *out, unsigned value)
{
	out->room[out->size++] = (uint8_t)value;
}

static void
put_u32(struct writer *out, uint32_t value)
{
	put_u8(out, value >> 24);
	put_u8(out, value >> 16 & 0xff);
	put_u8(out, value >> 8 & 0xff);
	put_u8(out, value & 0xff);
}

static void
put_text(struct writer *out, const char *text, size_t room)
{
	size_t size = strnlen(text, room - 1);

	put_u8(out, (unsigned)size);
	memcpy(out->room + out->size, text, size);
	out->size += size;
}

size_t
evidence_encode(const struct fs_evidence *evidence, uint32_t count,
    uint8_t *room)
{
	struct writer out = { room, 0 };
	uint32_t i;

	if (count > FS_EVIDENCE_MAX)
		count = FS_EVIDENCE_MAX;
	put_u8(&out, EVIDENCE_VERSION);
	put_u8(&out, count);
	for (i = 0; i < count; i++) {
		put_u8(&out, evidence[i].class);
		put_u8(&out, evidence[i].shadow ? FLAG_SHADOW : 0);
		put_u32(&out, (uint32_t)evidence[i].llr);
		put_u32(&out, (uint32_t)evidence[i].llr_full);
		put_u32(&out, evidence[i].count);
		put_text(&out, evidence[i].rule, FS_NAME_SIZE);
		put_text(&out, evidence[i].family, FS_FAMILY_SIZE);
		put_text(&out, evidence[i].protocol, FS_PROTOCOL_SIZE);
		put_text(&out, evidence[i].text, FS_TEXT_SIZE);
	}
	return out.size;
}

/* Reads text into 'room' bytes, zeroed before. */
static int
take_text(struct cursor *in, char *text, size_t room)
{
	uint8_t size;

	if (!cursor_u8(in, &size))
		return FS_ETRUNC;
	if (size >= room)
		return FS_EFORMAT;
	return cursor_copy(in, text, size) ? 0 : FS_ETRUNC;
}

static int
take_piece(struct cursor *in, struct fs_evidence *piece)
{
	uint32_t llr, llr_full;
	uint8_t flags;
	int rc;

	*piece = (struct fs_evidence){ 0 };
	if (!cursor_u8(in, &piece->class) || !cursor_u8(in, &flags) ||
	    !cursor_u32(in, &llr) || !cursor_u32(in, &llr_full) ||
	    !cursor_u32(in, &piece->count))
		return FS_ETRUNC;
	piece->llr = (int32_t)llr;
	piece->llr_full = (int32_t)llr_full;
	piece->shadow = flags & FLAG_SHADOW;
	if ((rc = take_text(in, piece->rule, FS_NAME_SIZE)) < 0 ||
	    (rc = take_text(in, piece->family, FS_FAMILY_SIZE)) < 0 ||
	    (rc = take_text(in, piece->protocol, FS_PROTOCOL_SIZE)) < 0 ||
	    (rc = take_text(in, piece->text, FS_TEXT_SIZE)) < 0)
		return rc;
	return 0;
}

int
evidence_decode(const uint8_t *bytes, size_t size, struct fs_evidence *evidence,
    uint32_t *count)
{
	struct cursor in = cursor_of(bytes, size);
	uint8_t version, pieces;
	uint32_t i;
	int rc;

	if (!cursor_u8(&in, &version))
		return FS_ETRUNC;
	if (version != EVIDENCE_VERSION)
		return FS_EUNSUP;
	if (!cursor_u8(&in, &pieces))
		return FS_ETRUNC;
	if (pieces > FS_EVIDENCE_MAX)
		return FS_EFORMAT;
	for (i = 0; i < pieces; i++)
		if ((rc = take_piece(&in, &evidence[i])) < 0)
			return rc;
	if (in.left > 0)
		return FS_EFORMAT;
	*count = pieces;
	return 0;
}
