#include "parse/tls_hello.h"

#include "flowscan.h"

enum extension {
	EXT_SNI = 0,
	EXT_GROUPS = 10,
	EXT_POINTS = 11,
	EXT_SIGNATURES = 13,
	EXT_ALPN = 16,
	EXT_TICKET = 35,
	EXT_PSK = 41,
	EXT_EARLY_DATA = 42,
	EXT_VERSIONS = 43,
	EXT_PSK_MODES = 45,
	EXT_SHARES = 51,
	EXT_ECH_FIRST = 0xfe08, /* Drafts of ECH. */
	EXT_ECH_LAST = 0xfe0d,  /* RFC 9849 */
	EXT_ESNI = 0xffce,      /* Its forerunner. */
};

static bool
take_block8(struct cursor *cursor, struct cursor *block)
{
	uint8_t size;

	return cursor_u8(cursor, &size) && cursor_take(cursor, size, block);
}

static bool
take_block16(struct cursor *cursor, struct cursor *block)
{
	uint16_t size;

	return cursor_u16(cursor, &size) && cursor_take(cursor, size, block);
}

static void
codes_add(struct tls_codes *codes, uint16_t code)
{
	if (codes->count < TLS_CODES_MAX)
		codes->code[codes->count] = code;
	if (codes->count < UINT16_MAX)
		codes->count++;
}

static bool
codes_read(struct cursor list, struct tls_codes *codes)
{
	uint16_t code;

	codes->count = 0;
	while (cursor_u16(&list, &code))
		codes_add(codes, code);
	return list.left == 0;
}

static bool
read_codes16(struct cursor body, struct tls_codes *codes)
{
	struct cursor list;

	return take_block16(&body, &list) && body.left == 0 &&
	    codes_read(list, codes);
}

static bool
read_bytes8(struct cursor body, struct cursor *bytes)
{
	struct cursor list;

	if (!take_block8(&body, &list) || body.left != 0)
		return false;
	*bytes = list;
	return true;
}

/* RFC 6066 section 3: in practice one name of type 0. */
static bool
read_sni(struct cursor body, struct tls_client_hello *hello)
{
	struct cursor list, name;
	uint8_t type;

	if (!take_block16(&body, &list) || body.left != 0)
		return false;
	while (list.left > 0) {
		if (!cursor_u8(&list, &type) || !take_block16(&list, &name))
			return false;
		if (type == 0 && hello->sni.left == 0)
			hello->sni = name;
	}
	return true;
}

static bool
read_alpn(struct cursor body, struct cursor *names)
{
	struct cursor list, walk, name;
	int rc;

	if (!take_block16(&body, &list) || body.left != 0)
		return false;
	walk = list;
	while ((rc = tls_alpn_next(&walk, &name)) > 0)
		;
	if (rc < 0)
		return false;
	*names = list;
	return true;
}

static bool
read_versions(struct cursor body, struct tls_client_hello *hello)
{
	struct cursor list;

	return take_block8(&body, &list) && body.left == 0 &&
	    codes_read(list, &hello->versions);
}

static bool
read_shares(struct cursor body, struct tls_client_hello *hello)
{
	struct cursor list, key;
	uint16_t group;

	if (!take_block16(&body, &list) || body.left != 0)
		return false;
	while (list.left > 0) {
		if (!cursor_u16(&list, &group) || !take_block16(&list, &key))
			return false;
		codes_add(&hello->shares, group);
	}
	return true;
}

static void
read_ticket(struct cursor body, struct tls_client_hello *hello)
{
	hello->ticket = body.left > 0;
	if (hello->ticket)
		hello->resumes = body;
}

/* RFC 8446 section 4.2.11; what is behind the first identity may be cut. */
static void
read_psk(struct cursor body, struct tls_client_hello *hello)
{
	struct cursor identity;
	uint16_t size;

	hello->psk = true;
	if (cursor_u16(&body, &size) && take_block16(&body, &identity) &&
	    identity.left > 0)
		hello->resumes = identity;
}

