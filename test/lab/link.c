/* link: a line between two hosts of the lab, with the delay, jitter, loss,
 * rate and reordering that kernels without netem do not offer.
 *
 * It makes one TAP in each of two network namespaces and carries frames from
 * one to the other: TAP in, heap of frames by the time they are due, TAP out.
 * It goes into the background once both TAPs exist, with its process number
 * on standard output, and runs until SIGTERM. The same frames and the same
 * seed meet the same fate: every choice comes from one generator a
 * direction. */
#include "test/lab/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
	ETHER_SIZE = 18, /* With one VLAN tag. */
	BATCH = 64,      /* Frames read from one TAP before the other's turn. */
	SLOTS = 4096,
	SLOTS_MAX = 1 << 20,
	QUEUE_BYTES = 262144,
	HOLD_NS = 3000000,
	AWAKE_NS = 200000,
	NS_PER_US = 1000,
	NS_PER_S = 1000000000,
};

struct link {
	struct wire wire;
	int taps[2];
	int timer;
	uint64_t seed;
	const char *stats_path; /* Null: standard error. */
};

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)fprintf(stderr, "link: ");
	(void)vfprintf(stderr, format, args);
	(void)fprintf(stderr, "\n");
	va_end(args);
	exit(1);
}

static uint64_t
now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* ---- Moving frames ---------------------------------------------------- */

/* Reads one frame, into nowhere when there is no room. Returns false when
 * the TAP has no more. */
static bool
link_read(struct link *link, uint8_t from)
{
	struct slot *slot = wire_room(&link->wire);
	uint8_t scrap[1];
	ssize_t size;

	if (slot)
		size =
		    read(link->taps[from], slot->bytes, link->wire.frame_size);
	else
		size = read(link->taps[from], scrap, sizeof(scrap));
	if (size <= 0)
		return false;
	wire_take(&link->wire, from, (size_t)size, now_ns());
	return true;
}

static void
link_read_all(struct link *link)
{
	int i;

	for (uint8_t from = 0; from < 2; from++) {
		for (i = 0; i < BATCH && link_read(link, from); i++)
			;
	}
}

/* Sends what is due. */
static void
link_send(struct link *link)
{
	const struct slot *next;
	uint64_t now = now_ns();

	while ((next = wire_next(&link->wire)) && next->due_ns <= now) {
		if (write(link->taps[1 - next->way], next->bytes, next->size) <
		    0)
			link->wire.ways[next->way].dropped++;
		wire_sent(&link->wire, now);
		now = now_ns();
	}
}

/* Moves what can be moved, and sets the timer for what comes next. A timer
 * wakes an idle processor some 0.1 ms late, so it is set earlier than that,
 * and the rest is waited for awake. */
static void
link_turn(struct link *link)
{
	struct itimerspec timer = { 0 };
	const struct slot *next;
	uint64_t wake;

	do {
		link_read_all(link);
		link_send(link);
		next = wire_next(&link->wire);
	} while (next && next->due_ns < now_ns() + AWAKE_NS);
	if (next) {
		wake = next->due_ns - AWAKE_NS;
		timer.it_value.tv_sec = (time_t)(wake / NS_PER_S);
		timer.it_value.tv_nsec = (long)(wake % NS_PER_S);
	}
	(void)timerfd_settime(link->timer, TFD_TIMER_ABSTIME, &timer, NULL);
}

static void
watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		die("epoll: %s", strerror(errno));
}

static void
link_run(struct link *link, int signals)
{
	struct epoll_event event = { 0 };
	uint64_t expirations;
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0)
		die("epoll: %s", strerror(errno));
	watch(epoll, link->taps[0]);
	watch(epoll, link->taps[1]);
	watch(epoll, link->timer);
	watch(epoll, signals);
	while (event.data.fd != signals) {
		if (epoll_wait(epoll, &event, 1, -1) < 0 && errno != EINTR)
			die("epoll: %s", strerror(errno));
		if (event.data.fd == link->timer)
			(void)!read(link->timer, &expirations,
			    sizeof(expirations));
		link_turn(link);
	}
	(void)close(epoll);
}

/* ---- Setting up ------------------------------------------------------- */

/* Goes into the network namespace named by the first 'size' bytes of
 * 'name': a path, or a name that 'ip netns' knows. */
static void
netns_enter(const char *name, int size)
{
	const char *folder =
	    memchr(name, '/', (size_t)size) ? "" : "/run/netns/";
	char path[4096];
	int fd;

	(void)snprintf(path, sizeof(path), "%s%.*s", folder, size, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_setns, fd, 0) < 0)
		die("namespace %s: %s", path, strerror(errno));
	(void)close(fd);
}

/* Makes the TAP of "NETNS:TAP". */
static int
tap_open(const char *place)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	const char *colon = strrchr(place, ':');
	int fd;

	if (!colon || colon == place ||
	    strlen(colon + 1) >= sizeof(request.ifr_name))
		die("'%s' is not NETNS:TAP", place);
	netns_enter(place, (int)(colon - place));
	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s",
	    colon + 1);
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0)
		die("TAP %s: %s", place, strerror(errno));
	return fd;
}

static void
link_init(struct link *link, const char *const *places)
{
	if (wire_init(&link->wire, link->seed) < 0)
		die("out of memory");
	link->taps[0] = tap_open(places[0]);
	link->taps[1] = tap_open(places[1]);
	link->timer =
	    timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (link->timer < 0)
		die("timerfd: %s", strerror(errno));
}

