#include "privacy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "log.h"

enum { KEY_FILE_MAX = 4096 };

/* Says what is wrong with the key. */
static int
refuse(const char *path, int rc, const char *why)
{
	log_line("%s: %s: expected 32 random bytes or more in a file that its "
		 "owner alone may read (head -c 32 /dev/urandom, mode 0600)",
	    path, why);
	return rc;
}

static int
read_key(const char *path, uint8_t key[FS_PRIVACY_KEY_SIZE])
{
	struct stat status;
	size_t size;
	char *bytes;
	int rc;

	if (stat(path, &status) < 0)
		return refuse(path, -errno, strerror(errno));
	if (!S_ISREG(status.st_mode) || (status.st_mode & 077) != 0)
		return refuse(path, FS_ECONFIG,
		    S_ISREG(status.st_mode) ? "others may read the key"
					    : "is no file");
	if ((rc = file_read(path, KEY_FILE_MAX, &bytes, &size)) < 0)
		return refuse(path, rc, fs_strerror(rc));
	if (size < FS_PRIVACY_KEY_SIZE)
		rc = refuse(path, FS_ECONFIG, "the key is too short");
	else if (!digest_sha256(bytes, size, key))
		rc = refuse(path, -EIO, "the key cannot be hashed");
	memset(bytes, 0, size);
	free(bytes);
	return rc;
}

int
privacy_load(const struct config *config, struct fs_privacy *privacy)
{
	*privacy = config->privacy;
	privacy->ipv6_client_bits = config->settings.ipv6_client_bits;
	if (config->key_file != NULL)
		return read_key(config->key_file, privacy->key);
	return getrandom(privacy->key, sizeof(privacy->key), 0) < 0 ? -errno
								    : 0;
}

int
privacy_open_log(const struct config *config, const char *store,
    struct fs_err *err)
{
	const char *slash = strrchr(store, '/');
	char path[PATH_MAX];
	int fd, rc = 0;

	if (!config->access_log)
		return 0;
	snprintf(path, sizeof(path), "%.*saccess.log",
	    slash ? (int)(slash + 1 - store) : 0, store);
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC,
	    0660);
	if (fd < 0 && errno == EEXIST)
		return 0;
	/* Whatever the umask takes away: the group reads the store. */
	if (fd < 0 || fchmod(fd, 0660) < 0)
		rc = -errno;
	if (fd >= 0)
		(void)close(fd);
	return rc < 0 ? err_set(err, rc, "%s: %s", path, strerror(-rc)) : 0;
}
