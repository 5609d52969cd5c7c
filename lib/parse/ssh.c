#include "parse/ssh.h"

#include "base/digest.h"
#include "flowscan.h"

enum {
	PACKET_MAX = 35000, /* RFC 4253 section 6.1 */
	MSG_KEXINIT = 20,
	COOKIE_SIZE = 16,
};

/* Takes a line off, without its end. Returns FS_EFORMAT for what no text
 * line holds. */
static int
take_line(struct cursor *stream, struct cursor *line)
{
	struct cursor found = { stream->at, 0 }, at = *stream;
	uint8_t c, before = 0;

	while (cursor_u8(&at, &c)) {
		if (c == '\n') {
			if (before == '\r')
				found.left--;
			*line = found;
			*stream = at;
			return 0;
		}
		if (c == '\0' || before == '\r')
			return FS_EFORMAT;
		found.left++;
		before = c;
	}
	return FS_ETRUNC;
}

/* Whether 'text' is, or may become, a banner. */
static bool
banner_begins(struct cursor text)
{
	return text.left == 0 ||
	    cursor_begins(&text, "SSH-", text.left < 4 ? text.left : 4);
}

/* "SSH-1.99-...", "SSH-2.0-..." */
static bool
banner_good(struct cursor line)
{
	uint8_t major, point;

	return line.left <= SSH_BANNER_MAX && cursor_skip(&line, 4) &&
	    cursor_u8(&line, &major) && cursor_u8(&line, &point) &&
	    (major == '1' || major == '2') && point == '.' &&
	    memchr(line.at, '-', line.left) != NULL;
}

int
ssh_banner_read(struct cursor stream, bool server, struct ssh_banner *banner)
{
	struct cursor line, at = stream;
	int rc;

	for (;;) {
		if (!server && !banner_begins(at))
			return FS_EFORMAT;
		if (stream.left - at.left > SSH_BEFORE_MAX)
			return FS_EFULL;
		rc = take_line(&at, &line);
		if (rc == FS_ETRUNC && at.left > SSH_BEFORE_MAX)
			return FS_EFULL;
		if (rc < 0)
			return rc;
		if (cursor_begins(&line, "SSH-", 4))
			break;
	}
	if (!banner_good(line))
		return FS_EFORMAT;
	banner->text = line;
	banner->rest = at;
	return 0;
}

static bool
take_list(struct cursor *payload, struct cursor *list)
{
	uint32_t size;

	return cursor_u32(payload, &size) && cursor_take(payload, size, list);
}

int
ssh_kexinit_read(struct cursor stream, struct ssh_kexinit *kexinit)
{
	struct ssh_kexinit next;
	struct cursor payload;
	uint32_t size, reserved;
	uint8_t padding, message, guessed;
	unsigned i;

	if (!cursor_u32(&stream, &size))
		return FS_ETRUNC;
	if (size < 2 || size > PACKET_MAX)
		return FS_EFORMAT;
	if (!cursor_u8(&stream, &padding) || !cursor_peek(&stream, &message))
		return FS_ETRUNC;
	if (message != MSG_KEXINIT)
		return FS_EUNSUP;
	if (padding > size - 2)
		return FS_EFORMAT;
	if (!cursor_take(&stream, size - 1 - padding, &payload))
		return FS_ETRUNC;
	/* The packet is whole: what is missing now breaks the format. */
	if (!cursor_skip(&payload, 1 + COOKIE_SIZE))
		return FS_EFORMAT;
	for (i = 0; i < SSH_LISTS; i++)
		if (!take_list(&payload, &next.list[i]))
			return FS_EFORMAT;
	if (!cursor_u8(&payload, &guessed) || !cursor_u32(&payload, &reserved))
		return FS_EFORMAT;
	next.guessed = guessed != 0;
	*kexinit = next;
	return 0;
}

int
ssh_hassh_text(const struct ssh_kexinit *kexinit, bool server,
    char text[SSH_HASSH_TEXT_SIZE])
{
	static const uint8_t lists[2][4] = {
		{ SSH_KEX, SSH_CIPHER_C2S, SSH_MAC_C2S, SSH_COMPRESSION_C2S },
		{ SSH_KEX, SSH_CIPHER_S2C, SSH_MAC_S2C, SSH_COMPRESSION_S2C },
	};
	size_t used = 0;
	unsigned i;

	for (i = 0; i < 4; i++) {
		struct cursor list = kexinit->list[lists[server][i]];
		size_t size = list.left;

		/* With a semicolon and the terminator. */
		if (used + size + 2 > SSH_HASSH_TEXT_SIZE)
			return FS_EFULL;
		if (i > 0)
			text[used++] = ';';
		if (!cursor_copy(&list, text + used, size))
			return FS_EFULL;
		used += size;
	}
	text[used] = '\0';
	return (int)used;
}

int
ssh_hassh(const struct ssh_kexinit *kexinit, bool server,
    char hassh[SSH_HASSH_SIZE])
{
	char text[SSH_HASSH_TEXT_SIZE];
	uint8_t sum[DIGEST_MD5_SIZE];
	int size;

	if ((size = ssh_hassh_text(kexinit, server, text)) < 0)
		return size;
	if (!digest_md5(text, (size_t)size, sum))
		return FS_EUNSUP;
	digest_hex(sum, sizeof(sum), hassh);
	return 0;
}
