/* How random a flow's beginning is: the exemptions that tell fully encrypted
 * traffic from other traffic (Wu et al., "How the Great Firewall of China
 * Detects and Blocks Fully Encrypted Traffic", USENIX Security 2023,
 * section 4), of the first payload of a stream. The paper knows TCP only; of
 * datagrams, the first three of a side are taken together.
 *
 * Beyond the paper: entropy, and of datagrams what stays the same. */
#include "signal/source.h"

#include <math.h>
#include <strings.h>

#include "base/num.h"

enum {
	/* Ex1: bits set per byte, in thousandths. */
	BITS_LOW = 3400,
	BITS_HIGH = 4600,
	PRINTABLE_LEAD = 6,  /* Ex2: printable bytes at the beginning. */
	PRINTABLE_RUN = 20,  /* Ex4: in a row; more are exempt. */
	TLS_VERSION_MAX = 9, /* Ex5: 16 or 17, 03, 00 to 09. */
	LOOKED_BYTES = 2048, /* Of one payload. */
	DATAGRAMS = 3,
	FIXED = 32,    /* Bytes compared between datagrams. */
	SIZES_MIN = 8, /* Datagrams whose sizes are compared. */
	SIZES_DIFFERENT = 4,
	OFTEN = 32,
	MILLI = 1000,
	PROTO_UDP = 17,
};

/* Index: the endpoint. */
struct noise_side {
	unsigned payloads; /* Looked at. */
	uint32_t bytes;
	unsigned exempt; /* Of these, that begin like text, TLS or HTTP. */
	uint32_t bits, printable;
	bool text; /* With a long run of printable bytes. */
	int64_t entropy;
	uint8_t first[FIXED];
	uint32_t same; /* Bit n: byte n was the same in all. */
};

struct noise {
	struct noise_side side[2];
	unsigned datagrams[2];
	unsigned size_count;
	uint32_t sizes[SIZES_DIFFERENT]; /* The first different ones. */
	uint32_t size_bits; /* Where others differ from the first. */
};

static bool
is_printable(uint8_t byte)
{
	return byte >= 0x20 && byte <= 0x7e;
}

/* Ex2. */
static bool
begins_printable(struct cursor payload)
{
	unsigned lead = 0;
	uint8_t byte;

	while (lead < PRINTABLE_LEAD && cursor_u8(&payload, &byte) &&
	    is_printable(byte))
		lead++;
	return lead == PRINTABLE_LEAD;
}

/* Ex5. */
static bool
begins_known(struct cursor payload)
{
	static const char *const methods[] = { "GET ", "PUT ", "POST", "HEAD" };
	uint8_t b[5] = { 0 };
	unsigned i;

	if (cursor_copy(&payload, b, 3) && (b[0] == 0x16 || b[0] == 0x17) &&
	    b[1] == 3 && b[2] <= TLS_VERSION_MAX)
		return true;
	if (!cursor_copy(&payload, b + 3, 1))
		return false;
	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strncasecmp((const char *)b, methods[i], 4) == 0)
			/* The longer ones have their blank behind. */
			return methods[i][3] == ' ' ||
			    (cursor_u8(&payload, b) && b[0] == ' ');
	return false;
}

static int64_t
entropy_of(const uint8_t *bytes, uint32_t size)
{
	uint16_t counts[256] = { 0 };
	/* How many bytes come how often; logarithms are dear. */
	uint16_t often[OFTEN] = { 0 };
	double bits = 0;
	uint32_t i;

	for (i = 0; i < size; i++)
		counts[bytes[i]]++;
	for (i = 0; i < 256; i++)
		if (counts[i] < OFTEN)
			often[counts[i]]++;
		else
			bits -= counts[i] * log2((double)counts[i] / size);
	for (i = 1; i < OFTEN; i++)
		if (often[i] > 0)
			bits -= often[i] * i * log2((double)i / size);
	return lround(bits * MILLI / size);
}

/* Ex4: whether more than PRINTABLE_RUN printable bytes stand in a row. Such a
 * row covers one byte of every so many, and few of noise's are looked at. */
static bool
has_long_run(const uint8_t *bytes, uint32_t size)
{
	uint32_t at, from, to;

	for (at = PRINTABLE_RUN; at < size; at += PRINTABLE_RUN + 1) {
		from = to = at;
		while (to < size && is_printable(bytes[to]))
			to++;
		while (to > from && from > 0 && is_printable(bytes[from - 1]))
			from--;
		if (to - from > PRINTABLE_RUN)
			return true;
	}
	return false;
}

/* Adds a payload to the side's sums. What begins like text, TLS or HTTP is
 * not looked at further: most traffic is, and costs no more than its first
 * bytes. */
