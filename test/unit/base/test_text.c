#include "base/text.h"

#include "test/unit/tap.h"

int
main(void)
{
	char room[6] = "xxxxx";

	text_copy(room, sizeof(room), "tls");
	tap_ok(strcmp(room, "tls") == 0, "what fits is whole");
	text_copy(room, sizeof(room), "quics");
	tap_ok(strcmp(room, "quics") == 0, "what just fits is whole");
	text_copy(room, sizeof(room), "wireguard");
	tap_ok(strcmp(room, "wireg") == 0, "what does not is cut");
	text_copy(room, sizeof(room), NULL);
	tap_ok(room[0] == '\0', "nothing is an empty string");
	text_copy(room, 1, "x");
	tap_ok(room[0] == '\0', "there may be room for the end alone");
	return tap_done();
}
