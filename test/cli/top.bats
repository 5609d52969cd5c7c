#!/usr/bin/env bats
# flowscan top: once, and on a terminal.

setup() {
	BIN="$PWD/${BUILD:-build}/bin"
	T="$BATS_TEST_TMPDIR"
	DB="$T/top.db"
	"$BIN/flowscand" -c test/data/flowscand-demo.yaml -r test/data/demo.pcap.zst \
		--db "$DB" 2>/dev/null
	TOP="$BIN/flowscan top --db $DB --socket $T/none.sock"
}

# on_terminal TERM COMMAND: what it prints on a terminal where 'q' is pressed
# after a second.
on_terminal() {
	command -v script >/dev/null || skip "no script(1) here"
	{ sleep 1; printf q; sleep 0.5; } |
		TERM=$1 timeout 20 script -qec "stty rows 20 cols 60; $2" /dev/null
}

@test "top: once, for scripts" {
	run $TOP --once
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"flowscand cannot be asked"* ]]
	[[ "$output" == *"direct"*"108"* ]]
	[[ "$output" == *"192.0.2.34"*review* ]]
	[[ "$output" != *$'\033'* ]]
}

@test "top: q ends it, and it fits the terminal" {
	run on_terminal xterm "$TOP"
	[ "$status" -eq 0 ]
	# Lines are cut, the screen is cleared, and all is as before at the end.
	[[ "$output" == *$'\033[?7l\033[H\033[J'* ]]
	[[ "$output" == *$'\033[?7h'* ]]
	grep -q $'\033\\[[0-9;]*m' <<<"$output"
	[ "$(awk -v RS='\033[[]H' 'NR == 2' <<<"$output" | wc -l)" -le 20 ]
}

@test "top: no color, no movement on a plain terminal" {
	NO_COLOR=1 run on_terminal xterm "$TOP"
	[ "$status" -eq 0 ]
	[ -z "$(grep $'\033\\[[0-9;]*m' <<<"$output")" ]
	run on_terminal dumb "$TOP"
	[ "$status" -eq 0 ]
	[[ "$output" != *$'\033'* ]]
}

@test "top: what cannot be" {
	run $TOP --every 1
	[ "$status" -eq 2 ]
	[[ "$output" == *"expected a span"* ]]
	run "$BIN/flowscan" top --once --db "$T/none.db"
	echo "$output"
	[ "$status" -eq 3 ]
	run $TOP extra
	[ "$status" -eq 2 ]
}
