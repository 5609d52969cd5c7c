/* Where addresses are and whom they belong to (libmaxminddb; the only user
 * of it). */
#include "config.h"

#include "signal/geo_db.h"

#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <maxminddb.h>

#include "base/addr.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/num.h"
#include "base/sealed.h"
#include "signal/asn_csv.h"

/* What a database may measure: the largest that are published have a tenth
 * of it. */
static const uint64_t file_max = UINT64_C(4) << 30;

/* One database: a MaxMind one, or a table of systems. */
struct source {
	struct sealed file;
	MMDB_s mmdb;
	bool has_mmdb;
	struct asn_csv *table; /* Owned, or null. */
};

struct fs_geo {
	struct source *cities, *systems; /* Owned arrays. */
	size_t city_count, system_count;
	uint64_t built_s;
	char digest[DIGEST_HEX_SIZE];
};

/* ---- Opening ------------------------------------------------------------- */

static void
close_source(struct source *source)
{
	if (source->has_mmdb)
		MMDB_close(&source->mmdb);
	asn_csv_free(source->table);
	sealed_close(&source->file);
}

/* Whether the type of a database, such as "GeoLite2-ASN", says that it is of
 * another kind than it was named for. */
static bool
is_other_kind(const char *type, bool city)
{
	return city ? strcasestr(type, "asn") != NULL
		    : strcasestr(type, "city") != NULL ||
		strcasestr(type, "country") != NULL;
}

static int
check_kind(const MMDB_s *mmdb, bool city, const char *path, struct fs_err *err)
{
	const char *type = mmdb->metadata.database_type;

	if (type == NULL || !is_other_kind(type, city))
		return 0;
	return err_set_at(err, FS_EFORMAT, path, 0, 0,
	    "holds '%s': name it under geo.%s", type, city ? "asn" : "city");
}

static int
open_mmdb(struct source *source, bool city, const char *path,
    struct fs_err *err)
{
	char room[SEALED_PATH_SIZE];
	int rc;

	sealed_path(&source->file, room);
	rc = MMDB_open(room, MMDB_MODE_MMAP, &source->mmdb);
	if (rc == MMDB_OUT_OF_MEMORY_ERROR)
		return err_set_at(err, -ENOMEM, path, 0, 0, "no memory left");
	if (rc != MMDB_SUCCESS)
		return err_set_at(err, FS_EFORMAT, path, 0, 0,
		    "is a damaged MaxMind database: fetch it again");
	source->has_mmdb = true;
	return check_kind(&source->mmdb, city, path, err);
}

/* Whether the metadata of a MaxMind database stand in the last 128 KiB. */
static bool
has_metadata(const struct sealed *file)
{
	static const char marker[] = "\xab\xcd\xef"
				     "MaxMind.com";
	const size_t most = 131072;
	size_t at = file->size > most ? file->size - most : 0;

	return file->size > 0 &&
	    memmem(file->bytes + at, file->size - at, marker,
		sizeof(marker) - 1) != NULL;
}

static int
open_source(const char *path, bool city, struct fs_err *err,
    struct source *source)
{
	int rc = sealed_open(path, file_max, err, &source->file);

	if (rc == -ENOENT)
		return err_set_at(err, rc, path, 0, 0,
		    "does not exist: correct geo.%s, or leave it out",
		    city ? "city" : "asn");
	if (rc < 0)
		return rc;
	if (has_metadata(&source->file))
		rc = open_mmdb(source, city, path, err);
	else if (city)
		rc = err_set_at(err, FS_EFORMAT, path, 0, 0,
		    "is no MaxMind database (*.mmdb)");
	else
		rc = asn_csv_read(cursor_of(source->file.bytes,
				      source->file.size),
		    path, err, &source->table);
	if (rc < 0)
		close_source(source);
	return rc;
}

/* Opens databases of one kind; those that were opened count even when it
 * fails. */
static int
open_all(const char *const *paths, size_t count, bool city, struct fs_err *err,
    struct fs_geo *geo)
{
	struct source *sources = calloc(count + 1, sizeof(*sources));
	size_t *opened = city ? &geo->city_count : &geo->system_count;
	int rc = 0;

	if (sources == NULL)
		return err_set(err, -ENOMEM, "no memory left");
	if (city)
		geo->cities = sources;
	else
		geo->systems = sources;
	while (*opened < count && rc == 0)
		if ((rc = open_source(paths[*opened], city, err,
			 &sources[*opened])) == 0)
			++*opened;
	return rc;
}

/* Adds each file's hash, and remembers the oldest date. */
static bool
sum_up(struct fs_geo *geo, struct digest *digest, const struct source *sources,
    size_t count)
{
	uint64_t built_s;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!digest_add(digest, sources[i].file.sum,
			sizeof(sources[i].file.sum)))
			return false;
		if (!sources[i].has_mmdb)
			continue;
		built_s = sources[i].mmdb.metadata.build_epoch;
		if (geo->built_s == 0 || built_s < geo->built_s)
			geo->built_s = built_s;
	}
	/* Which kind each was. */
	return digest_add(digest, "|", 1);
}

