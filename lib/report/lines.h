/* Lists of lines, one item a line. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Adds the lines of 'from' that 'list', of 'size' bytes, does not hold yet;
 * what does not fit is left out. */
void lines_add_new(char *list, size_t size, const char *from);
/* Whether a list holds a line. */
bool lines_hold(const char *list, const char *line, size_t length);
