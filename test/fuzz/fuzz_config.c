/* A configuration is read, or refused with a fault that has a text; what is
 * read keeps the promises that the rest of the daemon relies on. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "daemon/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct heard {
	unsigned count;
};

static void
hear(void *ctx, bool warning, const struct fs_err *err)
{
	struct heard *heard = ctx;

	(void)warning;
	heard->count++;
	assert(err->code < 0);
	assert(err->text[0] != '\0');
	assert(memchr(err->text, '\0', sizeof(err->text)));
}

static void
check(const struct config *config)
{
	const struct fs_settings *settings = &config->settings;
	size_t i;

	assert(settings->flow_max > 0 && settings->detect_max > 0);
	assert(settings->scoring.review_ppm <= settings->scoring.anomalous_ppm);
	assert(!config->store_path || config->store_path[0]);
	for (i = 0; i < settings->service_count; i++)
		assert(settings->services[i].address_count > 0);
	for (i = 0; i < config->rule_count; i++)
		assert(config->rules[i][0]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct heard heard = { 0 };
	struct config config;
	int rc = config_parse((const char *)data, size, "a/b.yaml", hear,
	    &heard, &config);

	assert((rc < 0) == (heard.count > 0));
	if (rc < 0)
		return 0;
	check(&config);
	config_fini(&config);
	return 0;
}
