/* Fetches the lists that rules name by 'url'. A file that came is read as the
 * list would be, and takes the old one's place only when it can be used. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/num.h"
#include "base/yaml.h"
#include "command.h"
#include "feed_fetch.h"
#include "rules.h"

enum { NAMES_MAX = 64, TIMEOUT_S = 300, NOTE_MAX = 64 << 10 };

struct update {
	const char *names[NAMES_MAX]; /* None: all. */
	size_t name_count;
	bool used[NAMES_MAX];
	const char *authority;
	uint64_t timeout_s;
	bool dry; /* Fetch and judge, but write nothing. */
	struct fs_feeds *feeds;
	struct feed_fetch *fetch;
	unsigned kept; /* That failed. */
};

/* What stands in the note beside a list's file. */
struct note {
	char *text; /* Owned; null: there is none. */
	size_t size;
	struct feed_tags tags;
	char sha256[65];
};

/* ---- Notes -------------------------------------------------------------- */

static void
note_path(const char *path, char *room, size_t size)
{
	(void)snprintf(room, size, "%s.feed", path);
}

static void
take_scalar(const struct yaml *yaml, const char *key, char *room, size_t size)
{
	const struct yaml_node *node = yaml_find(yaml_root(yaml), key);

	if (node != NULL && node->kind == YAML_SCALAR && node->text_size < size)
		memcpy(room, node->text, node->text_size + 1);
}

/* Leaves '*note' empty where there is none. */
static void
read_note(const char *path, struct note *note)
{
	char name[4200];
	struct yaml *yaml;

	memset(note, 0, sizeof(*note));
	note_path(path, name, sizeof(name));
	if (file_read(name, NOTE_MAX, &note->text, &note->size) < 0 ||
	    yaml_parse(note->text, note->size, name, NULL, &yaml) < 0)
		return;
	take_scalar(yaml, "sha256", note->sha256, sizeof(note->sha256));
	take_scalar(yaml, "etag", note->tags.etag, sizeof(note->tags.etag));
	take_scalar(yaml, "modified", note->tags.modified,
	    sizeof(note->tags.modified));
	yaml_free(yaml);
}

/* Puts the note back that a file still needs. */
static void
restore_note(const char *path, const struct note *note)
{
	char name[4200];

	note_path(path, name, sizeof(name));
	if (note->text != NULL)
		(void)file_replace(name, note->text, note->size);
}

/* Writes 'text' in single quotes, as YAML has them. What would break the line
 * is left out. */
static void
add_quoted(struct buf *buf, const char *key, const char *text)
{
	if (text[0] == '\0')
		return;
	buf_printf(buf, "%s: '", key);
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			continue;
		buf_add_char(buf, *text);
		if (*text == '\'')
			buf_add_char(buf, '\'');
	}
	buf_add_text(buf, "'\n");
}

/* The date is that of the last time that the publisher stood by it. */
static int
write_note(const struct fs_feed_info *info, const struct feed_tags *tags,
    const struct fs_feed_result *result)
{
	char date[NUM_TIME_SIZE], name[4200];
	struct buf buf;
	int rc;

	num_format_time((uint64_t)time(NULL) * 1000000, date);
	buf_init(&buf);
	buf_printf(&buf, "# Written by flowscan feed-update.\ndate: %s\n",
	    date);
	add_quoted(&buf, "url", info->url);
	buf_printf(&buf, "sha256: '%s'\nitems: %zu\nrejected: %zu\n",
	    result->sha256, result->items, result->rejected);
	add_quoted(&buf, "etag", tags->etag);
	add_quoted(&buf, "modified", tags->modified);
	note_path(info->path, name, sizeof(name));
	rc = buf_error(&buf) < 0 ? -ENOMEM
				 : file_replace(name, buf.bytes, buf.size);
	buf_fini(&buf);
	return rc;
}

/* ---- One list ----------------------------------------------------------- */

