#include "privileges.h"

#include <cap-ng.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/err.h"

static const char usual_user[] = "flowscan";

static void
stay(struct privileges *privileges)
{
	const struct passwd *found;

	privileges->uid = geteuid();
	privileges->gid = getegid();
	found = getpwuid(privileges->uid);
	if (found != NULL)
		(void)snprintf(privileges->user, sizeof(privileges->user), "%s",
		    found->pw_name);
	else
		(void)snprintf(privileges->user, sizeof(privileges->user), "%u",
		    (unsigned)privileges->uid);
}

int
privileges_find(const char *user, bool live, struct fs_err *err,
    struct privileges *privileges)
{
	const struct passwd *found = NULL;

	*privileges = (struct privileges){ 0 };
	stay(privileges);
	if (user != NULL || (live && privileges->uid == 0)) {
		found = getpwnam(user != NULL ? user : usual_user);
		privileges->missing = found == NULL;
	}
	if (user != NULL && found == NULL)
		return err_set(err, -ENOENT,
		    "user: there is no user '%s'; make it with useradd "
		    "--system %s",
		    user, user);
	/* Only root can become another; whoever else is none already. */
	if (privileges->uid == 0 && found != NULL && found->pw_uid != 0) {
		privileges->uid = found->pw_uid;
		privileges->gid = found->pw_gid;
		privileges->changes = true;
		(void)snprintf(privileges->user, sizeof(privileges->user),
		    "%.*s", PRIVILEGES_NAME_SIZE - 1, found->pw_name);
	}
	privileges->overrides = !live && privileges->uid == 0;
	return 0;
}

static int
refuse(struct fs_err *err, const char *what, int rc)
{
	return err_set(err, rc < 0 ? rc : -EPERM,
	    "privileges cannot be dropped: %s failed (%d)", what, rc);
}

/* Without CAP_SETPCAP the bounding set stays as it is, which does no harm to
 * a process that gains nothing by running another program. */
static int
drop_capabilities(const struct privileges *privileges, struct fs_err *err)
{
	bool may_bound = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
	int rc;

	capng_clear(CAPNG_SELECT_ALL);
	if (privileges->overrides)
		(void)capng_update(CAPNG_ADD,
		    (capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED),
		    CAP_DAC_OVERRIDE);
	if (privileges->changes) {
		rc = capng_change_id((int)privileges->uid, (int)privileges->gid,
		    (capng_flags_t)(CAPNG_INIT_SUPP_GRP |
			CAPNG_CLEAR_BOUNDING));
		return rc == 0 ? 0 : refuse(err, "capng_change_id", rc);
	}
	if (may_bound && capng_apply(CAPNG_SELECT_BOUNDS) != 0)
		return refuse(err, "capng_apply of the bounding set", -EPERM);
	rc = capng_apply(CAPNG_SELECT_CAPS);
	return rc == 0 ? 0 : refuse(err, "capng_apply", rc);
}

/* What the kernel says is what counts. */
static int
check(const struct privileges *privileges, struct fs_err *err)
{
	bool none;

	if (capng_get_caps_process() != 0 || geteuid() != privileges->uid ||
	    getuid() != privileges->uid || getegid() != privileges->gid)
		return refuse(err, "the change of the user", -EPERM);
	none = capng_have_capabilities(CAPNG_SELECT_CAPS) == CAPNG_NONE;
	if (!none && !privileges->overrides)
		return refuse(err, "giving up all capabilities", -EPERM);
	if (privileges->changes && setuid(0) == 0)
		return refuse(err, "giving up root", -EPERM);
	return 0;
}

int
privileges_drop(const struct privileges *privileges, struct fs_err *err)
{
	int rc;

	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (capng_get_caps_process() != 0)
		return refuse(err, "reading the capabilities", -EPERM);
	if ((rc = drop_capabilities(privileges, err)) < 0)
		return rc;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return refuse(err, "PR_SET_NO_NEW_PRIVS", -errno);
	return check(privileges, err);
}
