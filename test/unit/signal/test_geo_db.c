#include "signal/geo_db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "mmdb.h"
#include "signal/final.h"
#include "test/unit/tap.h"

/* ---- Databases ----------------------------------------------------------- */

static const struct mmdb_kind nested = { "GeoLite2-City", 6, 28, 1700000000 };
static const struct mmdb_row nested_rows[] = {
	{ "192.0.2.0/24",
	    "{country:{iso_code:'US'},city:{names:{de:'x',en:'Ashburn'}},"
	    "location:{accuracy_radius:w20,latitude:d39.0438,"
	    "longitude:d-77.4874}}" },
	{ "198.51.100.0/24",
	    "{country:{iso_code:'jp'},city:{names:{en:'Tokyo'}},"
	    "location:{latitude:d35.6895,longitude:d139.6917}}" },
	{ "203.0.113.0/25", "{country:{iso_code:'ZZ'}}" },
	{ "203.0.113.128/25",
	    "{city:{names:{de:'x'}},location:{latitude:d1}}" },
	{ "2001:db8::/32",
	    "{country:{iso_code:'GB'},city:{names:{en:''}},"
	    "location:{latitude:d51.5,longitude:d-0.125}}" },
	{ NULL, NULL },
};
static const struct mmdb_kind flat = { "city ipv4", 4, 24, 1600000000 };
static const struct mmdb_row flat_rows[] = {
	{ "192.0.2.0/24",
	    "{city:'Berlin',country_code:'DE',"
	    "latitude:f52.520008,longitude:f13.404954}" },
	{ "198.51.100.0/25",
	    "{city:'Oslo',country_code:'NO',"
	    "latitude:'59.913869',longitude:'10.75'}" },
	{ "198.51.100.128/26",
	    "{city:'',country_code:'',latitude:d0,"
	    "longitude:d0}" },
	{ "198.51.100.192/27",
	    "{country_code:'N0',latitude:d90.001,longitude:d1}" },
	{ "198.51.100.224/27",
	    "{country_code:'NOR',latitude:'north',longitude:'1'}" },
	{ "203.0.113.0/28",
	    "{latitude:i-33,longitude:w151,"
	    "accuracy_radius:u1000}" },
	{ "203.0.113.16/28", "{latitude:{x:d1},longitude:d1}" },
	{ "203.0.113.32/28",
	    "{latitude:d-90,longitude:d180,accuracy_radius:d-1}" },
	{ "203.0.113.48/28", "{latitude:dnan,longitude:dinf}" },
	{ NULL, NULL },
};
static const struct mmdb_kind asn = { "GeoLite2-ASN", 6, 32, 1650000000 };
static const struct mmdb_row asn_rows[] = {
	{ "192.0.2.0/24",
	    "{autonomous_system_number:u64500,"
	    "autonomous_system_organization:'Example Net'}" },
	{ "198.51.100.0/24", "{asn:'AS64501',as_name:'Other'}" },
	{ "203.0.113.0/26", "{asn:u4294967295}" },
	{ "203.0.113.64/26", "{asn:u0,as_organization:'none'}" },
	{ "203.0.113.128/26", "{asn:'ASxyz'}" },
	{ "203.0.113.192/26", "{asn:d64500.5}" },
	{ "2001:db8::/32", "{asn:w64502,as_organization:'Six'}" },
	{ NULL, NULL },
};
static const char csv[] = "203.0.113.64,203.0.113.255,64510,\"From CSV\"\n"
			  "192.0.2.0,192.0.2.255,64511,Later\n";

/* ---- Signals of an address ----------------------------------------------- */

static const enum signal_id place_ids[] = { SIGNAL_CLIENT_COUNTRY,
	SIGNAL_CLIENT_CITY, SIGNAL_CLIENT_LATITUDE, SIGNAL_CLIENT_LONGITUDE,
	SIGNAL_CLIENT_RADIUS_KM, SIGNAL_CLIENT_ASN, SIGNAL_CLIENT_AS_NAME };

