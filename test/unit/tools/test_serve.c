/* Who may ask 'flowscan serve', and how numbers are written. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "../tap.h"
#include "tools/metrics.h"
#include "tools/serve.h"

static const struct {
	const char *text;
	int family; /* 0: refused. */
	unsigned port;
	bool loopback;
} addresses[] = {
	{ "127.0.0.1:9477", AF_INET, 9477, true },
	{ "127.9.9.9:0", AF_INET, 0, true },
	{ "0.0.0.0:80", AF_INET, 80, false },
	{ "192.0.2.1:65535", AF_INET, 65535, false },
	{ "[::1]:9477", AF_INET6, 9477, true },
	{ "[::]:9477", AF_INET6, 9477, false },
	{ "[2001:db8::1]:1", AF_INET6, 1, false },
	{ "[::ffff:127.0.0.1]:1", AF_INET6, 1, false },
	{ "127.0.0.1", 0, 0, false },
	{ "127.0.0.1:", 0, 0, false },
	{ "127.0.0.1:65536", 0, 0, false },
	{ "127.0.0.1:-1", 0, 0, false },
	{ ":9477", 0, 0, false },
	{ "::1:9477", 0, 0, false },
	{ "[::1:9477", 0, 0, false },
	{ "[]:1", 0, 0, false },
	{ "[:1", 0, 0, false },
	{ "localhost:80", 0, 0, false },
	{ "", 0, 0, false },
};

static void
test_addresses(void)
{
	struct sockaddr_storage got;
	size_t i;

	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		const struct sockaddr_in *v4 = (void *)&got;
		bool read = serve_address_read(addresses[i].text, &got);

		tap_ok(read == (addresses[i].family != 0) &&
			(!read ||
			    (got.ss_family == addresses[i].family &&
				ntohs(v4->sin_port) == addresses[i].port &&
				serve_address_is_loopback(&got) ==
				    addresses[i].loopback)),
		    "address '%s'", addresses[i].text);
	}
}

static const struct {
	const char *header;
	bool fits;
} tokens[] = {
	{ "Bearer 0123456789abcdef", true },
	{ "bearer 0123456789abcdef", true },
	{ "Bearer 0123456789abcdeF", false },
	{ "Bearer 0123456789abcde", false },
	{ "Bearer 0123456789abcdef0", false },
	{ "Bearer  0123456789abcdef", false },
	{ "0123456789abcdef", false },
	{ "Bearer ", false },
	{ "", false },
	{ NULL, false },
};

static const struct {
	const char *host;
	bool local;
} hosts[] = {
	{ "localhost", true },
	{ "LOCALHOST:9477", true },
	{ "127.0.0.1:1", true },
	{ "[::1]", true },
	{ "[::1]:9477", true },
	{ "localhost.evil.example", false },
	{ "localhost:80.evil.example", false },
	{ "127.0.0.1.evil.example", false },
	{ "127.0.0.10", false },
	{ "evil.example", false },
	{ "", false },
	{ NULL, false },
};

static void
test_metrics(void)
{
	static const char status[] =
	    "{\"packets\": {\"frames\": 7},"
	    "\"not_read\": {\"no-ip\": 3, \"x\": 1.5},"
	    "\"lists\": [{\"name\": \"a\\\"b\\\\\\nc\","
	    "\"items\": 4, \"stale\": true}],"
	    "\"interfaces\": 5, \"memory\": []}";
	struct json_node *tree;
	struct buf buf;

	if (json_tree_read(status, strlen(status), "", NULL, &tree) < 0)
		return;
	buf_init(&buf);
	metrics_of_status(&buf, tree);
	metrics_of_report(&buf, tree);
	tap_ok(strstr(buf_text(&buf), "\nflowscan_frames_total 7\n") != NULL,
	    "a number");
	tap_ok(strstr(buf_text(&buf),
		   "\nflowscan_list_stale{list=\"a\\\"b\\\\\\nc\"} 1\n") !=
		NULL,
	    "a label is escaped");
	tap_ok(strstr(buf_text(&buf),
		   "\nflowscan_not_read_total{reason=\"no-ip\"} 3\n") != NULL,
	    "the members of an object");
	tap_ok(strstr(buf_text(&buf), "reason=\"x\"") == NULL,
	    "what is no whole number is left out");
	buf_fini(&buf);
	json_tree_free(tree);
}

int
main(void)
{
	size_t i;

	test_addresses();
	for (i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++)
		tap_ok(serve_token_fits("0123456789abcdef", tokens[i].header) ==
			tokens[i].fits,
		    "token '%s'", tokens[i].header ? tokens[i].header : "none");
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		tap_ok(serve_host_is_local(hosts[i].host) == hosts[i].local,
		    "host '%s'", hosts[i].host ? hosts[i].host : "none");
	test_metrics();
	return tap_done();
}