static int
identify(struct fs_geo *geo, struct fs_err *err)
{
	uint8_t sum[DIGEST_SHA256_SIZE] = { 0 };
	struct digest *digest;
	bool worked = true;

	if (geo->city_count + geo->system_count > 0) {
		digest = digest_new();
		worked = digest != NULL &&
		    sum_up(geo, digest, geo->cities, geo->city_count) &&
		    sum_up(geo, digest, geo->systems, geo->system_count) &&
		    digest_end(digest, sum);
		digest_free(digest);
	}
	digest_hex(sum, sizeof(sum), geo->digest);
	return worked ? 0 : err_set(err, -ENOMEM, "no memory left");
}

int
fs_geo_open(const char *const *city, size_t city_count, const char *const *asn,
    size_t asn_count, struct fs_err *err, struct fs_geo **geo)
{
	struct fs_geo *g = calloc(1, sizeof(*g));
	int rc;

	if (g == NULL)
		return err_set(err, -ENOMEM, "no memory left");
	if ((rc = open_all(city, city_count, true, err, g)) < 0)
		goto out;
	if ((rc = open_all(asn, asn_count, false, err, g)) < 0)
		goto out;
	if ((rc = identify(g, err)) < 0)
		goto out;
	*geo = g;
	g = NULL; /* Given away. */
out:
	fs_geo_close(g);
	return rc;
}

void
fs_geo_close(struct fs_geo *geo)
{
	size_t i;

	if (geo == NULL)
		return;
	for (i = 0; i < geo->city_count; i++)
		close_source(&geo->cities[i]);
	for (i = 0; i < geo->system_count; i++)
		close_source(&geo->systems[i]);
	free(geo->cities);
	free(geo->systems);
	free(geo);
}

const char *
fs_geo_digest(const struct fs_geo *geo)
{
	return geo->digest;
}

uint64_t
fs_geo_built_s(const struct fs_geo *geo)
{
	return geo->built_s;
}

/* ---- Looking up ---------------------------------------------------------- */

enum { PATHS = 3, STEPS = 4 };

/* Where the layouts have a value: MaxMind's nests, DB-IP's is flat. */
typedef const char *const paths[PATHS][STEPS];

static paths country_paths = { { "country", "iso_code" }, { "country_code" } };
static paths city_paths = { { "city", "names", "en" }, { "city" } };
static paths latitude_paths = { { "location", "latitude" }, { "latitude" } };
static paths longitude_paths = { { "location", "longitude" }, { "longitude" } };
static paths radius_paths = { { "location", "accuracy_radius" },
	{ "accuracy_radius" } };
static paths asn_paths = { { "autonomous_system_number" }, { "asn" } };
static paths as_name_paths = { { "autonomous_system_organization" },
	{ "as_organization" }, { "as_name" } };

static bool
find_entry(const struct source *source, const struct fs_addr *addr,
    MMDB_entry_s *entry)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };
	const struct sockaddr *key = (const struct sockaddr *)&six;
	MMDB_lookup_result_s result;
	int rc;

	/* Not an error worth telling: a list may have a file a family. */
	if (addr->family == 6 && source->mmdb.metadata.ip_version == 4)
		return false;
	memcpy(&six.sin6_addr, addr->bytes, sizeof(six.sin6_addr));
	memcpy(&four.sin_addr, addr->bytes, sizeof(four.sin_addr));
	if (addr->family == 4)
		key = (const struct sockaddr *)&four;
	result = MMDB_lookup_sockaddr(&source->mmdb, key, &rc);
	if (rc != MMDB_SUCCESS || !result.found_entry)
		return false;
	*entry = result.entry;
	return true;
}

/* The first of the paths that holds a value. */
static bool
get(MMDB_entry_s *entry, paths where, MMDB_entry_data_s *data)
{
	size_t i;

	for (i = 0; i < PATHS && where[i][0] != NULL; i++)
		if (MMDB_aget_value(entry, data, where[i]) == MMDB_SUCCESS &&
		    data->has_data && data->type != MMDB_DATA_TYPE_MAP)
			return true;
	return false;
}

/* Texts are not terminated, and end with the database. */
static bool
get_text(MMDB_entry_s *entry, paths where, const char **text, size_t *size)
{
	MMDB_entry_data_s data;

	if (!get(entry, where, &data) ||
	    data.type != MMDB_DATA_TYPE_UTF8_STRING || data.data_size == 0)
		return false;
	*text = data.utf8_string;
	*size = data.data_size;
	return true;
}

/* A number that stands as text, such as "37.42240"; what is finer than
 * thousandths is cut off. */
