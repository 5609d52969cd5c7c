#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "report/fields.h"
#include "report/text.h"

/* The fields of what analysts said. */

void
datum_label(struct datum *datum, const struct fs_note *label)
{
	datum_none(datum);
	if (label != NULL)
		datum_text(datum, fs_label_name(label->label));
}

void
datum_suppressed(struct datum *datum, const struct fs_suppression *suppressed)
{
	datum_none(datum);
	if (suppressed != NULL)
		datum_count(datum, suppressed->id);
}

void
datum_said(struct datum *datum, const struct fs_note *label,
    const struct fs_suppression *suppressed)
{
	char text[64];

	datum_label(datum, label);
	if (suppressed == NULL)
		return;
	snprintf(text, sizeof(text), "%s%ssuppressed (%llu)",
	    label != NULL ? fs_label_name(label->label) : "",
	    label != NULL ? ", " : "", (unsigned long long)suppressed->id);
	datum_text(datum, text);
	datum->tone = TONE_FAINT;
}

void
prefix_words(const struct fs_prefix *prefix, struct buf *buf)
{
	char text[ADDR_TEXT_SIZE];

	addr_format(&prefix->addr, text);
	buf_add_text(buf, text);
	if (prefix->bits != (prefix->addr.family == 4 ? 32 : 128))
		buf_printf(buf, "/%u", prefix->bits);
}

static void
put_text(struct datum *datum, const char *text)
{
	datum_none(datum);
	if (text[0] != '\0')
		datum_text(datum, text);
}

static void
put_prefix(struct datum *datum, const struct fs_prefix *prefix)
{
	struct buf buf;

	datum_none(datum);
	if (prefix->addr.family == 0)
		return;
	buf_init(&buf);
	prefix_words(prefix, &buf);
	datum_text(datum, buf_text(&buf));
	buf_fini(&buf);
}

/* ---- Labels ------------------------------------------------------------- */

static const struct fs_note *
note_of(const void *row)
{
	const struct note_line *line = row;

	return line->note;
}

static void
get_time(const void *row, struct datum *datum)
{
	datum_time(datum, note_of(row)->time_us);
}

static void
get_who(const void *row, struct datum *datum)
{
	put_text(datum, note_of(row)->who);
}

static void
get_label(const void *row, struct datum *datum)
{
	datum_text(datum, fs_label_name(note_of(row)->label));
}

static void
get_client(const void *row, struct datum *datum)
{
	put_prefix(datum, &note_of(row)->client);
}

static void
get_flow_id(const void *row, struct datum *datum)
{
	datum_id(datum, note_of(row)->flow_id);
}

static void
get_verdict(const void *row, struct datum *datum)
{
	datum_decision(datum, note_of(row)->decision);
}

static void
get_class(const void *row, struct datum *datum)
{
	datum_text(datum, fs_class_name(note_of(row)->class));
}

static void
get_score(const void *row, struct datum *datum)
{
	datum_share(datum, note_of(row)->score_ppm);
}

static void
get_note(const void *row, struct datum *datum)
{
	put_text(datum, note_of(row)->note);
}

static void
get_stands(const void *row, struct datum *datum)
{
	const struct note_line *line = row;

	datum_flag(datum, line->stands);
}

static const struct field note_fields[] = {
	{ "time", get_time, FIELD_BOTH, false, false },
	{ "who", get_who, FIELD_BOTH, false, false },
	{ "label", get_label, FIELD_BOTH, false, false },
	{ "client", get_client, FIELD_BOTH, false, false },
	{ "flow_id", get_flow_id, FIELD_BOTH, false, false },
	{ "verdict", get_verdict, FIELD_BOTH, false, false },
	{ "class", get_class, FIELD_BOTH, false, false },
	{ "score", get_score, FIELD_BOTH, true, false },
	{ "stands", get_stands, FIELD_BOTH, false, false },
	{ "note", get_note, FIELD_BOTH, false, true },
};

const struct row_kind note_rows = { "labels", "label", note_fields,
	sizeof(note_fields) / sizeof(note_fields[0]), NULL };

/* ---- Suppressions ------------------------------------------------------- */

static void
add_part(struct buf *buf, size_t before, const char *what, const char *text)
{
	buf_printf(buf, "%s%s ", buf->size > before ? ", " : "", what);
	text_escape(buf, text, strlen(text));
}

void
suppression_words(const struct fs_suppression *of, struct buf *buf)
{
	const size_t before = buf->size;

	if (of->client.addr.family != 0) {
		buf_add_text(buf, "client ");
		prefix_words(&of->client, buf);
	}
	if (of->asn != 0)
		buf_printf(buf, "%sAS%u", buf->size > before ? ", " : "",
		    of->asn);
	if (of->rule[0] != '\0')
		add_part(buf, before, "rule", of->rule);
	if (of->ja4[0] != '\0')
		add_part(buf, before, "JA4", of->ja4);
}

static const struct fs_suppression *
hiding(const void *row)
{
	const struct suppression_line *line = row;

	return line->suppression;
}

static void
get_id(const void *row, struct datum *datum)
{
	datum_count(datum, hiding(row)->id);
}

static void
get_since(const void *row, struct datum *datum)
{
	datum_time(datum, hiding(row)->time_us);
}

static void
get_by(const void *row, struct datum *datum)
{
	put_text(datum, hiding(row)->who);
}

static void
get_network(const void *row, struct datum *datum)
{
	put_prefix(datum, &hiding(row)->client);
}

static void
get_asn(const void *row, struct datum *datum)
{
	datum_none(datum);
	if (hiding(row)->asn != 0)
		datum_count(datum, hiding(row)->asn);
}

static void
get_rule(const void *row, struct datum *datum)
{
	put_text(datum, hiding(row)->rule);
}

static void
get_ja4(const void *row, struct datum *datum)
{
	put_text(datum, hiding(row)->ja4);
}

static void
get_reason(const void *row, struct datum *datum)
{
	put_text(datum, hiding(row)->reason);
}

/* None: never. */
static void
get_expires(const void *row, struct datum *datum)
{
	datum_none(datum);
	if (hiding(row)->expires_us != 0)
		datum_time(datum, hiding(row)->expires_us);
}

static void
get_expired(const void *row, struct datum *datum)
{
	const struct suppression_line *line = row;

	datum_flag(datum, line->expired);
}

static void
get_hidden(const void *row, struct datum *datum)
{
	const struct suppression_line *line = row;

	datum_count(datum, line->hidden);
}

static void
get_of(const void *row, struct datum *datum)
{
	const struct suppression_line *line = row;

	datum_count(datum, line->of);
}

static const struct field suppression_fields[] = {
	{ "id", get_id, FIELD_BOTH, true, false },
	{ "client", get_network, FIELD_BOTH, false, false },
	{ "asn", get_asn, FIELD_BOTH, true, false },
	{ "rule", get_rule, FIELD_BOTH, false, false },
	{ "ja4", get_ja4, FIELD_BOTH, false, false },
	{ "hidden", get_hidden, FIELD_BOTH, true, false },
	{ "of", get_of, FIELD_BOTH, true, false },
	{ "expires", get_expires, FIELD_BOTH, false, false },
	{ "expired", get_expired, FIELD_BOTH, false, false },
	{ "since", get_since, FIELD_DATA, false, false },
	{ "who", get_by, FIELD_BOTH, false, false },
	{ "reason", get_reason, FIELD_BOTH, false, true },
};

const struct row_kind suppression_rows = { "suppressions", "suppression",
	suppression_fields,
	sizeof(suppression_fields) / sizeof(suppression_fields[0]), NULL };
