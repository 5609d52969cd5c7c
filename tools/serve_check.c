/* Who may ask, and where. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "serve.h"

bool
serve_address_read(const char *text, struct sockaddr_storage *address)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)address;
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN];
	size_t size = colon != NULL ? (size_t)(colon - text) : 0;
	uint64_t port;

	if (size == 0 || size >= sizeof(host) ||
	    !num_parse_u64(colon + 1, 0, 65535, &port))
		return false;
	memset(address, 0, sizeof(*address));
	if (text[0] == '[' && text[size - 1] == ']') {
		(void)snprintf(host, sizeof(host), "%.*s", (int)size - 2,
		    text + 1);
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		return inet_pton(AF_INET6, host, &v6->sin6_addr) == 1;
	}
	(void)snprintf(host, sizeof(host), "%.*s", (int)size, text);
	v4->sin_family = AF_INET;
	v4->sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, host, &v4->sin_addr) == 1;
}

bool
serve_address_is_loopback(const struct sockaddr_storage *address)
{
	const void *at = address;
	const struct sockaddr_in *v4 = at;
	const struct sockaddr_in6 *v6 = at;

	if (address->ss_family == AF_INET)
		return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

bool
serve_token_fits(const char *token, const char *header)
{
	static const char scheme[] = "Bearer ";
	size_t size = strlen(token), i;
	unsigned differs = 0;

	if (header == NULL ||
	    strncasecmp(header, scheme, sizeof(scheme) - 1) != 0)
		return false;
	header += sizeof(scheme) - 1;
	if (strlen(header) != size)
		return false;
	for (i = 0; i < size; i++)
		differs |= (unsigned)(unsigned char)(token[i] ^ header[i]);
	return differs == 0;
}

bool
serve_host_is_local(const char *host)
{
	static const char *const names[] = { "localhost", "127.0.0.1",
		"[::1]" };
	size_t i, size;

	for (i = 0; host != NULL && i < 3; i++) {
		size = strlen(names[i]);
		if (strncasecmp(host, names[i], size) == 0 &&
		    (host[size] == '\0' ||
			(host[size] == ':' &&
			    strspn(host + size + 1, "0123456789") ==
				strlen(host + size + 1))))
			return true;
	}
	return false;
}
