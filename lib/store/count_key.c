#include "store/count_key.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/num.h"
#include "base/utf8.h"

static const uint64_t us_per_hour = 3600000000;

/* ---- Keys as people read them ------------------------------------------- */

void
count_key_copy(const struct group *group, char *room, size_t size)
{
	size_t length =
	    utf8_cut((const char *)group->key, group->key_size, size - 1);

	memcpy(room, group->key, length);
	memset(room + length, 0, size - length);
}

/* Numbers are keys as decimal text. */
static uint64_t
key_number(const struct group *group)
{
	char text[24];
	uint64_t number = 0;

	count_key_copy(group, text, sizeof(text));
	return num_parse_u64(text, 0, UINT64_MAX, &number) ? number : 0;
}

static void
key_text(const struct group *group, char room[FS_NAME_SIZE])
{
	count_key_copy(group, room, FS_NAME_SIZE);
}

static void
key_addr(const struct group *group, char room[FS_NAME_SIZE])
{
	struct fs_addr addr = { 0 };

	if (group->key_size == 4)
		addr = addr_v4(group->key);
	else if (group->key_size == 16)
		addr = addr_v6(group->key);
	addr_format(&addr, room);
}

static void
key_asn(const struct group *group, char room[FS_NAME_SIZE])
{
	if (key_number(group) > 0)
		snprintf(room, FS_NAME_SIZE, "AS%llu",
		    (unsigned long long)key_number(group));
}

static void
key_class(const struct group *group, char room[FS_NAME_SIZE])
{
	uint64_t class = key_number(group);

	snprintf(room, FS_NAME_SIZE, "%s",
	    fs_class_name(class < FS_CLASS_COUNT ? (int)class : 0));
}

static void
key_hour(const struct group *group, char room[FS_NAME_SIZE])
{
	uint64_t hour = key_number(group);
	char text[NUM_TIME_SIZE];

	if (hour > UINT64_MAX / us_per_hour)
		hour = 0;
	num_format_time(hour * us_per_hour, text);
	/* Up to the minutes: 2026-11-23T05:00 */
	snprintf(room, FS_NAME_SIZE, "%.16sZ", text);
}

/* ---- Keys of rows ------------------------------------------------------- */

static void
set_key(struct count_key *key, const void *bytes, size_t size)
{
	memcpy(key->text, bytes, size);
	key->size = size;
}

void
count_key_number(struct count_key *key, uint64_t number)
{
	key->size = (size_t)snprintf(key->text, sizeof(key->text), "%llu",
	    (unsigned long long)number);
}

static void
of_asn(const struct kind *kind, const struct place *place,
    struct count_key *key)
{
	(void)kind;
	if (place->asn > 0)
		count_key_number(key, place->asn);
}

static void
of_country(const struct kind *kind, const struct place *place,
    struct count_key *key)
{
	(void)kind;
	set_key(key, place->country, strlen(place->country));
}

/* "Frankfurt am Main, DE" */
static void
of_city(const struct kind *kind, const struct place *place,
    struct count_key *key)
{
	(void)kind;
	if (place->city[0] != '\0')
		key->size = (size_t)snprintf(key->text, sizeof(key->text),
		    "%s, %s", place->city,
		    place->country[0] != '\0' ? place->country : "?");
}

static void
of_class(const struct kind *kind, const struct place *place,
    struct count_key *key)
{
	(void)place;
	count_key_number(key, kind->class);
}

static void
of_protocol(const struct kind *kind, const struct place *place,
    struct count_key *key)
{
	(void)place;
	set_key(key, kind->protocol, strlen(kind->protocol));
}

static void
of_service(const struct kind *kind, const struct place *place,
    struct count_key *key)
{
	(void)place;
	set_key(key, kind->service, strlen(kind->service));
}

static void
of_sensor(const struct kind *kind, const struct place *place,
    struct count_key *key)
{
	(void)place;
	set_key(key, kind->sensor, strlen(kind->sensor));
}

/* 'of' makes the key that all flows of a kind, or of a place, have in common;
 * null where each flow has its own. */
static const struct {
	enum group_order order;
	bool of_place;
	void (*text)(const struct group *group, char room[FS_NAME_SIZE]);
	void (*of)(const struct kind *kind, const struct place *place,
	    struct count_key *key);
} dimensions[FS_BY_COUNT] = {
	[FS_BY_CLIENT] = { GROUP_BY_FLOWS, false, key_addr, NULL },
	[FS_BY_ASN] = { GROUP_BY_FLOWS, true, key_asn, of_asn },
	[FS_BY_COUNTRY] = { GROUP_BY_FLOWS, true, key_text, of_country },
	[FS_BY_CLASS] = { GROUP_BY_FLOWS, false, key_class, of_class },
	[FS_BY_PROTOCOL] = { GROUP_BY_FLOWS, false, key_text, of_protocol },
	[FS_BY_RULE] = { GROUP_BY_FLOWS, false, key_text, NULL },
	[FS_BY_SERVICE] = { GROUP_BY_FLOWS, false, key_text, of_service },
	[FS_BY_SENSOR] = { GROUP_BY_FLOWS, false, key_text, of_sensor },
	[FS_BY_CITY] = { GROUP_BY_FLOWS, true, key_text, of_city },
	[FS_BY_HOUR] = { GROUP_BY_KEY, false, key_hour, NULL },
};

enum group_order
count_key_order(int dimension)
{
	return dimensions[dimension].order;
}

bool
count_key_of_place(int dimension)
{
	return dimensions[dimension].of_place;
}

void
count_key_make(int dimension, const struct kind *kind,
    const struct place *place, struct count_key *key)
{
	dimensions[dimension].of(kind, place, key);
}

void
count_key_text(int dimension, const struct group *group,
    char room[FS_NAME_SIZE])
{
	dimensions[dimension].text(group, room);
}

uint64_t
count_key_hour(uint64_t time_us)
{
	return time_us / us_per_hour;
}
