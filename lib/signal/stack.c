#include "signal/final.h"

#include <string.h>

#include "signal/stack_mtu.h"

enum { TEXT_SIZE = 256, OPTION_END = 0, ECN = TCP_ECE | TCP_CWR };

/* A text that is built piece by piece; what does not fit is left out. */
struct text {
	char at[TEXT_SIZE];
	size_t size;
};

static void
add_char(struct text *text, char c)
{
	if (text->size + 1 < TEXT_SIZE)
		text->at[text->size++] = c;
	text->at[text->size] = '\0';
}

static void
add(struct text *text, const char *string)
{
	while (*string != '\0')
		add_char(text, *string++);
}

static void
add_number(struct text *text, unsigned value)
{
	char digits[10];
	size_t count = 0;

	do
		digits[count++] = (char)('0' + value % 10);
	while ((value /= 10) > 0);
	while (count > 0)
		add_char(text, digits[--count]);
}

/* The letter of an option's kind, or 0. */
static char
option_letter(uint8_t kind)
{
	static const char letters[] = {
		[OPTION_END] = 'E',
		[1] = 'N',
		[2] = 'M',
		[3] = 'W',
		[4] = 'S',
		[8] = 'T',
	};

	if (kind >= sizeof(letters))
		return '\0';
	return letters[kind];
}

static void
add_options(struct text *text, const struct packet_tcp *tcp)
{
	uint8_t i;

	for (i = 0; i < tcp->option_count && i < PACKET_OPTIONS_SIZE; i++) {
		char letter = option_letter(tcp->options[i]);

		if (i > 0)
			add_char(text, ',');
		if (letter != '\0') {
			add_char(text, letter);
			continue;
		}
		add_char(text, '?');
		add_number(text, tcp->options[i]);
	}
}

/* The least initial TTL in use that is not below what has come. */
static unsigned
initial_ttl(uint8_t ttl)
{
	return ttl <= 32 ? 32 : ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255;
}

static void
add_window(struct text *text, const struct packet_tcp *tcp)
{
	bool whole = tcp->has_mss && tcp->mss != 0 && tcp->window != 0 &&
	    tcp->window % tcp->mss == 0;

	add(text, whole ? ":mss*" : ":");
	add_number(text,
	    whole ? (unsigned)(tcp->window / tcp->mss) : tcp->window);
}

static void
add_quirks(struct text *text, const struct packet *syn)
{
	const struct packet_tcp *tcp = &syn->tcp;
	bool v4 = syn->src.family == 4;
	const struct {
		char letter;
		bool seen;
	} quirks[] = {
		{ 'D', v4 && syn->dont_fragment },
		{ 'I', v4 && syn->dont_fragment && syn->ip_id != 0 },
		{ 'Z', v4 && !syn->dont_fragment && syn->ip_id == 0 },
		{ 'L', syn->flow_label != 0 },
		{ 'C', (tcp->flags & ECN) == ECN },
		{ 'Q', tcp->seq == 0 },
		{ 'A', tcp->ack != 0 },
		{ 'U', (tcp->flags & TCP_URG) != 0 },
		{ 'P', (tcp->flags & TCP_PSH) != 0 },
		{ 'V', tcp->has_timestamp && tcp->ts_value == 0 },
		{ 'R', tcp->has_timestamp && tcp->ts_echo != 0 },
		{ 'B', syn->payload_size > 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(quirks) / sizeof(quirks[0]); i++)
		if (quirks[i].seen)
			add_char(text, quirks[i].letter);
}

static void
sign(struct text *text, const struct packet *syn)
{
	const struct packet_tcp *tcp = &syn->tcp;

	add_number(text, syn->src.family);
	add_char(text, ':');
	add_number(text, initial_ttl(syn->ttl));
	add_char(text, ':');
	if (tcp->has_mss)
		add_number(text, tcp->mss);
	add_window(text, tcp);
	add_char(text, ':');
	if (tcp->has_scale)
		add_number(text, tcp->scale);
	add_char(text, ':');
	add_options(text, tcp);
	add_char(text, ':');
	add_quirks(text, syn);
}

/* The system that puts its options in this order (p0f's database, and what
 * the systems' own sources do), or null. A TTL of another system's is that of
 * a machine in between, or of somebody who hides: then nobody is named. */
static const char *
system_of(const char *options, unsigned ttl)
{
	static const struct {
		const char *options;
		const char *name;
		unsigned ttl;
	} systems[] = {
		{ "M,S,T,N,W", "linux", 64 },
		{ "M,N,N,S,N,W", "linux", 64 },
		{ "M,N,W,N,N,S", "windows", 128 },
		{ "M,N,W,S,T", "windows", 128 },
		{ "M,N,W,N,N,T,S,E", "apple", 64 },
		{ "M,N,W,N,N,T,S,E,E", "apple", 64 },
	};
	size_t i;

	for (i = 0; i < sizeof(systems) / sizeof(systems[0]); i++)
		if (strcmp(options, systems[i].options) == 0)
			return ttl == systems[i].ttl ? systems[i].name : NULL;
	return NULL;
}

static void
set_mtu(const struct packet *syn, struct signals *signals)
{
	unsigned mtu = stack_path_mtu(syn), own = stack_own_mtu(syn);

	if (mtu > 0)
		signals_set_count(signals, SIGNAL_TCP_SYN_MTU, mtu);
	if (own > 0)
		signals_set_count(signals, SIGNAL_TCP_SYN_OWN_MTU, own);
}

void
stack_syn(const struct packet *syn, struct signals *signals)
{
	const struct packet_tcp *tcp = &syn->tcp;
	struct text options = { .size = 0 }, signature = { .size = 0 };
	unsigned ttl = initial_ttl(syn->ttl);
	const char *system;

	signals_set_count(signals, SIGNAL_TCP_SYN_TTL, syn->ttl);
	signals_set_count(signals, SIGNAL_TCP_SYN_HOPS, ttl - syn->ttl);
	set_mtu(syn, signals);
	if (tcp->has_timestamp)
		signals_set_count(signals, SIGNAL_TCP_SYN_CLOCK, tcp->ts_value);
	signals_set_count(signals, SIGNAL_TCP_SYN_WINDOW, tcp->window);
	if (tcp->has_mss)
		signals_set_count(signals, SIGNAL_TCP_SYN_MSS, tcp->mss);
	if (tcp->has_scale)
		signals_set_count(signals, SIGNAL_TCP_SYN_SCALE, tcp->scale);
	add_options(&options, tcp);
	signals_set_string(signals, SIGNAL_TCP_SYN_OPTIONS, options.at);
	if ((system = system_of(options.at, ttl)) != NULL)
		signals_set_string(signals, SIGNAL_TCP_SYN_SYSTEM, system);
	sign(&signature, syn);
	signals_set_string(signals, SIGNAL_TCP_SYN_SIGNATURE, signature.at);
}
