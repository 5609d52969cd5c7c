/* Texts in fields of fixed size. */
#pragma once

#include <stddef.h>
#include <string.h>

/* Copies a string into a field of 'room' bytes (1 or more), cut to fit and
 * terminated. Null is an empty string. */
static inline void
text_copy(char *to, size_t room, const char *from)
{
	size_t size = from != NULL ? strnlen(from, room - 1) : 0;

	if (size > 0)
		memcpy(to, from, size);
	to[size] = '\0';
}
