#include "report/lines.h"

#include <string.h>

bool
lines_hold(const char *list, const char *line, size_t length)
{
	size_t size;

	for (; *list != '\0'; list += size + (list[size] == '\n')) {
		size = strcspn(list, "\n");
		if (size == length && memcmp(list, line, size) == 0)
			return true;
	}
	return false;
}

void
lines_add_new(char *list, size_t size, const char *from)
{
	size_t used = strlen(list), length;

	for (; *from != '\0'; from += length + (from[length] == '\n')) {
		length = strcspn(from, "\n");
		if (length == 0 || used + length + 2 > size ||
		    lines_hold(list, from, length))
			continue;
		if (used > 0)
			list[used++] = '\n';
		memcpy(list + used, from, length);
		used += length;
		list[used] = '\0';
	}
}