/* "country|city|latitude|longitude|radius|asn|name", "-" where unknown. */
static void
describe(const struct fs_geo *geo, const char *text, char *room, size_t size)
{
	static const struct fs_settings settings = { .located = false };
	struct signals *signals = calloc(1, sizeof(*signals));
	struct fs_addr addr = { 0 };
	size_t i, at = 0;

	if (signals == NULL || !addr_parse(text, &addr))
		abort();
	geo_client(geo, &settings, &addr, signals);
	for (i = 0; i < sizeof(place_ids) / sizeof(place_ids[0]); i++) {
		if (i > 0)
			room[at++] = '|';
		if (signals_known(signals, place_ids[i]))
			at += signals_format(signals, place_ids[i], false,
			    room + at, size - at);
		else
			room[at++] = '-';
	}
	room[at] = '\0';
	free(signals);
}

static const struct {
	const char *addr, *nested, *flat;
} places[] = {
	{ "192.0.2.1", "US|Ashburn|39.044|-77.487|20|64500|Example Net",
	    "DE|Berlin|52.52|13.405|-|64500|Example Net" },
	{ "198.51.100.1", "JP|Tokyo|35.69|139.692|-|64501|Other",
	    "NO|Oslo|59.913|10.75|-|64501|Other" },
	{ "198.51.100.129", "JP|Tokyo|35.69|139.692|-|64501|Other",
	    "-|-|-|-|-|64501|Other" },
	{ "198.51.100.193", "JP|Tokyo|35.69|139.692|-|64501|Other",
	    "-|-|-|-|-|64501|Other" },
	{ "198.51.100.225", "JP|Tokyo|35.69|139.692|-|64501|Other",
	    "-|-|-|-|-|64501|Other" },
	{ "203.0.113.1", "-|-|-|-|-|4294967295|-",
	    "-|-|-33|151|1000|4294967295|-" },
	{ "203.0.113.17", "-|-|-|-|-|4294967295|-", "-|-|-|-|-|4294967295|-" },
	{ "203.0.113.33", "-|-|-|-|-|4294967295|-",
	    "-|-|-90|180|-|4294967295|-" },
	{ "203.0.113.49", "-|-|-|-|-|4294967295|-", "-|-|-|-|-|4294967295|-" },
	{ "203.0.113.65", "-|-|-|-|-|64510|From CSV",
	    "-|-|-|-|-|64510|From CSV" },
	{ "203.0.113.129", "-|-|-|-|-|64510|From CSV",
	    "-|-|-|-|-|64510|From CSV" },
	{ "203.0.113.193", "-|-|-|-|-|64510|From CSV",
	    "-|-|-|-|-|64510|From CSV" },
	{ "10.0.0.1", "-|-|-|-|-|-|-", "-|-|-|-|-|-|-" },
	{ "2001:db8::1", "GB|-|51.5|-0.125|-|64502|Six",
	    "-|-|-|-|-|64502|Six" },
	{ "2001:db9::1", "-|-|-|-|-|-|-", "-|-|-|-|-|-|-" },
};

static void
test_places(void)
{
	struct mmdb_file cities[] = { mmdb_of(&nested, nested_rows),
		mmdb_of(&flat, flat_rows) };
	struct mmdb_file systems[] = { mmdb_of(&asn, asn_rows),
		mmdb_file_of(csv, sizeof(csv) - 1) };
	struct fs_geo *nested_geo = mmdb_open(cities, 1, systems, 2);
	struct fs_geo *flat_geo = mmdb_open(cities + 1, 1, systems, 2);
	struct fs_geo *both = mmdb_open(cities, 2, NULL, 0);
	char got[256];
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		describe(nested_geo, places[i].addr, got, sizeof(got));
		tap_text(got, places[i].nested, places[i].addr);
		describe(flat_geo, places[i].addr, got, sizeof(got));
		tap_text(got, places[i].flat, "in the flat layout");
	}
	describe(both, "192.0.2.1", got, sizeof(got));
	tap_text(got, "US|Ashburn|39.044|-77.487|20|-|-",
	    "the first database that knows it answers");
	tap_int((long long)fs_geo_built_s(both), 1600000000,
	    "the oldest date counts");
	tap_int((long long)fs_geo_built_s(nested_geo), 1650000000,
	    "also of the systems");
	fs_geo_close(nested_geo);
	fs_geo_close(flat_geo);
	fs_geo_close(both);
	for (i = 0; i < 2; i++) {
		close(cities[i].fd);
		close(systems[i].fd);
	}
}

