#include "report/datum.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/digest.h"
#include "base/num.h"
#include "base/utf8.h"
#include "report/text.h"

/* ---- Filling in --------------------------------------------------------- */

void
datum_none(struct datum *datum)
{
	datum->kind = DATUM_NONE;
	datum->tone = TONE_PLAIN;
}

void
datum_text(struct datum *datum, const char *text)
{
	size_t size = utf8_cut(text, strlen(text), DATUM_ROOM - 1);

	datum_none(datum);
	if (size == 0)
		return;
	datum->kind = DATUM_TEXT;
	memcpy(datum->text, text, size);
	datum->text[size] = '\0';
}

void
datum_count(struct datum *datum, uint64_t count)
{
	datum_none(datum);
	datum->kind = DATUM_COUNT;
	datum->count = count;
}

void
datum_flag(struct datum *datum, bool flag)
{
	datum_count(datum, flag);
	datum->kind = DATUM_FLAG;
}

void
datum_time(struct datum *datum, uint64_t time_us)
{
	datum_count(datum, time_us);
	datum->kind = DATUM_TIME;
}

void
datum_number(struct datum *datum, int64_t milli)
{
	datum_none(datum);
	datum->kind = DATUM_NUMBER;
	datum->number = milli;
}

void
datum_share(struct datum *datum, int64_t ppm)
{
	datum_number(datum, ppm);
	datum->kind = DATUM_SHARE;
}

void
datum_addr(struct datum *datum, const struct fs_addr *addr)
{
	char text[ADDR_TEXT_SIZE];

	datum_none(datum);
	if (addr->family == 0)
		return;
	addr_format(addr, text);
	datum_text(datum, text);
}

void
datum_id(struct datum *datum, uint64_t id)
{
	char text[17];

	datum_none(datum);
	if (id == 0)
		return;
	snprintf(text, sizeof(text), "%016" PRIx64, id);
	datum_text(datum, text);
}

void
datum_decision(struct datum *datum, int decision)
{
	static const uint8_t tones[] = { [FS_CLEAN] = TONE_GOOD,
		[FS_REVIEW] = TONE_DOUBT,
		[FS_ANOMALOUS] = TONE_BAD };

	datum_text(datum, fs_decision_name(decision));
	datum->tone = tones[decision];
}

void
datum_evidence(struct datum *datum, const struct fs_evidence *piece,
    uint32_t count)
{
	datum_none(datum);
	datum->kind = DATUM_EVIDENCE;
	datum->evidence.piece = piece;
	datum->evidence.count = count;
}

void
datum_signals(struct datum *datum, const struct signals *signals)
{
	datum_none(datum);
	datum->kind = DATUM_SIGNALS;
	datum->signals = signals;
}

void
datum_signal(struct datum *datum, const struct signals *signals,
    enum signal_id id)
{
	char text[DATUM_ROOM];
	const uint8_t *bytes;
	size_t size;

	datum_none(datum);
	if (!signals_known(signals, id))
		return;
	switch (signal_info(id)->type) {
	case SIGNAL_FLAG:
		datum_flag(datum, signals_milli(signals, id) != 0);
		return;
	case SIGNAL_NUMBER:
		datum_number(datum, signals_milli(signals, id));
		return;
	case SIGNAL_SIZES:
		datum->kind = DATUM_SIZES;
		datum->sizes.count =
		    signals_sizes(signals, id, datum->sizes.size);
		return;
	case SIGNAL_BYTES:
		bytes = signals_bytes(signals, id, &size);
		if (size > (DATUM_ROOM - 1) / 2)
			size = (DATUM_ROOM - 1) / 2;
		digest_hex(bytes, size, text);
		break;
	default: signals_format(signals, id, false, text, sizeof(text)); break;
	}
	datum_text(datum, text);
	/* Known and empty is not the same as unknown. */
	datum->kind = DATUM_TEXT;
	if (text[0] == '\0')
		datum->text[0] = '\0';
}

/* ---- JSON --------------------------------------------------------------- */

static void
json_sizes(struct json *json, const struct datum *datum)
{
	size_t i;

	json_array(json);
	for (i = 0; i < datum->sizes.count; i++)
		json_i64(json, datum->sizes.size[i]);
	json_array_end(json);
}

static void
json_piece(struct json *json, const struct fs_evidence *piece)
{
	json_object(json);
	json_put_text(json, "rule", piece->rule);
	json_put_text(json, "family", piece->family);
	json_key(json, "llr");
	json_milli(json, piece->llr);
	json_put_text(json, "text", piece->text);
	json_key(json, "llr_full");
	json_milli(json, piece->llr_full);
	json_put_text(json, "class", fs_class_name(piece->class));
	if (piece->protocol[0] != '\0')
		json_put_text(json, "protocol", piece->protocol);
	json_put_u64(json, "count", piece->count);
	json_key(json, "shadow");
	json_bool(json, piece->shadow);
	json_object_end(json);
}

