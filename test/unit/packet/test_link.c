#include "packet/packet.h"

#include "capture/capture.h"
#include "test/unit/tap.h"

/* What capture/ lets in is what packet/ reads. */

/* Numbers that only files or other systems use for raw IP; libpcap never says
 * them here. */
static bool
is_foreign(int link)
{
	return link == 14 || link == 101;
}

int
main(void)
{
	int link;

	for (link = -2; link < 400; link++)
		if (!is_foreign(link) &&
		    packet_link_known(link) != capture_link_known(link))
			tap_ok(false, "link type %d", link);
	tap_ok(packet_link_known(DLT_EN10MB) && capture_link_known(DLT_EN10MB),
	    "Ethernet is known");
	tap_ok(!packet_link_known(DLT_BLUETOOTH_HCI_H4), "Bluetooth is not");
	return tap_done();
}
