#include "report/summary.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/num.h"
#include "report/fields.h"
#include "report/period.h"
#include "report/text.h"

/* The front page for people. */

static void
add_text(struct buf *buf, const char *text)
{
	text_escape(buf, text, strlen(text));
}

/* ---- What was watched --------------------------------------------------- */

static void
say_sensors(struct doc *doc, const struct summary *summary)
{
	size_t i, named = 0;

	for (i = 0; i < summary->now.sensor_count; i++) {
		if (summary->now.sensor[i].key[0] == '\0')
			continue;
		buf_add_text(&doc->line, named++ == 0 ? ", by sensor " : ", ");
		add_text(&doc->line, summary->now.sensor[i].key);
	}
}

static void
say_watched(struct doc *doc, const struct summary *summary)
{
	const struct store_cell *all = &summary->now.all;
	const struct summary_event *event;
	size_t i;

	doc_section(doc, "Watched");
	doc_counted(&doc->line, all->flows, "flow");
	buf_add_text(&doc->line, " of ");
	doc_counted(&doc->line, all->clients, "client");
	buf_add_text(&doc->line, ", ");
	doc_counted(&doc->line, all->packets, "packet");
	buf_add_text(&doc->line, ", ");
	doc_bytes(&doc->line, all->bytes);
	say_sensors(doc, summary);
	buf_add_char(&doc->line, '.');
	doc_text(doc, 1, TONE_PLAIN);
	for (i = 0; i < summary->event_count; i++) {
		event = &summary->event[i];
		if (event->kind != FS_EVENT_CAPTURE)
			continue;
		buf_add_text(&doc->line, "capture ");
		add_text(&doc->line, event->subject);
		buf_add_text(&doc->line, ": ");
		doc_counted(&doc->line, event->count, "frame");
		if (event->bytes > 0) {
			buf_add_text(&doc->line, ", ");
			doc_bytes(&doc->line, event->bytes);
		}
		doc_item(doc, 1, TONE_PLAIN);
	}
}

/* ---- What was missed ---------------------------------------------------- */

/* What an event of a kind means; null: nothing was missed. */
static const char *
missed_words(int kind)
{
	switch (kind) {
	case FS_EVENT_DROP: return "frames not understood or not seen";
	case FS_EVENT_GAP: return "not captured, or not stored";
	case FS_EVENT_DAMAGE: return "damaged capture";
	case FS_EVENT_EVICT:
		return "given up for want of room, so that this run cannot be "
		       "repeated";
	default: return NULL;
	}
}

static size_t
say_events(struct doc *doc, const struct summary *summary)
{
	const struct summary_event *event;
	size_t i, said = 0;

	for (i = 0; i < summary->event_count; i++) {
		event = &summary->event[i];
		if (missed_words(event->kind) == NULL)
			continue;
		add_text(&doc->line, event->subject);
		buf_add_text(&doc->line, ": ");
		if (event->count > 0)
			doc_count(&doc->line, event->count);
		if (event->count > 0)
			buf_add_char(&doc->line, ' ');
		buf_add_text(&doc->line, missed_words(event->kind));
		if (event->text[0] != '\0') {
			buf_add_text(&doc->line, ": ");
			add_text(&doc->line, event->text);
		}
		doc_item(doc, 1,
		    event->kind == FS_EVENT_DROP ? TONE_PLAIN : TONE_DOUBT);
		said++;
	}
	if (summary->events_left > 0) {
		doc_count(&doc->line, summary->events_left);
		buf_add_text(&doc->line, " more events of other kinds.");
		doc_item(doc, 1, TONE_PLAIN);
	}
	return said;
}

static void
say_missed(struct doc *doc, const struct summary *summary)
{
	const struct store_totals *now = &summary->now;
	size_t said;
	int why, reasons = 0;

	doc_section(doc, "Missed");
	said = say_events(doc, summary);
	if (now->unjudged.flows > 0) {
		buf_add_text(&doc->line, "could not be judged: ");
		doc_counted(&doc->line, now->unjudged.flows, "flow");
		buf_add_text(&doc->line, ", because");
		for (why = 0; why < STORE_WHY_COUNT; why++) {
			if (now->why[why] == 0)
				continue;
			buf_add_text(&doc->line, reasons++ ? ", " : " ");
			buf_add_text(&doc->line, summary_why(why));
			buf_add_text(&doc->line, " (");
			doc_count(&doc->line, now->why[why]);
			buf_add_char(&doc->line, ')');
		}
		doc_item(doc, 1, TONE_PLAIN);
	} else if (said == 0) {
		buf_add_text(&doc->line, "Nothing that is known of.");
		doc_text(doc, 1, TONE_PLAIN);
	}
}

/* ---- What the traffic is ------------------------------------------------ */

static void
say_protocols(struct doc *doc, const struct summary *summary)
{
	const struct store_top *group;
	size_t i;

	if (summary->now.all.flows == 0)
		return;
	buf_add_text(&doc->line, "Protocols: ");
	for (i = 0; i < summary->now.protocol_count; i++) {
		group = &summary->now.protocol[i];
		if (i > 0)
			buf_add_text(&doc->line, ", ");
		add_text(&doc->line,
		    group->key[0] != '\0' ? group->key : "unknown");
		buf_add_char(&doc->line, ' ');
		doc_percent(&doc->line, group->flows, summary->now.all.flows);
	}
	buf_add_text(&doc->line, " of flows.");
	doc_text(doc, 1, TONE_PLAIN);
}

static int
say_traffic(struct doc *doc, const struct summary *summary, struct fs_err *err)
{
	int rc;

	doc_section(doc, "Traffic");
	rc = summary_classes(summary, doc, err);
	buf_add_char(&doc->buf, '\n');
	say_protocols(doc, summary);
	summary_say_shares(summary, doc);
	return rc;
}

