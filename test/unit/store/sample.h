/* Rows for tests: filled in by hand, the same for the same number. */
#pragma once

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "flowscan.h"
#include "signal/blob.h"

/* 2026-11-23T05:00:00Z */
enum { SAMPLE_MINUTE_S = 60 };
static const uint64_t sample_start_us = 1795410000000000;

static inline struct fs_addr
sample_addr(const char *text)
{
	struct fs_addr addr = { 0 };

	if (!addr_parse(text, &addr))
		abort();
	return addr;
}

/* Encodes signals into a row. */
static inline uint32_t
sample_encode(const struct signals *signals, uint8_t *room)
{
	return (uint32_t)blob_encode(signals, room, FS_SIGNALS_SIZE);
}

static inline struct fs_evidence
sample_evidence(const char *rule, const char *family, int32_t llr,
    const char *text)
{
	struct fs_evidence piece = { .llr = llr,
		.llr_full = llr,
		.count = 1,
		.class = FS_CLASS_PROXY };

	snprintf(piece.rule, sizeof(piece.rule), "%s", rule);
	snprintf(piece.family, sizeof(piece.family), "%s", family);
	snprintf(piece.text, sizeof(piece.text), "%s", text);
	return piece;
}

static inline void
sample_place(struct signals *signals)
{
	signals_set_string(signals, SIGNAL_CLIENT_COUNTRY, "DE");
	signals_set_string(signals, SIGNAL_CLIENT_CITY, "Frankfurt am Main");
	signals_set_count(signals, SIGNAL_CLIENT_ASN, 64500);
	signals_set_string(signals, SIGNAL_CLIENT_AS_NAME, "Example Hosting");
}

/* A proxied TLS flow of 198.51.100.7 to the service 'api', one a minute. */
static inline void
sample_flow(struct fs_observation *flow, unsigned number)
{
	const int32_t sizes[] = { 517, -1400, 80 };
	struct signals signals;

	*flow = (struct fs_observation){
		.flow_id = 0xf000000000000000 + number,
		.first_us = sample_start_us +
		    (uint64_t)number * SAMPLE_MINUTE_S * 1000000,
		.packets = { 12, 14 },
		.bytes = { 2000, 9000 },
		.client = sample_addr("198.51.100.7"),
		.server = sample_addr("203.0.113.10"),
		.client_port = 40000 + (int32_t)number,
		.server_port = 443,
		.rev = 1,
		.generation = 1,
		.ip_proto = 6,
		.client_first = true,
		.final = true,
		.service = "api",
		.sensor = "tap-1",
		.verdict = { .protocol = "socks5",
		    .prior = -3000,
		    .log_odds = 3250,
		    .score_ppm = 962673,
		    .class = FS_CLASS_PROXY,
		    .decision = FS_ANOMALOUS,
		    .view = FS_VIEW_EXIT,
		    .coverage = FS_COVERAGE_FULL },
		.evidence_count = 3,
	};
	flow->last_us = flow->first_us + 1500000;
	flow->evidence[0] = sample_evidence("tls-ends-behind-tcp",
	    "cross-layer", 4000, "TLS takes 146.2 ms where TCP takes 20.1 ms");
	flow->evidence[1] = sample_evidence("place-is-too-near", "geo", 2500,
	    "the round trip is shorter than light needs");
	flow->evidence[2] = sample_evidence("plain-stack", "stack", -250,
	    "the client's stack is that of a desktop");
	flow->evidence[2].class = FS_CLASS_DIRECT;
	signals_clear(&signals);
	signals_set_string(&signals, SIGNAL_FLOW_TRANSPORT, "tcp");
	signals_set_flag(&signals, SIGNAL_FLOW_START_SEEN, true);
	signals_set_flag(&signals, SIGNAL_FLOW_ONE_SIDED, false);
	signals_set_milli(&signals, SIGNAL_RTT_TCP_MS, 20100);
	signals_set_milli(&signals, SIGNAL_RTT_TLS_MS, 146200);
	signals_set_milli(&signals, SIGNAL_RTT_TLS_GAP_MS, 126100);
	signals_set_string(&signals, SIGNAL_TLS_SNI, "api.example.com");
	signals_set_bytes(&signals, SIGNAL_C2S_BYTES,
	    (const uint8_t *)"\x16\x03\x01", 3);
	signals_set_sizes(&signals, SIGNAL_SEQ_SIZES, sizes, 3);
	sample_place(&signals);
	flow->signals_size = sample_encode(&signals, flow->signals);
}

