/* A request over the control socket is a known command, or is refused with a
 * text; one that is known is known again by its name. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "daemon/control_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum control_command command = CONTROL_COMMANDS, again;
	struct fs_err err = { 0 };
	char request[64];
	int rc = control_request_read((const char *)data, size, &err, &command);

	if (rc < 0) {
		assert(command == CONTROL_COMMANDS);
		assert(err.text[0] != '\0');
		return 0;
	}
	assert(size <= CONTROL_REQUEST_MAX && command < CONTROL_COMMANDS);
	(void)snprintf(request, sizeof(request), "{\"command\":\"%s\"}",
	    control_command_name(command));
	assert(
	    control_request_read(request, strlen(request), NULL, &again) == 0);
	assert(again == command);
	return 0;
}
