#!/usr/bin/env bats
# The control socket, and word to the service manager, of a flowscand on the
# loopback of a network namespace of its own.

setup() {
	BIN="$PWD/${BUILD:-build}/bin"
	T="$BATS_TEST_TMPDIR"
	DB="$T/live.db" SOCKET="$T/run/control.sock"
	{
		ip netns add flowscan-$$ &&
			ip -n flowscan-$$ link set lo up
	} 2>/dev/null || skip "no network namespaces here"
	mkdir "$T/rules"
	rule first 'flow.server_port = 4711'
	cat >"$T/live.yaml" <<-END
	sensor: {name: tap-7}
	rules: [$T/rules]
	control: {path: $SOCKET, mode: 0600}
	user: root
	END
}

teardown() {
	ip netns del flowscan-$$ 2>/dev/null || true
}

# rule NAME CONDITION: writes a rule file.
rule() {
	cat >"$T/rules.new" <<-END
	- rule: $1
	  desc: a rule
	  condition: $2
	  class: tunnel
	  family: protocol
	  protocol: $1
	  likelihood: {if_true: 0.9, if_false: 0.0001}
	  says: it is
	END
	mv "$T/rules.new" "$T/rules/one.yaml"
}

capture() {
	ip netns exec flowscan-$$ "$BIN/flowscand" -c "$T/live.yaml" -i lo \
		--db "$DB" 2>"$T/err" 3>&- &
	scanner=$!
	for _ in $(seq 100); do
		grep -q 'capturing on lo' "$T/err" && return
		sleep 0.1
	done
	cat "$T/err"
	return 1
}

ctl() {
	run "$BIN/flowscan" ctl --socket "$SOCKET" "$@"
	echo "$output"
}

@test "control: status, stats, reload, rotate and stop" {
	capture
	[ "$(stat -c %a "$SOCKET")" = 600 ]
	ip netns exec flowscan-$$ perl -MIO::Socket::INET -e '
		IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => 4711,
			Proto => "udp")->send("HELO") for 1 .. 3'
	sleep 1.2
	ctl status
	[ "$status" -eq 0 ]
	jq -e '.ok and .sensor == "tap-7" and .interfaces[0].name == "lo" and
		.packets.judged >= 3 and .flows.now >= 1 and
		(.rules.sha256 | length) == 64 and .rules.count == 1 and
		.rules.refused == null and .last_error == null and
		.memory.ring > 0 and .store.bytes > 0' <<<"$output"
	before=$(jq -r .rules.sha256 <<<"$output")
	ctl stats
	[ "$status" -eq 0 ]
	jq -e '.packets.frames >= 3 and (has("rules") | not)' <<<"$output"
	rule second 'flow.server_port = 4711'
	ctl reload
	[ "$status" -eq 0 ]
	jq -e --arg before "$before" '.ok and .rules != $before' <<<"$output"
	rule broken 'flow.server_prt = 4711'
	ctl reload
	[ "$status" -eq 2 ]
	[[ "$output" == *"rules/one.yaml:3:14: error: "*"flow.server_port"* ]]
	ctl status
	jq -e '.rules.refused.line == 3 and .rules.refusals >= 1 and
		(.last_error.text | length) > 0 and .rules.loads >= 1' <<<"$output"
	ctl rotate
	[ "$status" -eq 0 ]
	ctl stop
	[ "$status" -eq 0 ]
	wait $scanner
	[ ! -e "$SOCKET" ]
	ctl status
	[ "$status" -eq 5 ]
	[[ "$output" == *"does flowscand run"* ]]
}

@test "control: hostile peers harm nobody" {
	capture
	perl -MIO::Socket::UNIX -e '
		my $open = sub { IO::Socket::UNIX->new(Peer => $ARGV[0]) };
		# More than there is room for, silent, until they are late.
		my @silent = map { $open->() } 1 .. 12;
		select(undef, undef, undef, 0.3);
		close $_ for @silent;
		for my $text ("", "\n", "x" x 5000, "{" x 1000 . "\n", "\0" x 64 . "\n",
		    "{\"command\":\"status\"}", "{\"command\":\"statu\"}\n") {
			my $peer = $open->() or die "no connection: $!";
			$SIG{PIPE} = "IGNORE";
			print $peer $text; $peer->flush; shutdown($peer, 1);
			my $answer = join "", <$peer>;
			print length($text), ": ", length($answer), "\n";
		}
		# One that never reads its answer.
		for (1 .. 20) { my $peer = $open->() or next;
			print $peer "{\"command\":\"status\"}\n"; $peer->flush; close $peer }
	' "$SOCKET"
	ctl status
	[ "$status" -eq 0 ]
	kill -TERM $scanner
	wait $scanner
}

# as UID GID GROUPS COMMAND: asks as somebody else.
as() {
	setpriv --reuid "$1" --regid "$2" --groups "$3" perl -MIO::Socket::UNIX -e '
		my $peer = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "connect: $!";
		print $peer "{\"command\":\"$ARGV[1]\"}\n"; $peer->flush;
		print <$peer>' "$SOCKET" "$4"
}

