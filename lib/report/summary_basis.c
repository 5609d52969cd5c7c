/* What the front page rests on: program, rules, databases. */
#include <string.h>

#include "report/summary.h"
#include "report/text.h"

static void
say_geo(struct doc *doc, const struct fs_generation *generation)
{
	if (strspn(generation->geo_digest, "0") ==
	    strlen(generation->geo_digest)) {
		buf_add_text(&doc->line,
		    "no geo database: places and what follows from them are "
		    "not known");
		doc_item(doc, 1, TONE_DOUBT);
		return;
	}
	buf_add_text(&doc->line, "geo databases ");
	doc_digest(&doc->line, generation->geo_digest);
	if (generation->geo_built_s > 0) {
		buf_add_text(&doc->line, ", the oldest built ");
		doc_time(&doc->line, generation->geo_built_s * 1000000);
	}
	doc_item(doc, 1, TONE_PLAIN);
}

/* What earlier runs had learned of the neighbourhoods. */
static void
say_floors(struct doc *doc, const struct fs_generation *generation)
{
	if (strspn(generation->floors_digest, "0") ==
	    strlen(generation->floors_digest))
		return;
	buf_add_text(&doc->line, "floors learned from the store ");
	doc_digest(&doc->line, generation->floors_digest);
	doc_item(doc, 1, TONE_PLAIN);
}

/* Without a rule all is clean, which must not pass for an answer. */
static void
say_no_rules(struct doc *doc, const struct summary *summary)
{
	const struct summary_event *event;
	size_t i;

	for (i = 0; i < summary->event_count; i++) {
		event = &summary->event[i];
		if (event->kind != FS_EVENT_LOAD || event->count > 0 ||
		    strcmp(event->subject, "rules") != 0)
			continue;
		buf_add_text(&doc->line,
		    "no rule was loaded: nothing could be found, and 'clean' "
		    "says nothing");
		doc_item(doc, 1, TONE_DOUBT);
	}
}

static void
say_stale_lists(struct doc *doc, const struct summary *summary)
{
	const struct summary_event *event;
	size_t i;

	for (i = 0; i < summary->event_count; i++) {
		event = &summary->event[i];
		if (event->kind != FS_EVENT_LOAD ||
		    strncmp(event->subject, "list ", 5) != 0)
			continue;
		text_escape(&doc->line, event->text, strlen(event->text));
		doc_item(doc, 1, TONE_DOUBT);
	}
}

const char *
summary_refused(const struct summary *summary)
{
	const struct summary_event *event, *refused = NULL;
	uint64_t loaded_us = 0;
	size_t i;

	for (i = 0; i < summary->event_count; i++) {
		event = &summary->event[i];
		if (event->kind == FS_EVENT_REFUSED)
			refused = event;
		else if (event->kind == FS_EVENT_LOAD &&
		    strcmp(event->subject, "rules") == 0)
			loaded_us = event->last_us;
	}
	return refused && refused->last_us >= loaded_us ? refused->text : NULL;
}

/* Somebody changed the rules and may believe that they are in force. */
static void
say_refused(struct doc *doc, const struct summary *summary)
{
	const char *why = summary_refused(summary);

	if (why == NULL)
		return;
	buf_add_text(&doc->line, "newer rules were refused: ");
	text_escape(&doc->line, why, strlen(why));
	doc_item(doc, 1, TONE_DOUBT);
}

void
summary_basis(const struct summary *summary, struct doc *doc)
{
	const struct fs_generation *generation = &summary->generation;

	doc_section(doc, "Rests on");
	if (!summary->has_generation) {
		buf_add_text(&doc->line, "No rules were loaded.");
		doc_text(doc, 1, TONE_DOUBT);
		return;
	}
	buf_add_text(&doc->line, "flowscan ");
	text_escape(&doc->line, generation->version,
	    strlen(generation->version));
	buf_add_text(&doc->line, ", rules ");
	doc_digest(&doc->line, generation->rules_digest);
	buf_add_text(&doc->line, ", first loaded ");
	doc_time(&doc->line, generation->time_us);
	doc_item(doc, 1, TONE_PLAIN);
	say_no_rules(doc, summary);
	say_stale_lists(doc, summary);
	say_refused(doc, summary);
	say_geo(doc, generation);
	say_floors(doc, generation);
}
