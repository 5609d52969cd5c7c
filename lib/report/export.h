/* Flows and clients as events for other systems, one line of JSON each; one
 * const table of functions a shape. */
#pragma once

#include "base/addr.h"
#include "base/json.h"
#include "store/store.h"

struct export_shape {
	const char *name;
	/* Writes one object; null where the shape has none of that kind. */
	void (*flow)(struct json *json, const struct store_flow *row);
	void (*client)(struct json *json, const struct store_client *row);
	/* Whether one document holds all rows: what begins and ends it. Both
	 * may be null. */
	void (*begin)(struct json *json, const struct store_query *query);
	void (*end)(struct json *json);
};

extern const struct export_shape export_eve;
extern const struct export_shape export_ecs;
extern const struct export_shape export_ocsf;
extern const struct export_shape export_stix;

/* ---- What the shapes share -------------------------------------------- */

/* A key with an address; nothing for none. */
void export_addr(struct json *json, const char *key,
    const struct fs_addr *addr);
/* A key with a port; nothing where there is none. */
void export_port(struct json *json, const char *key, int32_t port);
/* A key with a text signal; nothing where it is not known. */
void export_signal(struct json *json, const char *key,
    const struct signals *signals, enum signal_id id);
/* A whole number, of a signal. Returns whether it is known. */
bool export_number(const struct signals *signals, enum signal_id id,
    uint64_t *value);
/* The key "flowscan" with what no other schema has a name for. */
void export_verdict(struct json *json, const struct fs_verdict *verdict,
    const struct fs_evidence *evidence, uint32_t count,
    const struct signals *signals);
/* A sentence that says the verdict: that of the weightiest evidence that
 * counts, or "". */
const char *export_reason(const struct fs_evidence *evidence, uint32_t count);
/* A client as text, an IPv6 network with its bits. 'room' has
 * EXPORT_CLIENT_SIZE bytes. */
enum { EXPORT_CLIENT_SIZE = ADDR_TEXT_SIZE + 8 };
void export_client(const struct fs_client *client, char *room);
/* 0.0 to 100.0, as other schemas have scores. */
void export_percent(struct json *json, const char *key, int32_t score_ppm);
