#include "signal/dpi_name.h"

#include <stdbool.h>
#include <stddef.h>

/* Our name where it is not just the other in small letters. */
static const struct alias {
	const char *theirs, *ours;
	enum dpi_rank rank;
} aliases[] = {
	{ "Unknown", "", DPI_RANK_NONE },
	/* Goes by ports and one or two bytes: what it found in captures of
	 * known traffic was DTLS, HTTP and TLS (4.2). */
	{ "CiscoVPN", "", DPI_RANK_NONE },
	/* Takes every answer to a SOCKS greeting for its own (4.2). */
	{ "Cassandra", "", DPI_RANK_NONE },
	{ "TLS", "tls", DPI_RANK_CARRIER },
	{ "POPS", "tls", DPI_RANK_CARRIER },
	{ "IMAPS", "tls", DPI_RANK_CARRIER },
	{ "SMTPS", "tls", DPI_RANK_CARRIER },
	{ "FTPS", "tls", DPI_RANK_CARRIER },
	{ "DTLS", "dtls", DPI_RANK_CARRIER },
	{ "QUIC", "quic", DPI_RANK_CARRIER },
	{ "HTTP", "http", DPI_RANK_CARRIER },
	{ "HTTP2", "http2", DPI_RANK_CARRIER },
	{ "DNS", "dns", DPI_RANK_CARRIER },
	{ "MDNS", "mdns", DPI_RANK_CARRIER },
	{ "WireGuard", "wireguard", DPI_RANK_TUNNEL },
	{ "OpenVPN", "openvpn", DPI_RANK_TUNNEL },
	{ "IPsec", "ipsec", DPI_RANK_TUNNEL },
	{ "ESP", "ipsec", DPI_RANK_TUNNEL },
	{ "AH", "ipsec", DPI_RANK_TUNNEL },
	{ "PPTP", "pptp", DPI_RANK_TUNNEL },
	{ "L2TP", "l2tp", DPI_RANK_TUNNEL },
	{ "TINC", "tinc", DPI_RANK_TUNNEL },
	{ "FortiClient", "fortinet", DPI_RANK_TUNNEL },
	{ "SoftEther", "softether", DPI_RANK_TUNNEL },
	{ "Tailscale", "tailscale", DPI_RANK_TUNNEL },
	{ "Nebula", "nebula", DPI_RANK_TUNNEL },
	{ "KCP", "kcp", DPI_RANK_TUNNEL },
	{ "HAProxy", "proxy-protocol", DPI_RANK_TUNNEL },
	{ "Teredo", "teredo", DPI_RANK_TUNNEL },
	{ "GRE", "gre", DPI_RANK_TUNNEL },
	{ "IP_in_IP", "ipip", DPI_RANK_TUNNEL },
	{ "VXLAN", "vxlan", DPI_RANK_TUNNEL },
	{ "Geneve", "geneve", DPI_RANK_TUNNEL },
	{ "GTP", "gtp", DPI_RANK_TUNNEL },
	{ "GTP_U", "gtp", DPI_RANK_TUNNEL },
	{ "GTP_C", "gtp", DPI_RANK_TUNNEL },
	{ "GTP_PRIME", "gtp", DPI_RANK_TUNNEL },
	{ "SOCKS", "socks", DPI_RANK_TUNNEL },
	{ "Tor", "tor", DPI_RANK_INSIDE },
	{ "HTTP_Connect", "http-connect", DPI_RANK_INSIDE },
	{ "HTTP_Proxy", "http-proxy", DPI_RANK_INSIDE },
	{ "iCloudPrivateRelay", "privacy-relay", DPI_RANK_INSIDE },
	{ "WebSocket", "websocket", DPI_RANK_INSIDE },
	{ "DoH_DoT", "doh", DPI_RANK_INSIDE },
	{ "ICMPV6", "icmp6", DPI_RANK_PLAIN },
	{ "IP_OSPF", "ospf", DPI_RANK_PLAIN },
};

/* In no locale but C's. */
static char
small(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool
is_same(const char *a, const char *b)
{
	while (*a != '\0' && small(*a) == small(*b)) {
		a++;
		b++;
	}
	return small(*a) == small(*b);
}

static const struct alias *
find_alias(const char *theirs)
{
	size_t i;

	for (i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (is_same(aliases[i].theirs, theirs))
			return &aliases[i];
	return NULL;
}

/* Copies a name in small letters, cut to its room. */
static void
put_name(struct dpi_protocol *protocol, const char *name)
{
	size_t i;

	for (i = 0; name[i] != '\0' && i + 1 < sizeof(protocol->name); i++)
		if (name[i] == ' ' || name[i] == '_')
			protocol->name[i] = '-';
		else
			protocol->name[i] = small(name[i]);
	protocol->name[i] = '\0';
}

void
dpi_name(const char *theirs, struct dpi_protocol *protocol)
{
	const struct alias *alias = find_alias(theirs);

	put_name(protocol, alias != NULL ? alias->ours : theirs);
	protocol->rank = alias != NULL ? alias->rank : DPI_RANK_PLAIN;
}

const struct dpi_protocol *
dpi_choose(const struct dpi_protocol *master, const struct dpi_protocol *app)
{
	if (master == NULL || app == NULL)
		return master != NULL ? master : app;
	if (app->rank == DPI_RANK_INSIDE)
		return app;
	if (app->rank == DPI_RANK_TUNNEL && master->rank == DPI_RANK_PLAIN)
		return app;
	return master;
}