static bool
parse_milli(const char *text, size_t size, int64_t *milli)
{
	char room[32];
	const char *point = memchr(text, '.', size);

	if (point != NULL && (size_t)(point - text) + 4 < size)
		size = (size_t)(point - text) + 4;
	if (size >= sizeof(room))
		return false;
	memcpy(room, text, size);
	room[size] = '\0';
	return num_parse_milli(room, milli);
}

/* A number of any type, in thousandths. */
static bool
get_milli(MMDB_entry_s *entry, paths where, int64_t *milli)
{
	MMDB_entry_data_s data;
	double value;

	if (!get(entry, where, &data))
		return false;
	switch (data.type) {
	case MMDB_DATA_TYPE_DOUBLE: value = data.double_value; break;
	case MMDB_DATA_TYPE_FLOAT: value = (double)data.float_value; break;
	case MMDB_DATA_TYPE_UINT16: value = data.uint16; break;
	case MMDB_DATA_TYPE_UINT32: value = data.uint32; break;
	case MMDB_DATA_TYPE_INT32: value = data.int32; break;
	case MMDB_DATA_TYPE_UTF8_STRING:
		return parse_milli(data.utf8_string, data.data_size, milli);
	default: return false;
	}
	/* Also refuses what is no number at all. */
	if (!(fabs(value) <= UINT32_MAX))
		return false;
	*milli = llround(value * 1000);
	return true;
}

/* An ISO 3166 code in capitals; "ZZ" stands for an unknown country. */
static void
read_country(MMDB_entry_s *entry, char country[3])
{
	const char *text;
	size_t size, i;

	if (!get_text(entry, country_paths, &text, &size) || size != 2)
		return;
	for (i = 0; i < 2; i++)
		if ((text[i] | 0x20) < 'a' || (text[i] | 0x20) > 'z')
			return;
	if (strncasecmp(text, "zz", 2) == 0)
		return;
	country[0] = (char)(text[0] & ~0x20);
	country[1] = (char)(text[1] & ~0x20);
}

static void
read_position(MMDB_entry_s *entry, struct geo_place *place)
{
	int64_t latitude, longitude, radius;

	if (!get_milli(entry, latitude_paths, &latitude) ||
	    !get_milli(entry, longitude_paths, &longitude) ||
	    llabs(latitude) > 90000 || llabs(longitude) > 180000)
		return;
	/* Nobody lives there: it is how some say that they do not know. */
	if (latitude == 0 && longitude == 0)
		return;
	place->located = true;
	place->latitude_milli = latitude;
	place->longitude_milli = longitude;
	if (!get_milli(entry, radius_paths, &radius) || radius < 0)
		return;
	place->has_radius = true;
	place->radius_milli = radius;
}

bool
geo_find_place(const struct fs_geo *geo, const struct fs_addr *addr,
    struct geo_place *place)
{
	struct geo_place found = { .located = false };
	MMDB_entry_s entry;
	size_t i;

	for (i = 0; i < geo->city_count; i++) {
		if (!find_entry(&geo->cities[i], addr, &entry))
			continue;
		read_country(&entry, found.country);
		get_text(&entry, city_paths, &found.city, &found.city_size);
		read_position(&entry, &found);
		*place = found;
		return true;
	}
	return false;
}

/* An AS number, also as "AS15169"; 0 is none. */
static bool
read_asn(MMDB_entry_s *entry, uint32_t *asn)
{
	MMDB_entry_data_s data;
	int64_t milli;

	if (!get(entry, asn_paths, &data))
		return false;
	if (data.type == MMDB_DATA_TYPE_UTF8_STRING && data.data_size > 2 &&
	    strncasecmp(data.utf8_string, "as", 2) == 0) {
		if (!parse_milli(data.utf8_string + 2, data.data_size - 2,
			&milli))
			return false;
	} else if (!get_milli(entry, asn_paths, &milli)) {
		return false;
	}
	if (milli <= 0 || milli % 1000 != 0 || milli / 1000 > UINT32_MAX)
		return false;
	*asn = (uint32_t)(milli / 1000);
	return true;
}

static bool
find_in_source(const struct source *source, const struct fs_addr *addr,
    struct geo_system *system)
{
	MMDB_entry_s entry;

	if (source->table != NULL) {
		if (!asn_csv_find(source->table, addr, &system->asn,
			&system->name))
			return false;
		system->name_size = strlen(system->name);
		return true;
	}
	if (!find_entry(source, addr, &entry) ||
	    !read_asn(&entry, &system->asn))
		return false;
	get_text(&entry, as_name_paths, &system->name, &system->name_size);
	return true;
}

bool
geo_find_system(const struct fs_geo *geo, const struct fs_addr *addr,
    struct geo_system *system)
{
	struct geo_system found = { .name_size = 0 };
	size_t i;

	for (i = 0; i < geo->system_count; i++) {
		if (!find_in_source(&geo->systems[i], addr, &found))
			continue;
		*system = found;
		return true;
	}
	return false;
}
