#include "report/community.h"

#include "../store/sample.h"
#include "../tap.h"

/* Of the specification's reference implementation. */
static const struct {
	const char *name;
	uint8_t ip_proto;
	const char *source, *destination;
	int source_port, destination_port; /* ICMP: type and code. */
	const char *id;
} vectors[] = {
	{ "TCP", 6, "128.232.110.120", "66.35.250.204", 34855, 80,
	    "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
	{ "TCP, the other way", 6, "66.35.250.204", "128.232.110.120", 80,
	    34855, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
	{ "TCP, ports in order of their values", 6, "10.0.0.1", "10.0.0.2", 10,
	    11569, "1:SXBGMX1lBOwhhoDrZynfROxnhnM=" },
	{ "TCP over IPv6", 6, "2001:470:e5bf:dead:4957:2174:e82c:4887",
	    "2607:f8b0:400c:c03::1a", 63943, 25,
	    "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=" },
	{ "UDP", 17, "192.168.1.52", "8.8.8.8", 54585, 53,
	    "1:d/FP5EW3wiY1vCndhwleRRKHowQ=" },
	{ "UDP, the other way", 17, "8.8.8.8", "192.168.1.52", 53, 54585,
	    "1:d/FP5EW3wiY1vCndhwleRRKHowQ=" },
	{ "SCTP", 132, "192.168.170.8", "192.168.170.56", 7, 7,
	    "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=" },
	{ "SCTP, other ports", 132, "192.168.170.56", "192.168.170.8", 80, 7,
	    "1:jQgCxbku+pNGw8WPbEc/TS/uTpQ=" },
	{ "ICMP echo", 1, "192.168.0.89", "192.168.0.1", 8, 0,
	    "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=" },
	{ "ICMP echo reply", 1, "192.168.0.1", "192.168.0.89", 0, 0,
	    "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=" },
	{ "ICMP that nothing answers", 1, "192.168.0.89", "192.168.0.1", 20, 0,
	    "1:3o2RFccXzUgjl7zDpqmY7yJi8rI=" },
	{ "the same with another code", 1, "192.168.0.89", "192.168.0.1", 20, 1,
	    "1:tz/fHIDUHs19NkixVVoOZywde+I=" },
	{ "ICMPv6 solicitation", 58, "fe80::200:86ff:fe05:80da",
	    "fe80::260:97ff:fe07:69ea", 135, 0,
	    "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=" },
	{ "ICMPv6 advertisement of a router", 58, "fe80::260:97ff:fe07:69ea",
	    "ff02::1", 134, 0, "1:pkvHqCL88/tg1k4cPigmZXUtL00=" },
	{ "ICMPv6 that nothing answers", 58,
	    "3ffe:501:0:1802:260:97ff:feb6:7ff0",
	    "3ffe:507:0:1:200:86ff:fe05:80da", 3, 0,
	    "1:bnQKq8A2r//dWnkRW2EYcMhShjc=" },
	{ "no ports", 46, "1.2.3.4", "5.6.7.8", -1, -1,
	    "1:ikv3kmf89luf73WPz1jOs49S768=" },
};

/* The first packet's source is the client, or it is the server. */
static void
check(size_t i, bool client_first)
{
	struct fs_observation *flow = calloc(1, sizeof(*flow));
	struct fs_addr source = sample_addr(vectors[i].source);
	struct fs_addr destination = sample_addr(vectors[i].destination);
	char id[COMMUNITY_ID_SIZE];
	bool icmp = vectors[i].ip_proto == 1 || vectors[i].ip_proto == 58;

	flow->ip_proto = vectors[i].ip_proto;
	flow->client_first = client_first;
	flow->client = client_first ? source : destination;
	flow->server = client_first ? destination : source;
	flow->client_port =
	    client_first ? vectors[i].source_port : vectors[i].destination_port;
	flow->server_port =
	    client_first ? vectors[i].destination_port : vectors[i].source_port;
	if (icmp) {
		flow->icmp_type = (uint8_t)vectors[i].source_port;
		flow->icmp_code = (uint8_t)vectors[i].destination_port;
		flow->client_port = flow->server_port = -1;
	}
	community_id(flow, id);
	tap_text(id, vectors[i].id, vectors[i].name);
	free(flow);
}

static void
test_none(void)
{
	struct fs_observation *flow = calloc(1, sizeof(*flow));
	char id[COMMUNITY_ID_SIZE];

	community_id(flow, id);
	tap_text(id, "", "without addresses there is none");
	flow->client = sample_addr("192.0.2.1");
	flow->server = sample_addr("2001:db8::1");
	community_id(flow, id);
	tap_text(id, "", "nor of two families");
	free(flow);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		check(i, true);
		check(i, false);
	}
	test_none();
	return tap_done();
}
