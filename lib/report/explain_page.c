#include <inttypes.h>
#include <string.h>

#include "base/addr.h"
#include "base/num.h"
#include "report/community.h"
#include "report/explain.h"
#include "report/fields.h"
#include "report/lines.h"
#include "report/text.h"

/* The explanation for people. */

enum { BAR_PER_NAT = 4, BAR_MAX = 40 };

static void
add_text(struct buf *buf, const char *text)
{
	text_escape(buf, text, strlen(text));
}

static void
add_addr(struct buf *buf, const struct fs_addr *addr, int32_t port)
{
	char text[ADDR_TEXT_SIZE];

	addr_format(addr, text);
	if (port < 0)
		buf_add_text(buf, text);
	else
		buf_printf(buf, addr->family == 6 ? "[%s]:%d" : "%s:%d", text,
		    port);
}

static void
add_ms(struct buf *buf, int64_t milli)
{
	char text[NUM_MILLI_SIZE];

	num_format_milli(milli, text);
	buf_printf(buf, "%s ms", text);
}

/* ---- Who it is ---------------------------------------------------------- */

static void
say_place(struct doc *doc, const struct explain *explain)
{
	place_words(explain->signals, &doc->line);
	if (doc->line.size > 0)
		doc_text(doc, 1, TONE_PLAIN);
}

static void
say_flow(struct doc *doc, const struct explain *explain)
{
	const struct fs_observation *flow = &explain->flow.flow;
	char id[COMMUNITY_ID_SIZE], room[8];

	add_addr(&doc->line, &flow->client, flow->client_port);
	buf_add_text(&doc->line, " to ");
	add_addr(&doc->line, &flow->server, flow->server_port);
	buf_printf(&doc->line, ", %s", fs_transport_name(flow->ip_proto, room));
	if (flow->service[0] != '\0') {
		buf_add_text(&doc->line, ", service ");
		add_text(&doc->line, flow->service);
	}
	if (flow->sensor[0] != '\0') {
		buf_add_text(&doc->line, ", seen by ");
		add_text(&doc->line, flow->sensor);
	}
	doc_text(doc, 1, TONE_PLAIN);
	doc_time(&doc->line, flow->first_us);
	buf_add_text(&doc->line, ", ");
	add_ms(&doc->line,
	    (int64_t)(time_since_us(flow->last_us, flow->first_us)));
	buf_add_text(&doc->line, ": ");
	doc_counted(&doc->line, flow->packets[0], "packet");
	buf_add_text(&doc->line, " there (");
	doc_bytes(&doc->line, flow->bytes[0]);
	buf_add_text(&doc->line, "), ");
	doc_count(&doc->line, flow->packets[1]);
	buf_add_text(&doc->line, " back (");
	doc_bytes(&doc->line, flow->bytes[1]);
	buf_add_text(&doc->line, ")");
	doc_text(doc, 1, TONE_PLAIN);
	community_of(&explain->flow, id);
	buf_printf(&doc->line, "%s%s%sevision %" PRIu32,
	    id[0] ? "Community ID " : "", id, id[0] ? ", r" : "R", flow->rev);
	doc_text(doc, 1, TONE_FAINT);
}

static void
say_client(struct doc *doc, const struct explain *explain)
{
	const struct fs_client *client = &explain->client.client;

	doc_counted(&doc->line, client->flows, "flow");
	buf_printf(&doc->line, " in the %s view, ",
	    fs_view_name(client->verdict.view));
	doc_count(&doc->line, client->flows_all);
	buf_add_text(&doc->line, " in all, ");
	doc_bytes(&doc->line, client->bytes);
	buf_add_text(&doc->line, ", from ");
	doc_time(&doc->line, client->first_us);
	buf_add_text(&doc->line, " to ");
	doc_time(&doc->line, client->last_us);
	doc_text(doc, 1, TONE_PLAIN);
}

