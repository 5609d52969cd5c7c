/* Memory that costs nothing until it is used: zeroed pages from the system,
 * large ones where it has them, as flows are looked up all over it. */
#pragma once

#include <stddef.h>

/* Returns null without memory. */
void *pages_take(size_t size);
/* Gives back what was taken, of the same size; null is nothing. */
void pages_give(void *pages, size_t size);
