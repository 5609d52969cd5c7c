#include "base/digest.h"

#include <stdlib.h>
#include <string.h>

#include "test/unit/tap.h"

/* RFC 1321 (A.5), FIPS 180-4's examples. */
static const struct {
	const char *text, *md5, *sha1, *sha256;
} sums[] = {
	{ "", "d41d8cd98f00b204e9800998ecf8427e",
	    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85"
	    "5" },
	{ "abc", "900150983cd24fb0d6963f7d28e17f72",
	    "a9993e364706816aba3e25717850c26c9cd0d89d",
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a"
	    "d" },
	{ "12345678901234567890123456789012345678901234567890123456789012345678"
	  "901234567890",
	    "57edf4a22be3c955ac49da2e2107b67a",
	    "50abf5706a150990a08b2c5ea40fa0e585554732",
	    "f371bc4a311f2b009eef952dd83ca80e2b60026c8e935592d0f9c308453c813"
	    "e" },
};

static void
test_sums(void)
{
	uint8_t sum[DIGEST_SHA256_SIZE];
	char text[DIGEST_HEX_SIZE];
	struct digest *digest;
	size_t i, at, size;

	for (i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		size = strlen(sums[i].text);
		tap_ok(digest_md5(sums[i].text, size, sum), "md5 works");
		digest_hex(sum, DIGEST_MD5_SIZE, text);
		tap_text(text, sums[i].md5, "md5");
		tap_ok(digest_sha1(sums[i].text, size, sum), "sha1 works");
		digest_hex(sum, DIGEST_SHA1_SIZE, text);
		tap_text(text, sums[i].sha1, "sha1");
		tap_ok(digest_sha256(sums[i].text, size, sum), "sha256 works");
		digest_hex(sum, DIGEST_SHA256_SIZE, text);
		tap_text(text, sums[i].sha256, "sha256");

		digest = digest_new();
		for (at = 0; at < size; at++)
			if (!digest_add(digest, sums[i].text + at, 1))
				break;
		tap_ok(at == size && digest_end(digest, sum), "in parts");
		digest_hex(sum, DIGEST_SHA256_SIZE, text);
		tap_text(text, sums[i].sha256, "sha256 in parts");
		digest_free(digest);
	}
	digest_free(NULL);
}

/* RFC 4231, case 1, whose key of 20 bytes is padded with zeros. */
static void
test_hmac(void)
{
	uint8_t key[DIGEST_SHA256_SIZE] = { 0 }, sum[DIGEST_SHA256_SIZE];
	char text[DIGEST_HEX_SIZE];

	memset(key, 0x0b, 20);
	tap_ok(digest_hmac(key, "Hi There", 8, sum), "hmac works");
	digest_hex(sum, sizeof(sum), text);
	tap_text(text,
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
	    "hmac");
}

/* RFC 4648, section 10. */
static void
test_base64(void)
{
	static const char *const cases[][2] = { { "", "" }, { "f", "Zg==" },
		{ "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
		{ "\xff\xef\xbe", "/+++" } };
	char text[16];
	uint8_t *exact;
	size_t i, size;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size = strlen(cases[i][0]);
		exact = tap_exact(cases[i][0], size);
		digest_base64(exact, size, text);
		tap_text(text, cases[i][1], "base64");
		free(exact);
	}
}

/* RFC 5869, A.1 to A.3: the extracted key. */
static const struct {
	const char *name, *salt, *key, *want;
} extracts[] = {
	{ "RFC 5869 A.1", "000102030405060708090a0b0c",
	    "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
	    "077709362c2e32df0ddc3f0dc47bba63"
	    "90b6c73bb50f9c3122ec844ad7c2b3e5" },
	{ "RFC 5869 A.2",
	    "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
	    "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
	    "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
	    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	    "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
	    "404142434445464748494a4b4c4d4e4f",
	    "06a6b88c5853361a06104c9ceb35b45c"
	    "ef760014904671014a193f40c15fc244" },
	{ "RFC 5869 A.3, no salt", "",
	    "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
	    "19ef24a32c717b167f33a91d6f648bdf"
	    "96596776afdb6377ac434c1c293ccb04" },
	{ "RFC 9001 A.1", "38762cf7f55934b34d179ae6a4c80cadccbb7f0a",
	    "8394c8f03e515708",
	    "7db5df06e7a69e432496adedb0085192"
	    "3595221596ae2ae9fb8115c1e9ed0a44" },
};

