#include "daemon/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tap.h"

/* What was reported. */
struct heard {
	unsigned count;
	struct fs_err first;
};

static void
hear(void *ctx, bool warning, const struct fs_err *err)
{
	struct heard *heard = ctx;

	(void)warning;
	if (heard->count++ == 0)
		heard->first = *err;
}

static int
parse(const char *text, struct heard *heard, struct config *config)
{
	size_t size = strlen(text);
	char *exact = tap_exact(text, size);
	int rc;

	*heard = (struct heard){ 0 };
	rc = config_parse(exact, size, "conf/flowscand.yaml", hear, heard,
	    config);
	free(exact);
	return rc;
}

/* ---- Faults ----------------------------------------------------------- */

static const struct {
	const char *text;
	unsigned line, column;
	const char *says; /* A part of the message. */
} faults[] = {
	/* Keys. */
	{ "servces: []\n", 1, 1, "'servces'; did you mean 'services'?" },
	{ "{\"sensr\": {}}", 1, 2, "did you mean 'sensor'?" },
	{ "xyzzy: 1\n", 1, 1, "known are sensor, services, scope, geo" },
	{ "sensor: {nmae: a}\n", 1, 10, "in sensor; did you mean 'name'?" },
	{ "geo:\n  citty: a\n", 2, 3, "did you mean 'city'?" },
	{ "services:\n  - {name: a, addresses: [192.0.2.1], port: 1}\n", 2, 39,
	    "in services; did you mean 'ports'?" },
	{ "policy: {ignore: {protocol: [a]}}\n", 1, 19,
	    "in policy.ignore; did you mean 'protocols'?" },
	{ "limits: {tcp-idle: 5s}\n", 1, 10, "did you mean 'tcp_idle'?" },
	{ "scope: all\nscope: all\n", 2, 1, "duplicate key 'scope'" },
	{ "privacy: {sni: none}\n", 1, 11, "unknown key 'sni' in privacy" },
	{ "privacy: {clients: pseudonym}\n", 1, 10, "without a key" },
	{ "store: {path: a, clean: none}\n", 1, 18,
	    "store.clean is not available" },

	/* Shapes. */
	{ "- a\n- b\n", 1, 1, "expected a mapping of settings" },
	{ "just text\n", 1, 1, "expected a mapping of settings" },
	{ "sensor: tap\n", 1, 9, "sensor is 'tap'; expected a mapping" },
	{ "sensor: []\n", 1, 9, "sensor is a list; expected a mapping" },
	{ "limits: 5\n", 1, 9, "such as 'limits: {flows: 1000000}'" },
	{ "services: {name: api}\n", 1, 11, "services is a mapping" },
	{ "services: [api]\n", 1, 12, "services is 'api'; expected a mapping" },
	{ "sensor: {name: a\n", 2, 1, "close" },
	{ "\tsensor: {}\n", 1, 1, "" },
	{ "a: &x 1\n", 1, 4, "anchors" },

	/* Names and places. */
	{ "sensor: {name: ''}\n", 1, 16, "sensor.name is empty; expected" },
	{ "sensor: {name: \"a\\eb\"}\n", 1, 16, "without control characters" },
	{ "sensor: {name: [a]}\n", 1, 16, "sensor.name is a list" },
	{ "sensor:\n  name: 123456789012345678901234567890123456789012345678"
	  "9012345678901234\n",
	    2, 9, "1 to 63 bytes" },
	{ "sensor: {location: here}\n", 1, 20, "such as {lat: 39.04" },
	{ "sensor: {location: {lat: 91, lon: 0}}\n", 1, 26,
	    "degrees from -90 to 90" },
	{ "sensor: {location: {lat: 0, lon: 1e2}}\n", 1, 34, "'1e2'" },
	{ "sensor: {location: {lat: nan, lon: 0}}\n", 1, 26, "'nan'" },
	{ "sensor: {location: {lat: 5}}\n", 1, 20, "both lat and lon" },

	/* Services. */
	{ "services:\n- {addresses: [192.0.2.1]}\n", 2, 3,
	    "a service without a name" },
	{ "services:\n- {name: a}\n", 2, 3, "a service without addresses" },
	{ "services:\n- {name: a, addresses: []}\n", 2, 3,
	    "a service without addresses" },
	{ "services:\n- {name: a, addresses: [192.0.2.1]}\n"
	  "- {name: a, addresses: [192.0.2.2]}\n",
	    3, 10, "a second service with the name 'a'" },
	{ "services:\n- {name: a, addresses: [192.0.2.1/24]}\n", 2, 25,
	    "write 192.0.2.0/24" },
	{ "services:\n- {name: a, addresses: [\"2001:db8::1/32\"]}\n", 2, 25,
	    "write 2001:db8::/32" },
	{ "services:\n- {name: a, addresses: 192.0.2.256}\n", 2, 24,
	    "services.addresses is '192.0.2.256'; expected addresses" },
	{ "services:\n- {name: a, addresses: [[192.0.2.1]]}\n", 2, 25,
	    "is a list" },
	{ "services:\n- {name: a, addresses: [192.0.2.1], ports: [0]}\n", 2, 45,
	    "ports from 1 to 65535" },
	{ "services:\n- {name: a, addresses: [192.0.2.1], ports: 65536}\n", 2,
	    44, "'65536'; expected ports" },
	{ "services:\n- {name: a, addresses: [192.0.2.1], ports: [https]}\n", 2,
	    45, "'https'; expected ports" },
	{ "services:\n- {name: a, addresses: [192.0.2.1], "
	  "names: [\"*.example.com\"]}\n",
	    2, 45, "host names without wildcards" },
	{ "services:\n- {name: a, addresses: [192.0.2.1], "
	  "client_from: proxy-protocol}\n",
	    2, 50, "proxy-protocol is not available in this version" },
	{ "services:\n- {name: a, addresses: [192.0.2.1], "
	  "client_from: adress}\n",
	    2, 50, "did you mean 'address'?" },
	{ "scope: services\n", 1, 8,
	    "one of all, service; did you mean 'service'?" },

	/* Files. */
	{ "rules: [a, {b: c}]\n", 1, 12, "rules is a mapping; expected paths" },
	{ "rules: ['']\n", 1, 9, "rules is empty; expected paths" },
	{ "store: {path: [a]}\n", 1, 15, "the path of the database" },
	{ "geo: {asn: {a: b}}\n", 1, 12, "paths of AS databases" },

	/* Capture. */
	{ "capture: {interfaces: [eth0/1]}\n", 1, 24, "names of interfaces" },
	{ "capture: {interfaces: [abcdefghijklmnop]}\n", 1, 24,
	    "names of interfaces" },
	{ "capture: {ring_size: 64}\n", 1, 22, "its unit, such as 64MB" },
	{ "capture: {ring_size: 64TB}\n", 1, 22, "from 1MB to 4096MB" },
	{ "capture: {ring_size: 1KB}\n", 1, 22, "from 1MB to 4096MB" },
	{ "capture: {ring_size: 18446744073709551615GB}\n", 1, 22,
	    "from 1MB to 4096MB" },
	{ "capture: {mirror: [vxlam]}\n", 1, 20, "did you mean 'vxlan'?" },
	{ "capture: {mirror: [{vxlan: 16777216}]}\n", 1, 28,
	    "from 0 to 16777215" },
	{ "capture: {mirror: [{erspan: 1024}]}\n", 1, 29, "from 0 to 1023" },
	{ "capture: {mirror: [{ipip: 1}]}\n", 1, 21, "unknown kind 'ipip'" },
	{ "capture: {mirror: [{vxlan: 1, gre: 2}]}\n", 1, 20,
	    "is a mapping; expected one of vxlan" },
	{ "capture: {outer_flows: yes}\n", 1, 24, "true or false" },

	/* Policy and scoring. */
	{ "policy: {ignore: {classes: [vpm]}}\n", 1, 29,
	    "did you mean 'vpn'?" },
	{ "policy: {ignore: {protocols: [SSH]}}\n", 1, 31, "in lower case" },
	{ "policy: {ignore: {clients: [10.0.0.1/8]}}\n", 1, 29,
	    "write 10.0.0.0/8" },
	{ "scoring: {prior: -20.001}\n", 1, 18, "from -20 to 20" },
	{ "scoring: {prior: -3.0001}\n", 1, 18, "3 decimal places" },
	{ "scoring: {review: 50}\n", 1, 19, "a probability from 0 to 1" },
	{ "scoring: {review: 0.96}\n", 1, 10, "above scoring.anomalous" },
	{ "scoring: {half_life: 24}\n", 1, 22, "with its unit" },
	{ "scoring: {half_life: 1s}\n", 1, 22, "from 60s" },

	/* Limits. */
	{ "limits: {flows: 0}\n", 1, 17, "from 16 to 67108864, flows at once" },
	{ "limits: {flows: -1}\n", 1, 17, "'-1'" },
	{ "limits: {flows: 1.5}\n", 1, 17, "a whole number" },
	{ "limits: {clients: 99999999999999999999}\n", 1, 19,
	    "a whole number" },
	{ "limits: {tcp_idle: 0s}\n", 1, 20, "from 1s to 86400s" },
	{ "limits: {ipv6_client_bits: 129}\n", 1, 28, "from 32 to 128" },
};

