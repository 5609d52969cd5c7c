/* The table of every option of the configuration file. */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/yaml.h"
#include "config.h"
#include "config_value.h"

/* ---- Words ------------------------------------------------------------ */

static const char *const scope_words[] = { "all", "service", NULL };

static void
read_scope(struct config_reader *reader, const struct config_option *option,
    const struct yaml_node *node, void *target)
{
	struct config *config = target;

	if (node->kind == YAML_SCALAR && strcmp(node->text, "all") == 0)
		config->settings.service_scope = false;
	else if (node->kind == YAML_SCALAR &&
	    strcmp(node->text, "service") == 0)
		config->settings.service_scope = true;
	else
		config_unknown_word(reader, option, node, scope_words);
}

static const char *const client_from_words[] = { "address", NULL };

static void
read_client_from(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target)
{
	(void)target;
	if (node->kind == YAML_SCALAR &&
	    strcmp(node->text, "proxy-protocol") == 0)
		config_fault(reader, node,
		    "services.client_from: proxy-protocol is not available in "
		    "this version; expected address");
	else if (node->kind != YAML_SCALAR ||
	    strcmp(node->text, "address") != 0)
		config_unknown_word(reader, option, node, client_from_words);
}

/* ---- Places and services ---------------------------------------------- */

#define SETTING(member) offsetof(struct config, settings.member)

static const struct config_option location_options[] = {
	{ "lat", config_read_degrees, SETTING(latitude), .min = -90,
	    .max = 90 },
	{ "lon", config_read_degrees, SETTING(longitude), .min = -180,
	    .max = 180 },
	{ 0 },
};
static const struct config_section location_section = { "sensor.location",
	location_options };

static void
read_location(struct config_reader *reader, const struct config_option *option,
    const struct yaml_node *node, void *target)
{
	struct config *config = target;

	if (node->kind != YAML_MAPPING) {
		config_unfit(reader, option, node,
		    "a mapping, such as {lat: 39.04, lon: -77.49}");
		return;
	}
	config_mapping(reader, &location_section, node, target);
	if (yaml_find(node, "lat") && yaml_find(node, "lon"))
		config->settings.located = true;
	else
		config_fault(reader, node,
		    "sensor.location has only a part; expected both lat and "
		    "lon, such as {lat: 39.04, lon: -77.49}");
}

static const struct config_option sensor_options[] = {
	{ "name", config_read_name, SETTING(sensor) },
	{ "location", read_location },
	{ 0 },
};

#define SERVICE(member) offsetof(struct fs_service, member)

static const struct config_option service_options[] = {
	{ "name", config_read_name, SERVICE(name) },
	{ "addresses", config_read_prefixes, SERVICE(addresses),
	    SERVICE(address_count) },
	{ "ports", config_read_ports, SERVICE(ports), SERVICE(port_count) },
	{ "names", config_read_hosts, SERVICE(names), SERVICE(name_count),
	    .what = "host names without wildcards, such as "
		    "[api.example.com]" },
	{ "client_from", read_client_from },
	{ 0 },
};
static const struct config_section service_section = { "services",
	service_options };

static void
check_service(struct config_reader *reader, const struct yaml_node *node,
    const struct fs_settings *settings, const struct fs_service *service)
{
	const struct yaml_node *name = yaml_find(node, "name");
	size_t i;

	if (name == NULL)
		config_fault(reader, node,
		    "a service without a name; expected 'name: api'");
	for (i = 0; service->name[0] && i < settings->service_count; i++)
		if (strcmp(settings->services[i].name, service->name) == 0)
			config_fault(reader, name,
			    "a second service with the name '%s'; expected a "
			    "name of its own",
			    service->name);
	if (yaml_find(node, "addresses") == NULL ||
	    config_first(yaml_find(node, "addresses")) == NULL)
		config_fault(reader, node,
		    "a service without addresses; expected 'addresses: "
		    "[203.0.113.0/24]'");
}

