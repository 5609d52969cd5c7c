/* Checked numbers: sums that size memory, counters, points in time, and
 * numbers in text. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* '*sum = a + b', or false when it does not fit. */
static inline bool
num_add(size_t a, size_t b, size_t *sum)
{
	return !__builtin_add_overflow(a, b, sum);
}

/* '*product = a * b', or false when it does not fit. */
static inline bool
num_mul(size_t a, size_t b, size_t *product)
{
	return !__builtin_mul_overflow(a, b, product);
}

/* Adds to a counter, which stays at its maximum. */
static inline void
num_count(uint64_t *counter, uint64_t more)
{
	if (__builtin_add_overflow(*counter, more, counter))
		*counter = UINT64_MAX;
}

/* How many bits are set. The compiler's own calls a function where the
 * processor need not have an instruction for it. */
static inline unsigned
num_bits(uint64_t word)
{
	word -= word >> 1 & UINT64_C(0x5555555555555555);
	word = (word & UINT64_C(0x3333333333333333)) +
	    (word >> 2 & UINT64_C(0x3333333333333333));
	word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (unsigned)(word * UINT64_C(0x0101010101010101) >> 56);
}

/* The same of 'size' bytes. */
uint64_t num_bits_of(const uint8_t *bytes, size_t size);

/* How many of the bytes are printable ASCII, 0x20 to 0x7e. */
uint64_t num_printable_of(const uint8_t *bytes, size_t size);

/* 'a - b', or the nearest that there is. */
static inline int64_t
num_minus(int64_t a, int64_t b)
{
	int64_t difference;

	if (!__builtin_sub_overflow(a, b, &difference))
		return difference;
	return b > 0 ? INT64_MIN : INT64_MAX;
}

/* 'now - then' in microseconds; 0 when the clock ran backwards. */
static inline uint64_t
time_since_us(uint64_t now_us, uint64_t then_us)
{
	return now_us > then_us ? now_us - then_us : 0;
}

/* Reads a whole string as a decimal number from 'min' to 'max': no sign, no
 * blanks. */
bool num_parse_u64(const char *text, uint64_t min, uint64_t max,
    uint64_t *value);

/* Reads a whole string as a decimal number with at most three places after
 * the point, as thousandths: "-1.5" is -1500. */
bool num_parse_milli(const char *text, int64_t *milli);

/* Writes thousandths as a decimal number without needless zeros into 'room'
 * of at least NUM_MILLI_SIZE bytes. Returns its length. */
enum { NUM_MILLI_SIZE = 24 };
size_t num_format_milli(int64_t milli, char *room);

/* Writes a point in time as RFC 3339 with microseconds in UTC, such as
 * 2026-11-23T05:43:25.000001Z, into 'room' of at least NUM_TIME_SIZE bytes.
 * Years beyond 9999 are clamped. Returns its length. */
enum { NUM_TIME_SIZE = 28 };
size_t num_format_time(uint64_t time_us, char *room);

/* Reads RFC 3339 (offset or 'Z'), a date alone, or '@seconds'. */
bool num_parse_time(const char *text, uint64_t *time_us);

/* Reads a span: "90s", "15m", "24h", "7d". */
bool num_parse_span(const char *text, uint64_t *span_us);

/* Reads a count of bytes: "512B", "64KB", "500MB", "100GB", "2TB"; a kilobyte
 * has 1024. */
bool num_parse_bytes(const char *text, uint64_t *bytes);