static void
say_title(struct doc *doc, const struct explain *explain)
{
	const struct fs_client *client = &explain->client.client;

	if (explain->is_client) {
		buf_add_text(&doc->line, "Client ");
		add_addr(&doc->line, &client->addr, -1);
		if (client->bits < (client->addr.family == 4 ? 32 : 128))
			buf_printf(&doc->line, "/%u", client->bits);
	} else {
		buf_printf(&doc->line, "Flow %016" PRIx64,
		    explain->flow.flow.flow_id);
	}
	doc_title(doc);
}

static void
say_verdict(struct doc *doc, const struct explain *explain)
{
	static const uint8_t tones[] = { [FS_CLEAN] = TONE_GOOD,
		[FS_REVIEW] = TONE_DOUBT,
		[FS_ANOMALOUS] = TONE_BAD };
	const struct fs_verdict *verdict = explain->verdict;
	struct datum score;

	doc_section(doc, "Verdict");
	buf_printf(&doc->line, "%s: %s", fs_decision_name(verdict->decision),
	    fs_class_name(verdict->class));
	if (verdict->protocol[0] != '\0') {
		buf_add_text(&doc->line, " (");
		add_text(&doc->line, verdict->protocol);
		buf_add_char(&doc->line, ')');
	}
	buf_add_text(&doc->line, ", score ");
	datum_share(&score, verdict->score_ppm);
	datum_words(&score, false, &doc->line);
	buf_printf(&doc->line, ", %s view, coverage %s",
	    fs_view_name(verdict->view), fs_coverage_name(verdict->coverage));
	doc_text(doc, 1, tones[verdict->decision]);
	if (verdict->coverage == FS_COVERAGE_NONE) {
		buf_add_text(&doc->line,
		    "It could not be judged; that it is called clean means "
		    "nothing.");
		doc_text(doc, 1, TONE_DOUBT);
	}
}

/* ---- What was measured -------------------------------------------------- */

static void
say_measured(struct doc *doc, const struct explain *explain)
{
	const struct explain_measured *line;
	size_t i;

	doc_section(doc, "Measured against expected");
	if (explain->measured_count == 0) {
		buf_add_text(&doc->line, "No two measurements to compare.");
		doc_text(doc, 1, TONE_FAINT);
	}
	for (i = 0; i < explain->measured_count; i++) {
		line = &explain->measured[i];
		buf_printf(&doc->line, "%s: ", line->what);
		add_ms(&doc->line, line->measured_milli);
		buf_printf(&doc->line, "; expected %s", line->expected);
		if (line->expected_milli > 0) {
			buf_add_text(&doc->line, ", ");
			add_ms(&doc->line, line->expected_milli);
		}
		if (line->gap_milli > 0) {
			buf_add_text(&doc->line, ": beyond it by ");
			add_ms(&doc->line, line->gap_milli);
		}
		doc_item(doc, 1, line->gap_milli > 0 ? TONE_PLAIN : TONE_FAINT);
	}
}

/* ---- The sum ------------------------------------------------------------ */

static void
add_bar(struct buf *buf, int32_t llr)
{
	int64_t size = llr < 0 ? -(int64_t)llr : llr;
	int64_t i, bar = (size * BAR_PER_NAT + 500) / 1000;

	for (i = 0; i < bar && i < BAR_MAX; i++)
		buf_add_char(buf, llr < 0 ? '-' : '+');
}

static void
say_weight(struct doc *doc, int64_t milli, const char *what,
    enum datum_tone tone)
{
	doc_nats(&doc->line, milli);
	/* Weights stand below each other up to 99 nats. */
	if (doc->line.size < 7) {
		buf_clear(&doc->line);
		buf_add_char(&doc->line, ' ');
		doc_nats(&doc->line, milli);
	}
	buf_printf(&doc->line, "  %s", what);
	doc_fixed(doc, tone);
}

/* Whether the policy does not let a piece count: then nothing of its family
 * does, whereas what repeats a stronger piece stands beside that. */
static bool
is_ignored(const struct explain *explain, const struct fs_evidence *piece)
{
	uint32_t i;

	if (piece->llr_full == 0)
		return false;
	for (i = 0; i < explain->evidence_count; i++)
		if (explain->evidence[i].llr != 0 &&
		    strcmp(explain->evidence[i].family, piece->family) == 0)
			return false;
	return true;
}