static void
read_services(struct config_reader *reader, const struct config_option *option,
    const struct yaml_node *node, void *target)
{
	struct fs_settings *settings = &((struct config *)target)->settings;
	const struct yaml_node *item;
	struct fs_service *service;

	if (node->kind != YAML_SEQUENCE) {
		config_unfit(reader, option, node,
		    "a list; begin each service with '- name: ...'");
		return;
	}
	settings->services =
	    config_list(reader, node, sizeof(*settings->services));
	for (item = node->first; settings->services && item;
	     item = item->next) {
		if (item->kind != YAML_MAPPING) {
			config_unfit(reader, option, item,
			    "a mapping, such as {name: api, addresses: "
			    "[203.0.113.0/24], ports: [443]}");
			continue;
		}
		service = &settings->services[settings->service_count];
		config_mapping(reader, &service_section, item, service);
		check_service(reader, item, settings, service);
		settings->service_count++;
	}
}

/* ---- Capture ---------------------------------------------------------- */

/* What a mirror may wrap packets in, and the highest identity of each. */
static const char *const mirror_words[] = { "vxlan", "geneve", "gre", "erspan",
	NULL };
static const uint32_t mirror_id_max[] = { 0xffffff, 0xffffff, 0xffffffff,
	1023 };

/* One mirror: a kind, or {kind: identity}. */
static bool
read_mirror(struct config_reader *reader, const struct config_option *option,
    const struct yaml_node *node, struct fs_mirror *mirror)
{
	const struct yaml_node *value =
	    node->kind == YAML_MAPPING && node->count == 1 ? node->first : NULL;
	const char *kind = value ? value->key : node->text;
	uint64_t id = 0;
	size_t i;

	for (i = 0; kind && mirror_words[i]; i++)
		if (strcmp(kind, mirror_words[i]) == 0)
			break;
	if (kind == NULL || mirror_words[i] == NULL) {
		if (value)
			config_key_fault(reader, value,
			    "capture.mirror: unknown kind '%.60s'; expected "
			    "one of vxlan, geneve, gre, erspan",
			    kind);
		else
			config_unknown_word(reader, option, node, mirror_words);
		return false;
	}
	if (value &&
	    (value->kind != YAML_SCALAR ||
		!num_parse_u64(value->text, 0, mirror_id_max[i], &id))) {
		config_unfit(reader, option, value,
		    "%s's identity, a whole number from 0 to %u; leave it out "
		    "for all",
		    kind, mirror_id_max[i]);
		return false;
	}
	memcpy(mirror->kind, kind, strlen(kind) + 1);
	mirror->id = value ? (int64_t)id : -1;
	return true;
}

static void
read_mirrors(struct config_reader *reader, const struct config_option *option,
    const struct yaml_node *node, void *target)
{
	struct fs_settings *settings = &((struct config *)target)->settings;
	const struct yaml_node *item;

	settings->mirrors =
	    config_list(reader, node, sizeof(*settings->mirrors));
	for (item = config_first(node); settings->mirrors && item;
	     item = config_next(node, item))
		if (read_mirror(reader, option, item,
			&settings->mirrors[settings->mirror_count]))
			settings->mirror_count++;
}

static const struct config_option capture_options[] = {
	{ "interfaces", config_read_names, offsetof(struct config, interfaces),
	    offsetof(struct config, interface_count),
	    .what = "names of interfaces, such as [eth0]" },
	{ "ring_size", config_read_bytes, offsetof(struct config, ring_size),
	    .min = 1 << 20, .max = (int64_t)4 << 30 },
	{ "workers", config_read_u32, offsetof(struct config, workers),
	    .min = 1, .max = FS_ENGINES_MAX, .what = "workers" },
	{ "mirror", read_mirrors },
	{ "outer_flows", config_read_bool, SETTING(outer_flows) },
	{ 0 },
};

/* ---- Policy ----------------------------------------------------------- */

