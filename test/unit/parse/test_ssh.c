#include "parse/ssh.h"

#include "flowscan.h"
#include "build.h"

static const struct banner_case {
	const char *name, *text;
	bool server;
	int rc;
	const char *want;
	size_t rest;
} banner_cases[] = {
	{ "banner: client", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\nxyz", false, 0,
	    "SSH-2.0-OpenSSH_9.2p1 Debian-2", 3 },
	{ "banner: line feed alone", "SSH-1.99-x\n", false, 0, "SSH-1.99-x",
	    0 },
	{ "banner: SSH 1", "SSH-1.5-x\n", true, 0, "SSH-1.5-x", 0 },
	{ "banner: lines before a server's", "hello\r\nthere\nSSH-2.0-x\r\n",
	    true, 0, "SSH-2.0-x", 0 },
	{ "banner: no lines before a client's", "hello\r\nSSH-2.0-x\r\n", false,
	    FS_EFORMAT, NULL, 0 },
	{ "banner: not complete", "SSH-2.0-Op", false, FS_ETRUNC, NULL, 0 },
	{ "banner: its beginning", "SS", false, FS_ETRUNC, NULL, 0 },
	{ "banner: nothing", "", false, FS_ETRUNC, NULL, 0 },
	{ "banner: only other lines so far", "hello\r\n", true, FS_ETRUNC, NULL,
	    0 },
	{ "banner: another version", "SSH-3.0-x\r\n", false, FS_EFORMAT, NULL,
	    0 },
	{ "banner: no software", "SSH-2.0\r\n", false, FS_EFORMAT, NULL, 0 },
	{ "banner: a carriage return within", "SSH-2.0-\rx\r\n", false,
	    FS_EFORMAT, NULL, 0 },
	{ "banner: HTTP", "HTTP/1.1 200 OK\r\n", false, FS_EFORMAT, NULL, 0 },
};

static void
test_banner(const struct banner_case *test)
{
	size_t cut, wrong = 0, size = strlen(test->text);
	struct ssh_banner banner;
	char *text = NULL;
	int rc = 0;

	for (cut = 0; cut <= size; cut++) {
		free(text);
		text = tap_exact(test->text, cut);
		rc = ssh_banner_read(cursor_of(text, cut), test->server,
		    &banner);
		if (rc != FS_ETRUNC && rc != test->rc)
			wrong++;
	}
	tap_int(rc, test->rc, test->name);
	if (rc == 0) {
		tap_bytes(banner.text.at, banner.text.left, test->want,
		    strlen(test->want), "... its text");
		tap_int((long long)banner.rest.left, (long long)test->rest,
		    "... what follows");
	}
	tap_int((long long)wrong, 0, "... cut at every byte");
	free(text);
}

static void
test_banner_bounds(void)
{
	struct build build = { 0 };
	struct ssh_banner banner;

	build_bytes(&build, "SSH-2.0-", 8);
	build_fill(&build, 'x', SSH_BANNER_MAX - 8);
	build_bytes(&build, "\r\n", 2);
	tap_int(ssh_banner_read(cursor_of(build.bytes, build.size), false,
		    &banner),
	    0, "banner: the longest");
	build.size -= 2;
	build_bytes(&build, "x\r\n", 3);
	tap_int(ssh_banner_read(cursor_of(build.bytes, build.size), false,
		    &banner),
	    FS_EFORMAT, "banner: too long");
	build.size = 0;
	build_fill(&build, 'x', SSH_BEFORE_MAX + 1);
	tap_int(ssh_banner_read(cursor_of(build.bytes, build.size), true,
		    &banner),
	    FS_EFULL, "banner: a line that does not end");
	build.size = 0;
	while (build.size <= SSH_BEFORE_MAX)
		build_bytes(&build, "line\n", 5);
	build_bytes(&build, "SSH-2.0-x\n", 10);
	tap_int(ssh_banner_read(cursor_of(build.bytes, build.size), true,
		    &banner),
	    FS_EFULL, "banner: too many lines before it");
	build.size = 0;
	build_hex(&build, "00");
	tap_int(ssh_banner_read(cursor_of(build.bytes, build.size), true,
		    &banner),
	    FS_EFORMAT, "banner: binary");
}

static void
build_list(struct build *build, const char *names)
{
	build_number(build, strlen(names), 4);
	build_bytes(build, names, strlen(names));
}

/* A whole SSH_MSG_KEXINIT. */
static void
build_kexinit(struct build *build, const char *const lists[SSH_LISTS])
{
	size_t open = build_open(build, 4), i;

	build_number(build, 4, 1); /* Padding. */
	build_number(build, 20, 1);
	build_fill(build, 0xcc, 16);
	for (i = 0; i < SSH_LISTS; i++)
		build_list(build, lists[i]);
	build_number(build, 1, 1);
	build_number(build, 0, 4);
	build_fill(build, 0, 4);
	build_close(build, open, 4);
}

static const char *const lists[SSH_LISTS] = { "kex1,kex2", "host", "c-cipher",
	"s-cipher", "c-mac", "s-mac", "none", "zlib", "", "" };

