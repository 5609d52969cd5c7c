#include "syscalls.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/err.h"

#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

/* Names, as some are not there on every machine. */
static const char *const allowed[] = {
	/* Files that are open, */
	"read",
	"readv",
	"pread64",
	"preadv",
	"preadv2",
	"write",
	"writev",
	"pwrite64",
	"pwritev",
	"pwritev2",
	"lseek",
	"_llseek",
	"close",
	"close_range",
	"fstat",
	"fstat64",
	"fstatfs",
	"fstatfs64",
	"fcntl",
	"fcntl64",
	"flock",
	"fsync",
	"fdatasync",
	"sync_file_range",
	"ftruncate",
	"ftruncate64",
	"fallocate",
	"fadvise64",
	"fchmod",
	"fchown",
	"fchown32",
	"dup",
	"dup2",
	"dup3",
	"ioctl",
	/* and those that Landlock lets it open. */
	"open",
	"openat",
	"openat2",
	"stat",
	"stat64",
	"lstat",
	"lstat64",
	"newfstatat",
	"fstatat64",
	"statx",
	"statfs",
	"statfs64",
	"access",
	"faccessat",
	"faccessat2",
	"readlink",
	"readlinkat",
	"getdents",
	"getdents64",
	"getcwd",
	"unlink",
	"unlinkat",
	"rename",
	"renameat",
	"renameat2",
	"mkdir",
	"mkdirat",
	"rmdir",
	"truncate",
	"umask",
	"utimensat",
	"memfd_create",
	/* Memory. */
	"brk",
	"mmap",
	"mmap2",
	"munmap",
	"mremap",
	"mprotect",
	"madvise",
	"mlock",
	"munlock",
	"mincore",
	/* Waiting. */
	"poll",
	"ppoll",
	"select",
	"_newselect",
	"pselect6",
	"epoll_create",
	"epoll_create1",
	"epoll_ctl",
	"epoll_wait",
	"epoll_pwait",
	"epoll_pwait2",
	"eventfd",
	"eventfd2",
	"pipe",
	"pipe2",
	"timerfd_create",
	"timerfd_settime",
	"timerfd_gettime",
	"inotify_init",
	"inotify_init1",
	"inotify_add_watch",
	"inotify_rm_watch",
	"nanosleep",
	"clock_nanosleep",
	"restart_syscall",
	/* Sockets that are open: captures, control, log. */
	"accept",
	"accept4",
	"bind",
	"listen",
	"recvfrom",
	"recvmsg",
	"recvmmsg",
	"sendto",
	"sendmsg",
	"sendmmsg",
	"shutdown",
	"getsockopt",
	"setsockopt",
	"getsockname",
	"getpeername",
	/* Clocks and itself. */
	"clock_gettime",
	"clock_gettime64",
	"clock_getres",
	"gettimeofday",
	"time",
	"times",
	"getrandom",
	"getpid",
	"getppid",
	"gettid",
	"getuid",
	"geteuid",
	"getgid",
	"getegid",
	"getresuid",
	"getresgid",
	"getgroups",
	"getrusage",
	"getrlimit",
	"uname",
	"sysinfo",
	"capget",
	"getpgrp",
	"ioprio_get",
	"getpriority",
	/* Threads and signals. */
	"futex",
	"futex_waitv",
	"set_robust_list",
	"get_robust_list",
	"rseq",
	"membarrier",
	"sched_yield",
	"sched_getaffinity",
	"sched_setaffinity",
	"sched_getparam",
	"sched_getscheduler",
	"set_tid_address",
	"exit",
	"exit_group",
	"rt_sigaction",
	"rt_sigprocmask",
	"rt_sigreturn",
	"rt_sigpending",
	"rt_sigtimedwait",
	"rt_sigsuspend",
	"sigreturn",
	"sigaltstack",
	"tgkill",
	"getcpu",
};

/* Nothing in here asks for them, and no library tries them to see. */
static const char *const deadly[] = { "execve", "execveat", "fork", "vfork",
	"ptrace", "process_vm_readv", "process_vm_writev", "bpf", "init_module",
	"finit_module", "delete_module", "kexec_load", "kexec_file_load",
	"mount", "umount2", "pivot_root", "chroot", "setns", "unshare",
	"open_by_handle_at", "reboot", "swapon", "swapoff", "iopl", "ioperm",
	"modify_ldt", "userfaultfd", "setuid", "setgid", "setreuid", "setregid",
	"setresuid", "setresgid", "setgroups", "capset", "keyctl", "add_key",
	"request_key", "perf_event_open" };

size_t
syscalls_allowed(void)
{
	return COUNT_OF(allowed);
}

size_t
syscalls_deadly(void)
{
	return COUNT_OF(deadly);
}

static int
add_all(scmp_filter_ctx filter, uint32_t action, const char *const *names,
    size_t count)
{
	size_t i;
	int number, rc = 0;

	for (i = 0; i < count && rc == 0; i++) {
		number = seccomp_syscall_resolve_name(names[i]);
		if (number >= 0)
			rc = seccomp_rule_add(filter, action, number, 0);
	}
	return rc;
}

/* Threads, but no processes; a name for them, and how much of a thing there
 * may be, but not more of it. clone3() hides what it asks for, so libc is to
 * take the other. */
static int
add_some(scmp_filter_ctx filter)
{
	int rc;

	rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
	    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
		    SCMP_SYS(clone3), 0);
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl),
		    1, SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW,
		    SCMP_SYS(prlimit64), 1, SCMP_A2(SCMP_CMP_EQ, 0));
	return rc;
}

int
syscalls_enter(struct fs_err *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int rc;

	if (filter == NULL)
		return err_set(err, -ENOMEM, "seccomp: no memory left");
	/* A tree is looked up faster than a list is walked. */
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	rc = add_all(filter, SCMP_ACT_ALLOW, allowed, COUNT_OF(allowed));
	if (rc == 0)
		rc = add_all(filter, SCMP_ACT_KILL_PROCESS, deadly,
		    COUNT_OF(deadly));
	if (rc == 0)
		rc = add_some(filter);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc == 0 ? 0 : err_set(err, rc, "seccomp: %s", strerror(-rc));
}
