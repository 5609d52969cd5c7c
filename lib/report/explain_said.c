#include <string.h>

#include "report/explain.h"
#include "report/fields.h"
#include "report/text.h"

/* What analysts say of it. */

static void
say_label(struct doc *doc, const struct fs_note *label)
{
	if (label == NULL)
		return;
	buf_printf(&doc->line, "labelled %s by ", fs_label_name(label->label));
	text_escape(&doc->line, label->who, strlen(label->who));
	buf_add_text(&doc->line, ", ");
	doc_time(&doc->line, label->time_us);
	buf_printf(&doc->line,
	    ", when it was %s %s: ", fs_decision_name(label->decision),
	    fs_class_name(label->class));
	text_escape(&doc->line, label->note, strlen(label->note));
	doc_text(doc, 1, TONE_DOUBT);
}

static void
say_suppressed(struct doc *doc, const struct fs_suppression *by)
{
	if (by == NULL)
		return;
	buf_printf(&doc->line, "suppressed (%llu) by ",
	    (unsigned long long)by->id);
	text_escape(&doc->line, by->who, strlen(by->who));
	buf_add_text(&doc->line, ", ");
	suppression_words(by, &doc->line);
	buf_add_text(&doc->line, ": ");
	text_escape(&doc->line, by->reason, strlen(by->reason));
	doc_text(doc, 1, TONE_DOUBT);
}

void
explain_say_said(struct doc *doc, const struct explain *explain)
{
	const struct marked_flow *flow = &explain->marked_flow;
	const struct marked_client *client = &explain->marked_client;

	say_label(doc, explain->is_client ? client->label : flow->label);
	say_suppressed(doc,
	    explain->is_client ? client->suppressed : flow->suppressed);
}
