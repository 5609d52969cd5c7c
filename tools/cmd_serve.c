#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/file.h"
#include "command.h"
#include "control.h"
#include "serve.h"

#define DEFAULT_DB "/var/lib/flowscan/flowscan.db"
#define DEFAULT_LISTEN "127.0.0.1:9477"

struct serve_options {
	struct serve serve;
	const char *listen, *token_file;
};

static void
print_help(void)
{
	puts("usage: flowscan serve [OPTION]...\n"
	     "\n"
	     "Serves what a database holds over HTTP, to be looked at only: "
	     "/metrics for\n"
	     "Prometheus, and /healthz.\n"
	     "\n"
	     "      --db FILE          the database (" DEFAULT_DB ")\n"
	     "      --listen ADDRESS   where (" DEFAULT_LISTEN ")\n"
	     "      --socket PATH      flowscand's control socket\n"
	     "                         (" CONTROL_DEFAULT ")\n"
	     "      --token-file FILE  who asks has to send what it holds: "
	     "Authorization:\n"
	     "                         Bearer TOKEN; needed on all but "
	     "loopback addresses\n"
	     "\n"
	     "exit codes: 0 done; 2 usage");
}

static int
read_options(int argc, char **argv, struct serve_options *options)
{
	static const struct option known[] = {
		{ "db", required_argument, NULL, 'd' },
		{ "listen", required_argument, NULL, 'l' },
		{ "socket", required_argument, NULL, 's' },
		{ "token-file", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
		switch (option) {
		case 'd': options->serve.db = optarg; break;
		case 'l': options->listen = optarg; break;
		case 's': options->serve.socket = optarg; break;
		case 't': options->token_file = optarg; break;
		case 'h': print_help(); return CODE_DONE;
		default: return CODE_USAGE;
		}
	}
	if (optind < argc)
		return complain("serve", CODE_USAGE,
		    "'%s' is no option; 'flowscan serve --help' lists them",
		    argv[optind]);
	return -1;
}

/* One line, of signs that a header can hold. '*token' is the caller's. */
static int
read_token(const char *path, char **token)
{
	char *bytes;
	size_t size, used;
	int rc = file_read(path, SERVE_TOKEN_MAX + 1, &bytes, &size);

	if (rc < 0)
		return complain("serve", CODE_USAGE, "%s: %s", path,
		    rc == FS_EFULL ? "a token has at most 256 letters"
				   : fs_strerror(rc));
	used = strcspn(bytes, "\r\n");
	if (used < SERVE_TOKEN_MIN || used > SERVE_TOKEN_MAX ||
	    strspn(bytes + used, "\r\n") != size - used ||
	    strspn(bytes,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-._~+/=") != used) {
		free(bytes);
		return complain("serve", CODE_USAGE,
		    "%s: expected one line of 16 to 256 letters, as 'openssl "
		    "rand -hex 32' makes it",
		    path);
	}
	bytes[used] = '\0';
	*token = bytes;
	return -1;
}

int
cmd_serve(int argc, char **argv)
{
	struct serve_options options = {
		.serve = { .db = DEFAULT_DB, .socket = CONTROL_DEFAULT },
		.listen = DEFAULT_LISTEN,
	};
	struct sockaddr_storage address;
	char *token = NULL;
	int code = read_options(argc, argv, &options);

	if (code >= 0)
		return code;
	if (!serve_address_read(options.listen, &address))
		return complain("serve", CODE_USAGE,
		    "--listen '%s': expected an address and a port, such as "
		    "127.0.0.1:9477 or [::1]:9477",
		    options.listen);
	if (options.token_file == NULL && !serve_address_is_loopback(&address))
		return complain("serve", CODE_USAGE,
		    "--listen %s: others could look; give it a --token-file",
		    options.listen);
	if (options.token_file != NULL &&
	    (code = read_token(options.token_file, &token)) >= 0)
		return code;
	options.serve.token = token;
	if (geteuid() == 0)
		(void)complain("serve", CODE_DONE,
		    "runs as root, which it does not need: give it a user that "
		    "may read the database");
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	code = serve_run(&options.serve, &address);
	free(token);
	return code;
}