static void
test_kexinit(void)
{
	struct build build = { 0 };
	struct ssh_kexinit kexinit;
	char text[SSH_HASSH_TEXT_SIZE];
	size_t cut, wrong = 0;
	int rc = 0;

	build_kexinit(&build, lists);
	for (cut = 0; cut < build.size; cut++) {
		uint8_t *part = tap_exact(build.bytes, cut);

		rc = ssh_kexinit_read(cursor_of(part, cut), &kexinit);
		/* The padding at its end is not needed. */
		if (rc != (cut >= build.size - 4 ? 0 : FS_ETRUNC))
			wrong++;
		free(part);
	}
	tap_int((long long)wrong, 0, "kexinit: cut at every byte");
	tap_int(ssh_kexinit_read(cursor_of(build.bytes, build.size), &kexinit),
	    0, "kexinit: good");
	tap_ok(kexinit.guessed, "... a guess follows");
	tap_int(ssh_hassh_text(&kexinit, false, text), 29, "... HASSH's text");
	tap_text(text, "kex1,kex2;c-cipher;c-mac;none", "... of the client");
	ssh_hassh_text(&kexinit, true, text);
	tap_text(text, "kex1,kex2;s-cipher;s-mac;zlib", "... of the server");
}

static const struct bad_case {
	const char *name, *hex;
	int rc;
} bad_cases[] = {
	{ "kexinit: nothing", "", FS_ETRUNC },
	{ "kexinit: too large a packet", "00010000 04 14", FS_EFORMAT },
	{ "kexinit: an empty packet", "00000001 00 14", FS_EFORMAT },
	{ "kexinit: more padding than packet", "00000004 03 14 0000",
	    FS_EFORMAT },
	{ "kexinit: another message", "0000000c 04 15 000000000000",
	    FS_EUNSUP },
	{ "kexinit: no room for the cookie", "00000006 04 14 00000000",
	    FS_EFORMAT },
	{ "kexinit: a list beyond the packet",
	    "0000001b 04 14 cccccccccccccccccccccccccccccccc 000000ff 61"
	    "00000000",
	    FS_EFORMAT },
};

static void
test_bad(const struct bad_case *test)
{
	uint8_t room[64];
	size_t size = tap_hex(test->hex, room, sizeof(room));
	uint8_t *bytes = tap_exact(room, size);
	struct ssh_kexinit kexinit;

	tap_int(ssh_kexinit_read(cursor_of(bytes, size), &kexinit), test->rc,
	    test->name);
	free(bytes);
}

#define OPENSSH_KEX                                                           \
	"curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,"  \
	"ecdh-sha2-nistp384,ecdh-sha2-nistp521,"                              \
	"diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512," \
	"diffie-hellman-group18-sha512,diffie-hellman-group14-sha256,"        \
	"diffie-hellman-group14-sha1"
#define OPENSSH_CIPHERS                                                   \
	"chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr," \
	"aes128-gcm@openssh.com,aes256-gcm@openssh.com"
#define OPENSSH_MACS                                                          \
	"umac-64-etm@openssh.com,umac-128-etm@openssh.com,"                   \
	"hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,"        \
	"hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com," \
	"hmac-sha2-256,hmac-sha2-512,hmac-sha1"

/* OpenSSH 7.9's client and 7.6's server, as they are published. */
static void
test_published(void)
{
	static const char *const client[SSH_LISTS] = { OPENSSH_KEX
		",ext-info-c",
		"", OPENSSH_CIPHERS, "", OPENSSH_MACS, "",
		"none,zlib@openssh.com,zlib", "", "", "" };
	static const char *const server[SSH_LISTS] = { OPENSSH_KEX, "", "",
		OPENSSH_CIPHERS, "", OPENSSH_MACS, "", "none,zlib@openssh.com",
		"", "" };
	struct build build = { 0 };
	struct ssh_kexinit kexinit;
	char hassh[SSH_HASSH_SIZE] = "";

	build_kexinit(&build, client);
	ssh_kexinit_read(cursor_of(build.bytes, build.size), &kexinit);
	ssh_hassh(&kexinit, false, hassh);
	tap_text(hassh, "ec7378c1a92f5a8dde7e8b7a1ddf33d1", "HASSH: client");
	build.size = 0;
	build_kexinit(&build, server);
	ssh_kexinit_read(cursor_of(build.bytes, build.size), &kexinit);
	ssh_hassh(&kexinit, true, hassh);
	tap_text(hassh, "b12d2871a1189eff20364cf5333619ee", "HASSH: server");
}

static void
test_long_lists(void)
{
	static char names[SSH_HASSH_TEXT_SIZE];
	const char *const these[SSH_LISTS] = { names, "", "", "", "", "", "",
		"", "", "" };
	struct build build = { 0 };
	struct ssh_kexinit kexinit;
	char hassh[SSH_HASSH_SIZE];

	/* Three semicolons and the terminator have to fit, too. */
	memset(names, 'a', sizeof(names) - 4);
	build_kexinit(&build, these);
	ssh_kexinit_read(cursor_of(build.bytes, build.size), &kexinit);
	tap_int(ssh_hassh(&kexinit, false, hassh), 0, "HASSH: the longest");
	names[sizeof(names) - 4] = 'a';
	build.size = 0;
	build_kexinit(&build, these);
	ssh_kexinit_read(cursor_of(build.bytes, build.size), &kexinit);
	tap_int(ssh_hassh(&kexinit, false, hassh), FS_EFULL, "HASSH: too long");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(banner_cases) / sizeof(banner_cases[0]); i++)
		test_banner(&banner_cases[i]);
	test_banner_bounds();
	test_kexinit();
	for (i = 0; i < sizeof(bad_cases) / sizeof(bad_cases[0]); i++)
		test_bad(&bad_cases[i]);
	test_published();
	test_long_lists();
	return tap_done();
}
