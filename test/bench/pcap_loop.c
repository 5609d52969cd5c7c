/* Reads a capture with libpcap and does nothing with it: what any program
 * that uses libpcap pays at least.
 *
 * usage: pcap_loop FILE */
#include <pcap.h>
#include <stdint.h>
#include <stdio.h>

int
main(int argc, char **argv)
{
	char why[PCAP_ERRBUF_SIZE];
	uint64_t packets = 0, bytes = 0, sum = 0;
	struct pcap_pkthdr *header;
	const u_char *frame;
	pcap_t *pcap;
	int rc;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: pcap_loop FILE\n");
		return 2;
	}
	pcap = pcap_open_offline(argv[1], why);
	if (pcap == NULL) {
		(void)fprintf(stderr, "pcap_loop: %s\n", why);
		return 1;
	}
	while ((rc = pcap_next_ex(pcap, &header, &frame)) == 1) {
		packets++;
		bytes += header->len;
		/* The frame is looked at, or nothing would fetch it. */
		if (header->caplen > 0)
			sum += frame[header->caplen / 2];
	}
	pcap_close(pcap);
	printf("%llu packets, %llu bytes, %llu\n", (unsigned long long)packets,
	    (unsigned long long)bytes, (unsigned long long)sum);
	return rc == PCAP_ERROR_BREAK ? 0 : 1;
}
