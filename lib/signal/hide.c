#include "signal/hide.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/digest.h"

enum { PSEUDONYM_NET = 0xfc, NAME_MAX_SIZE = 256 };

/* Why a signal may have to go. */
enum reason {
	REASON_NONE,
	REASON_ADDR,    /* It is the client's address. */
	REASON_LINK,    /* It leads from one address of a client to another. */
	REASON_NAME,    /* It is a name, or several. */
	REASON_EXCERPT, /* It is what a party wrote. */
	REASON_FORWARD, /* The same, with addresses in it. */
};

static const uint8_t reasons[SIGNAL_COUNT] = {
	[SIGNAL_CLIENT_IP] = REASON_ADDR,
	[SIGNAL_TLS_SESSION] = REASON_LINK,
	[SIGNAL_TLS_SNI] = REASON_NAME,
	[SIGNAL_TLS_CERT_SUBJECT] = REASON_NAME,
	[SIGNAL_TLS_CERT_ORGANISATION] = REASON_NAME,
	[SIGNAL_TLS_CERT_ISSUER] = REASON_NAME,
	[SIGNAL_TLS_CERT_ISSUER_ORGANISATION] = REASON_NAME,
	[SIGNAL_TLS_CERT_NAMES] = REASON_NAME,
	[SIGNAL_HTTP_HOST] = REASON_NAME,
	[SIGNAL_DNS_ZONE] = REASON_NAME,
	[SIGNAL_C2S_BYTES] = REASON_EXCERPT,
	[SIGNAL_S2C_BYTES] = REASON_EXCERPT,
	[SIGNAL_HTTP_TARGET] = REASON_EXCERPT,
	[SIGNAL_HTTP_USER_AGENT] = REASON_EXCERPT,
	[SIGNAL_HTTP_VIA] = REASON_EXCERPT,
	[SIGNAL_HTTP_FORWARDED] = REASON_FORWARD,
};

bool
hide_is_on(const struct fs_privacy *privacy)
{
	return privacy->clients != FS_CLIENT_FULL ||
	    privacy->names != FS_NAMES_FULL || privacy->no_excerpts;
}

/* Whether a signal is not kept as it is. */
static bool
is_hidden(const struct fs_privacy *privacy, enum signal_id id)
{
	switch (reasons[id]) {
	case REASON_ADDR:
	case REASON_LINK: return privacy->clients != FS_CLIENT_FULL;
	case REASON_NAME: return privacy->names != FS_NAMES_FULL;
	case REASON_EXCERPT: return privacy->no_excerpts;
	case REASON_FORWARD:
		return privacy->no_excerpts ||
		    privacy->clients != FS_CLIENT_FULL;
	default: return false;
	}
}

/* ---- Addresses ---------------------------------------------------------- */

/* A byte says what is hashed, so that no two kinds meet. */
static bool
keyed(const struct fs_privacy *privacy, uint8_t kind, const uint8_t *bytes,
    size_t size, uint8_t sum[DIGEST_SHA256_SIZE])
{
	uint8_t room[1 + sizeof(struct fs_addr)] = { kind };

	memcpy(room + 1, bytes, size);
	return digest_hmac(privacy->key, room, 1 + size, sum);
}

static struct fs_prefix
pseudonym(const struct fs_privacy *privacy, const struct fs_addr *addr)
{
	struct fs_prefix name = { { { PSEUDONYM_NET }, 6 }, 128 };
	struct fs_addr whole = *addr;
	uint8_t sum[DIGEST_SHA256_SIZE];

	if (addr->family == 6)
		whole = addr_mask(addr, privacy->ipv6_client_bits);
	/* Without a hash all clients are the same, rather than known. */
	if (keyed(privacy, whole.family, whole.bytes, sizeof(whole.bytes), sum))
		memcpy(name.addr.bytes + 1, sum, sizeof(name.addr.bytes) - 1);
	return name;
}

struct fs_prefix
hide_client(const struct fs_privacy *privacy, const struct fs_addr *addr)
{
	bool is_v4 = addr->family == 4;
	struct fs_prefix kept = { *addr,
		is_v4 ? 32 : privacy->ipv6_client_bits };
	uint8_t bits = is_v4 ? privacy->ipv4 : privacy->ipv6;

	if (privacy->clients == FS_CLIENT_FULL || addr->family == 0)
		return kept;
	if (privacy->clients == FS_CLIENT_PSEUDONYM)
		return pseudonym(privacy, addr);
	if (bits < kept.bits)
		kept.bits = bits;
	kept.addr = addr_mask(addr, kept.bits);
	return kept;
}

uint64_t
hide_flow_id(const struct fs_privacy *privacy, uint64_t flow_id)
{
	uint8_t bytes[sizeof(flow_id)], sum[DIGEST_SHA256_SIZE];
	uint64_t id = 0;
	size_t i;

	if (privacy->clients == FS_CLIENT_FULL || flow_id == 0)
		return flow_id;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(flow_id >> (8 * i));
	if (!keyed(privacy, 'f', bytes, sizeof(bytes), sum))
		return 1;
	for (i = 0; i < sizeof(id); i++)
		id = id << 8 | sum[i];
	return id != 0 ? id : 1;
}