static void
read_classes(struct config_reader *reader, const struct config_option *option,
    const struct yaml_node *node, void *target)
{
	struct fs_policy *policy = &((struct config *)target)->settings.policy;
	const char *words[FS_CLASS_COUNT + 1] = { NULL };
	const struct yaml_node *item;
	int kind;

	for (kind = 0; kind < FS_CLASS_COUNT; kind++) {
		words[kind] = fs_class_name(kind);
		policy->class_counts[kind] = true;
	}
	for (item = config_first(node); item; item = config_next(node, item)) {
		kind =
		    item->kind == YAML_SCALAR ? fs_class_find(item->text) : -1;
		if (kind >= 0)
			policy->class_counts[kind] = false;
		else
			config_unknown_word(reader, option, item, words);
	}
}

static bool
is_protocol(const struct yaml_node *item)
{
	return item->kind == YAML_SCALAR && item->text_size > 0 &&
	    item->text_size < FS_PROTOCOL_SIZE &&
	    strspn(item->text, "abcdefghijklmnopqrstuvwxyz0123456789-") ==
	    item->text_size;
}

/* Which names are known, only the rules say: see policy_check. */
static void
read_protocols(struct config_reader *reader, const struct config_option *option,
    const struct yaml_node *node, void *target)
{
	struct config *config = target;
	struct fs_policy *policy = &config->settings.policy;
	char(*names)[FS_PROTOCOL_SIZE] =
	    config_list(reader, node, sizeof(*names));
	struct config_place *places =
	    config_list(reader, node, sizeof(*places));
	const struct yaml_node *item;
	size_t taken = 0;

	for (item = config_first(node); names && places && item;
	     item = config_next(node, item)) {
		if (!is_protocol(item)) {
			config_unfit(reader, option, item,
			    "names of protocols in lower case, such as "
			    "[ssh, gre]");
			continue;
		}
		places[taken] =
		    (struct config_place){ item->line, item->column };
		memcpy(names[taken++], item->text, item->text_size + 1);
	}
	free(policy->ignored_protocols);
	policy->ignored_protocols = names;
	policy->ignored_protocol_count = taken;
	free(config->ignored_places);
	config->ignored_places = places;
	free(config->file);
	config->file = strdup(reader->file);
	if (config->file == NULL)
		config_no_memory(reader);
}

static const struct config_option ignore_options[] = {
	{ "classes", read_classes },
	{ "protocols", read_protocols },
	{ "peers", config_read_prefixes, SETTING(policy.ignored_peers),
	    SETTING(policy.ignored_peer_count) },
	{ "clients", config_read_prefixes, SETTING(policy.ignored_clients),
	    SETTING(policy.ignored_client_count) },
	{ 0 },
};
static const struct config_section ignore_section = { "policy.ignore",
	ignore_options };
static const struct config_option policy_options[] = {
	{ "ignore", config_read_section, .section = &ignore_section,
	    .what = "{protocols: [ssh]}" },
	{ 0 },
};

/* ---- The whole file --------------------------------------------------- */

static const struct config_option geo_options[] = {
	{ "city", config_read_paths, offsetof(struct config, city),
	    offsetof(struct config, city_count),
	    .what = "paths of city databases (mmdb)" },
	{ "asn", config_read_paths, offsetof(struct config, asn),
	    offsetof(struct config, asn_count),
	    .what = "paths of AS databases (mmdb or csv)" },
	{ 0 },
};
static const struct config_option retention_options[] = {
	{ "age", config_read_age, offsetof(struct config, retention.age_us) },
	{ "bytes", config_read_volume,
	    offsetof(struct config, retention.bytes) },
	{ 0 },
};
static const struct config_section retention_section = { "store.retention",
	retention_options };
