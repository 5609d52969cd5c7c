/* One bundle in STIX 2.1 (docs.oasis-open.org/cti/stix/v2.1): a client is an
 * address, what was observed of it, and an indicator based on that. Whoever
 * reads the same findings twice gets the same identities: all are UUIDs of
 * version 5 (RFC 9562). */
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "report/export.h"

enum {
	UUID_SIZE = 37,
	ID_SIZE = 64,
	NAME_MAX_SIZE = 256,
	COUNT_MOST = 999999999
};

/* That of STIX for observables (section 2.9), and one of our own. */
static const uint8_t observables[16] = { 0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42,
	0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7 };
static const uint8_t ours[16] = { 0x6f, 0x2b, 0x0c, 0x1d, 0x83, 0x5e, 0x4a,
	0x1f, 0xb0, 0x6e, 0x0d, 0x7c, 0x52, 0x99, 0x41, 0xe3 };

/* Writes "type--uuid" into 'id' of ID_SIZE bytes. */
static void
make_id(const char *type, const uint8_t space[16], const char *name, char *id)
{
	uint8_t bytes[16 + NAME_MAX_SIZE], sum[DIGEST_SHA1_SIZE] = { 0 };
	char hex[DIGEST_HEX_SIZE];
	size_t size = strnlen(name, NAME_MAX_SIZE);

	memcpy(bytes, space, 16);
	memcpy(bytes + 16, name, size);
	(void)digest_sha1(bytes, 16 + size, sum);
	sum[6] = (uint8_t)(0x50 | (sum[6] & 0x0f));
	sum[8] = (uint8_t)(0x80 | (sum[8] & 0x3f));
	digest_hex(sum, 16, hex);
	(void)snprintf(id, ID_SIZE, "%s--%.8s-%.4s-%.4s-%.4s-%.12s", type, hex,
	    hex + 8, hex + 12, hex + 16, hex + 20);
}

/* ---- The bundle --------------------------------------------------------- */

static void
identity(char *id)
{
	make_id("identity", ours, "flowscan", id);
}

static void
begin_object(struct json *json, const char *type, const char *id)
{
	json_object(json);
	json_put_text(json, "type", type);
	json_put_text(json, "spec_version", "2.1");
	json_put_text(json, "id", id);
}

static void
stix_begin(struct json *json, const struct store_query *query)
{
	char name[NAME_MAX_SIZE], id[ID_SIZE];

	(void)snprintf(name, sizeof(name), "%llu %llu %lld",
	    (unsigned long long)query->since_us,
	    (unsigned long long)query->until_us,
	    (long long)query->snapshot.client_top);
	make_id("bundle", ours, name, id);
	json_object(json);
	json_put_text(json, "type", "bundle");
	json_put_text(json, "id", id);
	json_key(json, "objects");
	json_array(json);
	identity(id);
	begin_object(json, "identity", id);
	json_put_text(json, "created", "2026-12-01T00:00:00.000Z");
	json_put_text(json, "modified", "2026-12-01T00:00:00.000Z");
	json_put_text(json, "name", "flowscan");
	json_put_text(json, "identity_class", "system");
	json_object_end(json);
}

static void
stix_end(struct json *json)
{
	json_array_end(json);
	json_object_end(json);
}

/* ---- A client ----------------------------------------------------------- */

/* The identities of what is said of one client. */
struct ids {
	char address[ID_SIZE], observed[ID_SIZE], indicator[ID_SIZE],
	    relation[ID_SIZE], maker[ID_SIZE];
	char client[EXPORT_CLIENT_SIZE];
	const char *type; /* "ipv4-addr" */
};

