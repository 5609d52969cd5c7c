#include "store/sqlite.h"

#include <sqlite3.h>
#include <string.h>

#include "base/addr.h"
#include "store/evidence.h"

/* An address of a statement: 4 or 16 bytes, or none. */
static struct fs_addr
addr_of(struct sqlite3_value *value)
{
	const uint8_t *bytes = sqlite3_value_blob(value);
	int size = sqlite3_value_bytes(value);
	struct fs_addr none = { 0 };

	if (bytes == NULL)
		return none;
	return size == 4 ? addr_v4(bytes) : size == 16 ? addr_v6(bytes) : none;
}

static uint8_t
bits_of(struct sqlite3_value *value)
{
	int64_t bits = sqlite3_value_int64(value);

	return (uint8_t)(bits < 0 ? 0 : bits > 128 ? 128 : bits);
}

static void
evidence_has(struct sqlite3_context *context, int count,
    struct sqlite3_value **value)
{
	const uint8_t *bytes = sqlite3_value_blob(value[0]);
	int size = sqlite3_value_bytes(value[0]);
	const char *rule = (const char *)sqlite3_value_text(value[1]);
	struct fs_evidence evidence[FS_EVIDENCE_MAX];
	uint32_t i, pieces = 0;
	bool found = false;

	(void)count;
	if (bytes != NULL && rule != NULL && size > 0 &&
	    evidence_decode(bytes, (size_t)size, evidence, &pieces) == 0)
		for (i = 0; i < pieces && !found; i++)
			found = strcmp(evidence[i].rule, rule) == 0;
	sqlite3_result_int(context, found);
}

static void
nets_meet(struct sqlite3_context *context, int count,
    struct sqlite3_value **value)
{
	struct fs_prefix one = { addr_of(value[0]), bits_of(value[1]) };
	struct fs_prefix other = { addr_of(value[2]), bits_of(value[3]) };

	(void)count;
	sqlite3_result_int(context,
	    addr_in_prefix(&one.addr, &other) ||
		addr_in_prefix(&other.addr, &one));
}

/* A schema that somebody else wrote must not call them. */
enum { FLAGS = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY };

int
sqlite_functions(struct sqlite3 *db)
{
	static const struct {
		const char *name;
		int arguments;
		void (*call)(struct sqlite3_context *, int,
		    struct sqlite3_value **);
	} functions[] = {
		{ "evidence_has", 2, evidence_has },
		{ "nets_meet", 4, nets_meet },
	};
	size_t i;
	int result = SQLITE_OK;

	for (i = 0; i < 2 && result == SQLITE_OK; i++)
		result = sqlite3_create_function_v2(db, functions[i].name,
		    functions[i].arguments, FLAGS, NULL, functions[i].call,
		    NULL, NULL, NULL);
	return result;
}
