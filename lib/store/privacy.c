#include "store/privacy.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "signal/blob.h"
#include "signal/hide.h"

enum { LEADER_COUNT = 1 << 14 };

/* The client that stands for a prefix: the hash of its address, 0 for none,
 * and how it was judged last. */
struct leader {
	struct fs_prefix net;
	uint64_t client;
	int32_t score_ppm;
};

struct privacy {
	struct fs_privacy kept;
	struct signals signals;
	struct fs_observation flow;
	struct fs_client client;
	/* By the hash of the prefix; a newer prefix takes the place. */
	struct leader leaders[LEADER_COUNT];
};

struct privacy *
privacy_new(const struct fs_privacy *kept)
{
	struct privacy *privacy = calloc(1, sizeof(*privacy));

	if (privacy != NULL)
		privacy->kept = *kept;
	return privacy;
}

void
privacy_free(struct privacy *privacy)
{
	free(privacy);
}

/* What is damaged is not kept. Returns the new size. */
static uint32_t
keep_signals(struct privacy *privacy, const uint8_t *bytes, size_t size,
    uint8_t *room)
{
	signals_clear(&privacy->signals);
	if (size > 0 && blob_decode(bytes, size, &privacy->signals) < 0)
		signals_clear(&privacy->signals);
	hide_signals(&privacy->kept, &privacy->signals);
	return (uint32_t)blob_encode(&privacy->signals, room, FS_SIGNALS_SIZE);
}

const struct fs_observation *
privacy_flow(struct privacy *privacy, const struct fs_observation *flow)
{
	struct fs_observation *copy = &privacy->flow;

	/* The rest of the row is room that is not used. */
	memcpy(copy, flow, offsetof(struct fs_observation, evidence));
	memcpy(copy->evidence, flow->evidence,
	    flow->evidence_count * sizeof(*flow->evidence));
	copy->flow_id = hide_flow_id(&privacy->kept, flow->flow_id);
	copy->parent_id = hide_flow_id(&privacy->kept, flow->parent_id);
	if (privacy->kept.clients != FS_CLIENT_FULL)
		copy->client = hide_client(&privacy->kept, &flow->client).addr;
	copy->signals_size = keep_signals(privacy, flow->signals,
	    flow->signals_size, copy->signals);
	return copy;
}

/* Whether this client's row stands for all of its prefix. */
static bool
leads(struct privacy *privacy, const struct fs_prefix *net,
    const struct fs_client *client)
{
	uint64_t whose = hash_identity(&client->addr, sizeof(client->addr)) | 1;
	struct leader *leader =
	    &privacy->leaders[hash_identity(net, sizeof(*net)) % LEADER_COUNT];

	if (memcmp(&leader->net, net, sizeof(*net)) == 0 &&
	    leader->client != whose &&
	    client->verdict.score_ppm <= leader->score_ppm)
		return false;
	*leader = (struct leader){ *net, whose, client->verdict.score_ppm };
	return true;
}

const struct fs_client *
privacy_client(struct privacy *privacy, const struct fs_client *client)
{
	struct fs_client *copy = &privacy->client;
	struct fs_prefix kept = { client->addr, client->bits };

	if (privacy->kept.clients != FS_CLIENT_FULL)
		kept = hide_client(&privacy->kept, &client->addr);
	if (privacy->kept.clients == FS_CLIENT_PREFIX &&
	    !leads(privacy, &kept, client))
		return NULL;
	memcpy(copy, client, offsetof(struct fs_client, evidence));
	memcpy(copy->evidence, client->evidence,
	    client->evidence_count * sizeof(*client->evidence));
	copy->addr = kept.addr;
	copy->bits = kept.bits;
	copy->signals_size = keep_signals(privacy, client->signals,
	    client->signals_size, copy->signals);
	return copy;
}