/* ---- Opening ------------------------------------------------------------- */

static void
test_digests(void)
{
	static const char zeros[] = "0000000000000000000000000000000000000000"
				    "000000000000000000000000";
	struct mmdb_file city = mmdb_of(&nested, nested_rows);
	struct mmdb_file table = mmdb_file_of(csv, sizeof(csv) - 1);
	struct fs_geo *none = mmdb_open(NULL, 0, NULL, 0);
	struct fs_geo *one = mmdb_open(&city, 1, NULL, 0);
	struct fs_geo *other = mmdb_open(NULL, 0, &table, 1);
	struct fs_geo *both = mmdb_open(&city, 1, &table, 1);
	struct fs_geo *again = mmdb_open(&city, 1, &table, 1);

	tap_text(fs_geo_digest(none), zeros, "of nothing");
	tap_int((long long)fs_geo_built_s(none), 0, "of no date");
	tap_int((long long)fs_geo_built_s(other), 0, "a table has no date");
	tap_ok(strlen(fs_geo_digest(one)) == 64 &&
		strcmp(fs_geo_digest(one), zeros) != 0 &&
		strcmp(fs_geo_digest(one), fs_geo_digest(other)) != 0 &&
		strcmp(fs_geo_digest(one), fs_geo_digest(both)) != 0,
	    "others differ");
	tap_text(fs_geo_digest(again), fs_geo_digest(both), "the same again");
	/* The copy does not mind what becomes of the file. */
	if (ftruncate(city.fd, 0) < 0)
		abort();
	{
		char got[256];

		describe(one, "192.0.2.1", got, sizeof(got));
		tap_text(got, "US|Ashburn|39.044|-77.487|20|-|-",
		    "a file that is emptied in place");
	}
	fs_geo_close(none);
	fs_geo_close(one);
	fs_geo_close(other);
	fs_geo_close(both);
	fs_geo_close(again);
	fs_geo_close(NULL);
	close(city.fd);
	close(table.fd);
}

static void
check_refused(const struct mmdb_file *file, bool city, int code,
    const char *text, const char *name)
{
	const char *const paths[] = { file->path };
	struct fs_geo *geo = NULL;
	struct fs_err err;
	int rc = city ? fs_geo_open(paths, 1, NULL, 0, &err, &geo)
		      : fs_geo_open(NULL, 0, paths, 1, &err, &geo);

	tap_ok(rc == code && geo == NULL && strcmp(err.file, file->path) == 0,
	    "%s", name);
	tap_text(err.text, text, "the error says it");
}