static const struct config_option store_options[] = {
	{ "path", config_read_path, offsetof(struct config, store_path),
	    .what = "the database" },
	{ "retention", config_read_section, .section = &retention_section,
	    .what = "{age: 30d, bytes: 100GB}" },
	{ "clean", config_read_later },
	{ 0 },
};
#define SCORING(member) SETTING(scoring.member)
static const struct config_option scoring_options[] = {
	{ "prior", config_read_milli, SCORING(prior), .min = -20000,
	    .max = 20000, .what = "the log-odds without any evidence" },
	{ "family_cap", config_read_milli, SCORING(family_cap), .min = 0,
	    .max = 20000 },
	{ "protocol_cap", config_read_milli, SCORING(protocol_cap), .min = 0,
	    .max = 20000 },
	{ "review", config_read_ppm, SCORING(review_ppm) },
	{ "anomalous", config_read_ppm, SCORING(anomalous_ppm) },
	{ "half_life", config_read_span_s, SCORING(half_life_s), .min = 60,
	    .max = 31622400 },
	{ 0 },
};
static const struct config_option limit_options[] = {
	{ "flows", config_read_u32, SETTING(flow_max), .min = 16,
	    .max = 1 << 26, .what = "flows at once" },
	{ "detect", config_read_u32, SETTING(detect_max), .min = 16,
	    .max = 1 << 24, .what = "flows under inspection at once" },
	{ "clients", config_read_u32, SETTING(client_max), .min = 16,
	    .max = 1 << 26, .what = "clients" },
	{ "tcp_idle", config_read_span_s, SETTING(tcp_idle_s), .min = 1,
	    .max = 86400 },
	{ "udp_idle", config_read_span_s, SETTING(udp_idle_s), .min = 1,
	    .max = 86400 },
	{ "closed_idle", config_read_span_s, SETTING(closed_idle_s), .min = 1,
	    .max = 3600 },
	{ "active", config_read_span_s, SETTING(active_s), .min = 0,
	    .max = 86400 },
	{ "ipv6_client_bits", config_read_u8, SETTING(ipv6_client_bits),
	    .min = 32, .max = 128, .what = "bits of a prefix" },
	{ 0 },
};

static const struct config_section sensor_section = { "sensor",
	sensor_options };
static const struct config_section geo_section = { "geo", geo_options };
static const struct config_section store_section = { "store", store_options };
static const struct config_section capture_section = { "capture",
	capture_options };
static const struct config_section policy_section = { "policy",
	policy_options };
static const struct config_section scoring_section = { "scoring",
	scoring_options };
static const struct config_section limit_section = { "limits", limit_options };

static const struct config_option file_options[] = {
	{ "sensor", config_read_section, .section = &sensor_section,
	    .what = "{name: tap-1}" },
	{ "services", read_services },
	{ "scope", read_scope },
	{ "geo", config_read_section, .section = &geo_section,
	    .what = "{city: city.mmdb}" },
	{ "rules", config_read_paths, offsetof(struct config, rules),
	    offsetof(struct config, rule_count),
	    .what = "paths of rule files and folders" },
	{ "store", config_read_section, .section = &store_section,
	    .what = "{path: flowscan.db}" },
	{ "capture", config_read_section, .section = &capture_section,
	    .what = "{interfaces: [eth0]}" },
	{ "policy", config_read_section, .section = &policy_section,
	    .what = "{ignore: {protocols: [ssh]}}" },
	{ "scoring", config_read_section, .section = &scoring_section,
	    .what = "{prior: -3.0}" },
	{ "limits", config_read_section, .section = &limit_section,
	    .what = "{flows: 1000000}" },
	{ "privacy", config_read_section, .section = &config_privacy_section,
	    .what = "{clients: prefix}" },
	{ "ship", config_read_later },
	{ "user", config_read_user, offsetof(struct config, user) },
	{ "control", config_read_section, .section = &config_control_section,
	    .what = "{path: /run/flowscan/control.sock}" },
	{ "log", config_read_section, .section = &config_log_section,
	    .what = "{level: notice}" },
	{ 0 },
};
const struct config_section config_file_section = { "", file_options };