/* Returns whether the body keeps its format. */
static bool
client_extension(uint16_t type, struct cursor body,
    struct tls_client_hello *hello)
{
	if ((type >= EXT_ECH_FIRST && type <= EXT_ECH_LAST) || type == EXT_ESNI)
		hello->ech = true;
	switch (type) {
	case EXT_SNI: return read_sni(body, hello);
	case EXT_GROUPS: return read_codes16(body, &hello->groups);
	case EXT_POINTS: return read_bytes8(body, &hello->points);
	case EXT_SIGNATURES: return read_codes16(body, &hello->signatures);
	case EXT_ALPN: return read_alpn(body, &hello->alpn);
	case EXT_TICKET: read_ticket(body, hello); return true;
	case EXT_PSK: read_psk(body, hello); return true;
	case EXT_EARLY_DATA: hello->early_data = true; return true;
	case EXT_VERSIONS: return read_versions(body, hello);
	case EXT_PSK_MODES: return read_bytes8(body, &hello->psk_modes);
	case EXT_SHARES: return read_shares(body, hello);
	default: return true;
	}
}

/* Takes one extension off their block (RFC 8446 section 4.2). */
static bool
take_extension(struct cursor *block, uint16_t *type, struct cursor *body)
{
	return cursor_u16(block, type) && take_block16(block, body);
}

static int
client_extensions(struct cursor *body, struct tls_client_hello *hello)
{
	struct cursor block, ext;
	uint16_t type;

	if (body->left == 0) /* None: allowed before TLS 1.3. */
		return 0;
	if (!take_block16(body, &block))
		return FS_ETRUNC;
	while (block.left > 0) {
		if (!take_extension(&block, &type, &ext))
			return FS_ETRUNC;
		codes_add(&hello->extensions, type);
		if (!client_extension(type, ext, hello))
			hello->malformed = true;
	}
	return 0;
}

static void
client_init(struct tls_client_hello *hello)
{
	struct cursor none = cursor_of(NULL, 0);

	hello->ciphers.count = hello->extensions.count = 0;
	hello->versions.count = hello->groups.count = 0;
	hello->signatures.count = hello->shares.count = 0;
	hello->cookie = hello->points = hello->psk_modes = none;
	hello->sni = hello->alpn = hello->resumes = none;
	hello->psk = hello->early_data = hello->ech = false;
	hello->ticket = hello->malformed = false;
}

int
tls_client_hello_read(struct cursor body, bool datagrams,
    struct tls_client_hello *hello)
{
	struct cursor random, ciphers, compression;
	int rc;

	client_init(hello);
	if (!cursor_u16(&body, &hello->version) ||
	    !cursor_take(&body, TLS_RANDOM_SIZE, &random) ||
	    !take_block8(&body, &hello->session) ||
	    (datagrams && !take_block8(&body, &hello->cookie)) ||
	    !take_block16(&body, &ciphers) || !take_block8(&body, &compression))
		return FS_ETRUNC;
	hello->random = random.at;
	if (hello->session.left > TLS_SESSION_MAX || compression.left == 0 ||
	    !codes_read(ciphers, &hello->ciphers))
		return FS_EFORMAT;
	if ((rc = client_extensions(&body, hello)) < 0)
		return rc;
	return body.left == 0 ? 0 : FS_EFORMAT;
}

static bool
read_chosen_name(struct cursor body, struct tls_server_hello *hello)
{
	struct cursor list;

	return read_alpn(body, &list) &&
	    tls_alpn_next(&list, &hello->alpn) == 1 && list.left == 0;
}

static bool
server_extension(uint16_t type, struct cursor body,
    struct tls_server_hello *hello)
{
	switch (type) {
	case EXT_ALPN: return read_chosen_name(body, hello);
	case EXT_PSK: hello->psk = true; return true;
	case EXT_VERSIONS:
		return cursor_u16(&body, &hello->version) && body.left == 0;
	default: return true;
	}
}

