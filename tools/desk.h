/* Who says something about clients and flows, and when. */
#pragma once

#include "options.h"

/* The name of whoever runs this. */
void desk_who(char room[FS_NAME_SIZE]);
uint64_t desk_now_us(void);
/* Copies one line of text. Returns -1, or what the program ends with when it
 * is missing, too long or more than a line. */
int desk_text(const struct options *options, const char *option,
    const char *text, char room[FS_TEXT_SIZE]);
