/* MD5_Init and its like are only declared on request since libcrypto 3. */
#define OPENSSL_API_COMPAT 10100
#include "base/digest.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

enum { GCM_TAG_SIZE = 16, LABEL_SIZE = 249 };

/* Passes a result on and leaves nothing in libcrypto's error queue, which
 * belongs to the whole thread. */
static bool
done(bool worked)
{
	if (!worked)
		ERR_clear_error();
	return worked;
}

/* The hash functions are called directly: through EVP, libcrypto 3 looks each
 * up by name and allocates, which costs several times what the few hundred
 * bytes of a handshake do. */
bool
digest_md5(const void *bytes, size_t size, uint8_t *sum)
{
	MD5_CTX ctx;

	return MD5_Init(&ctx) == 1 && MD5_Update(&ctx, bytes, size) == 1 &&
	    MD5_Final(sum, &ctx) == 1;
}

bool
digest_sha1(const void *bytes, size_t size, uint8_t *sum)
{
	SHA_CTX ctx;

	return SHA1_Init(&ctx) == 1 && SHA1_Update(&ctx, bytes, size) == 1 &&
	    SHA1_Final(sum, &ctx) == 1;
}

bool
digest_sha256(const void *bytes, size_t size, uint8_t *sum)
{
	SHA256_CTX ctx;

	return SHA256_Init(&ctx) == 1 &&
	    SHA256_Update(&ctx, bytes, size) == 1 &&
	    SHA256_Final(sum, &ctx) == 1;
}

/* One of the two hashes: of the key, padded with 'pad', and the bytes. */
static bool
hmac_half(const uint8_t *key, uint8_t pad, const void *bytes, size_t size,
    uint8_t *sum)
{
	uint8_t block[SHA256_CBLOCK];
	SHA256_CTX ctx;
	size_t i;

	memset(block, pad, sizeof(block));
	for (i = 0; i < DIGEST_SHA256_SIZE; i++)
		block[i] ^= key[i];
	return SHA256_Init(&ctx) == 1 &&
	    SHA256_Update(&ctx, block, sizeof(block)) == 1 &&
	    SHA256_Update(&ctx, bytes, size) == 1 &&
	    SHA256_Final(sum, &ctx) == 1;
}

bool
digest_hmac(const uint8_t key[DIGEST_SHA256_SIZE], const void *bytes,
    size_t size, uint8_t sum[DIGEST_SHA256_SIZE])
{
	uint8_t inner[DIGEST_SHA256_SIZE];

	return hmac_half(key, 0x36, bytes, size, inner) &&
	    hmac_half(key, 0x5c, inner, sizeof(inner), sum);
}

void
digest_hex(const uint8_t *bytes, size_t size, char *text)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < size; i++) {
		*text++ = digits[bytes[i] >> 4];
		*text++ = digits[bytes[i] & 15];
	}
	*text = '\0';
}

void
digest_base64(const uint8_t *bytes, size_t size, char *text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t group;
	size_t at, left;

	for (at = 0; at < size; at += 3) {
		left = size - at;
		group = (uint32_t)bytes[at] << 16;
		if (left > 1)
			group |= (uint32_t)bytes[at + 1] << 8;
		if (left > 2)
			group |= bytes[at + 2];
		*text++ = digits[group >> 18];
		*text++ = digits[group >> 12 & 63];
		*text++ = (char)(left > 1 ? digits[group >> 6 & 63] : '=');
		*text++ = (char)(left > 2 ? digits[group & 63] : '=');
	}
	*text = '\0';
}

struct digest {
	EVP_MD_CTX *ctx; /* Owned. */
};

struct digest *
digest_new(void)
{
	struct digest *digest = malloc(sizeof(*digest));

	if (digest == NULL)
		return NULL;
	digest->ctx = EVP_MD_CTX_new();
	if (digest->ctx == NULL ||
	    !done(EVP_DigestInit_ex(digest->ctx, EVP_sha256(), NULL) == 1)) {
		digest_free(digest);
		return NULL;
	}
	return digest;
}

bool
digest_add(struct digest *digest, const void *bytes, size_t size)
{
	return done(EVP_DigestUpdate(digest->ctx, bytes, size) == 1);
}

bool
digest_end(struct digest *digest, uint8_t sum[DIGEST_SHA256_SIZE])
{
	return done(EVP_DigestFinal_ex(digest->ctx, sum, NULL) == 1);
}

void
digest_free(struct digest *digest)
{
	if (digest == NULL)
		return;
	EVP_MD_CTX_free(digest->ctx);
	free(digest);
}

/* Begins or ends a HMAC: hashes the key's block, every byte with 'pad'. */
static bool
hash_pad(SHA256_CTX *ctx, const uint8_t key[SHA256_CBLOCK], uint8_t pad)
{
	uint8_t block[SHA256_CBLOCK];
	size_t i;

	for (i = 0; i < sizeof(block); i++)
		block[i] = key[i] ^ pad;
	return SHA256_Init(ctx) == 1 &&
	    SHA256_Update(ctx, block, sizeof(block)) == 1;
}

