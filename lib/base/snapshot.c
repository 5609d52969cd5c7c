#include "base/snapshot.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { LINE = 64 };

struct version {
	uint64_t number;
	void *value;
	struct version *older;
};

/* The number of the version that it may be reading. */
struct reader {
	_Alignas(LINE) _Atomic uint64_t number;
};

struct snapshot {
	_Alignas(LINE) struct version *_Atomic present;
	void (*release)(void *value);
	unsigned readers;
	struct reader reader[];
};

static struct version *
version_new(uint64_t number, void *value, struct version *older)
{
	struct version *version = malloc(sizeof(*version));

	if (version != NULL)
		*version = (struct version){ number, value, older };
	return version;
}

struct snapshot *
snapshot_new(unsigned readers, void *first, void (*release)(void *value))
{
	struct version *version = version_new(0, first, NULL);
	struct snapshot *snapshot = aligned_alloc(LINE,
	    sizeof(*snapshot) + readers * sizeof(struct reader));
	unsigned i;

	if (snapshot == NULL || version == NULL) {
		free(snapshot);
		free(version);
		return NULL;
	}
	atomic_init(&snapshot->present, version);
	snapshot->release = release;
	snapshot->readers = readers;
	for (i = 0; i < readers; i++)
		atomic_init(&snapshot->reader[i].number, 0);
	return snapshot;
}

static void
free_from(struct snapshot *snapshot, struct version *version)
{
	while (version != NULL) {
		struct version *older = version->older;

		snapshot->release(version->value);
		free(version);
		version = older;
	}
}

void
snapshot_free(struct snapshot *snapshot)
{
	if (snapshot == NULL)
		return;
	free_from(snapshot, atomic_load(&snapshot->present));
	free(snapshot);
}

int
snapshot_put(struct snapshot *snapshot, void *value)
{
	struct version *old = atomic_load(&snapshot->present);
	struct version *version = version_new(old->number + 1, value, old);

	if (version == NULL)
		return -ENOMEM;
	atomic_store(&snapshot->present, version);
	(void)snapshot_sweep(snapshot);
	return 0;
}

unsigned
snapshot_sweep(struct snapshot *snapshot)
{
	struct version *version = atomic_load(&snapshot->present);
	uint64_t least = version->number;
	unsigned i, count = 1;

	for (i = 0; i < snapshot->readers; i++) {
		uint64_t number = atomic_load(&snapshot->reader[i].number);

		if (number < least)
			least = number;
	}
	for (; version->number > least; version = version->older)
		count++;
	free_from(snapshot, version->older);
	version->older = NULL;
	return count;
}

/* Between the two lines another version may come: the reader then says that
 * it reads one that is older than the present one, which is right. */
void *
snapshot_get(struct snapshot *snapshot, unsigned reader)
{
	const struct version *version = atomic_load(&snapshot->present);

	atomic_store(&snapshot->reader[reader].number, version->number);
	return version->value;
}