static void
test_extract(void)
{
	uint8_t salt[128], key[128], want[32], got[32];
	size_t salt_size, key_size, i;

	for (i = 0; i < sizeof(extracts) / sizeof(extracts[0]); i++) {
		salt_size = tap_hex(extracts[i].salt, salt, sizeof(salt));
		key_size = tap_hex(extracts[i].key, key, sizeof(key));
		tap_hex(extracts[i].want, want, sizeof(want));
		tap_ok(digest_hkdf_extract(salt_size > 0 ? salt : NULL,
			   salt_size, key, key_size, got),
		    "extract");
		tap_bytes(got, 32, want, 32, extracts[i].name);
	}
}

/* RFC 9001, A.1; and RFC 8448, section 3, for a label with a longer output
 * than one block would need. */
static const struct {
	const char *name, *secret, *label, *want;
} expands[] = {
	{ "RFC 9001 A.1 client in",
	    "7db5df06e7a69e432496adedb00851923595221596ae2ae9fb8115c1e9ed0a44",
	    "client in",
	    "c00cf151ca5be075ed0ebfb5c80323c4"
	    "2d6b7db67881289af4008f1f6c357aea" },
	{ "RFC 9001 A.1 quic key",
	    "c00cf151ca5be075ed0ebfb5c80323c42d6b7db67881289af4008f1f6c357aea",
	    "quic key", "1f369613dd76d5467730efcbe3b1a22d" },
	{ "RFC 9001 A.1 quic iv",
	    "c00cf151ca5be075ed0ebfb5c80323c42d6b7db67881289af4008f1f6c357aea",
	    "quic iv", "fa044b2f42a3fd3b46fb255c" },
	{ "RFC 9001 A.1 quic hp",
	    "c00cf151ca5be075ed0ebfb5c80323c42d6b7db67881289af4008f1f6c357aea",
	    "quic hp", "9f50449e04a0e810283a1e9933adedd2" },
	{ "RFC 9001 A.1 server in",
	    "7db5df06e7a69e432496adedb00851923595221596ae2ae9fb8115c1e9ed0a44",
	    "server in",
	    "3c199828fd139efd216c155ad844cc81"
	    "fb82fa8d7446fa7d78be803acdda951b" },
	{ "RFC 8448 section 3, finished key",
	    "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38",
	    "finished",
	    "008d3b66f816ea559f96b537e885c31f"
	    "c068bf492c652f01f288a1d8cdc19fc8" },
};

static void
test_expand(void)
{
	uint8_t secret[32], want[64], got[64], longest[255 * 32 + 1];
	char label[251];
	size_t size, i;

	for (i = 0; i < sizeof(expands) / sizeof(expands[0]); i++) {
		tap_hex(expands[i].secret, secret, sizeof(secret));
		size = tap_hex(expands[i].want, want, sizeof(want));
		tap_ok(digest_hkdf_expand_label(secret, expands[i].label, got,
			   size),
		    "expand");
		tap_bytes(got, size, want, size, expands[i].name);
	}
	tap_ok(digest_hkdf_expand_label(secret, "x", longest,
		   sizeof(longest) - 1),
	    "the longest output");
	tap_ok(!digest_hkdf_expand_label(secret, "x", longest, sizeof(longest)),
	    "one byte more");
	memset(label, 'l', sizeof(label));
	label[249] = '\0';
	tap_ok(digest_hkdf_expand_label(secret, label, got, 64),
	    "the longest label");
	memset(label, 'l', sizeof(label));
	label[250] = '\0';
	tap_ok(!digest_hkdf_expand_label(secret, label, got, 64),
	    "one letter more");
}

