/* One thing that a report shows, whatever the format. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"
#include "flowscan.h"
#include "signal/signal.h"

enum datum_kind {
	DATUM_NONE, /* Not known, or there is none. */
	DATUM_TEXT, /* Of a stranger: to be escaped. */
	DATUM_COUNT,
	DATUM_NUMBER, /* Thousandths. */
	DATUM_SHARE,  /* Millionths. */
	DATUM_FLAG,
	DATUM_TIME,
	DATUM_SIZES,
	DATUM_EVIDENCE,
	DATUM_SIGNALS,
};

/* How a terminal may stress it. */
enum datum_tone { TONE_PLAIN, TONE_GOOD, TONE_DOUBT, TONE_BAD, TONE_FAINT };

enum { DATUM_ROOM = 256 };

/* Pointers are borrowed from the row. */
struct datum {
	enum datum_kind kind;
	enum datum_tone tone;
	union {
		uint64_t count; /* COUNT, TIME; FLAG: 0 or 1 */
		int64_t number; /* NUMBER, SHARE */
		struct {
			const struct fs_evidence *piece;
			uint32_t count;
		} evidence;
		const struct signals *signals;
		struct {
			int32_t size[SIGNAL_SIZES_MAX];
			size_t count;
		} sizes;
		char text[DATUM_ROOM];
	};
};

void datum_none(struct datum *datum);
/* An empty text is none. */
void datum_text(struct datum *datum, const char *text);
void datum_count(struct datum *datum, uint64_t count);
void datum_flag(struct datum *datum, bool flag);
void datum_time(struct datum *datum, uint64_t time_us);
void datum_number(struct datum *datum, int64_t milli);
void datum_share(struct datum *datum, int64_t ppm);
void datum_addr(struct datum *datum, const struct fs_addr *addr);
/* A flow's identity: 16 hex digits; none for 0. */
void datum_id(struct datum *datum, uint64_t id);
void datum_decision(struct datum *datum, int decision);
void datum_evidence(struct datum *datum, const struct fs_evidence *piece,
    uint32_t count);
void datum_signals(struct datum *datum, const struct signals *signals);
void datum_signal(struct datum *datum, const struct signals *signals,
    enum signal_id id);

/* Writes it as JSON. */
void datum_json(const struct datum *datum, struct json *json);
/* Writes it as text, escaped for a terminal. Evidence and signals are JSON
 * when 'exact', and otherwise words; shares and times are then rounded for
 * the eye. */
void datum_words(const struct datum *datum, bool exact, struct buf *buf);

/* Evidence as an array of objects. */
void datum_json_evidence(const struct fs_evidence *piece, uint32_t count,
    struct json *json);
/* Known signals as one object. */
void datum_json_signals(const struct signals *signals, struct json *json);
