/* Stage 5, inside: the second half of the table of signals. */
#pragma once

#include "signal/signal.h"

/* Of an id from SIGNAL_CLIENT_IP on: places, and the client over time. Never
 * null below SIGNAL_COUNT. */
const struct signal_info *table_client_info(enum signal_id id);
