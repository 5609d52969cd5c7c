#include "trouble.h"

#include <errno.h>

int
trouble_init(struct trouble *trouble)
{
	*trouble = (struct trouble){ .code = gauge_new() };
	return trouble->code != NULL ? 0 : -ENOMEM;
}

void
trouble_fini(struct trouble *trouble)
{
	gauge_free(trouble->code);
	trouble->code = NULL;
}

int
trouble_tell(struct trouble *trouble, int rc, const struct fs_err *err)
{
	if (gauge_get(trouble->code) != 0)
		return rc;
	if (err != NULL)
		trouble->err = *err;
	gauge_set(trouble->code, (uint64_t)-rc);
	return rc;
}

int
trouble_code(const struct trouble *trouble)
{
	return trouble->code != NULL ? -(int)gauge_get(trouble->code) : 0;
}