static void
keep(struct update *update, const struct fs_feed_info *info, const char *why)
{
	update->kept++;
	(void)complain("feed-update", 0, "%s: %s, from %s; %s", info->name, why,
	    info->url,
	    info->items > 0 ? "the file that is there stays"
			    : "there is no file yet");
}

static void
say(const struct fs_feed_info *info, const struct fs_feed_result *result,
    const char *how)
{
	printf("%s: %zu items", info->name, result->items);
	if (info->items > 0)
		printf(" (%zu before)", info->items);
	if (result->rejected > 0)
		printf(", %zu rejected, first %s", result->rejected,
		    result->first);
	if (result->left_out > 0)
		printf(", %zu of another kind", result->left_out);
	printf(": %s\n", how);
}

/* Reads the file that is there, which the server says is the newest. */
static void
renew(struct update *update, size_t index, const struct fs_feed_info *info,
    const struct feed_tags *tags)
{
	struct fs_feed_result result;
	struct fs_err err = { 0 };
	char *bytes;
	size_t size;
	int rc = file_read(info->path, SIZE_MAX / 4, &bytes, &size);

	if (rc < 0) {
		keep(update, info, strerror(-rc));
		return;
	}
	rc = fs_feeds_judge(update->feeds, index, bytes, size, &err, &result);
	free(bytes);
	if (rc == 0 && !update->dry &&
	    (rc = write_note(info, tags, &result)) < 0)
		keep(update, info, strerror(-rc));
	else if (rc < 0)
		keep(update, info, err.text);
	else
		say(info, &result, "unchanged");
}

/* Note and file come in two steps. In between, and after a crash there, the
 * file has no date: who loads the rules then refuses them and keeps its own. */
static int
put(const struct fs_feed_info *info, const struct feed_reply *reply,
    const struct fs_feed_result *result, const struct note *note)
{
	int rc = write_note(info, &reply->tags, result);

	if (rc < 0)
		return rc;
	rc = file_replace(info->path, reply->bytes, reply->size);
	if (rc < 0)
		restore_note(info->path, note);
	return rc;
}

static void
replace(struct update *update, size_t index, const struct fs_feed_info *info,
    const struct feed_reply *reply, const struct note *note)
{
	struct fs_feed_result result;
	struct fs_err err = { 0 };
	char why[FEED_FAULT_SIZE];
	int rc;

	rc = fs_feeds_judge(update->feeds, index, reply->bytes, reply->size,
	    &err, &result);
	if (rc < 0) {
		keep(update, info, err.text);
		return;
	}
	if (!update->dry && (rc = put(info, reply, &result, note)) < 0) {
		(void)snprintf(why, sizeof(why), "%.180s cannot be written: %s",
		    info->path, strerror(-rc));
		keep(update, info, why);
		return;
	}
	say(info, &result, update->dry ? "not written" : "written");
}

/* Whether the file is the one that the note is about. */
static bool
is_noted(const struct fs_feed_info *info, const struct note *note,
    const struct fs_feeds *feeds, size_t index)
{
	struct fs_feed_result result;
	struct fs_err err;
	char *bytes;
	size_t size;

	if (note->sha256[0] == '\0' ||
	    file_read(info->path, SIZE_MAX / 4, &bytes, &size) < 0)
		return false;
	(void)fs_feeds_judge(feeds, index, bytes, size, &err, &result);
	free(bytes);
	return strcmp(result.sha256, note->sha256) == 0;
}

static void
update_one(struct update *update, size_t index)
{
	struct fs_feed_info info;
	struct feed_reply reply;
	struct note note;
	bool known;

	fs_feeds_info(update->feeds, index, &info);
	read_note(info.path, &note);
	known = is_noted(&info, &note, update->feeds, index);
	if (!feed_fetch_get(update->fetch, info.url, known ? &note.tags : NULL,
		&reply))
		keep(update, &info, reply.fault);
	else if (reply.unchanged)
		renew(update, index, &info, &note.tags);
	else
		replace(update, index, &info, &reply, &note);
	free(reply.bytes);
	free(note.text);
}

/* ---- All of them -------------------------------------------------------- */

