#include "signal/times.h"

/* From the server's packet to the client's, but for the hello. */
static const struct {
	const char *from, *to;
} names[TIMES_KINDS] = {
	[TIMES_HANDSHAKE] = { "SYN-ACK", "ACK" },
	[TIMES_LEAST] = { "data or SYN", "acknowledgement or echo" },
	[TIMES_HELLO] = { "ACK of the TCP handshake", "ClientHello" },
	[TIMES_TLS] = { "end of the server's TLS flight", "TLS answer" },
	[TIMES_SETTINGS] = { "HTTP/2 data", "acknowledgement of SETTINGS" },
	[TIMES_WINDOW] = { "HTTP/2 data", "WINDOW_UPDATE" },
	[TIMES_TURN] = { "end of an answer", "next request" },
	[TIMES_UPLOAD] = { "all acknowledged", "more of the request" },
	[TIMES_CLOSE] = { "server's FIN", "client's FIN or RST" },
	[TIMES_QUIC] = { "server's handshake packet", "client's answer" },
	[TIMES_ACK] = { "end of the server's TLS flight", "acknowledgement" },
};

void
times_add(struct signals *signals, enum times_kind kind, uint64_t from_us,
    uint64_t span_us)
{
	int32_t sizes[SIGNAL_SIZES_MAX];
	size_t count = signals_sizes(signals, SIGNAL_RTT_TIMES, sizes);

	if (count + 3 > SIGNAL_SIZES_MAX || from_us > INT32_MAX ||
	    span_us > INT32_MAX)
		return;
	sizes[count++] = (int32_t)kind;
	sizes[count++] = (int32_t)from_us;
	sizes[count++] = (int32_t)span_us;
	signals_set_sizes(signals, SIGNAL_RTT_TIMES, sizes, count);
}

size_t
times_read(const struct signals *signals,
    struct times_sample samples[TIMES_MAX])
{
	int32_t sizes[SIGNAL_SIZES_MAX];
	size_t i, found = 0;
	size_t count = signals_sizes(signals, SIGNAL_RTT_TIMES, sizes);

	for (i = 0; i + 3 <= count; i += 3) {
		if (sizes[i] < TIMES_HANDSHAKE || sizes[i] >= TIMES_KINDS)
			continue;
		samples[found++] = (struct times_sample){ names[sizes[i]].from,
			names[sizes[i]].to, sizes[i + 1], sizes[i + 2] };
	}
	return found;
}