/* ---- Clients to look at ------------------------------------------------- */

static enum datum_tone
tone_of(int decision)
{
	return decision == FS_ANOMALOUS ? TONE_BAD
	    : decision == FS_REVIEW     ? TONE_DOUBT
					: TONE_GOOD;
}

static void
say_addr(struct buf *buf, const struct fs_client *client)
{
	char text[ADDR_TEXT_SIZE];

	addr_format(&client->addr, text);
	buf_add_text(buf, text);
	if (client->bits < (client->addr.family == 4 ? 32 : 128))
		buf_printf(buf, "/%u", client->bits);
}

static void
say_headline(struct doc *doc, const struct summary_client *client)
{
	const struct fs_client *row = &client->row.client;
	const struct fs_verdict *verdict = &row->verdict;
	size_t before;

	say_addr(&doc->line, row);
	buf_add_text(&doc->line, "  ");
	before = doc->line.size;
	place_words(&client->row.signals, &doc->line);
	if (doc->line.size > before)
		buf_add_text(&doc->line, ": ");
	buf_printf(&doc->line, "%s %s", fs_decision_name(verdict->decision),
	    fs_class_name(verdict->class));
	if (verdict->protocol[0] != '\0') {
		buf_add_text(&doc->line, " (");
		add_text(&doc->line, verdict->protocol);
		buf_add_char(&doc->line, ')');
	}
	buf_printf(&doc->line, " 0.%03d, %s view, ",
	    verdict->score_ppm >= 999500 ? 999
					 : (verdict->score_ppm + 500) / 1000,
	    fs_view_name(verdict->view));
	doc_counted(&doc->line, row->flows, "flow");
	if (client->is_new)
		buf_add_text(&doc->line, ", new");
	doc_item(doc, 1, tone_of(verdict->decision));
}

static void
say_label(struct doc *doc, const struct fs_note *label)
{
	if (label == NULL)
		return;
	buf_printf(&doc->line, "labelled %s by ", fs_label_name(label->label));
	add_text(&doc->line, label->who);
	buf_add_text(&doc->line, ": ");
	add_text(&doc->line, label->note);
	doc_item(doc, 2, TONE_DOUBT);
}

static void
say_reasons(struct doc *doc, const struct summary_client *client)
{
	const struct fs_client *row = &client->row.client;
	const struct fs_evidence *piece;
	uint32_t i;

	for (i = 0; i < row->evidence_count; i++) {
		piece = &row->evidence[i];
		if (piece->shadow || piece->llr == 0)
			continue;
		if (piece->llr < 0)
			buf_add_text(&doc->line, "against it: ");
		add_text(&doc->line, piece->text);
		if (piece->count > 1)
			buf_printf(&doc->line, " (%u flows)", piece->count);
		doc_item(doc, 2, TONE_PLAIN);
	}
}

static void
say_benign(struct doc *doc, const char *benign)
{
	size_t size, said = 0;

	for (; *benign != '\0'; benign += size) {
		size = strcspn(benign, "\n");
		buf_add_text(&doc->line, said++ == 0 ? "benign: " : "; ");
		text_escape(&doc->line, benign, size);
		if (benign[size] == '\n')
			size++;
	}
	if (said > 0)
		doc_item(doc, 2, TONE_FAINT);
}

static void
say_clients(struct doc *doc, const struct summary *summary)
{
	size_t i;

	doc_section(doc, "Clients to look at");
	if (summary->suspects == 0) {
		buf_add_text(&doc->line, "None.");
		doc_text(doc, 1, TONE_GOOD);
		return;
	}
	for (i = 0; i < summary->client_count; i++) {
		say_headline(doc, &summary->client[i]);
		say_label(doc, summary->client[i].label);
		say_reasons(doc, &summary->client[i]);
		say_benign(doc, summary->client[i].benign);
	}
	if (summary->suspects > summary->client_count) {
		buf_add_text(&doc->line, "and ");
		doc_count(&doc->line,
		    summary->suspects - summary->client_count);
		buf_add_text(&doc->line, " more.");
		doc_text(doc, 1, TONE_PLAIN);
	}
}

/* ---- The page ----------------------------------------------------------- */

static void
say_next(struct doc *doc, const struct summary *summary)
{
	char words[ADDR_TEXT_SIZE + 16], text[ADDR_TEXT_SIZE];

	doc_section(doc, "Next");
	if (summary->client_count > 0) {
		addr_format(&summary->client[0].row.client.addr, text);
		snprintf(words, sizeof(words), "explain %s", text);
		doc_like(&doc->line, doc->out, words);
		doc_command(doc);
	}
	doc_like(&doc->line, doc->out, "clients");
	doc_command(doc);
	doc_like(&doc->line, doc->out, "report --by protocol");
	doc_command(doc);
}

int
summary_page(const struct summary *summary, const struct fs_out *out,
    struct fs_err *err)
{
	struct doc doc;
	int rc;

	doc_init(&doc, out);
	buf_add_text(&doc.line, "flowscan report: ");
	period_words(&summary->query, &doc.line);
	doc_title(&doc);
	say_watched(&doc, summary);
	say_missed(&doc, summary);
	summary_basis(summary, &doc);
	if ((rc = say_traffic(&doc, summary, err)) < 0)
		goto out;
	if (summary->has_charts)
		charts_say(&summary->charts, &doc);
	summary_say_new(summary, &doc);
	say_clients(&doc, summary);
	summary_say_said(summary, &doc);
	say_next(&doc, summary);
	rc = doc_end(&doc);
out:
	doc_fini(&doc);
	return rc;
}