static int
server_extensions(struct cursor *body, struct tls_server_hello *hello)
{
	struct cursor block, ext;
	uint16_t type;

	if (body->left == 0)
		return 0;
	if (!take_block16(body, &block))
		return FS_ETRUNC;
	while (block.left > 0) {
		if (!take_extension(&block, &type, &ext))
			return FS_ETRUNC;
		codes_add(&hello->extensions, type);
		if (!server_extension(type, ext, hello))
			hello->malformed = true;
	}
	return 0;
}

/* SHA-256 of "HelloRetryRequest" (RFC 8446 section 4.1.3). */
static const uint8_t retry_random[TLS_RANDOM_SIZE] = { 0xcf, 0x21, 0xad, 0x74,
	0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2,
	0xc8, 0xa8, 0x33, 0x9c };

int
tls_server_hello_read(struct cursor body, struct tls_server_hello *hello)
{
	struct cursor random;
	uint8_t compression;
	int rc;

	hello->extensions.count = 0;
	hello->alpn = cursor_of(NULL, 0);
	hello->psk = hello->malformed = false;
	if (!cursor_u16(&body, &hello->version))
		return FS_ETRUNC;
	if (hello->version >> 8 == 0x7f)
		return FS_EUNSUP;
	if (!cursor_take(&body, TLS_RANDOM_SIZE, &random) ||
	    !take_block8(&body, &hello->session) ||
	    !cursor_u16(&body, &hello->cipher) ||
	    !cursor_u8(&body, &compression))
		return FS_ETRUNC;
	if (hello->session.left > TLS_SESSION_MAX)
		return FS_EFORMAT;
	hello->random = random.at;
	hello->retry = memcmp(random.at, retry_random, TLS_RANDOM_SIZE) == 0;
	if ((rc = server_extensions(&body, hello)) < 0)
		return rc;
	return body.left == 0 ? 0 : FS_EFORMAT;
}

int
tls_alpn_next(struct cursor *list, struct cursor *name)
{
	if (list->left == 0)
		return 0;
	if (!take_block8(list, name))
		return FS_ETRUNC;
	return name->left > 0 ? 1 : FS_EFORMAT;
}

/* Versions by age: DTLS counts downwards. */
static const struct version {
	uint16_t number;
	uint8_t rank;
	char text[5];
} versions[] = {
	{ 0x0300, 1, "ssl3" },
	{ 0x0301, 2, "1.0" },
	{ 0x0302, 3, "1.1" },
	{ 0x0303, 4, "1.2" },
	{ 0x0304, 5, "1.3" },
	{ 0x0100, 2, "0.9" }, /* DTLS before its RFC. */
	{ 0xfeff, 3, "1.0" },
	{ 0xfefd, 4, "1.2" },
	{ 0xfefc, 5, "1.3" },
};

/* Drafts of TLS 1.3 have numbers of their own: 0x7f and the draft's. */
static const struct version draft = { 0x7f00, 5, "1.3" };

static const struct version *
version_of(uint16_t number)
{
	size_t i;

	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (versions[i].number == number)
			return &versions[i];
	return number >> 8 == draft.number >> 8 ? &draft : NULL;
}

static int
version_rank(uint16_t number)
{
	const struct version *version = version_of(number);

	return version != NULL ? version->rank : 0;
}

uint16_t
tls_offered(const struct tls_client_hello *hello)
{
	uint16_t best = hello->version;
	unsigned i;

	for (i = 0; i < hello->versions.count && i < TLS_CODES_MAX; i++)
		if (version_rank(hello->versions.code[i]) > version_rank(best))
			best = hello->versions.code[i];
	return best;
}

const char *
tls_version_text(uint16_t number)
{
	const struct version *version = version_of(number);

	return version != NULL ? version->text : NULL;
}
