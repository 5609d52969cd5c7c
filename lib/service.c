#include "service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/addr.h"
#include "base/rangeset.h"

struct service_map {
	const struct fs_settings *settings; /* Borrowed. */
	/* Whether an address is any service's: most are not. */
	struct rangeset *addresses;
	bool has_names;
};

static int
add_addresses(struct rangeset *set, const struct fs_service *service)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < service->address_count && rc == 0; i++)
		rc = rangeset_add_prefix(set, &service->addresses[i], 1);
	return rc;
}

int
service_map_new(const struct fs_settings *settings, struct service_map **out)
{
	struct service_map *map = calloc(1, sizeof(*map));
	size_t i;
	int rc = -ENOMEM;

	if (map == NULL || (map->addresses = rangeset_new()) == NULL)
		goto fail;
	map->settings = settings;
	for (i = 0; i < settings->service_count; i++) {
		rc = add_addresses(map->addresses, &settings->services[i]);
		if (rc < 0)
			goto fail;
		if (settings->services[i].name_count > 0)
			map->has_names = true;
	}
	if ((rc = rangeset_seal(map->addresses)) < 0)
		goto fail;
	*out = map;
	return 0;
fail:
	service_map_free(map);
	return rc;
}

void
service_map_free(struct service_map *map)
{
	if (map == NULL)
		return;
	rangeset_free(map->addresses);
	free(map);
}

static bool
has_port(const struct fs_service *service, uint16_t port)
{
	size_t i;

	for (i = 0; i < service->port_count; i++)
		if (service->ports[i] == port)
			return true;
	return service->port_count == 0;
}

static bool
has_address(const struct fs_service *service, const struct fs_addr *addr)
{
	size_t i;

	for (i = 0; i < service->address_count; i++)
		if (addr_in_prefix(addr, &service->addresses[i]))
			return true;
	return false;
}

int
service_find(const struct service_map *map, const struct fs_addr *addr,
    uint16_t port)
{
	const struct fs_settings *settings = map->settings;
	uint32_t found;
	size_t i;

	if (!rangeset_find(map->addresses, addr, &found))
		return -1;
	for (i = 0; i < settings->service_count; i++)
		if (has_port(&settings->services[i], port) &&
		    has_address(&settings->services[i], addr))
			return (int)i;
	return -1;
}

static bool
has_name(const struct fs_service *service, const char *name, size_t size)
{
	size_t i;

	for (i = 0; i < service->name_count; i++)
		if (strlen(service->names[i]) == size &&
		    strncasecmp(service->names[i], name, size) == 0)
			return true;
	return false;
}

int
service_find_name(const struct service_map *map, const char *name, size_t size)
{
	size_t i;

	for (i = 0; i < map->settings->service_count; i++)
		if (has_name(&map->settings->services[i], name, size))
			return (int)i;
	return -1;
}

bool
service_has_names(const struct service_map *map)
{
	return map->has_names;
}
