#include <string.h>

#include "report/summary.h"
#include "report/text.h"
#include "store/desk.h"

/* What is suppressed, and what analysts labelled. */

enum { LABELS_SHOWN = 8 };

static void
add_text(struct buf *buf, const char *text)
{
	text_escape(buf, text, strlen(text));
}

/* ---- Suppressed --------------------------------------------------------- */

/* What makes a suppression doubtful; null when nothing does. */
static const char *
doubt_of(const struct summary *summary, size_t index)
{
	uint64_t hidden = summary->said.hidden[index], of = summary->said.of;

	if (desk_expired(&summary->desk->suppression[index], summary->now_us))
		return "expired, so it hides nothing: renew or remove it";
	if (hidden == 0)
		return "matches nothing in this period";
	if (hidden == of && of > 1)
		return "matches everything that stands out in this period";
	return NULL;
}

static void
say_suppression(struct doc *doc, const struct summary *summary, size_t index)
{
	const struct fs_suppression *of = &summary->desk->suppression[index];
	const char *doubt = doubt_of(summary, index);

	buf_printf(&doc->line, "(%llu) ", (unsigned long long)of->id);
	suppression_words(of, &doc->line);
	buf_add_text(&doc->line, ": ");
	if (doubt != NULL)
		buf_add_text(&doc->line, doubt);
	else
		doc_counted(&doc->line, summary->said.hidden[index], "client");
	buf_add_text(&doc->line, "; ");
	add_text(&doc->line, of->reason);
	buf_add_text(&doc->line, " (");
	add_text(&doc->line, of->who);
	buf_add_text(&doc->line, ", ");
	if (of->expires_us != 0)
		buf_add_text(&doc->line, "until ");
	if (of->expires_us != 0)
		doc_time(&doc->line, of->expires_us);
	else
		buf_add_text(&doc->line, "for ever");
	buf_add_char(&doc->line, ')');
	doc_item(doc, 1, doubt != NULL ? TONE_DOUBT : TONE_PLAIN);
}

static void
say_suppressed(struct doc *doc, const struct summary *summary)
{
	size_t i,
	    count =
		summary->desk != NULL ? summary->desk->suppression_count : 0;

	doc_section(doc, "Suppressed");
	if (count == 0) {
		buf_add_text(&doc->line, "Nothing.");
		doc_text(doc, 1, TONE_PLAIN);
		return;
	}
	doc_counted(&doc->line, summary->suppressed, "client");
	buf_add_text(&doc->line,
	    summary->suppressed == 1 ? " that stands out is left out above."
				     : " that stand out are left out above.");
	doc_text(doc, 1, TONE_PLAIN);
	for (i = 0; i < count; i++)
		say_suppression(doc, summary, i);
}

/* ---- Labelled ----------------------------------------------------------- */

static void
say_label(struct doc *doc, const struct fs_note *note)
{
	if (note->flow_id != 0)
		buf_printf(&doc->line, "flow %016llx of ",
		    (unsigned long long)note->flow_id);
	prefix_words(&note->client, &doc->line);
	buf_printf(&doc->line, ": %s, ", fs_label_name(note->label));
	add_text(&doc->line, note->note);
	buf_add_text(&doc->line, " (");
	add_text(&doc->line, note->who);
	buf_add_text(&doc->line, ", ");
	doc_time(&doc->line, note->time_us);
	buf_printf(&doc->line, "; it was %s %s then)",
	    fs_decision_name(note->decision), fs_class_name(note->class));
	doc_item(doc, 1, TONE_PLAIN);
}

/* Those that stand, the newest first. */
static void
say_labels(struct doc *doc, const struct fs_desk *desk)
{
	size_t i, shown = 0;

	for (i = desk->note_count; i > 0 && shown < LABELS_SHOWN; i--) {
		if (!desk_note_stands(desk, i - 1))
			continue;
		say_label(doc, &desk->note[i - 1]);
		shown++;
	}
}

static void
say_labelled(struct doc *doc, const struct summary *summary)
{
	const uint64_t *labels = summary->labels;
	uint64_t all = 0;
	int label;

	for (label = 0; label < FS_LABEL_COUNT; label++)
		all += labels[label];
	doc_section(doc, "Labelled by analysts");
	if (all == 0) {
		buf_add_text(&doc->line, "Nothing.");
		doc_text(doc, 1, TONE_PLAIN);
		return;
	}
	doc_counted(&doc->line, all, "label");
	for (label = 0; label < FS_LABEL_COUNT; label++) {
		buf_printf(&doc->line, "%s%s ", label == 0 ? ": " : ", ",
		    fs_label_name(label));
		doc_count(&doc->line, labels[label]);
	}
	buf_add_text(&doc->line,
	    "; 'report --by rule' has what they say of each rule.");
	doc_text(doc, 1, TONE_PLAIN);
	say_labels(doc, summary->desk);
}

void
summary_say_said(const struct summary *summary, struct doc *doc)
{
	say_suppressed(doc, summary);
	say_labelled(doc, summary);
}

/* ---- JSON --------------------------------------------------------------- */

static void
put_suppression(const struct summary *summary, size_t index, struct json *json)
{
	const struct fs_suppression *of = &summary->desk->suppression[index];
	const struct suppression_line line = { of, summary->said.hidden[index],
		summary->said.of, desk_expired(of, summary->now_us) };

	rows_put_fields(json, &suppression_rows, &line);
}

void
summary_put_said(const struct summary *summary, struct json *json)
{
	size_t i;
	int label;

	json_put_u64(json, "suppressed_clients", summary->suppressed);
	json_key(json, "suppressions");
	json_array(json);
	for (i = 0;
	     summary->desk != NULL && i < summary->desk->suppression_count; i++)
		put_suppression(summary, i, json);
	json_array_end(json);
	json_key(json, "labels");
	json_object(json);
	for (label = 0; label < FS_LABEL_COUNT; label++)
		json_put_u64(json, fs_label_name(label),
		    summary->labels[label]);
	json_object_end(json);
}
