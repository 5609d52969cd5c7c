#include "parse/mkcp.h"

#include "flowscan.h"

enum {
	XOR_BACK = 4,  /* How far before it the byte is that each hides in. */
	HASH_SIZE = 4, /* The rest of the seal is the size. */
	HEAD_SIZE = MKCP_SEAL + 4,
	COMMAND_MAX = 3,
	OPTION_MAX = 1,
	/* Sizes fit by accident once in a thousand datagrams; on purpose they
	 * can at each place, and each hash is as long as the datagram. */
	HASHES_MAX = 3,
};

/* FNV-1a of 32 bits. */
static const uint32_t fnv_start = 2166136261, fnv_prime = 16777619;

static uint16_t
u16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* Hashes what follows the hash itself, without its seal. */
static uint32_t
hash_of(struct cursor sealed)
{
	struct cursor before = sealed;
	uint32_t hash = fnv_start;
	uint8_t byte, mask;

	if (!cursor_skip(&sealed, HASH_SIZE))
		return hash;
	while (cursor_u8(&sealed, &byte) && cursor_u8(&before, &mask))
		hash = (hash ^ (uint8_t)(byte ^ mask)) * fnv_prime;
	return hash;
}

/* Unseals the beginning. The size is asked before the hash: it costs least,
 * and mostly says no. '*hashes' counts how often it did not. */
static bool
unseal(struct cursor sealed, uint8_t head[HEAD_SIZE], unsigned *hashes)
{
	struct cursor begin = sealed;
	size_t i;

	if (!cursor_copy(&begin, head, HEAD_SIZE))
		return false;
	for (i = HEAD_SIZE; i-- > XOR_BACK;)
		head[i] ^= head[i - XOR_BACK];
	if (u16(head + HASH_SIZE) != sealed.left - MKCP_SEAL)
		return false;
	++*hashes;
	return ((uint32_t)u16(head) << 16 | u16(head + 2)) == hash_of(sealed);
}

int
mkcp_read(struct cursor datagram, struct mkcp_datagram *found)
{
	const uint8_t *kcp;
	uint8_t head[HEAD_SIZE];
	unsigned header = 0, hashes = 0;

	if (datagram.left < MKCP_SEAL + MKCP_LEAST)
		return FS_ETRUNC;
	while (!unseal(datagram, head, &hashes))
		if (hashes == HASHES_MAX || ++header > MKCP_HEADER_MAX ||
		    !cursor_skip(&datagram, 1) ||
		    datagram.left < MKCP_SEAL + MKCP_LEAST)
			return FS_EFORMAT;
	kcp = head + MKCP_SEAL;
	if (kcp[2] > COMMAND_MAX || kcp[3] > OPTION_MAX)
		return FS_EFORMAT;
	found->header = (uint8_t)header;
	found->conversation = u16(kcp);
	found->command = kcp[2];
	found->option = kcp[3];
	return 0;
}
