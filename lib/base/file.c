#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flowscan.h"

enum { FIRST_ROOM = 65536 };

/* Doubles the room, up to one byte more than may be read. */
static int
grow(char **bytes, size_t *room, size_t max)
{
	size_t more = *room < FIRST_ROOM ? FIRST_ROOM
	    : *room > max / 2            ? max + 1
					 : *room * 2;
	char *moved = realloc(*bytes, more + 1);

	if (moved == NULL)
		return -ENOMEM;
	*bytes = moved;
	*room = more;
	return 0;
}

static int
read_all(FILE *file, size_t max, char **bytes, size_t *size)
{
	size_t room = 0, used = 0, got;
	int rc;

	do {
		if (used == room && (rc = grow(bytes, &room, max)) < 0)
			return rc;
		got = fread(*bytes + used, 1, room - used, file);
		used += got;
		if (used > max)
			return FS_EFULL;
	} while (got > 0);
	if (ferror(file))
		return errno ? -errno : -EIO;
	(*bytes)[used] = '\0';
	*size = used;
	return 0;
}

int
file_read(const char *path, size_t max, char **bytes, size_t *size)
{
	FILE *file = fopen(path, "re");
	char *read = NULL;
	int rc;

	if (file == NULL)
		return errno ? -errno : -EIO;
	rc = read_all(file, max, &read, size);
	if (rc == 0) {
		*bytes = read;
		read = NULL; /* Given away. */
	}
	free(read);
	fclose(file);
	return rc;
}

/* ---- Replacing -------------------------------------------------------- */

static int
write_all(int fd, const char *bytes, size_t size)
{
	size_t written = 0;
	ssize_t got;

	while (written < size) {
		got = write(fd, bytes + written, size - written);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		written += (size_t)got;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

/* A name beside 'path' that no reader takes for one of its files: it begins
 * with a dot. The caller frees it. */
static char *
name_beside(const char *path)
{
	const char *slash = strrchr(path, '/');
	int folder = slash ? (int)(slash + 1 - path) : 0;
	char *name = NULL;

	if (asprintf(&name, "%.*s.%s.XXXXXX", folder, path, path + folder) < 0)
		return NULL;
	return name;
}

/* A renamed file is certain only when its folder is written, too. */
static void
sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder =
	    slash ? strndup(path, (size_t)(slash + 1 - path)) : strdup(".");
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	free(folder);
}

int
file_replace(const char *path, const char *bytes, size_t size)
{
	char *name = name_beside(path);
	int fd, rc;

	if (name == NULL)
		return -ENOMEM;
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0) {
		rc = -errno;
		free(name);
		return rc;
	}
	rc = write_all(fd, bytes, size);
	if (rc == 0 && fchmod(fd, 0644) < 0)
		rc = -errno;
	close(fd);
	if (rc == 0 && rename(name, path) < 0)
		rc = -errno;
	if (rc < 0)
		(void)unlink(name);
	else
		sync_folder(path);
	free(name);
	return rc;
}

/* ---- Names ------------------------------------------------------------- */

/* The end of the text before 'at' without its last folder; null when there
 * is none that '..' could undo. */
static char *
folder_before(char *text, char *at)
{
	char *begin = at;

	if (at - text < 2)
		return NULL;
	for (begin = at - 1; begin > text && begin[-1] != '/';)
		begin--;
	if (begin == at - 1 || strncmp(begin, "../", 3) == 0)
		return NULL;
	return begin;
}

/* Drops "./" and "folder/../". */
static void
tidy(char *text)
{
	char *from = text, *to = text, *back;
	size_t size;

	while (*from) {
		size = strcspn(from, "/");
		size += from[size] == '/';
		if (strncmp(from, "./", 2) == 0) {
			from += 2;
		} else if (strncmp(from, "../", 3) == 0 &&
		    (back = folder_before(text, to)) != NULL) {
			from += 3;
			to = back;
		} else {
			memmove(to, from, size);
			to += size;
			from += size;
		}
	}
	*to = '\0';
}

void
file_tidy_path(char *path)
{
	struct stat before, after;
	char *short_path = strdup(path);

	if (short_path == NULL)
		return;
	tidy(short_path);
	if (short_path[0] && stat(path, &before) == 0 &&
	    stat(short_path, &after) == 0 && before.st_dev == after.st_dev &&
	    before.st_ino == after.st_ino)
		memcpy(path, short_path, strlen(short_path) + 1);
	free(short_path);
}
