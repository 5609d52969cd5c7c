#include "store/desk.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tap.h"
#include "base/addr.h"

/* Labels and suppressions come back as they were put, whatever else is in the
 * file. */

static char folder[] = "/tmp/flowscan-desk.XXXXXX";
static char store[64], file[64];
static struct fs_err err;

static struct fs_prefix
prefix(const char *text)
{
	struct fs_prefix net;

	if (!addr_parse_prefix(text, false, &net))
		abort();
	return net;
}

static struct fs_desk *
open_desk(bool write)
{
	struct fs_desk *desk = NULL;

	tap_int(fs_desk_open(store, write, &err, &desk), 0, "opened");
	return desk;
}

static void
put_note(struct fs_desk *desk, const char *client, uint64_t flow, int label)
{
	struct fs_note note = { .time_us = 17,
		.flow_id = flow,
		.client = prefix(client),
		.label = label,
		.class = FS_CLASS_PROXY,
		.decision = FS_ANOMALOUS,
		.score_ppm = 970000,
		.who = "anna",
		.note = "it's \"so\"" };

	tap_int(fs_desk_put_note(desk, &note, &err), 0, "a label is put down");
}

static void
test_notes(void)
{
	const struct fs_note *note;
	struct fs_desk *desk = open_desk(true);
	struct fs_prefix net;

	put_note(desk, "192.0.2.1", 0, FS_LABEL_FP);
	put_note(desk, "2001:db8::/64", 0, FS_LABEL_BENIGN);
	put_note(desk, "192.0.2.1", UINT64_MAX, FS_LABEL_UNSURE);
	put_note(desk, "192.0.2.1", 0, FS_LABEL_TP);
	fs_desk_close(desk);
	desk = open_desk(false);
	tap_int((long long)desk->note_count, 4, "all are kept");
	net = prefix("192.0.2.1");
	note = desk_client_note(desk, &net.addr, 32);
	tap_ok(note == &desk->note[3] && note->label == FS_LABEL_TP,
	    "the last one of a client stands");
	tap_ok(!desk_note_stands(desk, 0) && desk_note_stands(desk, 1) &&
		desk_note_stands(desk, 2) && desk_note_stands(desk, 3),
	    "which stand");
	tap_ok(note->time_us == 17 && note->class == FS_CLASS_PROXY &&
		note->decision == FS_ANOMALOUS && note->score_ppm == 970000 &&
		strcmp(note->who, "anna") == 0 &&
		strcmp(note->note, "it's \"so\"") == 0,
	    "as it was put");
	tap_ok(desk_client_note(desk, &net.addr, 24) == NULL,
	    "another network is another client");
	net = prefix("2001:db8::/64");
	note = desk_client_note(desk, &net.addr, 64);
	tap_ok(note != NULL && note->label == FS_LABEL_BENIGN, "of IPv6");
	note = desk_flow_note(desk, UINT64_MAX);
	tap_ok(note == &desk->note[2], "of a flow with the highest number");
	tap_ok(desk_flow_note(desk, 1) == NULL &&
		desk_flow_note(desk, 0) == NULL,
	    "of a flow without a label");
	fs_desk_close(desk);
}

static void
test_suppressions(void)
{
	struct fs_suppression put = { .time_us = 1,
		.expires_us = 5,
		.client = prefix("198.51.100.0/24"),
		.asn = UINT32_MAX,
		.rule = "r",
		.ja4 = "j",
		.who = "w",
		.reason = "why" };
	const struct fs_suppression *got;
	struct fs_desk *desk = open_desk(true);
	uint64_t first = 0, second = 0;

	tap_int(fs_desk_put_suppression(desk, &put, &err, &first), 0, "first");
	put.client = (struct fs_prefix){ 0 };
	put.expires_us = 0;
	tap_int(fs_desk_put_suppression(desk, &put, &err, &second), 0,
	    "second");
	tap_ok(first == 1 && second == 2, "numbered from 1");
	fs_desk_close(desk);
	desk = open_desk(true);
	tap_int((long long)desk->suppression_count, 2, "both are there");
	got = &desk->suppression[0];
	tap_ok(got->client.bits == 24 && got->client.addr.family == 4 &&
		got->asn == UINT32_MAX && strcmp(got->rule, "r") == 0 &&
		strcmp(got->ja4, "j") == 0 && strcmp(got->reason, "why") == 0,
	    "as it was put");
	tap_ok(desk->suppression[1].client.addr.family == 0,
	    "without a client");
	tap_ok(!desk_expired(got, 4) && desk_expired(got, 5) &&
		!desk_expired(&desk->suppression[1], UINT64_MAX),
	    "when they end");
	put.id = 1;
	tap_int(fs_desk_remove(desk, &put, &err), 0, "one is removed");
	put.id = 3;
	tap_int(fs_desk_remove(desk, &put, &err), FS_EEND, "one that is not");
	fs_desk_close(desk);
	desk = open_desk(false);
	tap_ok(desk->suppression_count == 1 && desk->suppression[0].id == 2,
	    "the other one stays");
	fs_desk_close(desk);
}

/* Somebody else wrote into the file. */
static void
spoil(const char *sql)
{
	sqlite3 *db;

	if (sqlite3_open(file, &db) != SQLITE_OK ||
	    sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		abort();
	sqlite3_close(db);
}

static void
test_spoiled(void)
{
	struct fs_desk *desk;

	spoil("INSERT INTO labels VALUES (NULL, -1, '', 99, x'0102', 300, 7,"
	      " printf('%.*c', 5000, 'x'), 99, 99, -5)");
	spoil("INSERT INTO suppressions VALUES"
	      " (77, 1, 0, '', '', x'01020304', 300, -1, '', '')");
	desk = open_desk(false);
	tap_ok(desk->note[4].client.addr.family == 0 &&
		desk->note[4].label == 0 && desk->note[4].score_ppm == 0 &&
		strlen(desk->note[4].note) == FS_TEXT_SIZE - 1,
	    "a row that means nothing does no harm");
	tap_int(desk->suppression[1].client.addr.family, 0,
	    "nor does a network that is none");
	fs_desk_close(desk);
	spoil("PRAGMA user_version = 99");
	tap_int(fs_desk_open(store, false, &err, &desk), FS_ENEWER,
	    "one of a newer version");
	spoil("PRAGMA application_id = 5");
	tap_int(fs_desk_open(store, true, &err, &desk), FS_EDB,
	    "one of another program");
	(void)unlink(file);
}

int
main(void)
{
	struct fs_desk *desk;

	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(store, sizeof(store), "%s/x.db", folder);
	snprintf(file, sizeof(file), "%s/labels.db", folder);
	desk = open_desk(false);
	tap_ok(desk->note_count == 0 && desk->suppression_count == 0 &&
		access(file, F_OK) < 0,
	    "no file: nobody said anything");
	fs_desk_close(desk);
	test_notes();
	test_suppressions();
	test_spoiled();
	(void)rmdir(folder);
	return tap_done();
}