/* Whether the list was asked for, by name or with all. */
static bool
is_wanted(struct update *update, const char *name)
{
	size_t i;

	for (i = 0; i < update->name_count; i++)
		if (strcmp(update->names[i], name) == 0) {
			update->used[i] = true;
			return true;
		}
	return update->name_count == 0;
}

static int
update_all(struct update *update)
{
	size_t i, count = fs_feeds_count(update->feeds), wanted = 0;
	struct fs_feed_info info;

	for (i = 0; i < count; i++) {
		fs_feeds_info(update->feeds, i, &info);
		if (!is_wanted(update, info.name))
			continue;
		wanted++;
		update_one(update, i);
		(void)fflush(stdout);
	}
	for (i = 0; i < update->name_count; i++)
		if (!update->used[i])
			return complain("feed-update", CODE_USAGE,
			    "there is no list '%s' with a 'url' and a 'file'",
			    update->names[i]);
	if (wanted == 0)
		puts("No list has a 'url' and a 'file': there is nothing to "
		     "fetch.");
	return update->kept > 0 ? CODE_PARTLY : CODE_DONE;
}

static void
print_help(void)
{
	puts("usage: flowscan feed-update [OPTION]... [PATH]...\n"
	     "\n"
	     "Fetches over HTTPS the lists that rules name by 'url', judges "
	     "what came, and puts\n"
	     "it in the place of the old file when it can be used.\n"
	     "A PATH is a rule file or a folder of them; by default " RULES_DIR
	     "/feeds.\n"
	     "\n"
	     "  --list NAME      only this list; may be repeated\n"
	     "  --dry-run        fetch and judge, but write nothing\n"
	     "  --cacert FILE    trust these authorities instead of the "
	     "system's\n"
	     "  --timeout SPAN   for each list; 5m by default\n"
	     "\n"
	     "exit codes: 0 done; 2 usage, or an error in the rules; 5 some "
	     "list stays as it was");
}

/* Returns -1 to go on, or what the program ends with. */
static int
read_options(int argc, char **argv, struct update *update)
{
	static const struct option options[] = {
		{ "list", required_argument, NULL, 'l' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "cacert", required_argument, NULL, 'a' },
		{ "timeout", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	uint64_t span_us;
	int option;

	opterr = 0;
	optind = 0;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'h') {
			print_help();
			return CODE_DONE;
		}
		if (option == 'n') {
			update->dry = true;
		} else if (option == 'a') {
			update->authority = optarg;
		} else if (option == 'l' && update->name_count < NAMES_MAX) {
			update->names[update->name_count++] = optarg;
		} else if (option == 't' && num_parse_span(optarg, &span_us) &&
		    span_us >= 1000000 &&
		    span_us <= UINT64_C(86400) * 1000000) {
			update->timeout_s = span_us / 1000000;
		} else if (option == 't') {
			return complain("feed-update", CODE_USAGE,
			    "--timeout: expected a span such as 30s or 5m, "
			    "found '%s'",
			    optarg);
		} else {
			return complain("feed-update", CODE_USAGE,
			    "'%s' is unknown or lacks its value; see "
			    "'flowscan feed-update --help'",
			    argv[optind - 1]);
		}
	}
	return -1;
}

int
cmd_feed_update(int argc, char **argv)
{
	static const char *const usual[] = { RULES_DIR "/feeds" };
	struct update update = { .timeout_s = TIMEOUT_S };
	int code = read_options(argc, argv, &update);

	if (code >= 0)
		return code;
	if (optind < argc)
		code = rules_find_feeds((const char *const *)(argv + optind),
		    (size_t)(argc - optind), &update.feeds);
	else
		code = rules_find_feeds(usual, 1, &update.feeds);
	if (code >= 0)
		return code;
	update.fetch =
	    feed_fetch_new(update.authority, (unsigned)update.timeout_s);
	code = update.fetch != NULL
	    ? update_all(&update)
	    : complain("feed-update", CODE_USAGE, "no memory left");
	feed_fetch_free(update.fetch);
	fs_feeds_free(update.feeds);
	return code;
}
