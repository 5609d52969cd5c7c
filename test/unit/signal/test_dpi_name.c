#include "signal/dpi_name.h"

#include <string.h>

#include "test/unit/tap.h"

static const struct {
	const char *theirs, *ours;
	enum dpi_rank rank;
} names[] = {
	{ "WireGuard", "wireguard", DPI_RANK_TUNNEL },
	{ "IPsec", "ipsec", DPI_RANK_TUNNEL },
	{ "IPSec", "ipsec", DPI_RANK_TUNNEL },
	{ "SoftEther", "softether", DPI_RANK_TUNNEL },
	{ "Softether", "softether", DPI_RANK_TUNNEL },
	{ "FortiClient", "fortinet", DPI_RANK_TUNNEL },
	{ "SOCKS", "socks", DPI_RANK_TUNNEL },
	{ "HTTP_Connect", "http-connect", DPI_RANK_INSIDE },
	{ "iCloudPrivateRelay", "privacy-relay", DPI_RANK_INSIDE },
	{ "TLS", "tls", DPI_RANK_CARRIER },
	{ "tls", "tls", DPI_RANK_CARRIER },
	{ "IMAPS", "tls", DPI_RANK_CARRIER },
	{ "Unknown", "", DPI_RANK_NONE },
	{ "Cassandra", "", DPI_RANK_NONE },
	{ "CiscoVPN", "", DPI_RANK_NONE },
	/* Others go by their own name. */
	{ "FTP_CONTROL", "ftp-control", DPI_RANK_PLAIN },
	{ "Sina(Weibo)", "sina(weibo)", DPI_RANK_PLAIN },
	{ "a b_C", "a-b-c", DPI_RANK_PLAIN },
	{ "TLSx", "tlsx", DPI_RANK_PLAIN },
	{ "TL", "tl", DPI_RANK_PLAIN },
	{ "", "", DPI_RANK_PLAIN },
	{ "ANameOfTwentyThreeABCDE", "anameoftwentythreeabcde",
	    DPI_RANK_PLAIN },
	{ "ANameOfTwentyThreeABCDEF", "anameoftwentythreeabcde",
	    DPI_RANK_PLAIN },
};

static void
test_names(void)
{
	struct dpi_protocol protocol;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		memset(&protocol, 0xee, sizeof(protocol));
		dpi_name(names[i].theirs, &protocol);
		tap_text(protocol.name, names[i].ours, names[i].theirs);
		tap_int(protocol.rank, names[i].rank, "its rank");
	}
}

/* "": nothing was named. */
static const struct {
	const char *master, *app, *want;
} pairs[] = {
	{ "", "", "" },
	{ "TLS", "", "tls" },
	{ "", "Telegram", "telegram" },
	{ "TLS", "Google", "tls" },
	{ "QUIC", "YouTube", "quic" },
	{ "DNS", "Facebook", "dns" },
	{ "STUN", "WhatsAppCall", "stun" },
	{ "TLS", "Tor", "tor" },
	{ "TLS", "iCloudPrivateRelay", "privacy-relay" },
	{ "TLS", "DoH_DoT", "doh" },
	{ "HTTP", "HTTP_Connect", "http-connect" },
	{ "HTTP", "HTTP_Proxy", "http-proxy" },
	{ "HTTP_Connect", "Google", "http-connect" },
	{ "SOCKS", "Google", "socks" },
	{ "UBNTAC2", "WireGuard", "wireguard" },
	/* A name of a host within TLS is a visit to its makers. */
	{ "TLS", "Tailscale", "tls" },
	{ "TLS", "OpenVPN", "tls" },
};

static void
test_pairs(void)
{
	struct dpi_protocol master, app;
	const struct dpi_protocol *got;
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		dpi_name(pairs[i].master, &master);
		dpi_name(pairs[i].app, &app);
		got = dpi_choose(*pairs[i].master ? &master : NULL,
		    *pairs[i].app ? &app : NULL);
		tap_ok(strcmp(got != NULL ? got->name : "", pairs[i].want) == 0,
		    "%s.%s is '%s'", pairs[i].master, pairs[i].app,
		    pairs[i].want);
	}
}

int
main(void)
{
	test_names();
	test_pairs();
	return tap_done();
}