static void
say_piece(struct doc *doc, const struct explain *explain,
    const struct fs_evidence *piece)
{
	struct buf what;

	buf_init(&what);
	add_text(&what, piece->rule);
	buf_add_text(&what, " [");
	add_text(&what, piece->family);
	buf_add_text(&what, "] ");
	add_bar(&what, piece->llr);
	if (piece->llr != piece->llr_full) {
		buf_add_text(&what, " (alone ");
		doc_nats(&what, piece->llr_full);
		buf_add_char(&what, ')');
	}
	if (is_ignored(explain, piece))
		buf_add_text(&what, " named, not counted: policy.ignore");
	say_weight(doc, piece->llr, buf_text(&what), TONE_PLAIN);
	buf_add_text(&doc->line, "          ");
	add_text(&doc->line, piece->text);
	if (piece->count > 1)
		buf_printf(&doc->line, " (%" PRIu32 " flows)", piece->count);
	doc_fixed(doc, TONE_FAINT);
	buf_fini(&what);
}

static void
say_sum(struct doc *doc, const struct explain *explain)
{
	struct buf what;
	struct datum score;
	uint32_t i;

	doc_section(doc, "Weights, in nats");
	say_weight(doc, explain->verdict->prior,
	    "prior: before anything was "
	    "seen",
	    TONE_PLAIN);
	for (i = 0; i < explain->evidence_count; i++)
		if (!explain->evidence[i].shadow)
			say_piece(doc, explain, &explain->evidence[i]);
	if (explain->evidence_count == 0) {
		buf_add_text(&doc->line,
		    "          no rule speaks for or "
		    "against it");
		doc_fixed(doc, TONE_FAINT);
	}
	if (explain->rest_milli != 0)
		say_weight(doc, explain->rest_milli,
		    "pieces that are not kept with the row", TONE_PLAIN);
	buf_init(&what);
	buf_add_text(&what, "= log-odds: score ");
	datum_share(&score, explain->verdict->score_ppm);
	datum_words(&score, false, &what);
	say_weight(doc, explain->verdict->log_odds, buf_text(&what),
	    TONE_PLAIN);
	buf_fini(&what);
}

/* Pieces of which 'picks' says that they belong here. */
static void
say_pieces(struct doc *doc, const struct explain *explain, const char *section,
    bool (*picks)(const struct fs_evidence *piece))
{
	const struct fs_evidence *piece;
	uint32_t i, said = 0;

	for (i = 0; i < explain->evidence_count; i++) {
		piece = &explain->evidence[i];
		if (!picks(piece))
			continue;
		if (said++ == 0)
			doc_section(doc, section);
		add_text(&doc->line, piece->rule);
		buf_add_text(&doc->line, ": ");
		add_text(&doc->line, piece->text);
		doc_item(doc, 1, TONE_PLAIN);
	}
}

static bool
speaks_against(const struct fs_evidence *piece)
{
	return !piece->shadow && piece->llr < 0;
}

static bool
is_shadow(const struct fs_evidence *piece)
{
	return piece->shadow;
}

/* ---- What is not known, and other readings ------------------------------ */

static void
say_unknown(struct doc *doc, const struct explain *explain)
{
	size_t i;

	if (explain->unknown_count == 0)
		return;
	doc_section(doc, "Not measured");
	for (i = 0; i < explain->unknown_count; i++) {
		buf_printf(&doc->line, "%s: %s", explain->unknown[i].what,
		    explain->unknown[i].why);
		doc_item(doc, 1, TONE_PLAIN);
	}
}

static void
say_lines(struct doc *doc, const char *text, const char *before)
{
	size_t size;

	for (; *text != '\0'; text += size) {
		size = strcspn(text, "\n");
		buf_add_text(&doc->line, before);
		text_escape(&doc->line, text, size);
		doc_item(doc, 1, TONE_PLAIN);
		if (text[size] == '\n')
			size++;
	}
}

