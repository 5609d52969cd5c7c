/* Hashes and the ciphers of QUIC Initial packets (libcrypto; the only user
 * of it). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DIGEST_MD5_SIZE = 16,
	DIGEST_SHA1_SIZE = 20,
	DIGEST_SHA256_SIZE = 32,
	DIGEST_HEX_SIZE = 65 /* Text of the longest, terminated. */
};

/* Each returns false only when libcrypto refuses. */
bool digest_md5(const void *bytes, size_t size, uint8_t *sum);
bool digest_sha1(const void *bytes, size_t size, uint8_t *sum);
bool digest_sha256(const void *bytes, size_t size, uint8_t *sum);

/* HMAC with SHA-256 (RFC 2104) and a key of 32 bytes. */
bool digest_hmac(const uint8_t key[DIGEST_SHA256_SIZE], const void *bytes,
    size_t size, uint8_t sum[DIGEST_SHA256_SIZE]);

/* Writes 'size' bytes as lower-case hex, terminated. */
void digest_hex(const uint8_t *bytes, size_t size, char *text);
/* Writes 'size' bytes as base64 with padding, terminated: 4*((size+2)/3)+1
 * bytes of room. */
void digest_base64(const uint8_t *bytes, size_t size, char *text);

/* SHA-256 over many parts. */
struct digest;
struct digest *digest_new(void);
bool digest_add(struct digest *digest, const void *bytes, size_t size);
bool digest_end(struct digest *digest, uint8_t sum[DIGEST_SHA256_SIZE]);
void digest_free(struct digest *digest);

/* HKDF with SHA-256 (RFC 5869): extract, and TLS 1.3's expand-label with an
 * empty context (RFC 8446 section 7.1). */
bool digest_hkdf_extract(const uint8_t *salt, size_t salt_size,
    const uint8_t *key, size_t key_size, uint8_t out[DIGEST_SHA256_SIZE]);
bool digest_hkdf_expand_label(const uint8_t secret[DIGEST_SHA256_SIZE],
    const char *label, uint8_t *out, size_t out_size);

/* AES-128 of one block (RFC 9001 header protection). */
bool digest_aes128_block(const uint8_t key[16], const uint8_t in[16],
    uint8_t out[16]);

/* What AES-128-GCM reads: 'sealed' is the ciphertext with its 16-byte tag
 * behind it. */
struct digest_sealed {
	const uint8_t *key;   /* 16 bytes */
	const uint8_t *nonce; /* 12 bytes */
	const uint8_t *aad;
	size_t aad_size;
	const uint8_t *sealed;
	size_t sealed_size;
};

/* Opens it into 'out' of sealed_size - 16 bytes. False when the tag does not
 * fit. */
bool digest_aes128_gcm_open(const struct digest_sealed *in, uint8_t *out);
