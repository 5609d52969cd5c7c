/* SSH: banners and key exchanges of both sides. */
#include "parse/ssh.h"
#include "flowscan.h"
#include "signal/inspect.h"
#include "signal/kept.h"
#include "signal/source.h"

enum { BANNER_SIZE = 128 };

/* Index 0 is the client's. */
struct ssh_state {
	bool greeted[2]; /* The banner was read. */
	bool closed[2];  /* That direction can tell no more. */
	char banner[2][BANNER_SIZE];
	char hassh[2][SSH_HASSH_SIZE];
};

/* Returns 0 when all was read, or FS_ETRUNC, FS_EFORMAT, FS_EFULL,
 * FS_EUNSUP. */
static int
read_side(struct ssh_state *state, unsigned dir, struct cursor head)
{
	struct ssh_banner banner;
	struct ssh_kexinit kexinit;
	int rc;

	if ((rc = ssh_banner_read(head, dir == 1, &banner)) < 0)
		return rc;
	if (!state->greeted[dir])
		kept_text(state->banner[dir], BANNER_SIZE, banner.text);
	state->greeted[dir] = true;
	if ((rc = ssh_kexinit_read(banner.rest, &kexinit)) < 0)
		return rc;
	return ssh_hassh(&kexinit, dir == 1, state->hassh[dir]);
}

static bool
packet(void *ctx, void *shared, const struct sighting *seen)
{
	struct ssh_state *state = ctx;
	struct cursor head = seen->head[seen->dir];
	unsigned dir = seen->dir;
	int rc;

	(void)shared;
	if (seen->datagrams)
		return false;
	if (!seen->head_grew || state->closed[dir])
		return true;
	rc = read_side(state, dir, head);
	if (rc != FS_ETRUNC && !state->greeted[dir])
		return false;
	state->closed[dir] = rc != FS_ETRUNC || head.left >= INSPECT_HEAD;
	return !(state->closed[0] && state->closed[1]);
}

static void
collect(void *ctx, void *shared, const struct flow *flow,
    struct signals *signals)
{
	const struct ssh_state *state = ctx;

	(void)shared;
	(void)flow;
	if (state->greeted[0] && (state->greeted[1] || state->hassh[0][0]))
		signals_set_string(signals, SIGNAL_FLOW_PROTOCOL, "ssh");
	kept_set(signals, SIGNAL_SSH_CLIENT, state->banner[0]);
	kept_set(signals, SIGNAL_SSH_SERVER, state->banner[1]);
	kept_set(signals, SIGNAL_SSH_HASSH, state->hassh[0]);
	kept_set(signals, SIGNAL_SSH_HASSH_SERVER, state->hassh[1]);
}

const struct signal_source signal_ssh = { "ssh", sizeof(struct ssh_state),
	packet, collect, NULL, NULL, NULL };