void
datum_json_evidence(const struct fs_evidence *piece, uint32_t count,
    struct json *json)
{
	uint32_t i;

	json_array(json);
	for (i = 0; i < count; i++)
		json_piece(json, &piece[i]);
	json_array_end(json);
}

void
datum_json_signals(const struct signals *signals, struct json *json)
{
	struct datum datum;
	int id;

	json_object(json);
	for (id = 0; id < SIGNAL_COUNT; id++) {
		if (!signals_known(signals, (enum signal_id)id))
			continue;
		datum_signal(&datum, signals, (enum signal_id)id);
		json_key(json, signal_info((enum signal_id)id)->name);
		datum_json(&datum, json);
	}
	json_object_end(json);
}

void
datum_json(const struct datum *datum, struct json *json)
{
	char text[NUM_TIME_SIZE];

	switch (datum->kind) {
	case DATUM_NONE: json_null(json); break;
	case DATUM_TEXT: json_text(json, datum->text); break;
	case DATUM_COUNT: json_u64(json, datum->count); break;
	case DATUM_NUMBER: json_milli(json, datum->number); break;
	case DATUM_SHARE: json_ppm(json, datum->number); break;
	case DATUM_FLAG: json_bool(json, datum->count != 0); break;
	case DATUM_TIME:
		num_format_time(datum->count, text);
		json_text(json, text);
		break;
	case DATUM_SIZES: json_sizes(json, datum); break;
	case DATUM_EVIDENCE:
		datum_json_evidence(datum->evidence.piece,
		    datum->evidence.count, json);
		break;
	case DATUM_SIGNALS: datum_json_signals(datum->signals, json); break;
	}
}

/* ---- Words -------------------------------------------------------------- */

/* A share: 0.962673 as it is, or 0.963. */
static void
words_share(int64_t ppm, bool exact, struct buf *buf)
{
	struct json json;

	if (exact) {
		json_init(&json, buf, 0);
		json_ppm(&json, ppm);
		return;
	}
	ppm = (ppm + 500) / 1000;
	buf_printf(buf, "%" PRId64 ".%03" PRId64, ppm / 1000, ppm % 1000);
}

static void
words_time(uint64_t time_us, bool exact, struct buf *buf)
{
	char text[NUM_TIME_SIZE];

	num_format_time(time_us, text);
	if (exact)
		buf_add_text(buf, text);
	else
		buf_printf(buf, "%.19sZ", text);
}

static void
words_evidence(const struct datum *datum, struct buf *buf)
{
	const struct fs_evidence *piece = datum->evidence.piece;
	uint32_t i;

	for (i = 0; i < datum->evidence.count; i++) {
		if (i > 0)
			buf_add_text(buf, "; ");
		text_escape(buf, piece[i].text, strlen(piece[i].text));
	}
}

static void
words_signals(const struct signals *signals, struct buf *buf)
{
	char text[DATUM_ROOM];
	size_t size, before = buf->size;
	int id;

	for (id = 0; id < SIGNAL_COUNT; id++) {
		if (!signals_known(signals, (enum signal_id)id))
			continue;
		if (buf->size > before)
			buf_add_text(buf, ", ");
		size = signals_format(signals, (enum signal_id)id, true, text,
		    sizeof(text));
		buf_add_text(buf, signal_info((enum signal_id)id)->name);
		buf_add_char(buf, '=');
		text_escape(buf, text, size);
	}
}

static void
words_json(const struct datum *datum, struct buf *buf)
{
	struct json json;

	json_init(&json, buf, 0);
	datum_json(datum, &json);
}

void
datum_words(const struct datum *datum, bool exact, struct buf *buf)
{
	char text[NUM_MILLI_SIZE];

	switch (datum->kind) {
	case DATUM_NONE: break;
	case DATUM_TEXT:
		text_escape(buf, datum->text, strlen(datum->text));
		break;
	case DATUM_COUNT: buf_printf(buf, "%" PRIu64, datum->count); break;
	case DATUM_NUMBER:
		num_format_milli(datum->number, text);
		buf_add_text(buf, text);
		break;
	case DATUM_SHARE: words_share(datum->number, exact, buf); break;
	case DATUM_FLAG:
		buf_add_text(buf, datum->count != 0 ? "true" : "false");
		break;
	case DATUM_TIME: words_time(datum->count, exact, buf); break;
	case DATUM_SIZES: words_json(datum, buf); break;
	case DATUM_EVIDENCE:
	case DATUM_SIGNALS:
		if (exact)
			words_json(datum, buf);
		else if (datum->kind == DATUM_EVIDENCE)
			words_evidence(datum, buf);
		else
			words_signals(datum->signals, buf);
		break;
	}
}
