#include "store/kind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"

enum { KIND_VERSION = 1, BASIS_VERSION = 1, FLAG_SHADOW = 1 };

/* ---- Encoding ----------------------------------------------------------- */

static void
add_u8(struct buf *buf, unsigned value)
{
	buf_add_char(buf, (char)value);
}

static void
add_text(struct buf *buf, const char *text, size_t room)
{
	size_t size = strnlen(text, room - 1);

	add_u8(buf, (unsigned)size);
	buf_add(buf, text, size);
}

static uint32_t
piece_count(const struct fs_observation *flow)
{
	return flow->evidence_count < FS_EVIDENCE_MAX ? flow->evidence_count
						      : FS_EVIDENCE_MAX;
}

void
kind_encode(const struct fs_observation *flow, unsigned why, struct buf *buf)
{
	const struct fs_verdict *verdict = &flow->verdict;
	const struct fs_evidence *piece = flow->evidence;
	uint32_t i, count = piece_count(flow);

	buf_clear(buf);
	add_u8(buf, KIND_VERSION);
	add_u8(buf, verdict->class);
	add_u8(buf, verdict->decision);
	add_u8(buf, verdict->view);
	add_u8(buf, verdict->coverage);
	add_u8(buf, why);
	add_u8(buf, count);
	add_text(buf, verdict->protocol, FS_PROTOCOL_SIZE);
	add_text(buf, flow->service, FS_NAME_SIZE);
	add_text(buf, flow->sensor, FS_NAME_SIZE);
	for (i = 0; i < count; i++) {
		add_u8(buf, piece[i].class);
		add_u8(buf, piece[i].shadow ? FLAG_SHADOW : 0);
		add_text(buf, piece[i].rule, FS_NAME_SIZE);
		add_text(buf, piece[i].family, FS_FAMILY_SIZE);
		add_text(buf, piece[i].protocol, FS_PROTOCOL_SIZE);
	}
}

/* ---- Decoding ----------------------------------------------------------- */

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
take_piece(struct cursor *in, struct kind_piece *piece)
{
	uint8_t flags;
	int rc;

	if (!cursor_u8(in, &piece->class) || !cursor_u8(in, &flags))
		return FS_ETRUNC;
	piece->shadow = flags & FLAG_SHADOW;
	if ((rc = take_text(in, piece->rule, FS_NAME_SIZE)) < 0 ||
	    (rc = take_text(in, piece->family, FS_FAMILY_SIZE)) < 0)
		return rc;
	return take_text(in, piece->protocol, FS_PROTOCOL_SIZE);
}

/* What a number cannot be is taken for the first of its kind. */
static void
bound(uint8_t *value, unsigned count)
{
	if (*value >= count)
		*value = 0;
}

static int
take_head(struct cursor *in, struct kind *kind)
{
	int rc;

	if (!cursor_u8(in, &kind->class) || !cursor_u8(in, &kind->decision) ||
	    !cursor_u8(in, &kind->view) || !cursor_u8(in, &kind->coverage) ||
	    !cursor_u8(in, &kind->why) || !cursor_u8(in, &kind->piece_count))
		return FS_ETRUNC;
	bound(&kind->class, FS_CLASS_COUNT);
	bound(&kind->decision, FS_ANOMALOUS + 1);
	bound(&kind->view, FS_VIEW_EXIT + 1);
	bound(&kind->coverage, FS_COVERAGE_FULL + 1);
	bound(&kind->why, STORE_WHY_COUNT);
	if (kind->piece_count > FS_EVIDENCE_MAX)
		return FS_EFORMAT;
	if ((rc = take_text(in, kind->protocol, FS_PROTOCOL_SIZE)) < 0 ||
	    (rc = take_text(in, kind->service, FS_NAME_SIZE)) < 0)
		return rc;
	return take_text(in, kind->sensor, FS_NAME_SIZE);
}

