#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
