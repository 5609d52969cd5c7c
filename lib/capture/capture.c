#include "capture/capture.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* What packet/ takes apart. That stage lies above this one, so the list
 * stands here again; a test holds the two together. */
static const int links[] = {
	DLT_EN10MB,
	DLT_LINUX_SLL,
	DLT_LINUX_SLL2,
	DLT_RAW,
	DLT_IPV4,
	DLT_IPV6,
	DLT_NULL,
	DLT_LOOP,
	DLT_PPP,
	DLT_PPP_SERIAL,
	DLT_PPP_ETHER,
	DLT_C_HDLC,
	DLT_PPP_WITH_DIR,
	DLT_PPP_PPPD,
	DLT_C_HDLC_WITH_DIR,
	DLT_IEEE802_11_RADIO,
	DLT_IEEE802_11,
	DLT_PRISM_HEADER,
	DLT_IEEE802_11_RADIO_AVS,
	DLT_PPI,
	DLT_FRELAY,
	DLT_FRELAY_WITH_DIR,
	DLT_MFR,
	DLT_ATM_RFC1483,
	DLT_ATM_CLIP,
	DLT_SUNATM,
	DLT_IEEE802,
	DLT_FDDI,
	DLT_ARCNET,
	DLT_ARCNET_LINUX,
	DLT_IP_OVER_FC,
	DLT_APPLE_IP_OVER_IEEE1394,
	DLT_IPOIB,
	DLT_SLIP,
	DLT_IPNET,
	DLT_NFLOG,
	DLT_PKTAP,
	DLT_PFLOG,
	DLT_ENC,
	DLT_NETANALYZER,
	DLT_NETANALYZER_TRANSPARENT,
	DLT_ERF,
	DLT_JUNIPER_ETHER,
	DLT_JUNIPER_PPP,
	DLT_JUNIPER_FRELAY,
	DLT_JUNIPER_CHDLC,
	DLT_DSA_TAG_BRCM,
	DLT_DSA_TAG_BRCM_PREPEND,
	DLT_DSA_TAG_DSA,
	DLT_DSA_TAG_EDSA,
};

bool
capture_link_known(int link)
{
	size_t i;

	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (links[i] == link)
			return true;
	return false;
}

int
capture_link_refused(const struct fs_capture *capture, int link,
    struct fs_err *err)
{
	const char *name = pcap_datalink_val_to_name(link);

	return err_set_at(err, FS_EUNSUP, capture->name, 0, 0,
	    "link type %d (%s) is not read; expected Ethernet, Linux cooked, "
	    "raw IP, null/loopback, PPP or radio: capture on another interface",
	    link, name != NULL ? name : "unknown");
}

struct fs_capture *
capture_new(const char *name)
{
	struct fs_capture *capture = calloc(1, sizeof(*capture));

	if (capture != NULL)
		snprintf(capture->name, sizeof(capture->name), "%s", name);
	return capture;
}

void
fs_capture_close(struct fs_capture *capture)
{
	if (capture == NULL)
		return;
	if (capture->pcap != NULL)
		pcap_close(capture->pcap);
	compress_close(capture->compress);
	free(capture);
}

int
fs_capture_fd(const struct fs_capture *capture)
{
	return capture->compress != NULL
	    ? -1
	    : pcap_get_selectable_fd(capture->pcap);
}

/* Microseconds since 1970. pcap has 32 bits for the seconds, which libpcap
 * takes as signed; pcapng has any number. What no date can be is the nearest
 * one. */
static uint64_t
time_of(const struct timeval *time)
{
	enum { MICRO = 1000000 };
	const uint64_t year_9999_s = 253402300799;
	int64_t seconds = time->tv_sec, micros = time->tv_usec;

	if (seconds < 0)
		seconds = seconds >= INT32_MIN ? (uint32_t)seconds : 0;
	if ((uint64_t)seconds > year_9999_s)
		seconds = (int64_t)year_9999_s;
	if (micros < 0 || micros >= MICRO)
		micros = MICRO - 1;
	return (uint64_t)seconds * MICRO + (uint64_t)micros;
}

static void
take_frame(struct fs_capture *capture, const struct pcap_pkthdr *header,
    const u_char *bytes, struct fs_frame *frame)
{
	frame->bytes = bytes;
	frame->size = header->caplen;
	frame->wire_size =
	    header->len > header->caplen ? header->len : header->caplen;
	frame->time_us = time_of(&header->ts);
	frame->link = capture->link;
	capture->frames++;
	capture->bytes += header->caplen;
}

int
fs_capture_next(struct fs_capture *capture, struct fs_err *err,
    struct fs_frame *frame)
{
	struct pcap_pkthdr *header;
	const u_char *bytes;
	int rc;

	if (capture->ended)
		return 0;
	rc = pcap_next_ex(capture->pcap, &header, &bytes);
	if (rc == 1) {
		take_frame(capture, header, bytes, frame);
		return 1;
	}
	if (capture->compress != NULL)
		return capture_file_end(capture, rc != PCAP_ERROR_BREAK, err);
	return rc == 0 ? 0 : capture_live_failed(capture, err);
}

void
capture_add_drops(struct fs_capture *capture, const struct pcap_stat *now)
{
	/* Unsigned differences are right over the wrap. */
	capture->kernel_drops += now->ps_drop - capture->kernel_seen;
	capture->iface_drops += now->ps_ifdrop - capture->iface_seen;
	capture->kernel_seen = now->ps_drop;
	capture->iface_seen = now->ps_ifdrop;
}

static void
count_drops(struct fs_capture *capture)
{
	struct pcap_stat now;

	if (pcap_stats(capture->pcap, &now) == 0)
		capture_add_drops(capture, &now);
}

void
fs_capture_stats(struct fs_capture *capture, struct fs_capture_stats *stats)
{
	*stats = (struct fs_capture_stats){
		.frames = capture->frames,
		.bytes = capture->bytes,
	};
	if (capture->compress != NULL) {
		stats->file_at = compress_at(capture->compress);
		stats->file_size = compress_size(capture->compress);
		return;
	}
	count_drops(capture);
	stats->kernel_drops = capture->kernel_drops;
	stats->iface_drops = capture->iface_drops;
}
