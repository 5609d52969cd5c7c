#include "top.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "command.h"

enum {
	OTHER_LINES = 18, /* All but clients: the daemon, classes, headings. */
	PLAIN_ROWS = 20,
};

/* The terminal as it was, and is to be again. */
struct screen {
	bool is_terminal; /* Of the output. */
	bool moves;       /* It can be cleared. */
	bool keys;        /* Keys are read one by one. */
	unsigned width, height;
	struct termios before;
};

static volatile sig_atomic_t asked_to_end;

static void
on_signal(int number)
{
	/* Another size of the terminal only ends the wait. */
	if (number != SIGWINCH)
		asked_to_end = 1;
}

static void
watch_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH };
	struct sigaction action = { .sa_handler = on_signal };
	size_t i;

	sigemptyset(&action.sa_mask);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		(void)sigaction(numbers[i], &action, NULL);
}

/* ---- The terminal
 * ------------------------------------------------------------ */

static void
measure(struct screen *screen)
{
	struct winsize size;

	screen->width = 0;
	screen->height = 0;
	if (screen->is_terminal &&
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
		screen->width = size.ws_col;
		screen->height = size.ws_row;
	}
}

static void
open_screen(struct screen *screen, struct top *top)
{
	const char *term = getenv("TERM"), *plain = getenv("NO_COLOR");
	struct termios raw;

	*screen = (struct screen){ .is_terminal = isatty(STDOUT_FILENO) != 0 };
	screen->moves = screen->is_terminal && !top->once && term != NULL &&
	    term[0] != '\0' && strcmp(term, "dumb") != 0;
	if (!screen->is_terminal || term == NULL || strcmp(term, "dumb") == 0 ||
	    (plain != NULL && plain[0] != '\0'))
		top->color = false;
	measure(screen);
	if (top->once || tcgetattr(STDIN_FILENO, &screen->before) < 0)
		return;
	raw = screen->before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	screen->keys = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

static void
close_screen(const struct screen *screen)
{
	if (screen->moves) {
		(void)fputs("\033[?7h\n", stdout);
		(void)fflush(stdout);
	}
	if (screen->keys)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &screen->before);
}

/* Waits for the next look. Returns whether there is to be one. */
static bool
wait_for_next(const struct screen *screen, uint64_t span_us)
{
	struct pollfd keys = { .fd = screen->keys ? STDIN_FILENO : -1,
		.events = POLLIN };
	char key;

	if (poll(&keys, 1, (int)(span_us / 1000)) <= 0)
		return !asked_to_end; /* Late, or a signal. */
	if (read(STDIN_FILENO, &key, 1) <= 0)
		return false;
	return key != 'q' && key != 'Q';
}

/* Only what the screen has room for: a line more, and it scrolls. */
static void
cut_lines(const struct screen *screen, struct buf *buf)
{
	unsigned lines = 0;
	size_t i;

	if (!screen->moves || screen->height == 0)
		return;
	for (i = 0; i < buf->size; i++)
		if (buf->bytes[i] == '\n' && ++lines + 1 == screen->height)
			buf->size = i;
}

static int
show(const struct screen *screen, struct buf *buf)
{
	/* Long lines are cut, as two of one would push the rest down. */
	static const char home[] = "\033[?7l\033[H\033[J";

	cut_lines(screen, buf);
	if (screen->moves)
		(void)fwrite(home, 1, sizeof(home) - 1, stdout);
	(void)fwrite(buf->bytes, 1, buf->size, stdout);
	if (!screen->moves && buf->size > 0)
		(void)putchar('\n');
	return fflush(stdout) == 0 ? 0 : -errno;
}

/* ---- Looking
 * -------------------------------------------------------------------- */

static uint64_t
clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Returns the exit code, or -1 to go on. */
static int
look(struct top *top, struct screen *screen)
{
	unsigned rows = screen->height > OTHER_LINES
	    ? screen->height - OTHER_LINES
	    : screen->moves ? 0
			    : PLAIN_ROWS;
	struct fs_err err = { 0 };
	struct buf buf;
	int rc, code = -1;

	buf_init(&buf);
	rc = top_look(top, clock_us(), screen->width, rows, &buf, &err);
	if (rc < 0)
		code = complain("top", CODE_DATABASE, "%s",
		    err.text[0] ? err.text : fs_strerror(rc));
	else if (show(screen, &buf) < 0)
		code = CODE_DONE; /* Whoever reads has seen enough. */
	buf_fini(&buf);
	return code;
}

int
top_run(struct top *top)
{
	struct screen screen;
	int code;

	watch_signals();
	open_screen(&screen, top);
	while ((code = look(top, &screen)) < 0 && !top->once &&
	    wait_for_next(&screen, top->every_us))
		measure(&screen);
	close_screen(&screen);
	return code < 0 ? CODE_DONE : code;
}