/* A text as a test's name: one line. */
static const char *
flat(const char *text, char *room, size_t size)
{
	size_t i;

	(void)snprintf(room, size, "%s", text);
	for (i = 0; room[i]; i++)
		if ((unsigned char)room[i] < ' ' || room[i] == '#')
			room[i] = ' ';
	return room;
}

static void
test_faults(void)
{
	struct config config;
	struct heard heard;
	char name[72];
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		int rc = parse(faults[i].text, &heard, &config);

		if (!tap_ok(rc == FS_ECONFIG && heard.count == 1 &&
			    heard.first.code == rc &&
			    heard.first.line == faults[i].line &&
			    heard.first.column == faults[i].column &&
			    strstr(heard.first.text, faults[i].says) &&
			    strcmp(heard.first.file, "conf/flowscand.yaml") ==
				0,
			"refused: %s",
			flat(faults[i].text, name, sizeof(name))))
			printf("# %d, %u faults, %s:%u:%u: %s\n", rc,
			    heard.count, heard.first.file, heard.first.line,
			    heard.first.column, heard.first.text);
		if (rc == 0)
			config_fini(&config);
	}
}

static void
test_many_faults(void)
{
	struct config config = { .ring_size = 7 };
	struct heard heard;

	tap_int(parse("limits: {flows: x, tcp_idle: y}\nscop: all\n", &heard,
		    &config),
	    FS_ECONFIG, "three faults are refused");
	tap_int(heard.count, 3, "all faults are told");
	tap_int(heard.first.column, 17, "the first in the file comes first");
	tap_int((long long)config.ring_size, 7, "the output is untouched");
}

