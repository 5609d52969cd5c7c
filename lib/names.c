#include "flowscan.h"

#include <stdio.h>
#include <string.h>

#include "config.h"

static const char *const class_names[FS_CLASS_COUNT] = {
	[FS_CLASS_UNKNOWN] = "unknown",
	[FS_CLASS_DIRECT] = "direct",
	[FS_CLASS_VPN] = "vpn",
	[FS_CLASS_PROXY] = "proxy",
	[FS_CLASS_RELAY] = "relay",
	[FS_CLASS_TUNNEL] = "tunnel",
	[FS_CLASS_TOR] = "tor",
	[FS_CLASS_PRIVACY_RELAY] = "privacy-relay",
};
static const char *const decision_names[] = { "clean", "review", "anomalous" };
static const char *const view_names[] = { "path", "exit" };
static const char *const coverage_names[] = { "none", "partial", "full" };
static const char *const dimension_names[FS_BY_COUNT] = { "client", "asn",
	"country", "class", "protocol", "rule", "service", "hour", "city",
	"sensor" };
static const char *const format_names[FS_FORMAT_COUNT] = { "table", "json",
	"jsonl", "csv", "markdown", "html" };

static const char *const sort_names[FS_SORT_COUNT] = { "usual", "score",
	"time" };

static const char *const label_names[FS_LABEL_COUNT] = { "tp", "fp", "benign",
	"unsure" };

#define COUNT_OF(names) (sizeof(names) / sizeof((names)[0]))

static const char *
name_of(const char *const *names, size_t count, int value)
{
	return value >= 0 && (size_t)value < count ? names[value] : "unknown";
}

static int
value_of(const char *const *names, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

const char *
fs_class_name(int class)
{
	return name_of(class_names, COUNT_OF(class_names), class);
}

int
fs_class_find(const char *name)
{
	return value_of(class_names, COUNT_OF(class_names), name);
}

const char *
fs_decision_name(int decision)
{
	return name_of(decision_names, COUNT_OF(decision_names), decision);
}

int
fs_decision_find(const char *name)
{
	return value_of(decision_names, COUNT_OF(decision_names), name);
}

const char *
fs_view_name(int view)
{
	return name_of(view_names, COUNT_OF(view_names), view);
}

int
fs_view_find(const char *name)
{
	return value_of(view_names, COUNT_OF(view_names), name);
}

const char *
fs_coverage_name(int coverage)
{
	return name_of(coverage_names, COUNT_OF(coverage_names), coverage);
}

const char *
fs_sort_name(int sort)
{
	return name_of(sort_names, COUNT_OF(sort_names), sort);
}

int
fs_sort_find(const char *name)
{
	return value_of(sort_names, COUNT_OF(sort_names), name);
}

const char *
fs_label_name(int label)
{
	return name_of(label_names, COUNT_OF(label_names), label);
}

int
fs_label_find(const char *name)
{
	return value_of(label_names, COUNT_OF(label_names), name);
}

const char *
fs_dimension_name(int dimension)
{
	return name_of(dimension_names, COUNT_OF(dimension_names), dimension);
}

int
fs_dimension_find(const char *name)
{
	return value_of(dimension_names, COUNT_OF(dimension_names), name);
}

const char *
fs_format_name(int format)
{
	return name_of(format_names, COUNT_OF(format_names), format);
}

int
fs_format_find(const char *name)
{
	return value_of(format_names, COUNT_OF(format_names), name);
}

/* IANA's protocol numbers, those that a report meets. */
static const struct {
	uint8_t number;
	const char *name;
} transports[] = {
	{ 1, "icmp" },
	{ 4, "ipip" },
	{ 6, "tcp" },
	{ 17, "udp" },
	{ 41, "6in4" },
	{ 47, "gre" },
	{ 50, "esp" },
	{ 51, "ah" },
	{ 58, "icmp6" },
	{ 89, "ospf" },
	{ 112, "vrrp" },
	{ 115, "l2tpv3" },
	{ 132, "sctp" },
};

const char *
fs_transport_name(int ip_proto, char *room)
{
	size_t i;

	for (i = 0; i < COUNT_OF(transports); i++)
		if (transports[i].number == ip_proto)
			return transports[i].name;
	snprintf(room, 8, "ip-%d", ip_proto & 0xff);
	return room;
}

static const struct {
	int code;
	const char *text;
} errors[] = {
	{ FS_ETRUNC, "ends before it should" },
	{ FS_EFORMAT, "breaks its format" },
	{ FS_EUNSUP, "is not supported" },
	{ FS_EFULL, "a configured bound is reached" },
	{ FS_ECONFIG, "has a fault" },
	{ FS_EDB, "is not a usable database" },
	{ FS_ENEWER, "has a newer schema" },
	{ FS_EEND, "has no more" },
};

const char *
fs_strerror(int code)
{
	size_t i;

	for (i = 0; i < COUNT_OF(errors); i++)
		if (errors[i].code == code)
			return errors[i].text;
	return strerror(code < 0 ? -code : code);
}

const char *
fs_version(void)
{
	return PACKAGE_VERSION;
}