static void
make_ids(const struct fs_client *client, struct ids *ids)
{
	char name[NAME_MAX_SIZE];

	ids->type = client->addr.family == 6 ? "ipv6-addr" : "ipv4-addr";
	export_client(client, ids->client);
	identity(ids->maker);
	/* The canonical JSON of what makes an observable what it is. */
	(void)snprintf(name, sizeof(name), "{\"value\":\"%s\"}", ids->client);
	make_id(ids->type, observables, name, ids->address);
	make_id("indicator", ours, ids->client, ids->indicator);
	(void)snprintf(name, sizeof(name), "%s %llu %llu", ids->client,
	    (unsigned long long)client->first_us,
	    (unsigned long long)client->last_us);
	make_id("observed-data", ours, name, ids->observed);
	make_id("relationship", ours, name, ids->relation);
}

/* What each object of ours has. */
static void
put_made(struct json *json, const struct fs_client *client,
    const struct ids *ids)
{
	json_put_time(json, "created", client->first_us);
	json_put_time(json, "modified", client->last_us);
	json_put_text(json, "created_by_ref", ids->maker);
}

static void
put_observed(struct json *json, const struct fs_client *client,
    const struct ids *ids)
{
	uint64_t count =
	    client->flows < COUNT_MOST ? client->flows : COUNT_MOST;

	begin_object(json, ids->type, ids->address);
	json_put_text(json, "value", ids->client);
	json_object_end(json);
	begin_object(json, "observed-data", ids->observed);
	put_made(json, client, ids);
	json_put_time(json, "first_observed", client->first_us);
	json_put_time(json, "last_observed", client->last_us);
	json_put_u64(json, "number_observed", count > 0 ? count : 1);
	json_key(json, "object_refs");
	json_array(json);
	json_text(json, ids->address);
	json_array_end(json);
	json_object_end(json);
}

/* All that counts for and against it, a sentence a line. */
static void
put_description(struct json *json, const struct fs_client *client)
{
	struct buf text;
	uint32_t i;

	buf_init(&text);
	for (i = 0; i < client->evidence_count; i++)
		if (!client->evidence[i].shadow)
			buf_printf(&text, "%s%s%s", text.size ? "\n" : "",
			    client->evidence[i].llr < 0 ? "against: " : "",
			    client->evidence[i].text);
	json_put_text(json, "description", buf_text(&text));
	buf_fini(&text);
}

static void
put_indicator(struct json *json, const struct fs_client *client,
    const struct ids *ids)
{
	const struct fs_verdict *verdict = &client->verdict;
	char pattern[128];

	(void)snprintf(pattern, sizeof(pattern), "[%s:value %s '%s']",
	    ids->type, client->addr.family == 6 ? "ISSUBSET" : "=",
	    ids->client);
	begin_object(json, "indicator", ids->indicator);
	put_made(json, client, ids);
	json_put_text(json, "name", fs_class_name(verdict->class));
	put_description(json, client);
	json_key(json, "indicator_types");
	json_array(json);
	json_text(json,
	    verdict->decision == FS_CLEAN ? "benign" : "anonymization");
	json_array_end(json);
	json_put_text(json, "pattern", pattern);
	json_put_text(json, "pattern_type", "stix");
	json_put_time(json, "valid_from", client->first_us);
	json_put_u64(json, "confidence", (uint64_t)verdict->score_ppm / 10000);
	json_key(json, "labels");
	json_array(json);
	json_text(json, fs_decision_name(verdict->decision));
	json_text(json, fs_class_name(verdict->class));
	json_text(json, verdict->protocol[0] ? verdict->protocol : "unknown");
	json_array_end(json);
	json_object_end(json);
}

static void
put_relation(struct json *json, const struct fs_client *client,
    const struct ids *ids)
{
	begin_object(json, "relationship", ids->relation);
	put_made(json, client, ids);
	json_put_text(json, "relationship_type", "based-on");
	json_put_text(json, "source_ref", ids->indicator);
	json_put_text(json, "target_ref", ids->observed);
	json_object_end(json);
}

static void
stix_client(struct json *json, const struct store_client *row)
{
	struct ids ids;

	make_ids(&row->client, &ids);
	put_observed(json, &row->client, &ids);
	put_indicator(json, &row->client, &ids);
	put_relation(json, &row->client, &ids);
}

const struct export_shape export_stix = { "stix", NULL, stix_client, stix_begin,
	stix_end };