int
kind_decode(const void *bytes, size_t size, struct kind *kind)
{
	struct cursor in = cursor_of(bytes, size);
	struct kind k = { 0 };
	uint8_t version;
	unsigned i;
	int rc;

	if (!cursor_u8(&in, &version))
		return FS_ETRUNC;
	if (version != KIND_VERSION)
		return FS_EUNSUP;
	if ((rc = take_head(&in, &k)) < 0)
		return rc;
	/* One more than there are, so that none is no failure. */
	k.piece = calloc(k.piece_count + 1U, sizeof(*k.piece));
	if (k.piece == NULL)
		return -ENOMEM;
	for (i = 0; i < k.piece_count && rc >= 0; i++)
		rc = take_piece(&in, &k.piece[i]);
	if (rc >= 0 && in.left > 0)
		rc = FS_EFORMAT;
	if (rc < 0) {
		kind_fini(&k);
		return rc;
	}
	*kind = k;
	return 0;
}

void
kind_fini(struct kind *kind)
{
	free(kind->piece);
	kind->piece = NULL;
}

bool
kind_has_rule(const struct kind *kind, const char *rule)
{
	unsigned i;

	for (i = 0; i < kind->piece_count; i++)
		if (strcmp(kind->piece[i].rule, rule) == 0)
			return true;
	return false;
}

/* ---- What a row rests on ------------------------------------------------ */

static uint8_t *
put_u32(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 24);
	at[1] = (uint8_t)(value >> 16 & 0xff);
	at[2] = (uint8_t)(value >> 8 & 0xff);
	at[3] = (uint8_t)(value & 0xff);
	return at + 4;
}

size_t
basis_encode(const struct fs_observation *flow, uint8_t *room)
{
	const struct fs_evidence *piece = flow->evidence;
	uint32_t i, count = piece_count(flow);
	uint8_t *at = room + 3;
	size_t size;

	for (i = 0; i < count; i++) {
		at = put_u32(at, (uint32_t)piece[i].llr);
		at = put_u32(at, (uint32_t)piece[i].llr_full);
		at = put_u32(at, piece[i].count);
		size = strnlen(piece[i].text, FS_TEXT_SIZE - 1);
		*at++ = (uint8_t)size;
		memcpy(at, piece[i].text, size);
		at += size;
	}
	size = (size_t)(at - room) - 3;
	room[0] = BASIS_VERSION;
	room[1] = (uint8_t)(size >> 8);
	room[2] = (uint8_t)(size & 0xff);
	size = flow->signals_size < FS_SIGNALS_SIZE ? flow->signals_size
						    : FS_SIGNALS_SIZE;
	memcpy(at, flow->signals, size);
	return (size_t)(at - room) + size;
}

static int
take_evidence(struct cursor *in, const struct kind_piece *of,
    struct fs_evidence *piece)
{
	uint32_t llr, llr_full;

	*piece =
	    (struct fs_evidence){ .class = of->class, .shadow = of->shadow };
	memcpy(piece->rule, of->rule, sizeof(piece->rule));
	memcpy(piece->family, of->family, sizeof(piece->family));
	memcpy(piece->protocol, of->protocol, sizeof(piece->protocol));
	if (!cursor_u32(in, &llr) || !cursor_u32(in, &llr_full) ||
	    !cursor_u32(in, &piece->count))
		return FS_ETRUNC;
	piece->llr = (int32_t)llr;
	piece->llr_full = (int32_t)llr_full;
	return take_text(in, piece->text, FS_TEXT_SIZE);
}

int
basis_decode(const void *bytes, size_t size, const struct kind *kind,
    struct fs_evidence *evidence, const uint8_t **signals, size_t *signals_size)
{
	struct cursor in = cursor_of(bytes, size), part;
	uint16_t part_size;
	uint8_t version;
	unsigned i;
	int rc;

	if (!cursor_u8(&in, &version))
		return FS_ETRUNC;
	if (version != BASIS_VERSION)
		return FS_EUNSUP;
	if (!cursor_u16(&in, &part_size) || !cursor_take(&in, part_size, &part))
		return FS_ETRUNC;
	for (i = 0; i < kind->piece_count; i++)
		if ((rc = take_evidence(&part, &kind->piece[i], &evidence[i])) <
		    0)
			return rc;
	if (part.left > 0)
		return FS_EFORMAT;
	*signals = in.at;
	*signals_size = in.left;
	return 0;
}