/* ---- Good ones -------------------------------------------------------- */

/* As in the design, and the same as JSON. */
static const char *const whole[] = {
	"sensor: {name: tap-iad-1, location: {lat: 39.04, lon: -77.49}}\n"
	"services:\n"
	"  - {name: api, addresses: [203.0.113.0/24, \"2001:db8:1::/48\"], "
	"ports: [443], names: [API.example.com.]}\n"
	"geo: {city: /path/city.mmdb, asn: [asn4.mmdb, ../asn6.csv]}\n"
	"rules: [/etc/flowscan/rules.d]\n"
	"store: {path: /var/lib/flowscan/flowscan.db}\n"
	"capture: {mirror: [{vxlan: 7}, erspan]}\n",
	"{\"sensor\": {\"name\": \"tap-iad-1\", \"location\": {\"lat\": 39.04, "
	"\"lon\": -77.49}}, \"services\": [{\"name\": \"api\", \"addresses\": "
	"[\"203.0.113.0/24\", \"2001:db8:1::/48\"], \"ports\": [443], "
	"\"names\": [\"api.example.com\"]}], \"geo\": {\"city\": "
	"[\"/path/city.mmdb\"], \"asn\": [\"asn4.mmdb\", \"../asn6.csv\"]}, "
	"\"rules\": [\"/etc/flowscan/rules.d\"], \"store\": {\"path\": "
	"\"/var/lib/flowscan/flowscan.db\"}, \"capture\": {\"mirror\": "
	"[{\"vxlan\": 7}, \"erspan\"]}}",
};

static void
check_service(const struct fs_service *service)
{
	static const uint8_t net4[] = { 203, 0, 113, 0 };
	static const uint8_t net6[] = { 0x20, 1, 0x0d, 0xb8, 0, 1 };

	tap_text(service->name, "api", "service: name");
	tap_int((long long)service->address_count, 2, "service: addresses");
	tap_int(service->addresses[0].bits, 24, "service: IPv4 length");
	tap_bytes(service->addresses[0].addr.bytes, 4, net4, 4,
	    "service: IPv4 network");
	tap_int(service->addresses[1].bits, 48, "service: IPv6 length");
	tap_bytes(service->addresses[1].addr.bytes, 6, net6, 6,
	    "service: IPv6 network");
	tap_int((long long)service->port_count, 1, "service: ports");
	tap_int(service->ports[0], 443, "service: port");
	tap_int((long long)service->name_count, 1, "service: names");
	tap_text(service->names[0], "api.example.com",
	    "service: name is lower case, without the root's dot");
}

