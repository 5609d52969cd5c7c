/* Stage 6, inside: whether a flow's SYN is of another operating system than
 * the program that speaks in it (SIGNALS: E2).
 *
 * Few TLS libraries are of one system alone: Apple's own and Windows' SChannel
 * are, by their lists of cipher suites (JA4's second part). OpenSSL, Go,
 * Chromium and Firefox are everywhere, QUIC's three suites are everybody's,
 * and none of them says anything. In plain HTTP the agent does. */
#pragma once

#include "signal/signal.h"

/* Returns 1 when both sides are known and differ, 0 when they agree, -1 when
 * one of them says nothing. */
int system_conflict(const struct signals *signals);
