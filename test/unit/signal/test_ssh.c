#include "feed.h"

#define CLIENT "5353482d322e302d636c69656e740d0a" /* SSH-2.0-client */
#define SERVER "5353482d322e302d7365727665720d0a" /* SSH-2.0-server */
#define KEXINIT                                                       \
	"0000004c 04 14 cccccccccccccccccccccccccccccccc"             \
	"00000001 6b 00000001 68 00000001 63 00000001 64 00000001 6d" \
	"00000001 6e 00000001 78 00000001 79 00000000 00000000"       \
	"00 00000000 00000000"

struct part {
	unsigned dir;
	const char *hex;
};

/* HASSH of "k;c;m;x", and of the server "k;d;n;y". */
#define HASSH "98a5116236005679d1151fee1073a8e4"
#define HASSH_SERVER "e5e653168281609a04007c111a26faf3"

static const struct ssh_case {
	const char *name;
	struct part part[6];
	const char *want;
	bool wants;
} cases[] = {
	{ "both sides",
	    { { 0, CLIENT }, { 1, SERVER }, { 0, KEXINIT }, { 1, KEXINIT } },
	    "flow.protocol=ssh ssh.client=SSH-2.0-client "
	    "ssh.server=SSH-2.0-server ssh.hassh=" HASSH
	    " ssh.hassh_server=" HASSH_SERVER,
	    false },
	{ "the banners alone", { { 1, SERVER }, { 0, CLIENT } },
	    "flow.protocol=ssh ssh.client=SSH-2.0-client "
	    "ssh.server=SSH-2.0-server",
	    true },
	{ "the client alone", { { 0, CLIENT KEXINIT } },
	    "flow.protocol=ssh ssh.client=SSH-2.0-client ssh.hassh=" HASSH,
	    true },
	{ "the server alone", { { 1, SERVER KEXINIT } },
	    "ssh.server=SSH-2.0-server ssh.hassh_server=" HASSH_SERVER, true },
	{ "only the client's banner", { { 0, CLIENT } },
	    "ssh.client=SSH-2.0-client", true },
	{ "lines before the server's",
	    { { 1, "68690d0a" SERVER }, { 0, CLIENT } },
	    "flow.protocol=ssh ssh.client=SSH-2.0-client "
	    "ssh.server=SSH-2.0-server",
	    true },
	{ "no key exchange follows",
	    { { 0, CLIENT "0000000c 04 15 00000000" },
		{ 1, SERVER "ffffffff" } },
	    "flow.protocol=ssh ssh.client=SSH-2.0-client "
	    "ssh.server=SSH-2.0-server",
	    false },
	{ "HTTP", { { 0, "474554202f" } }, "", false },
	{ "SMTP", { { 1, "3232302068690d0a" }, { 0, "45484c4f0d0a" } }, "",
	    false },
	{ "TLS from the server", { { 1, "160303000001" } }, "", false },
};

static void
run(const struct ssh_case *test, size_t cut, struct feed *feed)
{
	uint8_t bytes[512];
	size_t i, size, at;

	feed_init(feed, &signal_ssh, false);
	for (i = 0; test->part[i].hex != NULL; i++) {
		size = tap_hex(test->part[i].hex, bytes, sizeof(bytes));
		at = cut < size ? cut : size;
		feed_packet(feed, test->part[i].dir, bytes, at);
		if (at < size)
			feed_packet(feed, test->part[i].dir, bytes + at,
			    size - at);
	}
}

static void
test_case(const struct ssh_case *test)
{
	static struct signals signals;
	static struct feed feed;
	char text[512];
	size_t cut, wrong = 0;

	run(test, SIZE_MAX, &feed);
	feed_collect(&feed, &signals);
	feed_summary(&signals, NULL, text, sizeof(text));
	tap_text(text, test->want, test->name);
	tap_ok(feed.wants == test->wants, "... and what it still wants");
	feed_fini(&feed);
	for (cut = 1; cut < 130; cut++) {
		run(test, cut, &feed);
		feed_collect(&feed, &signals);
		feed_summary(&signals, NULL, text, sizeof(text));
		wrong += strcmp(text, test->want) != 0;
		feed_fini(&feed);
	}
	tap_int((long long)wrong, 0, "... the same in two segments each");
}

static void
test_datagrams(void)
{
	static struct feed feed;

	feed_init(&feed, &signal_ssh, true);
	tap_ok(!feed_packet(&feed, 0, "SSH-2.0-x\r\n", 11),
	    "no SSH over datagrams");
	feed_fini(&feed);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(&cases[i]);
	test_datagrams();
	return tap_done();
}
