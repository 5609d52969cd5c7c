/* Property: a file is refused with a word, or what is laid out is left alone
 * when it is laid out again. */
#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flowscan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fs_err err = { 0 };
	char *once = NULL, *twice = NULL;
	size_t once_size = 0, twice_size = 0;
	int rc;

	rc = fs_rules_layout((const char *)data, size, "fuzz.yaml", &err, &once,
	    &once_size);
	if (rc < 0) {
		assert(err.text[0] && once == NULL);
		return 0;
	}
	rc = fs_rules_layout(once, once_size, "fuzz.yaml", &err, &twice,
	    &twice_size);
	assert(rc == 0 && once_size == twice_size);
	assert(memcmp(once, twice, once_size) == 0);
	free(once);
	free(twice);
	return 0;
}