static void
check_whole(const struct config *config)
{
	const struct fs_settings *settings = &config->settings;

	tap_text(settings->sensor, "tap-iad-1", "sensor.name");
	tap_ok(settings->located && settings->latitude == 39.04 &&
		settings->longitude == -77.49,
	    "sensor.location");
	tap_int((long long)settings->service_count, 1, "services");
	check_service(&settings->services[0]);
	tap_int((long long)config->city_count, 1, "geo.city");
	tap_text(config->city[0], "/path/city.mmdb", "an absolute path stays");
	tap_int((long long)config->asn_count, 2, "geo.asn");
	tap_text(config->asn[0], "conf/asn4.mmdb",
	    "a relative path begins at the file's folder");
	tap_text(config->asn[1], "conf/../asn6.csv", "and may leave it");
	tap_int((long long)config->rule_count, 1, "rules");
	tap_text(config->rules[0], "/etc/flowscan/rules.d", "rules: path");
	tap_text(config->store_path, "/var/lib/flowscan/flowscan.db",
	    "store.path");
	tap_int((long long)settings->mirror_count, 2, "capture.mirror");
	tap_text(settings->mirrors[0].kind, "vxlan", "mirror: kind");
	tap_int(settings->mirrors[0].id, 7, "mirror: identity");
	tap_text(settings->mirrors[1].kind, "erspan", "mirror: another kind");
	tap_int(settings->mirrors[1].id, -1, "mirror: of every identity");
}

static void
test_whole(void)
{
	struct config config;
	struct heard heard;
	size_t i;

	for (i = 0; i < 2; i++) {
		if (!tap_int(parse(whole[i], &heard, &config), 0,
			i ? "the same as JSON" : "the example is read")) {
			printf("# %u:%u: %s\n", heard.first.line,
			    heard.first.column, heard.first.text);
			continue;
		}
		check_whole(&config);
		config_fini(&config);
	}
}

static void
test_scores_and_limits(void)
{
	struct config config;
	struct heard heard;

	if (!tap_int(parse("scoring: {prior: -2.5, family_cap: 3, "
			   "protocol_cap: 6.25, review: 0.6, anomalous: "
			   "0.999999, half_life: 12h}\n"
			   "limits: {flows: 1000, detect: 16, clients: 67108864"
			   ", tcp_idle: 10m, udp_idle: 30s, closed_idle: 1s, "
			   "active: 0s, ipv6_client_bits: 56}\n",
			 &heard, &config),
		0, "scoring and limits are read"))
		return;
	tap_int(config.settings.scoring.prior, -2500, "prior");
	tap_int(config.settings.scoring.family_cap, 3000, "family_cap");
	tap_int(config.settings.scoring.protocol_cap, 6250, "protocol_cap");
	tap_int(config.settings.scoring.review_ppm, 600000, "review");
	tap_int(config.settings.scoring.anomalous_ppm, 999999, "anomalous");
	tap_int(config.settings.scoring.half_life_s, 43200, "half_life");
	tap_int(config.settings.flow_max, 1000, "flows");
	tap_int(config.settings.detect_max, 16, "detect");
	tap_int(config.settings.client_max, 67108864, "clients");
	tap_int(config.settings.tcp_idle_s, 600, "tcp_idle");
	tap_int(config.settings.udp_idle_s, 30, "udp_idle");
	tap_int(config.settings.closed_idle_s, 1, "closed_idle");
	tap_int(config.settings.active_s, 0, "active");
	tap_int(config.settings.ipv6_client_bits, 56, "ipv6_client_bits");
	config_fini(&config);
}

static void
test_policy(void)
{
	struct config config;
	struct heard heard;
	const struct fs_policy *policy = &config.settings.policy;

	if (!tap_int(parse("policy: {ignore: {classes: [tor], protocols: "
			   "[wireguard, ssh], peers: 192.0.2.1, clients: "
			   "[10.0.0.0/8, fd00::/8]}}\nscope: service\n"
			   "capture: {interfaces: eth0, ring_size: 8MB, "
			   "outer_flows: false}\n",
			 &heard, &config),
		0, "policy and capture are read"))
		return;
	tap_ok(!policy->class_counts[FS_CLASS_TOR], "tor does not count");
	tap_ok(policy->class_counts[FS_CLASS_PRIVACY_RELAY],
	    "a list of classes replaces the usual one");
	tap_int((long long)policy->ignored_protocol_count, 2,
	    "a list of protocols replaces the usual one");
	tap_text(policy->ignored_protocols[1], "ssh", "protocol");
	tap_int((long long)policy->ignored_peer_count, 1,
	    "a single value is a list of one");
	tap_int((long long)policy->ignored_client_count, 2, "clients");
	tap_ok(config.settings.service_scope, "scope");
	tap_int((long long)config.interface_count, 1, "interfaces");
	tap_text(config.interfaces[0], "eth0", "interface");
	tap_int((long long)config.ring_size, 8 << 20, "ring_size");
	tap_ok(!config.settings.outer_flows, "outer_flows");
	config_fini(&config);
}

