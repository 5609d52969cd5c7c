/* Puts test input together: numbers, hex, blocks with their size in front. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "test/unit/tap.h"

enum { BUILD_SIZE = 16384 };

struct build {
	size_t size;
	uint8_t bytes[BUILD_SIZE];
};

static inline void
build_number(struct build *build, uint64_t value, unsigned width)
{
	if (build->size + width > BUILD_SIZE)
		abort();
	while (width-- > 0)
		build->bytes[build->size++] = (uint8_t)(value >> 8 * width);
}

static inline void
build_bytes(struct build *build, const void *bytes, size_t size)
{
	if (build->size + size > BUILD_SIZE)
		abort();
	memcpy(build->bytes + build->size, bytes, size);
	build->size += size;
}

static inline void
build_hex(struct build *build, const char *hex)
{
	build->size +=
	    tap_hex(hex, build->bytes + build->size, BUILD_SIZE - build->size);
}

static inline void
build_fill(struct build *build, uint8_t byte, size_t size)
{
	while (size-- > 0)
		build_number(build, byte, 1);
}

/* Begins a block; returns where its size of 'width' bytes stands. */
static inline size_t
build_open(struct build *build, unsigned width)
{
	build_number(build, 0, width);
	return build->size;
}

static inline void
build_close(struct build *build, size_t open, unsigned width)
{
	size_t end = build->size, size = end - open;

	build->size = open - width;
	build_number(build, size, width);
	build->size = end;
}

/* A block of hex with its size in front. */
static inline void
build_block(struct build *build, const char *hex, unsigned width)
{
	size_t open = build_open(build, width);

	build_hex(build, hex);
	build_close(build, open, width);
}

static inline void
build_extension(struct build *build, unsigned type, const char *hex)
{
	build_number(build, type, 2);
	build_block(build, hex, 2);
}

/* What differs between ClientHellos; null stands for nothing. */
struct build_hello {
	const char *session, *cookie, *ciphers; /* Hex. */
	bool datagrams;
	struct {
		unsigned type;
		const char *hex; /* Null ends the list. */
	} extensions[24];
};

/* The body of a ClientHello whose legacy version is 'version'. */
static inline void
build_client_hello(struct build *build, unsigned version,
    const struct build_hello *hello)
{
	size_t open, i;

	build_number(build, version, 2);
	build_fill(build, 0x11, 32);
	build_block(build, hello->session ? hello->session : "", 1);
	if (hello->datagrams)
		build_block(build, hello->cookie ? hello->cookie : "", 1);
	build_block(build, hello->ciphers ? hello->ciphers : "", 2);
	build_block(build, "00", 1);
	if (hello->extensions[0].hex == NULL)
		return;
	open = build_open(build, 2);
	for (i = 0; i < 24 && hello->extensions[i].hex != NULL; i++)
		build_extension(build, hello->extensions[i].type,
		    hello->extensions[i].hex);
	build_close(build, open, 2);
}

/* A handshake message within one record. */
static inline void
build_record(struct build *build, unsigned version, unsigned type,
    const struct build *body)
{
	size_t open, message;

	build_number(build, 22, 1);
	build_number(build, version, 2);
	open = build_open(build, 2);
	build_number(build, type, 1);
	message = build_open(build, 3);
	build_bytes(build, body->bytes, body->size);
	build_close(build, message, 3);
	build_close(build, open, 2);
}
