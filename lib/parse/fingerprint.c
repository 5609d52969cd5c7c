#include "parse/fingerprint.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "flowscan.h"

enum {
	EXT_SNI = 0,
	EXT_ALPN = 16,
	HASH_DIGITS = 12, /* JA4 keeps of each SHA-256. */
	/* Two lists of "ffff," each. */
	JA4_TEXT_SIZE = 2 * 5 * TLS_CODES_MAX + 1,
};

/* Text under construction. What does not fit is remembered as 'full'. */
struct text {
	char *at;
	size_t left; /* Without the terminator. */
	bool full;
};

static struct text
text_of(char *room, size_t size)
{
	room[0] = '\0';
	return (struct text){ room, size - 1, false };
}

static void
add_char(struct text *text, char c)
{
	if (text->left == 0) {
		text->full = true;
		return;
	}
	*text->at++ = c;
	*text->at = '\0';
	text->left--;
}

static void
add_decimal(struct text *text, unsigned value)
{
	unsigned unit = 10000;

	while (unit > value && unit > 1)
		unit /= 10;
	for (; unit > 0; unit /= 10)
		add_char(text, (char)('0' + value / unit % 10));
}

static void
add_hex(struct text *text, unsigned value)
{
	static const char digits[] = "0123456789abcdef";

	add_char(text, digits[value >> 12 & 15]);
	add_char(text, digits[value >> 8 & 15]);
	add_char(text, digits[value >> 4 & 15]);
	add_char(text, digits[value & 15]);
}

static bool
kept_whole(const struct tls_client_hello *hello)
{
	return hello->ciphers.count <= TLS_CODES_MAX &&
	    hello->extensions.count <= TLS_CODES_MAX &&
	    hello->versions.count <= TLS_CODES_MAX &&
	    hello->groups.count <= TLS_CODES_MAX &&
	    hello->signatures.count <= TLS_CODES_MAX;
}

/* Adds a comma, and the codes as decimal numbers joined by '-'. */
static void
add_decimals(struct text *text, const struct tls_codes *codes)
{
	char before = ',';
	unsigned i;

	for (i = 0; i < codes->count; i++) {
		if (tls_grease(codes->code[i]))
			continue;
		add_char(text, before);
		add_decimal(text, codes->code[i]);
		before = '-';
	}
	if (before == ',')
		add_char(text, before);
}

int
fingerprint_ja3_text(const struct tls_client_hello *hello,
    char room[JA3_TEXT_SIZE])
{
	struct text text = text_of(room, JA3_TEXT_SIZE);
	struct cursor points = hello->points;
	char before = ',';
	uint8_t point;

	if (!kept_whole(hello))
		return FS_EFULL;
	add_decimal(&text, hello->version);
	add_decimals(&text, &hello->ciphers);
	add_decimals(&text, &hello->extensions);
	add_decimals(&text, &hello->groups);
	if (points.left == 0)
		add_char(&text, before);
	while (cursor_u8(&points, &point)) {
		add_char(&text, before);
		add_decimal(&text, point);
		before = '-';
	}
	return text.full ? FS_EFULL : 0;
}

int
fingerprint_ja3(const struct tls_client_hello *hello, char ja3[JA3_SIZE])
{
	char text[JA3_TEXT_SIZE];
	uint8_t sum[DIGEST_MD5_SIZE];
	int rc;

	if ((rc = fingerprint_ja3_text(hello, text)) < 0)
		return rc;
	if (!digest_md5(text, strlen(text), sum))
		return FS_EUNSUP;
	digest_hex(sum, sizeof(sum), ja3);
	return 0;
}

/* JA4's version is the greatest number among those offered, also for DTLS,
 * whose numbers fall. */
static const char *
ja4_version(const struct tls_client_hello *hello)
{
	uint16_t version = 0;
	unsigned i;

	for (i = 0; i < hello->versions.count; i++)
		if (!tls_grease(hello->versions.code[i]) &&
		    hello->versions.code[i] > version)
			version = hello->versions.code[i];
	switch (version != 0 ? version : hello->version) {
	case 0x0304: return "13";
	case 0x0303: return "12";
	case 0x0302: return "11";
	case 0x0301: return "10";
	case 0x0300: return "s3";
	case 0x0002: return "s2";
	case 0xfeff: return "d1";
	case 0xfefd: return "d2";
	case 0xfefc: return "d3";
	default: return "00";
	}
}

static bool
alphanumeric(uint8_t byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
	    (byte >= 'a' && byte <= 'z');
}