/* ---- Defaults --------------------------------------------------------- */

static void
check_defaults(const struct config *config, const char *name)
{
	const struct fs_settings *settings = &config->settings;

	tap_ok(settings->scoring.prior == -3000 &&
		settings->scoring.review_ppm == 500000 &&
		settings->scoring.half_life_s == 86400,
	    "%s: scoring", name);
	tap_ok(settings->flow_max == 1048576 && settings->tcp_idle_s == 300 &&
		settings->ipv6_client_bits == 64 && settings->outer_flows &&
		!settings->service_scope && !settings->located,
	    "%s: settings", name);
	tap_ok(!settings->policy.class_counts[FS_CLASS_PRIVACY_RELAY] &&
		settings->policy.class_counts[FS_CLASS_VPN] &&
		settings->policy.class_counts[FS_CLASS_DIRECT] &&
		settings->policy.ignored_protocol_count == 17,
	    "%s: policy", name);
	tap_ok(config->store_path == NULL, "%s: no database is guessed", name);
	tap_int((long long)config->ring_size, 64 << 20, name);
}

static void
test_defaults(void)
{
	/* Sections that hold nothing but comments. */
	static const char *const texts[] = { "", "---\n", "{}", "# nothing\n",
		"geo:\n  # city: a\nservices:\nrules:\nlimits:\nscope:\n",
		"{\"geo\": null, \"store\": ~}" };
	struct config config;
	struct heard heard;
	char name[72];
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		flat(texts[i], name, sizeof(name));
		if (!tap_int(parse(texts[i], &heard, &config), 0, name))
			continue;
		check_defaults(&config, name);
		config_fini(&config);
	}
	tap_int(config_read(NULL, NULL, NULL, NULL, &config), 0, "no file");
	check_defaults(&config, "no file");
	config_fini(&config);
	config_fini(&config);
	config_fini(NULL);
}

/* ---- Files ------------------------------------------------------------ */

static void
test_files(void)
{
	char path[] = "/tmp/test_config.XXXXXX";
	struct heard heard = { 0 };
	struct fs_err err = { 0 };
	struct config config;
	int fd = mkstemp(path);

	tap_int(config_read("/nonexistent/x.yaml", hear, &heard, &err, &config),
	    -ENOENT, "a missing file");
	tap_int(heard.count, 1, "a missing file is told once");
	tap_ok(strstr(heard.first.file, "/nonexistent/x.yaml") != NULL &&
		strcmp(err.text, heard.first.text) == 0,
	    "a missing file is named");
	if (!tap_ok(fd >= 0 && write(fd, "rules: [a]\nx: 1\n", 16) == 16,
		"a file is written"))
		return;
	tap_int(config_read(path, NULL, NULL, &err, &config), FS_ECONFIG,
	    "a fault in a file");
	tap_int(err.line, 2, "a fault in a file has its line");
	tap_text(err.file, path, "and its file");
	tap_int(ftruncate(fd, 11), 0, "the fault is taken out");
	tap_int(config_read(path, NULL, NULL, &err, &config), 0, "a file");
	tap_text(config.rules[0], "/tmp/a", "a path below the file's folder");
	config_fini(&config);
	(void)close(fd);
	(void)unlink(path);
}

/* Whatever a cut config is, it is read or refused. */
static void
test_cut(void)
{
	struct config config;
	unsigned refused = 0;
	size_t cut, i;

	for (i = 0; i < 2; i++) {
		for (cut = 0; cut < strlen(whole[i]); cut++) {
			char *text = tap_exact(whole[i], cut);
			int rc =
			    config_parse(text, cut, "x", NULL, NULL, &config);

			if (rc == 0)
				config_fini(&config);
			else
				refused++;
			free(text);
		}
	}
	tap_ok(refused > 0, "cut at every byte: %u refused", refused);
}

int
main(void)
{
	test_faults();
	test_many_faults();
	test_whole();
	test_scores_and_limits();
	test_policy();
	test_defaults();
	test_files();
	test_cut();
	return tap_done();
}
