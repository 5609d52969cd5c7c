/* Community ID, version 1, seed 0: the same name for a flow in other tools
 * (github.com/corelight/community-id-spec). */
#pragma once

#include "store/store.h"

/* "1:", 28 characters of base64, and the end. */
enum { COMMUNITY_ID_SIZE = 31 };

/* Writes the Community ID of a flow into 'room'; "" without addresses. */
void community_id(const struct fs_observation *flow,
    char room[COMMUNITY_ID_SIZE]);

/* The same of a row; "" when it has not the client's address. */
void community_of(const struct store_flow *row, char room[COMMUNITY_ID_SIZE]);
