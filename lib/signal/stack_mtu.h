/* Stage 5: what a SYN says of packet sizes on the way: that of the path, and
 * that of the interface which sent it. */
#pragma once

#include "packet/packet.h"

/* The MTU that its MSS is made for (RFC 6691): 40 bytes more, in IPv6 60; 0
 * without an MSS. */
unsigned stack_path_mtu(const struct packet *syn);

/* The same of the sender's interface: Linux and Windows make the window of a
 * SYN a multiple of the MSS that they send, so a window that fits another MSS
 * says which one was there before something on the way lowered it. 0 where
 * the window says nothing: not a multiple of anything likely, or the same
 * whatever the MSS (Apple, Android, BSD). */
unsigned stack_own_mtu(const struct packet *syn);
