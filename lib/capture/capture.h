/* Stage 1: interface or capture file -> frame. The only user of libpcap.
 *
 * The front door is in flowscan.h; this is what the files of the stage share.
 */
#pragma once

#include <stdio.h>

#include <pcap/pcap.h>

#include "base/compress.h"
#include "flowscan.h"

struct fs_capture {
	pcap_t *pcap;              /* Owned; closes 'stream' when it closes. */
	FILE *stream;              /* Borrowed from 'pcap'; null: live. */
	struct compress *compress; /* Owned; null: live. */
	int link;
	unsigned short hardware; /* Live: ARPHRD_*, which makes 'link'. */
	bool ended; /* A file was read to its end, or to its damage. */
	uint64_t frames, bytes;
	/* Live: libpcap's counters have 32 bits and wrap. */
	uint32_t kernel_seen, iface_seen;
	uint64_t kernel_drops, iface_drops;
	char name[256]; /* For errors. */
};

/* Allocates a capture that owns nothing yet. Returns null without memory. */
struct fs_capture *capture_new(const char *name);

/* Whether frames of this link type (DLT_*) can be taken apart later on. */
bool capture_link_known(int link);

/* Fills in 'err' for a link type that is not read; returns FS_EUNSUP. */
int capture_link_refused(const struct fs_capture *capture, int link,
    struct fs_err *err);

/* What fs_capture_next() returns when a file gives no more frames: 0, or
 * what is damaged. 'failed': libpcap reported an error. */
int capture_file_end(struct fs_capture *capture, bool failed,
    struct fs_err *err);

/* The same for an interface that failed. */
int capture_live_failed(struct fs_capture *capture, struct fs_err *err);

/* Adds what was dropped since the last look. Libpcap's counters wrap at 32
 * bits; no more than once between two looks. */
void capture_add_drops(struct fs_capture *capture, const struct pcap_stat *now);
