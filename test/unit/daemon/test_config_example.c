/* The example that is shipped is read, and what it shows as defaults are the
 * defaults; what is drawn anew each time is not the same twice. Runs in the
 * project's folder. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "daemon/config.h"

static const char path[] = "docs/flowscand.yaml.example";

static void
show(void *ctx, bool warning, const struct fs_err *err)
{
	(void)ctx;
	(void)warning;
	printf("# %s:%u:%u: %s\n", err->file, err->line, err->column,
	    err->text);
}

/* Whether a comment's text is a setting: a key, or a line below one. */
static bool
is_setting(const char *text)
{
	size_t size;

	while (*text == ' ')
		text++;
	size = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
	return size > 0 && text[size] == ':';
}

/* Reads the example with its commented settings taken in, but for those
 * whose comments say that they show no default: of the whole section 'geo',
 * and of the key 'mirror'. */
static char *
uncommented(size_t *size)
{
	static char text[16384];
	char line[512];
	bool skipping = false;
	size_t length;
	FILE *file = fopen(path, "r");

	*size = 0;
	while (file && fgets(line, sizeof(line), file)) {
		const char *from = line;

		if (strncmp(line, "# ", 2) == 0 && is_setting(line + 2))
			from = line + 2;
		if (from != line && from[0] != ' ')
			skipping = strncmp(from, "geo:", 4) == 0;
		if (skipping || strstr(from, "mirror:") ||
		    strstr(from, "interfaces:"))
			continue;
		length = strlen(from);
		if (*size + length >= sizeof(text))
			break;
		memcpy(text + *size, from, length);
		*size += length;
	}
	if (file)
		(void)fclose(file);
	return text;
}

static void
check_policy(const struct fs_policy *got, const struct fs_policy *want)
{
	size_t i;
	bool same = got->ignored_protocol_count == want->ignored_protocol_count;

	for (i = 0; same && i < got->ignored_protocol_count; i++)
		same = strcmp(got->ignored_protocols[i],
			   want->ignored_protocols[i]) == 0;
	tap_ok(same, "policy.ignore.protocols are the defaults");
	tap_bytes(got->class_counts, sizeof(got->class_counts),
	    want->class_counts, sizeof(want->class_counts),
	    "policy.ignore.classes are the defaults");
	tap_ok(got->ignored_peer_count == 0 && got->ignored_client_count == 0,
	    "policy.ignore.peers and clients are the defaults");
}

static void
check_numbers(const struct fs_settings *got, const struct fs_settings *want)
{
	tap_bytes(&got->scoring, sizeof(got->scoring), &want->scoring,
	    sizeof(want->scoring), "scoring shows the defaults");
	tap_int(got->flow_max, want->flow_max, "limits.flows");
	tap_int(got->detect_max, want->detect_max, "limits.detect");
	tap_int(got->client_max, want->client_max, "limits.clients");
	tap_int(got->tcp_idle_s, want->tcp_idle_s, "limits.tcp_idle");
	tap_int(got->udp_idle_s, want->udp_idle_s, "limits.udp_idle");
	tap_int(got->closed_idle_s, want->closed_idle_s, "limits.closed_idle");
	tap_int(got->active_s, want->active_s, "limits.active");
	tap_int(got->ipv6_client_bits, want->ipv6_client_bits,
	    "limits.ipv6_client_bits");
	tap_ok(got->service_scope == want->service_scope &&
		got->outer_flows == want->outer_flows,
	    "scope and capture.outer_flows");
}

/* Nobody outside can know where a flow stands in a table. */
static void
test_seed(void)
{
	struct config one = { 0 }, other = { 0 };

	tap_int(config_read(NULL, NULL, NULL, NULL, &one), 0, "defaults");
	tap_int(config_read(NULL, NULL, NULL, NULL, &other), 0, "once more");
	tap_ok(one.settings.hash_seed != other.settings.hash_seed,
	    "hashes have seeds of their own");
	config_fini(&one);
	config_fini(&other);
}

int
main(void)
{
	struct config config, usual;
	size_t size;
	char *text;

	if (tap_int(config_read(path, show, NULL, NULL, &config), 0,
		"the example is read")) {
		tap_int((long long)config.settings.service_count, 1,
		    "it shows a service");
		tap_int((long long)config.rule_count, 1, "it names rules");
		config_fini(&config);
	}
	text = uncommented(&size);
	tap_ok(size > 1000 && memmem(text, size, "\nlimits:", 8) &&
		memmem(text, size, "\nscoring:", 9),
	    "what is commented out is taken in");
	if (tap_int(config_parse(text, size, path, show, NULL, &config), 0,
		"and is read, too") &&
	    tap_int(config_read(NULL, NULL, NULL, NULL, &usual), 0,
		"the defaults")) {
		check_numbers(&config.settings, &usual.settings);
		check_policy(&config.settings.policy, &usual.settings.policy);
		tap_int((long long)config.ring_size, (long long)usual.ring_size,
		    "capture.ring_size");
		config_fini(&usual);
		config_fini(&config);
	}
	test_seed();
	return tap_done();
}
