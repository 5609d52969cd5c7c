/* IP addresses and prefixes as values; text as RFC 4291 and RFC 5952 have
 * it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flowscan.h"

enum { ADDR_TEXT_SIZE = 46 };

/* 'bytes' holds 4 or 16 bytes in network order. */
struct fs_addr addr_v4(const uint8_t *bytes);
struct fs_addr addr_v6(const uint8_t *bytes);

/* Reads an address, whole string. An IPv4-mapped IPv6 address becomes
 * IPv4. */
bool addr_parse(const char *text, struct fs_addr *addr);

/* Reads "203.0.113.0/24", "2001:db8::/32" or a single address. Bits beyond
 * the prefix must be 0 unless 'loose', which clears them. */
bool addr_parse_prefix(const char *text, bool loose, struct fs_prefix *prefix);

/* Writes an address into 'room' of ADDR_TEXT_SIZE bytes, "-" for none.
 * Returns its length. */
size_t addr_format(const struct fs_addr *addr, char *room);

/* Orders IPv4 before IPv6, then by bytes: below 0, 0, above 0. */
int addr_compare(const struct fs_addr *a, const struct fs_addr *b);

/* Keeps the first 'bits' bits. */
struct fs_addr addr_mask(const struct fs_addr *addr, unsigned bits);

bool addr_in_prefix(const struct fs_addr *addr, const struct fs_prefix *prefix);

/* Whether an address belongs to no public network: private, shared,
 * loopback, link-local, documentation, multicast, unspecified (RFC 6890). */
bool addr_is_special(const struct fs_addr *addr);
