#include "sheaf.h"

#include <stdlib.h>
#include <string.h>

enum {
	FLOW_HEAD = offsetof(struct fs_observation, evidence),
	CLIENT_HEAD = offsetof(struct fs_client, evidence),
};

/* What is left out: evidence and signals that are not there. */
struct head {
	uint32_t is_client;
	uint32_t evidence_size, signals_size;
	uint32_t zero;
};
_Static_assert(sizeof(struct head) + sizeof(struct fs_observation) <=
	(int)SHEAF_SIZE,
    "a sheaf has no room for a flow");

struct sheaf *
sheaf_new(void)
{
	struct sheaf *sheaf = malloc(sizeof(*sheaf));

	if (sheaf != NULL)
		memset(sheaf, 0, offsetof(struct sheaf, bytes));
	return sheaf;
}

void
sheaf_free(struct sheaf *sheaf)
{
	free(sheaf);
}

static bool
add(struct sheaf *sheaf, const struct head *head, const void *row,
    const void *evidence, const void *signals)
{
	size_t row_size = head->is_client ? CLIENT_HEAD : FLOW_HEAD;
	size_t size =
	    sizeof(*head) + row_size + head->evidence_size + head->signals_size;
	uint8_t *at = sheaf->bytes + sheaf->size;

	if (size > SHEAF_SIZE - sheaf->size)
		return false;
	memcpy(at, head, sizeof(*head));
	at += sizeof(*head);
	memcpy(at, row, row_size);
	at += row_size;
	memcpy(at, evidence, head->evidence_size);
	memcpy(at + head->evidence_size, signals, head->signals_size);
	sheaf->size += size;
	sheaf->count++;
	return true;
}

bool
sheaf_add_flow(struct sheaf *sheaf, const struct fs_observation *flow)
{
	const struct head head = {
		.evidence_size =
		    flow->evidence_count * (uint32_t)sizeof(flow->evidence[0]),
		.signals_size = flow->signals_size,
	};

	return add(sheaf, &head, flow, flow->evidence, flow->signals);
}

bool
sheaf_add_client(struct sheaf *sheaf, const struct fs_client *client)
{
	const struct head head = {
		.is_client = true,
		.evidence_size = client->evidence_count *
		    (uint32_t)sizeof(client->evidence[0]),
		.signals_size = client->signals_size,
	};

	return add(sheaf, &head, client, client->evidence, client->signals);
}

bool
sheaf_next(const struct sheaf *sheaf, size_t *at, struct sheaf_row *row)
{
	const uint8_t *from = sheaf->bytes + *at;
	struct head head;
	size_t row_size;

	if (*at >= sheaf->size)
		return false;
	memcpy(&head, from, sizeof(head));
	from += sizeof(head);
	row->is_client = head.is_client;
	row_size = head.is_client ? CLIENT_HEAD : FLOW_HEAD;
	memcpy(head.is_client ? (void *)&row->client : (void *)&row->flow, from,
	    row_size);
	from += row_size;
	memcpy(head.is_client ? row->client.evidence : row->flow.evidence, from,
	    head.evidence_size);
	from += head.evidence_size;
	memcpy(head.is_client ? row->client.signals : row->flow.signals, from,
	    head.signals_size);
	*at += sizeof(head) + row_size + head.evidence_size + head.signals_size;
	return true;
}

bool
sheaf_peek(const struct sheaf *sheaf, size_t at, struct sheaf_key *key)
{
	const uint8_t *from = sheaf->bytes + at;
	struct head head;
	uint64_t first_us;
	bool flushed;

	if (at >= sheaf->size)
		return false;
	memcpy(&head, from, sizeof(head));
	from += sizeof(head);
	memcpy(&key->said_us, from + offsetof(struct fs_observation, said_us),
	    sizeof(key->said_us));
	memcpy(&key->flow_id, from + offsetof(struct fs_observation, flow_id),
	    sizeof(key->flow_id));
	memcpy(&key->rev, from + offsetof(struct fs_observation, rev),
	    sizeof(key->rev));
	memcpy(&first_us, from + offsetof(struct fs_observation, first_us),
	    sizeof(first_us));
	memcpy(&flushed, from + offsetof(struct fs_observation, flushed),
	    sizeof(flushed));
	key->order_us = flushed ? first_us : 0;
	key->size =
	    sizeof(head) + FLOW_HEAD + head.evidence_size + head.signals_size;
	return true;
}
