#include "capture/capture.h"

#include <errno.h>
#include <limits.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/err.h"

/* Live interfaces, by libpcap's mapped ring (TPACKET). */

enum {
	SNAP_SIZE = 262144, /* Loopback and receive offload join packets. */
	RING_SIZE = 64 << 20,
	TIMEOUT_MS = 10,
	NAMES_MAX = 12,
};

/* Lists the interfaces that there are. */
static void
list_interfaces(struct buf *list)
{
	char said[PCAP_ERRBUF_SIZE];
	pcap_if_t *all = NULL, *one;
	unsigned count = 0;

	if (pcap_findalldevs(&all, said) != 0)
		return;
	for (one = all; one != NULL && count < NAMES_MAX; one = one->next)
		if ((one->flags & PCAP_IF_UP) != 0)
			buf_printf(list, "%s%s", count++ > 0 ? ", " : "",
			    one->name);
	pcap_freealldevs(all);
}

static int
refuse_missing(const struct fs_capture *capture, struct fs_err *err)
{
	struct buf list;
	int rc;

	buf_init(&list);
	list_interfaces(&list);
	rc = err_set(err, -ENODEV, "interface %s: there is none; there are: %s",
	    capture->name, list.size > 0 ? buf_text(&list) : "none to see");
	buf_fini(&list);
	return rc;
}

/* Why an interface could not be opened; 'rc' is libpcap's. */
static int
refuse_live(const struct fs_capture *capture, int rc, struct fs_err *err)
{
	const char *said = pcap_geterr(capture->pcap);

	switch (rc) {
	case PCAP_ERROR_NO_SUCH_DEVICE: return refuse_missing(capture, err);
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		return err_set(err, -EPERM,
		    "interface %s: not permitted; run as root, or give the "
		    "program CAP_NET_RAW (setcap cap_net_raw+ep)",
		    capture->name);
	case PCAP_ERROR_IFACE_NOT_UP:
		return err_set(err, -ENETDOWN,
		    "interface %s is down; bring it up with ip link set %s up",
		    capture->name, capture->name);
	default:
		return err_set(err, -EIO, "interface %s: %s", capture->name,
		    said[0] != '\0' ? said : pcap_statustostr(rc));
	}
}

/* Asks the kernel about the interface of this name; false: there is none. */
static bool
ask(const struct fs_capture *capture, unsigned long what, struct ifreq *request)
{
	size_t size = strlen(capture->name);

	memset(request, 0, sizeof(*request));
	if (size >= sizeof(request->ifr_name))
		return false;
	memcpy(request->ifr_name, capture->name, size);
	return ioctl(pcap_fileno(capture->pcap), what, request) == 0;
}

static int
activate(struct fs_capture *capture, size_t ring_size, struct fs_err *err)
{
	char said[PCAP_ERRBUF_SIZE] = "";
	struct ifreq request;
	int rc;

	/* A live capture has settings until it is activated; these calls
	 * fail only after that. */
	pcap_set_snaplen(capture->pcap, SNAP_SIZE);
	pcap_set_promisc(capture->pcap, 1);
	pcap_set_timeout(capture->pcap, TIMEOUT_MS);
	pcap_set_buffer_size(capture->pcap,
	    ring_size > 0 ? (int)ring_size : RING_SIZE);
	rc = pcap_activate(capture->pcap);
	if (rc < 0)
		return refuse_live(capture, rc, err);
	if (pcap_setnonblock(capture->pcap, 1, said) != 0)
		return err_set(err, -EIO, "interface %s: %s", capture->name,
		    said);
	capture->link = pcap_datalink(capture->pcap);
	if (!capture_link_known(capture->link))
		return capture_link_refused(capture, capture->link, err);
	if (ask(capture, SIOCGIFHWADDR, &request))
		capture->hardware = request.ifr_hwaddr.sa_family;
	return 0;
}

int
fs_capture_open_live(const char *iface, size_t ring_size, struct fs_err *err,
    struct fs_capture **capture)
{
	char said[PCAP_ERRBUF_SIZE] = "";
	struct fs_capture *c;
	int rc;

	if (ring_size > INT_MAX)
		return err_set(err, -EINVAL,
		    "interface %s: the ring is to be below 2 GiB", iface);
	c = capture_new(iface);
	if (c == NULL)
		return err_set(err, -ENOMEM, "no memory left");
	c->pcap = pcap_create(iface, said);
	if (c->pcap == NULL)
		rc = err_set(err, -EIO, "interface %s: %s", iface, said);
	else
		rc = activate(c, ring_size, err);
	if (rc < 0)
		goto out;
	*capture = c;
	c = NULL; /* Given away. */
out:
	fs_capture_close(c);
	return rc;
}

int
capture_live_failed(struct fs_capture *capture, struct fs_err *err)
{
	return err_set(err, -ENETDOWN, "interface %s: %s", capture->name,
	    pcap_geterr(capture->pcap));
}

int
fs_capture_again(struct fs_capture *capture, struct fs_err *err)
{
	struct sockaddr_ll place = { 0 };
	socklen_t size = sizeof(place);
	struct ifreq request;

	if (!ask(capture, SIOCGIFFLAGS, &request) ||
	    (request.ifr_flags & IFF_UP) == 0 ||
	    !ask(capture, SIOCGIFHWADDR, &request))
		return 0;
	if (request.ifr_hwaddr.sa_family != capture->hardware)
		return err_set(err, FS_EUNSUP,
		    "interface %s: came back with another link type; start "
		    "again",
		    capture->name);
	if (!ask(capture, SIOCGIFINDEX, &request))
		return 0;
	/* Bound as it was, for all protocols, but to this one. */
	if (getsockname(pcap_fileno(capture->pcap), (struct sockaddr *)&place,
		&size) < 0)
		return err_set(err, -errno, "interface %s: %s", capture->name,
		    strerror(errno));
	place.sll_ifindex = request.ifr_ifindex;
	if (bind(pcap_fileno(capture->pcap), (struct sockaddr *)&place,
		sizeof(place)) < 0)
		return errno == ENODEV || errno == ENETDOWN
		    ? 0
		    : err_set(err, -errno, "interface %s: cannot be bound: %s",
			  capture->name, strerror(errno));
	return 1;
}
