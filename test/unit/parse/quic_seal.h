/* Makes protected Initial packets of QUIC for tests, by libcrypto. */
#pragma once

#include <openssl/evp.h>

#include "parse/quic.h"
#include "build.h"

struct quic_seal {
	struct quic_id keys; /* What the keys are of. */
	enum quic_side side;
	const char *dcid; /* Hex. */
	uint32_t number;
	unsigned number_size; /* 1 to 4 */
};

static inline void
quic_seal_gcm(const struct quic_keys *keys, const uint8_t *nonce,
    const struct build *aad, const struct build *frames, struct build *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int size;

	if (ctx == NULL ||
	    EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, keys->key,
		nonce) != 1 ||
	    EVP_EncryptUpdate(ctx, NULL, &size, aad->bytes, (int)aad->size) !=
		1 ||
	    EVP_EncryptUpdate(ctx, out->bytes, &size, frames->bytes,
		(int)frames->size) != 1 ||
	    EVP_EncryptFinal_ex(ctx, out->bytes + size, &size) != 1 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, 16,
		out->bytes + frames->size) != 1)
		abort();
	out->size = frames->size + 16;
	EVP_CIPHER_CTX_free(ctx);
}

static inline void
quic_seal_mask(const struct quic_keys *keys, const uint8_t *sample,
    uint8_t mask[16])
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int size;

	if (ctx == NULL ||
	    EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, keys->hp, NULL) !=
		1 ||
	    EVP_EncryptUpdate(ctx, mask, &size, sample, 16) != 1)
		abort();
	EVP_CIPHER_CTX_free(ctx);
}

/* Appends an Initial packet with these frames to a datagram. */
static inline void
quic_seal_add(struct build *datagram, const struct quic_seal *seal,
    const struct build *frames)
{
	static struct build header, sealed;
	struct quic_keys keys;
	uint8_t nonce[12], mask[16];
	unsigned i, type = seal->keys.version == 0x6b3343cf ? 1 : 0;

	if (!quic_keys_derive(&seal->keys, seal->side, &keys))
		abort();
	header.size = 0;
	build_number(&header, 0xc0 | type << 4 | (seal->number_size - 1), 1);
	build_number(&header, seal->keys.version, 4);
	build_block(&header, seal->dcid, 1);
	build_block(&header, "", 1);
	build_number(&header, 0, 1); /* No token. */
	build_number(&header, 0x4000 | (seal->number_size + frames->size + 16),
	    2);
	build_number(&header, seal->number, seal->number_size);
	memcpy(nonce, keys.iv, sizeof(nonce));
	for (i = 0; i < 4; i++)
		nonce[11 - i] ^= (uint8_t)(seal->number >> 8 * i);
	quic_seal_gcm(&keys, nonce, &header, frames, &sealed);
	quic_seal_mask(&keys, sealed.bytes + 4 - seal->number_size, mask);
	header.bytes[0] ^= mask[0] & 0x0f;
	for (i = 0; i < seal->number_size; i++)
		header.bytes[header.size - seal->number_size + i] ^=
		    mask[1 + i];
	build_bytes(datagram, header.bytes, header.size);
	build_bytes(datagram, sealed.bytes, sealed.size);
}

/* Appends a CRYPTO frame with bytes [at, end) of a message. */
static inline void
quic_seal_crypto(struct build *frames, const struct build *message, size_t at,
    size_t end)
{
	build_number(frames, 6, 1);
	build_number(frames, 0x4000 | at, 2);
	build_number(frames, 0x4000 | (end - at), 2);
	build_bytes(frames, message->bytes + at, end - at);
}
