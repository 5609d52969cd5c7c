#include "landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"

/* The header may be older than the kernel, so the newer parts stand here
 * (linux/landlock.h of Linux 6.12). */
enum {
	VERSION_REFER = 2,
	VERSION_TRUNCATE = 3,
	VERSION_NET = 4,
	VERSION_SCOPE = 6
};

#define FS_ALL_1 ((UINT64_C(1) << 13) - 1)
#define FS_REFER (UINT64_C(1) << 13)
#define FS_TRUNCATE (UINT64_C(1) << 14)
#define NET_BIND_TCP (UINT64_C(1) << 0)
#define NET_CONNECT_TCP (UINT64_C(1) << 1)
#define SCOPE_SIGNAL (UINT64_C(1) << 1)

struct ruleset_attr {
	uint64_t fs, net, scoped;
};

#define READS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITES                                                               \
	(READS | LANDLOCK_ACCESS_FS_WRITE_FILE |                             \
	    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
	    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |      \
	    FS_TRUNCATE)
/* What a rule on a file, not a folder, may hold. */
#define OF_FILES                                                        \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | \
	    FS_TRUNCATE)

int
landlock_version(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	return version > 0 ? (int)version : 0;
}

static int
make_ruleset(int version, struct ruleset_attr *attr)
{
	size_t size = sizeof(attr->fs);

	*attr = (struct ruleset_attr){ .fs = FS_ALL_1 };
	if (version >= VERSION_REFER)
		attr->fs |= FS_REFER;
	if (version >= VERSION_TRUNCATE)
		attr->fs |= FS_TRUNCATE;
	if (version >= VERSION_NET) {
		attr->net = NET_BIND_TCP | NET_CONNECT_TCP;
		size += sizeof(attr->net);
	}
	if (version >= VERSION_SCOPE) {
		attr->scoped = SCOPE_SIGNAL;
		size += sizeof(attr->scoped);
	}
	return (int)syscall(SYS_landlock_create_ruleset, attr, size, 0);
}

static uint64_t
rights_of(const struct reach_place *place)
{
	switch (place->kind) {
	case REACH_READ: return READS;
	case REACH_WRITE: return WRITES;
	case REACH_REMOVE: return LANDLOCK_ACCESS_FS_REMOVE_FILE;
	}
	return 0;
}

static int
allow(int ruleset, const struct reach_place *place, uint64_t handled,
    struct fs_err *err)
{
	struct landlock_path_beneath_attr beneath = { 0 };
	struct stat status;
	int rc = 0;

	beneath.parent_fd = open(place->path, O_PATH | O_CLOEXEC);
	if (beneath.parent_fd < 0)
		return 0; /* Gone since: there is nothing to reach. */
	beneath.allowed_access = rights_of(place) & handled;
	if (fstat(beneath.parent_fd, &status) == 0 && !S_ISDIR(status.st_mode))
		beneath.allowed_access &= OF_FILES;
	if (beneath.allowed_access != 0 &&
	    syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
		&beneath, 0) < 0)
		rc = err_set(err, -errno, "landlock: %s: %s", place->path,
		    strerror(errno));
	close(beneath.parent_fd);
	return rc;
}

int
landlock_enter(const struct reach *reach, struct fs_err *err)
{
	int version = landlock_version(), ruleset, rc = 0;
	struct ruleset_attr attr;
	size_t i;

	if (version == 0)
		return 0;
	if ((ruleset = make_ruleset(version, &attr)) < 0)
		return err_set(err, -errno, "landlock: %s", strerror(errno));
	for (i = 0; i < reach->count && rc == 0; i++)
		rc = allow(ruleset, &reach->places[i], attr.fs, err);
	if (rc == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		rc = err_set(err, -errno, "landlock: %s", strerror(errno));
	close(ruleset);
	return rc < 0 ? rc : version;
}