/* RFC 9001, A.2 (header protection) and FIPS 197, C.1. */
static void
test_block(void)
{
	static const struct {
		const char *name, *key, *in, *want;
	} blocks[] = {
		{ "FIPS 197 C.1", "000102030405060708090a0b0c0d0e0f",
		    "00112233445566778899aabbccddeeff",
		    "69c4e0d86a7b0430d8cdb78070b4c55a" },
		{ "RFC 9001 A.2 mask", "9f50449e04a0e810283a1e9933adedd2",
		    "d1b1c98dd7689fb8ec11d242b123dc9b", "437b9aec36" },
	};
	uint8_t key[16], in[16], want[16], got[16];
	size_t i, size;

	for (i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		tap_hex(blocks[i].key, key, sizeof(key));
		tap_hex(blocks[i].in, in, sizeof(in));
		size = tap_hex(blocks[i].want, want, sizeof(want));
		tap_ok(digest_aes128_block(key, in, got), "block");
		tap_bytes(got, size, want, size, blocks[i].name);
	}
}

/* RFC 9001, A.3: the server's Initial, with its header as it is before
 * protection; and GCM's test cases 1, 2 and 4 (McGrew, Viega). */
static const struct {
	const char *name, *key, *nonce, *aad, *sealed, *want;
} opens[] = {
	{ "RFC 9001 A.3", "cf3a5331653c364c88f0f379b6067e37",
	    "0ac1493ca1905853b0bba03f",
	    "c1000000010008f067a5502a4262b50040750001",
	    "5a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb3"
	    "8cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9"
	    "c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06edbb7aaf2f"
	    "58891850abbdca3d20398c276456cbc42158407dd074ee",
	    "02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf739"
	    "88cfc79825df566dc5430b9a045a1200130100002e00330024001d00209d3c94"
	    "0d89690b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00"
	    "020304" },
	{ "GCM 1, nothing", "00000000000000000000000000000000",
	    "000000000000000000000000", "", "58e2fccefa7e3061367f1d57a4e7455a",
	    "" },
	{ "GCM 2, one block", "00000000000000000000000000000000",
	    "000000000000000000000000", "",
	    "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf",
	    "00000000000000000000000000000000" },
	{ "GCM 4, with AAD", "feffe9928665731c6d6a8f9467308308",
	    "cafebabefacedbaddecaf888",
	    "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	    "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
	    "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
	    "5bc94fbc3221a5db94fae95ae7121a47",
	    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
	    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39" },
};

/* Whether it opens nothing, and leaves nothing behind. */
static bool
refused(const struct digest_sealed *in)
{
	uint8_t out[256], none[256] = { 0 };
	size_t size = in->sealed_size > 16 ? in->sealed_size - 16 : 0;

	memset(out, 0xee, sizeof(out));
	return !digest_aes128_gcm_open(in, out) && memcmp(out, none, size) == 0;
}

static void
test_open(void)
{
	uint8_t key[16], nonce[12], aad[64], sealed[256], want[256];
	uint8_t *exact, *out;
	struct digest_sealed in = { key, nonce, aad, 0, NULL, 0 };
	size_t i, size, cut, want_size;
	bool good;

	for (i = 0; i < sizeof(opens) / sizeof(opens[0]); i++) {
		tap_hex(opens[i].key, key, sizeof(key));
		tap_hex(opens[i].nonce, nonce, sizeof(nonce));
		in.aad_size = tap_hex(opens[i].aad, aad, sizeof(aad));
		size = tap_hex(opens[i].sealed, sealed, sizeof(sealed));
		want_size = tap_hex(opens[i].want, want, sizeof(want));
		exact = tap_exact(sealed, size);
		out = tap_exact(want, want_size);
		memset(out, 0xee, want_size);
		in.sealed = exact;
		in.sealed_size = size;
		tap_ok(digest_aes128_gcm_open(&in, out), "opens");
		tap_bytes(out, want_size, want, want_size, opens[i].name);
		free(out);
		exact[size - 1] ^= 1;
		tap_ok(refused(&in), "with another tag it does not");
		free(exact);
		good = true;
		for (cut = 0; cut < size; cut++) {
			exact = tap_exact(sealed, cut);
			in.sealed = exact;
			in.sealed_size = cut;
			good = good && refused(&in);
			free(exact);
		}
		tap_ok(good, "cut anywhere it does not");
	}
}

int
main(void)
{
	test_sums();
	test_hmac();
	test_base64();
	test_extract();
	test_expand();
	test_block();
	test_open();
	return tap_done();
}