static void
test_refused(void)
{
	static const struct mmdb_row none[] = { { NULL, NULL } };
	struct mmdb_file missing = { -1, "/nowhere" };
	struct mmdb_file city = mmdb_of(&nested, none),
			 system = mmdb_of(&asn, none);
	struct mmdb_file table = mmdb_file_of("192.0.2.0,192.0.2.1,x,y\n", 24);
	struct mmdb_file marker = mmdb_file_of("\xab\xcd\xef"
					       "MaxMind.com",
	    14);

	check_refused(&missing, true, -2,
	    "does not exist: correct geo.city, or leave it out", "missing");
	check_refused(&missing, false, -2,
	    "does not exist: correct geo.asn, or leave it out", "missing");
	check_refused(&table, true, FS_EFORMAT,
	    "is no MaxMind database (*.mmdb)", "a table as cities");
	check_refused(&table, false, FS_EFORMAT,
	    "the third field is no AS number", "a broken table");
	check_refused(&city, false, FS_EFORMAT,
	    "holds 'GeoLite2-City': name it under geo.city",
	    "cities as systems");
	check_refused(&system, true, FS_EFORMAT,
	    "holds 'GeoLite2-ASN': name it under geo.asn", "systems as cities");
	check_refused(&marker, true, FS_EFORMAT,
	    "is a damaged MaxMind database: fetch it again",
	    "nothing but a marker");
	close(city.fd);
	close(system.fd);
	close(table.fd);
	close(marker.fd);
}

/* Cut or changed anywhere: refused, or other answers, and nothing else. */
static size_t
survive(const void *bytes, size_t size)
{
	struct mmdb_file file = mmdb_file_of(bytes, size);
	const char *const paths[] = { file.path };
	struct fs_geo *geo = NULL;
	char got[8192];
	size_t i, good = 0;

	if (fs_geo_open(paths, 1, NULL, 0, NULL, &geo) == 0) {
		for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
			describe(geo, places[i].addr, got, sizeof(got));
		good = 1;
	}
	fs_geo_close(geo);
	close(file.fd);
	return good;
}

static void
test_damage(void)
{
	struct buf bytes;
	size_t at, good = 0, opened = 0;

	buf_init(&bytes);
	mmdb_write(&nested, nested_rows, &bytes);
	for (at = 0; at < bytes.size; at++)
		good += survive(bytes.bytes, at);
	tap_int((long long)good, 0, "cut anywhere it is refused");
	for (at = 0; at < bytes.size; at++) {
		bytes.bytes[at] ^= (char)0xff;
		opened += survive(bytes.bytes, bytes.size);
		bytes.bytes[at] ^= (char)0xff;
	}
	tap_ok(opened > 0 && opened < bytes.size,
	    "with any byte changed, %zu of %zu are opened", opened, bytes.size);
	buf_fini(&bytes);
}

static void
test_sides(void)
{
	static const struct fs_settings settings = { .located = false };
	struct mmdb_file city = mmdb_of(&nested, nested_rows);
	struct mmdb_file systems = mmdb_of(&asn, asn_rows);
	struct fs_geo *geo = mmdb_open(&city, 1, &systems, 1);
	struct signals *signals = calloc(1, sizeof(*signals));
	struct flow flow = { .client = 1, .key = { .family = 4 } };
	char got[64];

	memcpy(flow.key.addr[0], "\xc0\0\2\1", 4);
	memcpy(flow.key.addr[1], "\xc6\x33\x64\1", 4);
	geo_flow(geo, &settings, &flow, signals);
	signals_format(signals, SIGNAL_CLIENT_COUNTRY, false, got, sizeof(got));
	tap_text(got, "JP", "the client's country");
	signals_format(signals, SIGNAL_SERVER_COUNTRY, false, got, sizeof(got));
	tap_text(got, "US", "the server's country");
	tap_int(signals_milli(signals, SIGNAL_CLIENT_ASN), 64501000,
	    "the client's system");
	tap_int(signals_milli(signals, SIGNAL_SERVER_ASN), 64500000,
	    "the server's system");
	signals_format(signals, SIGNAL_SERVER_AS_NAME, false, got, sizeof(got));
	tap_text(got, "Example Net", "its name");
	signals_clear(signals);
	geo_flow(NULL, &settings, &flow, signals);
	tap_ok(!signals_known(signals, SIGNAL_CLIENT_COUNTRY),
	    "no databases, no places");
	fs_geo_close(geo);
	close(city.fd);
	close(systems.fd);
	free(signals);
}

int
main(void)
{
	test_places();
	test_digests();
	test_refused();
	test_damage();
	test_sides();
	return tap_done();
}
