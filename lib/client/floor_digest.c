/* The digest of what was learned: everything that an answer can depend on. */
#include <errno.h>

#include "base/digest.h"
#include "client/floor_subject.h"

static void
put_number(uint8_t *at, uint64_t number)
{
	int i;

	for (i = 0; i < 8; i++)
		at[i] = (uint8_t)(number >> (56 - 8 * i) & 0xff);
}

static bool
add_other(struct digest *digest, const struct floor_other *other)
{
	uint8_t bytes[3 * 8];

	put_number(bytes,
	    (uint64_t)(uint32_t)other->latitude_milli << 32 |
		(uint32_t)other->longitude_milli);
	put_number(bytes + 8, (uint64_t)other->rtt_milli);
	put_number(bytes + 16, other->last_us);
	return digest_add(digest, other->addr.bytes,
		   sizeof(other->addr.bytes)) &&
	    digest_add(digest, bytes, sizeof(bytes));
}

static bool
add_sample(struct digest *digest, const struct floor_sample *sample)
{
	uint8_t bytes[7 * 8];

	put_number(bytes, (uint64_t)sample->rtt_milli);
	put_number(bytes + 8, (uint64_t)sample->gap_milli);
	put_number(bytes + 16, sample->last_us);
	put_number(bytes + 24, (uint64_t)sample->latitude_milli);
	put_number(bytes + 32, (uint64_t)sample->longitude_milli);
	put_number(bytes + 40,
	    (uint64_t)sample->asn << 32 | (uint64_t)sample->addr.family << 24 |
		(uint64_t)(uint8_t)sample->country[0] << 16 |
		(uint64_t)(uint8_t)sample->country[1] << 8 | sample->located);
	put_number(bytes + 48, sample->mtu);
	return digest_add(digest, sample->addr.bytes,
		   sizeof(sample->addr.bytes)) &&
	    digest_add(digest, bytes, sizeof(bytes));
}

int
floor_digest(const struct floor_frozen *frozen, char *text)
{
	struct digest *digest = digest_new();
	uint8_t sum[DIGEST_SHA256_SIZE];
	bool good = digest != NULL;
	uint32_t i;

	for (i = 0; i < frozen->count && good; i++)
		good = add_sample(digest, &frozen->samples[i]);
	for (i = 0; i < frozen->other_count && good; i++)
		good = add_other(digest, &frozen->others[i]);
	good = good && digest_end(digest, sum);
	digest_free(digest);
	if (!good)
		return -ENOMEM;
	digest_hex(sum, sizeof(sum), text);
	return 0;
}