static inline void
sample_client(struct fs_client *client, const char *addr)
{
	struct signals signals;

	*client = (struct fs_client){
		.addr = sample_addr(addr),
		.rev = 1,
		.generation = 1,
		.first_us = sample_start_us,
		.last_us = sample_start_us + 600000000,
		.flows = 10,
		.flows_all = 12,
		.bytes = 110000,
		.sensor = "tap-1",
		.verdict = { .protocol = "socks5",
		    .prior = -3000,
		    .log_odds = 3500,
		    .score_ppm = 970688,
		    .class = FS_CLASS_PROXY,
		    .decision = FS_ANOMALOUS,
		    .view = FS_VIEW_EXIT,
		    .coverage = FS_COVERAGE_FULL },
		.evidence_count = 2,
	};
	client->bits = client->addr.family == 4 ? 32 : 64;
	client->evidence[0] = sample_evidence("tls-ends-behind-tcp",
	    "cross-layer", 4000, "TLS takes 146.2 ms where TCP takes 20.1 ms");
	client->evidence[0].count = 10;
	client->evidence[1] = sample_evidence("place-is-too-near", "geo", 2500,
	    "the round trip is shorter than light needs");
	signals_clear(&signals);
	signals_set_count(&signals, SIGNAL_CLIENT_FLOWS, 10);
	signals_set_milli(&signals, SIGNAL_CLIENT_RTT_MIN_MS, 20100);
	sample_place(&signals);
	client->signals_size = sample_encode(&signals, client->signals);
}

/* ---- Folders ------------------------------------------------------------ */

enum { SAMPLE_PATH = 256 };

/* Makes an empty folder; its name goes to 'folder'. */
static inline void
sample_folder(char folder[SAMPLE_PATH])
{
	const char *base = getenv("TMPDIR");

	snprintf(folder, SAMPLE_PATH, "%s/flowscan-XXXXXX",
	    base != NULL ? base : "/tmp");
	if (mkdtemp(folder) == NULL)
		abort();
}

/* Returns "folder/name", in 'room'. */
static inline const char *
sample_path(const char *folder, const char *name, char room[SAMPLE_PATH])
{
	if (snprintf(room, SAMPLE_PATH, "%s/%s", folder, name) >= SAMPLE_PATH)
		abort();
	return room;
}

/* Removes a folder and its files. */
static inline void
sample_remove(const char *folder)
{
	char path[SAMPLE_PATH];
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			(void)unlink(sample_path(folder, entry->d_name, path));
	if (dir != NULL)
		closedir(dir);
	(void)rmdir(folder);
}

/* Opens the store "folder/test.db" for its writer; ends the test when it
 * cannot. */
static inline struct fs_store *
sample_writer(const char *folder)
{
	char path[SAMPLE_PATH];
	struct fs_store *store;
	struct fs_err err = { 0 };

	if (fs_store_open(sample_path(folder, "test.db", path), &err, &store) <
	    0) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
	return store;
}

static inline struct fs_store *
sample_reader(const char *folder)
{
	char path[SAMPLE_PATH];
	struct fs_store *store;
	struct fs_err err = { 0 };

	if (fs_store_open_read(sample_path(folder, "test.db", path), &err,
		&store) < 0) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
	return store;
}
