/* Stage 6, inside: what two addresses show that one program or one machine
 * has: a TLS session, a timestamp clock. */
#pragma once

#include "client/context.h"
#include "client/sessions.h"
#include "client/wanderers.h"

struct elsewhere {
	struct sessions *sessions;   /* Owned. */
	struct wanderers *wanderers; /* Owned. */
};

/* Returns 0 or -ENOMEM. */
int elsewhere_init(struct elsewhere *elsewhere);
void elsewhere_fini(struct elsewhere *elsewhere);

/* Takes in a flow of 'client' (the folded address), whose context has it
 * already, or is null. */
void elsewhere_fold(struct elsewhere *elsewhere, struct client_context *context,
    const struct fs_addr *client, const struct fs_observation *observation,
    const struct signals *signals);