/* HMAC-SHA256 (RFC 2104). */
static bool
hmac(const uint8_t *key, size_t key_size, const uint8_t *bytes, size_t size,
    uint8_t sum[DIGEST_SHA256_SIZE])
{
	uint8_t block[SHA256_CBLOCK] = { 0 };
	uint8_t inner[DIGEST_SHA256_SIZE];
	SHA256_CTX ctx;

	if (key_size > sizeof(block)) {
		if (!digest_sha256(key, key_size, block))
			return false;
	} else if (key_size > 0) {
		memcpy(block, key, key_size);
	}
	return hash_pad(&ctx, block, 0x36) &&
	    SHA256_Update(&ctx, bytes, size) == 1 &&
	    SHA256_Final(inner, &ctx) == 1 && hash_pad(&ctx, block, 0x5c) &&
	    SHA256_Update(&ctx, inner, sizeof(inner)) == 1 &&
	    SHA256_Final(sum, &ctx) == 1;
}

bool
digest_hkdf_extract(const uint8_t *salt, size_t salt_size, const uint8_t *key,
    size_t key_size, uint8_t out[DIGEST_SHA256_SIZE])
{
	return hmac(salt, salt_size, key, key_size, out);
}

/* Writes TLS 1.3's HkdfLabel with an empty context; returns its size. */
static size_t
put_label(uint8_t *room, const char *label, size_t label_size, size_t out_size)
{
	static const char prefix[] = "tls13 ";
	size_t prefix_size = sizeof(prefix) - 1, at = 0;

	room[at++] = (uint8_t)(out_size >> 8);
	room[at++] = (uint8_t)out_size;
	room[at++] = (uint8_t)(prefix_size + label_size);
	memcpy(room + at, prefix, prefix_size);
	at += prefix_size;
	memcpy(room + at, label, label_size);
	at += label_size;
	room[at++] = 0;
	return at;
}

bool
digest_hkdf_expand_label(const uint8_t secret[DIGEST_SHA256_SIZE],
    const char *label, uint8_t *out, size_t out_size)
{
	/* The block before, the label, a counter. */
	uint8_t in[DIGEST_SHA256_SIZE + 4 + 6 + LABEL_SIZE + 1];
	uint8_t *info = in + DIGEST_SHA256_SIZE;
	uint8_t block[DIGEST_SHA256_SIZE];
	size_t label_size = strlen(label), info_size, at, part;
	uint8_t counter = 1;
	bool first;

	if (label_size > LABEL_SIZE || out_size > 255 * sizeof(block))
		return false;
	info_size = put_label(info, label, label_size, out_size);
	for (at = 0; at < out_size; at += part) {
		first = at == 0;
		info[info_size] = counter++;
		if (!hmac(secret, DIGEST_SHA256_SIZE, first ? info : in,
			info_size + 1 + (first ? 0 : sizeof(block)), block))
			return false;
		memcpy(in, block, sizeof(block));
		part = out_size - at;
		if (part > sizeof(block))
			part = sizeof(block);
		memcpy(out + at, block, part);
	}
	return true;
}

bool
digest_aes128_block(const uint8_t key[16], const uint8_t in[16],
    uint8_t out[16])
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int size;
	bool worked = ctx != NULL &&
	    EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, key, NULL) == 1 &&
	    EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
	    EVP_EncryptUpdate(ctx, out, &size, in, 16) == 1;

	EVP_CIPHER_CTX_free(ctx);
	return done(worked);
}

static bool
gcm_open(EVP_CIPHER_CTX *ctx, const struct digest_sealed *in, int size,
    uint8_t *out)
{
	uint8_t tag[GCM_TAG_SIZE];
	int written;

	memcpy(tag, in->sealed + size, sizeof(tag));
	if (EVP_DecryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, in->key,
		in->nonce) != 1)
		return false;
	if (in->aad_size > 0 &&
	    EVP_DecryptUpdate(ctx, NULL, &written, in->aad,
		(int)in->aad_size) != 1)
		return false;
	if (size > 0 &&
	    EVP_DecryptUpdate(ctx, out, &written, in->sealed, size) != 1)
		return false;
	return EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, sizeof(tag),
		   tag) == 1 &&
	    EVP_DecryptFinal_ex(ctx, tag, &written) == 1;
}

bool
digest_aes128_gcm_open(const struct digest_sealed *in, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx;
	bool worked;
	int size;

	if (in->sealed_size < GCM_TAG_SIZE || in->sealed_size > INT_MAX ||
	    in->aad_size > INT_MAX)
		return false;
	size = (int)in->sealed_size - GCM_TAG_SIZE;
	ctx = EVP_CIPHER_CTX_new();
	worked = ctx != NULL && gcm_open(ctx, in, size, out);
	EVP_CIPHER_CTX_free(ctx);
	/* Nobody shall read what was never vouched for. */
	if (!worked && size > 0)
		memset(out, 0, (size_t)size);
	return done(worked);
}