/* ---- Names -------------------------------------------------------------- */

/* How long the host is that a word begins with; 0 for none. */
static size_t
host_size(const char *word, size_t size)
{
	size_t i;

	for (i = 0; i < size && word[i] != ':'; i++)
		if (!isalnum((unsigned char)word[i]) && word[i] != '-' &&
		    word[i] != '_' && word[i] != '.' && word[i] != '*')
			return 0;
	while (i > 0 && word[i - 1] == '.')
		i--;
	return i;
}

/* The last two labels of a host's name; nothing of an address, of a name of
 * one label, and of what is no host's name. */
static size_t
suffix_of(const char *word, size_t size, char *room)
{
	size_t end = host_size(word, size), at = end, dots = 0;

	while (at > 0 && (word[at - 1] != '.' || ++dots < 2))
		at--;
	if (dots == 0 || word[at] == '*' ||
	    isdigit((unsigned char)word[end - 1]))
		return 0;
	memcpy(room, word + at, end - at);
	return end - at;
}

/* Writes what is kept of names, apart by spaces, into 'room' of NAME_MAX_SIZE
 * bytes; several of one suffix stand once if they follow each other. */
static size_t
keep_names(const struct fs_privacy *privacy, const char *text, size_t size,
    char *room)
{
	size_t at = 0, word, used = 0, last = 0, kept;
	char name[NAME_MAX_SIZE];

	if (privacy->names == FS_NAMES_NONE)
		return 0;
	for (; at < size; at += word + 1) {
		for (word = 0; at + word < size && text[at + word] != ' ' &&
		     text[at + word] != ',';
		     word++)
			;
		kept =
		    word < sizeof(name) ? suffix_of(text + at, word, name) : 0;
		if (kept == 0 || used + kept + 1 >= NAME_MAX_SIZE ||
		    (used > 0 && used - last == kept &&
			memcmp(room + last, name, kept) == 0))
			continue;
		if (used > 0)
			room[used++] = ' ';
		last = used;
		memcpy(room + used, name, kept);
		used += kept;
	}
	return used;
}

/* ---- Signals ------------------------------------------------------------ */

static void
hide_signal(const struct fs_privacy *privacy, struct signals *signals,
    enum signal_id id)
{
	char text[NAME_MAX_SIZE], kept[NAME_MAX_SIZE];
	struct fs_prefix client;
	struct fs_addr addr;
	size_t size = 0;

	if (reasons[id] == REASON_NAME) {
		size = signals_format(signals, id, false, text, sizeof(text));
		size = keep_names(privacy, text, size, kept);
	}
	if (reasons[id] == REASON_ADDR && signals_addr(signals, id, &addr)) {
		client = hide_client(privacy, &addr);
		signals_set_addr(signals, id, &client.addr);
		return;
	}
	signals_forget(signals, id);
	if (size > 0)
		signals_set_text(signals, id, kept, size);
}

void
hide_signals(const struct fs_privacy *privacy, struct signals *signals)
{
	int id;

	for (id = 0; id < SIGNAL_COUNT; id++)
		if (signals_known(signals, (enum signal_id)id) &&
		    is_hidden(privacy, (enum signal_id)id))
			hide_signal(privacy, signals, (enum signal_id)id);
	if (privacy->clients != FS_CLIENT_FULL)
		signals_set_string(signals, SIGNAL_CLIENT_HIDDEN,
		    privacy->clients == FS_CLIENT_PREFIX ? "prefix"
							 : "pseudonym");
}

static size_t
format_client(const struct fs_privacy *privacy, const struct fs_addr *addr,
    char *room, size_t size)
{
	struct fs_prefix client = hide_client(privacy, addr);
	char text[ADDR_TEXT_SIZE];
	int length;

	addr_format(&client.addr, text);
	length = privacy->clients == FS_CLIENT_PREFIX
	    ? snprintf(room, size, "%s/%u", text, client.bits)
	    : snprintf(room, size, "%s", text);
	return length < 0           ? 0
	    : (size_t)length < size ? (size_t)length
				    : size - 1;
}

size_t
hide_format(const struct fs_privacy *privacy, const struct signals *signals,
    enum signal_id id, char *room, size_t size)
{
	static const char hidden[] = "(hidden)";
	char kept[NAME_MAX_SIZE];
	struct fs_addr addr;
	size_t length = signals_format(signals, id, true, room, size);

	if (!is_hidden(privacy, id))
		return length;
	if (reasons[id] == REASON_ADDR && signals_addr(signals, id, &addr))
		return format_client(privacy, &addr, room, size);
	length = reasons[id] == REASON_NAME
	    ? keep_names(privacy, room, length, kept)
	    : 0;
	return (size_t)snprintf(room, size, "%.*s",
	    (int)(length > 0 ? length : sizeof(hidden) - 1),
	    length > 0 ? kept : hidden);
}