/* Returns in the child, without the terminal. */
static void
background(void)
{
	pid_t child = fork();
	int null;

	if (child < 0)
		die("fork: %s", strerror(errno));
	if (child > 0) {
		(void)printf("%d\n", (int)child);
		exit(0);
	}
	null = open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
		die("/dev/null: %s", strerror(errno));
	(void)close(null);
}

/* Frames must not wait for other programs: asks for it, and goes on where it
 * is not allowed, as the statistics will show. */
static void
be_prompt(void)
{
	struct sched_param first = { .sched_priority = 10 };

	(void)sched_setscheduler(0, SCHED_FIFO, &first);
	(void)mlockall(MCL_CURRENT | MCL_FUTURE);
	(void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}

static void
stats_write(const struct link *link)
{
	FILE *file = stderr;
	const struct way *way = link->wire.ways;

	if (link->stats_path && !(file = fopen(link->stats_path, "we")))
		die("%s: %s", link->stats_path, strerror(errno));
	for (int i = 0; i < 2; i++, way++)
		(void)fprintf(file,
		    "way=%d frames=%" PRIu64 " lost=%" PRIu64
		    " dropped=%" PRIu64 " late=%" PRIu64 " worst_us=%" PRIu64
		    "\n",
		    i, way->frames, way->lost, way->dropped, way->late,
		    way->worst_ns / NS_PER_US);
	if (file != stderr)
		(void)fclose(file);
}

/* ---- Options ---------------------------------------------------------- */

static void __attribute__((noreturn)) usage(void)
{
	(void)fprintf(stderr,
	    "usage: link [options] NETNS:TAP NETNS:TAP\n"
	    "  -d US     delay one way          -j US     jitter, uniform\n"
	    "  -l PPM    loss                   -o PPM    reordered frames\n"
	    "  -O US     how long those wait    -r BPS    rate\n"
	    "  -q BYTES  queue before the rate  -t HOPS   taken from the TTL\n"
	    "These take 'N', or 'N,M' for the two directions.\n"
	    "  -n COUNT  frames under way at most (4096)\n"
	    "  -m MTU    (1500)   -s SEED   -w FILE  statistics\n");
	exit(2);
}

/* Reads "N", for both, or "N,M", times 'unit'. */
static void
option_pair(char option, const char *text, uint64_t unit, uint64_t *first,
    uint64_t *second)
{
	char *end;

	errno = 0;
	*first = *second = strtoull(text, &end, 10) * unit;
	if (*end == ',' && end[1] >= '0' && end[1] <= '9')
		*second = strtoull(end + 1, &end, 10) * unit;
	if (errno != 0 || *end != '\0' || *text < '0' || *text > '9')
		die("-%c %s: expected N or N,M", option, text);
}

static uint64_t
option_number(char option, const char *text, uint64_t min, uint64_t max)
{
	uint64_t value, same;

	option_pair(option, text, 1, &value, &same);
	if (value < min || value > max || value != same)
		die("-%c %s: expected a number from %" PRIu64 " to %" PRIu64,
		    option, text, min, max);
	return value;
}

/* Takes an option of the two ways. Returns false when it is none. */
static bool
option_way(struct way *ways, char option, const char *text)
{
	struct way *a = &ways[0], *b = &ways[1];
	const struct {
		char option;
		uint64_t unit, *first, *second;
	} table[] = {
		{ 'd', NS_PER_US, &a->delay_ns, &b->delay_ns },
		{ 'j', NS_PER_US, &a->jitter_ns, &b->jitter_ns },
		{ 'O', NS_PER_US, &a->hold_ns, &b->hold_ns },
		{ 'l', 1, &a->loss_ppm, &b->loss_ppm },
		{ 'o', 1, &a->reorder_ppm, &b->reorder_ppm },
		{ 'r', 1, &a->rate_bps, &b->rate_bps },
		{ 'q', 1, &a->queue_bytes, &b->queue_bytes },
		{ 't', 1, &a->hops, &b->hops },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].option != option)
			continue;
		option_pair(option, text, table[i].unit, table[i].first,
		    table[i].second);
		return true;
	}
	return false;
}

static void
option_take(struct link *link, char option, const char *text)
{
	if (option == 'n')
		link->wire.slot_count =
		    (uint32_t)option_number(option, text, 1, SLOTS_MAX);
	else if (option == 'm')
		link->wire.frame_size =
		    ETHER_SIZE + option_number(option, text, 68, 65535);
	else if (option == 's')
		link->seed = option_number(option, text, 0, UINT32_MAX);
	else if (option == 'w')
		link->stats_path = text;
	else if (!option_way(link->wire.ways, option, text))
		usage();
}

int
main(int argc, char **argv)
{
	struct link link = { .seed = 1 };
	sigset_t stop;
	int option, signals;

	link.wire.slot_count = SLOTS;
	link.wire.frame_size = ETHER_SIZE + 1500;
	for (int i = 0; i < 2; i++) {
		link.wire.ways[i].queue_bytes = QUEUE_BYTES;
		link.wire.ways[i].hold_ns = HOLD_NS;
	}
	while ((option = getopt(argc, argv, "d:j:l:o:O:r:q:t:n:m:s:w:")) >= 0)
		option_take(&link, (char)option, optarg);
	if (argc - optind != 2)
		usage();
	(void)sigemptyset(&stop);
	(void)sigaddset(&stop, SIGTERM);
	(void)sigaddset(&stop, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &stop, NULL);
	link_init(&link, (const char *const *)&argv[optind]);
	background();
	be_prompt();
	signals = signalfd(-1, &stop, SFD_CLOEXEC);
	if (signals < 0)
		die("signalfd: %s", strerror(errno));
	link_run(&link, signals);
	stats_write(&link);
	wire_fini(&link.wire);
	return 0;
}
