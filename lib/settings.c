#include "flowscan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Named when seen, and clean: what networks carry for reasons of their own,
 * and what a person may use openly. */
static const char usual_protocols[][FS_PROTOCOL_SIZE] = { "gre", "ipip", "6in4",
	"4in6", "eoip", "erspan", "teredo", "vxlan", "geneve", "gtp", "ayiya",
	"lisp", "capwap", "dot", "doh", "doq", "ssh" };

int
fs_settings_init(struct fs_settings *settings)
{
	struct fs_policy *policy = &settings->policy;
	char(*protocols)[FS_PROTOCOL_SIZE] = malloc(sizeof(usual_protocols));
	size_t i;

	if (protocols == NULL)
		return -ENOMEM;
	*settings = (struct fs_settings){
		.outer_flows = true,
		.scoring = {
			.prior = -3000,
			.family_cap = 4000,
			.protocol_cap = 7000,
			.review_ppm = 500000,
			.anomalous_ppm = 950000,
			.half_life_s = 86400,
		},
		.flow_max = 1 << 20,
		.detect_max = 65536,
		.client_max = 1 << 20,
		.tcp_idle_s = 300,
		.udp_idle_s = 60,
		.closed_idle_s = 5,
		.active_s = 300,
		.ipv6_client_bits = 64,
	};
	for (i = 0; i < FS_CLASS_COUNT; i++)
		policy->class_counts[i] = i != FS_CLASS_PRIVACY_RELAY;
	memcpy(protocols, usual_protocols, sizeof(usual_protocols));
	policy->ignored_protocols = protocols;
	policy->ignored_protocol_count =
	    sizeof(usual_protocols) / sizeof(usual_protocols[0]);
	return 0;
}

static void
service_fini(struct fs_service *service)
{
	size_t i;

	for (i = 0; i < service->name_count; i++)
		free(service->names[i]);
	free(service->names);
	free(service->ports);
	free(service->addresses);
}

void
fs_settings_fini(struct fs_settings *settings)
{
	size_t i;

	if (settings == NULL)
		return;
	for (i = 0; i < settings->service_count; i++)
		service_fini(&settings->services[i]);
	free(settings->services);
	free(settings->mirrors);
	free(settings->policy.ignored_protocols);
	free(settings->policy.ignored_peers);
	free(settings->policy.ignored_clients);
	*settings = (struct fs_settings){ 0 };
}