static void
say_benign(struct doc *doc, const struct explain *explain)
{
	char benign[4096] = "";
	uint32_t i;

	for (i = 0; i < explain->evidence_count; i++)
		if (!explain->evidence[i].shadow &&
		    explain->evidence[i].llr > 0)
			lines_add_new(benign, sizeof(benign),
			    explain->rule[i].benign);
	if (benign[0] == '\0')
		return;
	doc_section(doc, "Benign readings");
	say_lines(doc, benign, "");
}

static void
say_rules(struct doc *doc, const struct explain *explain)
{
	const struct store_rule *rule;
	uint32_t i;

	if (explain->evidence_count > 0)
		doc_section(doc, "Rules");
	for (i = 0; i < explain->evidence_count; i++) {
		rule = &explain->rule[i];
		add_text(&doc->line, explain->evidence[i].rule);
		if (rule->name[0] == '\0') {
			buf_add_text(&doc->line,
			    ": its text is not in the store");
			doc_item(doc, 1, TONE_FAINT);
			continue;
		}
		buf_add_text(&doc->line, " (");
		add_text(&doc->line, rule->file);
		buf_printf(&doc->line, ":%u): ", rule->line);
		add_text(&doc->line, rule->condition);
		doc_item(doc, 1, TONE_PLAIN);
	}
}

/* ---- Flows and how to repeat it ----------------------------------------- */

static const void *
next_related(const void *ctx, size_t index)
{
	const struct explain *explain = ctx;

	return index < explain->related_count ? &explain->marked_related[index]
					      : NULL;
}

static int
say_related(struct doc *doc, const struct explain *explain, struct fs_err *err)
{
	int rc;

	if (explain->related_count == 0)
		return 0;
	doc_section(doc, "Its flows with the highest scores");
	rc = doc_table(doc, &flow_rows, next_related, explain, err);
	if (explain->related_in_all > explain->related_count) {
		buf_add_text(&doc->line, "and ");
		doc_count(&doc->line,
		    explain->related_in_all - explain->related_count);
		buf_add_text(&doc->line, " more.");
		doc_text(doc, 1, TONE_PLAIN);
	}
	return rc;
}

static void
say_repeat(struct doc *doc, const struct explain *explain)
{
	const struct fs_generation *generation = &explain->generation;

	doc_section(doc, "To see this again");
	if (doc->out->command != NULL) {
		add_text(&doc->line, doc->out->command);
		doc_command(doc);
	}
	if (!explain->has_generation)
		return;
	buf_add_text(&doc->line, "flowscan ");
	add_text(&doc->line, generation->version);
	buf_add_text(&doc->line, ", rules ");
	doc_digest(&doc->line, generation->rules_digest);
	buf_add_text(&doc->line, ", geo databases ");
	doc_digest(&doc->line, generation->geo_digest);
	if (strspn(generation->floors_digest, "0") !=
	    strlen(generation->floors_digest)) {
		buf_add_text(&doc->line, ", learned floors ");
		doc_digest(&doc->line, generation->floors_digest);
	}
	doc_text(doc, 1, TONE_FAINT);
}

int
explain_page(const struct explain *explain, const struct fs_out *out,
    struct fs_err *err)
{
	struct doc doc;
	int rc;

	doc_init(&doc, out);
	say_title(&doc, explain);
	if (explain->is_client)
		say_client(&doc, explain);
	else
		say_flow(&doc, explain);
	say_place(&doc, explain);
	say_verdict(&doc, explain);
	explain_say_said(&doc, explain);
	say_measured(&doc, explain);
	explain_say_times(&doc, explain);
	explain_say_reach(&doc, explain);
	explain_say_sensors(&doc, explain);
	say_sum(&doc, explain);
	say_pieces(&doc, explain, "Speaks against it", speaks_against);
	say_pieces(&doc, explain, "Seen, but not counted (shadow rules)",
	    is_shadow);
	say_unknown(&doc, explain);
	say_benign(&doc, explain);
	say_rules(&doc, explain);
	if ((rc = say_related(&doc, explain, err)) < 0)
		goto out;
	explain_say_similar(&doc, explain);
	say_repeat(&doc, explain);
	rc = doc_end(&doc);
out:
	doc_fini(&doc);
	return rc;
}