# Others may come to the socket.
open_folders() {
	SOCKET=$(mktemp -u "${TMPDIR:-/tmp}/flowscan-ctl-XXXXXX").d/control.sock
	sed -i "s|control: .*|control: {path: $SOCKET, $1}|" "$T/live.yaml"
}

@test "control: only root and the group may change anything" {
	[ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null || skip "needs root"
	open_folders 'mode: 0666, group: daemon'
	group=$(getent group daemon | cut -d: -f3)
	capture
	[ "$(stat -c '%a %G' "$SOCKET")" = "666 daemon" ]
	as 65534 65534 65534 stop |
		jq -e '.ok == false and (.error | startswith("stop is for root"))'
	as 65534 65534 65534 status | jq -e .ok
	kill -0 $scanner
	grep -q 'stop is refused to user 65534' "$T/err"
	as 65534 "$group" 65534 rotate | jq -e .ok
	as 65534 65534 "65534,$group" stop | jq -e .ok
	wait $scanner
	rmdir "${SOCKET%/*}"
}

@test "control: who may not write to the socket may not ask" {
	[ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null || skip "needs root"
	open_folders 'mode: 0660, group: daemon'
	group=$(getent group daemon | cut -d: -f3)
	capture
	run as 65534 65534 65534 status
	[ "$status" -ne 0 ]
	[[ "$output" == *"Permission denied"* ]]
	as 65534 65534 "$group" status | jq -e .ok
	kill -TERM $scanner
	wait $scanner
	rmdir "${SOCKET%/*}"
}

@test "control: promtool likes what a flowscand that runs tells" {
	command -v promtool >/dev/null || skip "no promtool here"
	capture
	: >"$T/serve"
	"$BIN/flowscan" serve --db "$DB" --socket "$SOCKET" \
		--listen 127.0.0.1:0 2>"$T/serve" 3>&- &
	server=$!
	for _ in $(seq 100); do
		port=$(sed -n 's/.* at port \([0-9]*\);.*/\1/p' "$T/serve")
		[ -n "$port" ] && break
		sleep 0.1
	done
	perl -MIO::Socket::INET -e '
		my $peer = IO::Socket::INET->new(PeerAddr => "127.0.0.1",
			PeerPort => $ARGV[0]) or die;
		print $peer "GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n";
		$peer->flush; local $/; print scalar <$peer>' "$port" |
		sed '1,/^\r$/d' >"$T/metrics"
	kill -TERM $server $scanner
	wait $server
	wait $scanner
	run promtool check metrics <"$T/metrics"
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	grep -q '^flowscan_up 1$' "$T/metrics"
	grep -q '^flowscan_kernel_drops_total{interface="lo"} 0$' "$T/metrics"
	grep -q '^flowscan_rules 1$' "$T/metrics"
	grep -q '^flowscan_rules_info{sha256="[0-9a-f]\{64\}"} 1$' "$T/metrics"
}

@test "control: a second flowscand does not take the socket" {
	capture
	run ip netns exec flowscan-$$ "$BIN/flowscand" -c "$T/live.yaml" -i lo \
		--db "$T/other.db"
	echo "$output"
	[ "$status" -eq 2 ]
	[[ "$output" == *"another flowscand serves it"* ]]
	kill -KILL $scanner
	wait $scanner || true
	capture
	ctl status
	[ "$status" -eq 0 ]
	kill -TERM $scanner
	wait $scanner
}

@test "notify: ready, reloading, watchdog and stopping" {
	perl -MIO::Socket::UNIX -MSocket -e '
		my $socket = IO::Socket::UNIX->new(Local => $ARGV[0], Type => SOCK_DGRAM)
			or die;
		$| = 1;
		while (defined $socket->recv(my $text, 500)) {
			$text =~ s/\n/ /g; print "$text\n" }' "$T/notify" >"$T/told" 3>&- &
	listener=$!
	while [ ! -S "$T/notify" ]; do sleep 0.05; done
	export NOTIFY_SOCKET="$T/notify" WATCHDOG_USEC=400000
	capture
	unset NOTIFY_SOCKET WATCHDOG_USEC
	rule third 'flow.server_port = 4712'
	ctl reload
	[ "$status" -eq 0 ]
	sleep 0.5
	kill -TERM $scanner
	wait $scanner
	kill $listener
	cat "$T/told"
	[ "$(grep -v WATCHDOG "$T/told" | cut -d' ' -f1 | tr '\n' ' ' | cut -d' ' -f1-3)" = \
		"READY=1 RELOADING=1 READY=1" ]
	[ "$(grep -c 'WATCHDOG=1' "$T/told")" -ge 2 ]
	[ "$(tail -n 1 "$T/told")" = "STOPPING=1 STATUS=Writing the rest" ]
}
