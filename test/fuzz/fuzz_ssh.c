/* Property: a banner that was read stays the same when more bytes come, and
 * so does the key exchange behind it. The first byte says where the beginning
 * ends, in 256ths of the whole. */
#include <stdlib.h>
#include <string.h>

#include "flowscan.h"
#include "parse/ssh.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
same(struct cursor a, struct cursor b)
{
	return a.at == b.at && a.left == b.left;
}

static void
check_kexinit(struct cursor part, struct cursor whole, bool server)
{
	struct ssh_kexinit before, after;
	char text[SSH_HASSH_TEXT_SIZE], hassh[SSH_HASSH_SIZE];
	unsigned i;
	int size;

	if (ssh_kexinit_read(part, &before) < 0)
		return;
	if (ssh_kexinit_read(whole, &after) < 0)
		abort();
	for (i = 0; i < SSH_LISTS; i++)
		if (!same(before.list[i], after.list[i]))
			abort();
	size = ssh_hassh_text(&after, server, text);
	if (size >= SSH_HASSH_TEXT_SIZE ||
	    (size >= 0) != (ssh_hassh(&after, server, hassh) == 0))
		abort();
}

static void
check(struct cursor part, struct cursor whole, bool server)
{
	struct ssh_banner before, after;

	if (ssh_banner_read(part, server, &before) < 0)
		return;
	if (ssh_banner_read(whole, server, &after) < 0 ||
	    !same(before.text, after.text) || before.text.left > SSH_BANNER_MAX)
		abort();
	check_kexinit(before.rest, after.rest, server);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor whole, part;

	if (size < 1)
		return 0;
	whole = cursor_of(data + 1, size - 1);
	part = cursor_of(data + 1, (size - 1) * data[0] / 256);
	check(part, whole, false);
	check(part, whole, true);
	return 0;
}
