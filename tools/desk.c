#include "desk.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"

void
desk_who(char room[FS_NAME_SIZE])
{
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *user = getpwuid(getuid());

	if (getuid() == 0 && sudo != NULL && sudo[0] != '\0')
		snprintf(room, FS_NAME_SIZE, "%s", sudo);
	else if (user != NULL)
		snprintf(room, FS_NAME_SIZE, "%s", user->pw_name);
	else
		snprintf(room, FS_NAME_SIZE, "uid %u", (unsigned)getuid());
}

uint64_t
desk_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int
desk_text(const struct options *options, const char *option, const char *text,
    char room[FS_TEXT_SIZE])
{
	size_t i, size = text != NULL ? strlen(text) : 0;

	if (size == 0 || strspn(text, " \t") == size)
		return complain(options->command, CODE_USAGE,
		    "--%s is missing: say why, for whoever reads it later",
		    option);
	if (size >= FS_TEXT_SIZE)
		return complain(options->command, CODE_USAGE,
		    "--%s: expected at most %d bytes", option,
		    FS_TEXT_SIZE - 1);
	for (i = 0; i < size; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return complain(options->command, CODE_USAGE,
			    "--%s: expected one line of text", option);
	memcpy(room, text, size + 1);
	return -1;
}