static void
look_at(struct noise_side *side, struct cursor payload)
{
	uint32_t size = LOOKED_BYTES;

	if (payload.left < size)
		size = (uint32_t)payload.left;
	side->payloads++;
	if (begins_printable(payload) || begins_known(payload)) {
		side->exempt++;
		return;
	}
	side->bytes += size;
	side->text |= has_long_run(payload.at, size);
	side->printable += (uint32_t)num_printable_of(payload.at, size);
	side->bits += (uint32_t)num_bits_of(payload.at, size);
	if (side->payloads == 1)
		side->entropy = entropy_of(payload.at, size);
}

/* Compares a datagram with the side's first one. */
static void
compare(struct noise_side *side, struct cursor datagram)
{
	size_t i, size = datagram.left < FIXED ? datagram.left : FIXED;
	uint8_t bytes[FIXED];

	if (!cursor_copy(&datagram, bytes, size))
		return;
	if (side->payloads == 0) {
		memcpy(side->first, bytes, size);
		side->same = (uint32_t)((UINT64_C(1) << size) - 1);
		return;
	}
	for (i = 0; i < FIXED; i++)
		if (i >= size || bytes[i] != side->first[i])
			side->same &= ~(UINT32_C(1) << i);
}

static void
note_size(struct noise *noise, uint32_t size)
{
	unsigned i;

	for (i = 0; i < noise->size_count; i++)
		if (noise->sizes[i] == size)
			return;
	if (noise->size_count < SIZES_DIFFERENT)
		noise->sizes[noise->size_count++] = size;
	noise->size_bits |= size ^ noise->sizes[0];
}

static bool
packet(void *ctx, void *shared, const struct sighting *seen)
{
	struct noise *noise = ctx;
	unsigned endpoint = seen->dir ^ seen->flow->client;
	struct noise_side *side = &noise->side[endpoint];
	struct cursor payload = seen->packet->payload;

	(void)shared;
	if (!seen->datagrams) {
		/* The head grows from nothing by the stream's first packet,
		 * whatever came before it. */
		if (side->payloads == 0 && seen->head_grew)
			look_at(side, payload);
		return noise->side[0].payloads + noise->side[1].payloads < 2;
	}
	noise->datagrams[endpoint]++;
	note_size(noise, seen->packet->payload_size);
	if (side->payloads < DATAGRAMS) {
		compare(side, payload);
		look_at(side, payload);
	}
	return true;
}

/* Ex1, Ex3 and Ex4, beyond how it begins. Of three datagrams, one may
 * begin like text: noise does, once in some hundred. */
static bool
is_noise(const struct noise_side *side)
{
	int64_t bits = (int64_t)side->bits * MILLI;

	return side->exempt * DATAGRAMS <= side->payloads &&
	    bits > (int64_t)BITS_LOW * side->bytes &&
	    bits < (int64_t)BITS_HIGH * side->bytes &&
	    side->printable * 2 <= side->bytes && !side->text;
}

static void
collect_datagrams(const struct noise *noise, struct signals *signals)
{
	unsigned i, same = 0;
	bool known = false;

	for (i = 0; i < 2; i++) {
		unsigned count =
		    (unsigned)__builtin_popcount(noise->side[i].same);

		if (noise->side[i].payloads < DATAGRAMS)
			continue;
		known = true;
		if (count > same)
			same = count;
	}
	if (known)
		signals_set_count(signals, SIGNAL_UDP_CONSTANT_BYTES, same);
	if (noise->datagrams[0] == 0 || noise->datagrams[1] == 0 ||
	    noise->datagrams[0] + noise->datagrams[1] < SIZES_MIN ||
	    noise->size_count < SIZES_DIFFERENT)
		return;
	if (noise->size_bits % 8 == 0)
		signals_set_count(signals, SIGNAL_UDP_SIZES_MOD_8,
		    noise->sizes[0] % 8);
	if (noise->size_bits % 16 == 0)
		signals_set_count(signals, SIGNAL_UDP_SIZES_MOD_16,
		    noise->sizes[0] % 16);
}

static void
collect(void *ctx, void *shared, const struct flow *flow,
    struct signals *signals)
{
	static const enum signal_id flags[] = { SIGNAL_C2S_NOISE,
		SIGNAL_S2C_NOISE };
	static const enum signal_id entropies[] = { SIGNAL_C2S_FIRST_ENTROPY,
		SIGNAL_S2C_FIRST_ENTROPY };
	const struct noise *noise = ctx;
	unsigned i;

	(void)shared;
	for (i = 0; i < 2; i++) {
		const struct noise_side *side = &noise->side[i];
		unsigned dir = flow_dir(flow, i);

		if (side->payloads == 0)
			continue;
		signals_set_flag(signals, flags[dir], is_noise(side));
		if (side->exempt == 0)
			signals_set_milli(signals, entropies[dir],
			    side->entropy);
	}
	if (flow->key.ip_proto == PROTO_UDP)
		collect_datagrams(noise, signals);
}

const struct signal_source signal_noise = { "noise", sizeof(struct noise),
	packet, collect, NULL, NULL, NULL };