/* First and last character of the first protocol's name; of its hex form
 * when either is no letter and no digit. */
static void
ja4_alpn(struct cursor names, char alpn[3])
{
	static const char digits[] = "0123456789abcdef";
	struct cursor name;
	uint8_t first, last;

	memcpy(alpn, "00", 3);
	if (tls_alpn_next(&names, &name) != 1 || !cursor_peek(&name, &first) ||
	    !cursor_skip(&name, name.left - 1) || !cursor_u8(&name, &last))
		return;
	if (alphanumeric(first) && alphanumeric(last)) {
		alpn[0] = (char)first;
		alpn[1] = (char)last;
	} else {
		alpn[0] = digits[first >> 4];
		alpn[1] = digits[last & 15];
	}
}

static int
compare_codes(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

/* Copies the codes but for GREASE; returns how many. */
static unsigned
without_grease(const struct tls_codes *codes, uint16_t *out)
{
	unsigned i, count = 0;

	for (i = 0; i < codes->count; i++)
		if (!tls_grease(codes->code[i]))
			out[count++] = codes->code[i];
	return count;
}

/* Adds codes as hex, joined by commas. */
static void
add_hexes(struct text *text, const uint16_t *codes, unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++) {
		if (i > 0)
			add_char(text, ',');
		add_hex(text, codes[i]);
	}
}

static int
ja4_hash(const char *text, char *out)
{
	uint8_t sum[DIGEST_SHA256_SIZE];
	char hex[DIGEST_HEX_SIZE];

	if (text[0] == '\0') {
		memcpy(out, "000000000000", HASH_DIGITS + 1);
		return 0;
	}
	if (!digest_sha256(text, strlen(text), sum))
		return FS_EUNSUP;
	digest_hex(sum, sizeof(sum), hex);
	memcpy(out, hex, HASH_DIGITS);
	out[HASH_DIGITS] = '\0';
	return 0;
}

static int
ja4_ciphers(const struct tls_client_hello *hello, unsigned *count, char *hash)
{
	uint16_t codes[TLS_CODES_MAX];
	char room[JA4_TEXT_SIZE];
	struct text text = text_of(room, sizeof(room));

	*count = without_grease(&hello->ciphers, codes);
	qsort(codes, *count, sizeof(codes[0]), compare_codes);
	add_hexes(&text, codes, *count);
	return ja4_hash(room, hash);
}

/* Sorted extensions but for SNI and ALPN, then the signature algorithms as
 * they come. */
static int
ja4_extensions(const struct tls_client_hello *hello, unsigned *count,
    char *hash)
{
	uint16_t codes[TLS_CODES_MAX];
	char room[JA4_TEXT_SIZE];
	struct text text = text_of(room, sizeof(room));
	unsigned i, signatures, kept = 0;

	*count = without_grease(&hello->extensions, codes);
	for (i = 0; i < *count; i++)
		if (codes[i] != EXT_SNI && codes[i] != EXT_ALPN)
			codes[kept++] = codes[i];
	qsort(codes, kept, sizeof(codes[0]), compare_codes);
	add_hexes(&text, codes, kept);
	signatures = without_grease(&hello->signatures, codes);
	if (kept > 0 && signatures > 0) {
		add_char(&text, '_');
		add_hexes(&text, codes, signatures);
	}
	return ja4_hash(room, hash);
}

static bool
lists(const struct tls_client_hello *hello, uint16_t extension)
{
	unsigned i;

	for (i = 0; i < hello->extensions.count; i++)
		if (hello->extensions.code[i] == extension)
			return true;
	return false;
}

int
fingerprint_ja4(const struct tls_client_hello *hello,
    enum fingerprint_carrier carrier, char ja4[JA4_SIZE])
{
	char ciphers[HASH_DIGITS + 1], extensions[HASH_DIGITS + 1], alpn[3];
	unsigned cipher_count, extension_count;
	int rc;

	if (!kept_whole(hello))
		return FS_EFULL;
	if ((rc = ja4_ciphers(hello, &cipher_count, ciphers)) < 0 ||
	    (rc = ja4_extensions(hello, &extension_count, extensions)) < 0)
		return rc;
	ja4_alpn(hello->alpn, alpn);
	snprintf(ja4, JA4_SIZE, "%c%s%c%02u%02u%s_%s_%s", (char)carrier,
	    ja4_version(hello), lists(hello, EXT_SNI) ? 'd' : 'i',
	    cipher_count < 99 ? cipher_count : 99,
	    extension_count < 99 ? extension_count : 99, alpn, ciphers,
	    extensions);
	return 0;
}
