#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

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
