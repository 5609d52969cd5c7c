#!/usr/bin/env bats
# flowscand on several interfaces, which come and go, and with a store that
# does.

setup() {
	BIN="$PWD/${BUILD:-build}/bin"
	DB="$BATS_TEST_TMPDIR/live.db"
	NS=flowscan-$$
	{
		ip netns add $NS &&
			ip -n $NS link add tap0 type veth peer name far0 &&
			ip -n $NS link add tap1 type veth peer name far1 &&
			for name in tap0 far0 tap1 far1; do
				ip -n $NS link set $name up
			done
	} 2>/dev/null || skip "no network namespaces here"
	printf 'rules: [%s]\nuser: root\n' "$PWD/rules" >"$BATS_TEST_TMPDIR/live.yaml"
}

teardown() {
	[ -z "$scanner" ] || kill -KILL "$scanner" 2>/dev/null || true
	ip netns del $NS 2>/dev/null || true
}

# Waits until a line stands in the log so often.
logged() {
	for _ in $(seq 150); do
		[ "$(grep -c "$1" "$BATS_TEST_TMPDIR/err")" -ge "${2:-1}" ] &&
			return
		sleep 0.1
	done
	cat "$BATS_TEST_TMPDIR/err"
	return 1
}

capture() {
	ip netns exec $NS "$BIN/flowscand" -c "$BATS_TEST_TMPDIR/live.yaml" \
		"$@" --db "$DB" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	scanner=$!
	logged 'capturing on'
}

stop() {
	kill -TERM $scanner
	wait $scanner
	scanner=
}

# send INTERFACE CAPTURE: plays a capture as fast as it was.
send() {
	ip netns exec $NS tcpreplay -q -K --pps 2000 -i "$1" "$2" \
		>/dev/null 2>&1
}

@test "two interfaces, of which one goes down and one is made anew" {
	command -v tcpreplay >/dev/null || skip "no tcpreplay here"
	capture -i tap0 -i tap1 --workers 2
	logged 'capturing on tap1'
	send far0 test/data/tls.pcap
	send far1 test/data/http.pcap
	sleep 1.5
	ip -n $NS link set tap0 down
	logged 'tap0.*waiting for it'
	ip -n $NS link set tap0 up
	logged 'tap0: is back'
	ip -n $NS link del tap1
	logged 'tap1.*waiting for it'
	ip -n $NS link add tap1 type veth peer name far1
	ip -n $NS link set tap1 up
	ip -n $NS link set far1 up
	logged 'tap1: is back'
	send far0 test/data/ssh.pcap
	send far1 test/data/socks5.pcap
	sleep 1.5
	stop
	run "$BIN/flowscan" flows --db "$DB" --format jsonl
	for protocol in tls http ssh socks5; do
		[[ "$output" == *"\"protocol\":\"$protocol\""* ]] ||
			{ echo "no $protocol"; cat "$BATS_TEST_TMPDIR/err"; false; }
	done
}

@test "a verdict on a flow that goes on is stored within two seconds" {
	command -v tcpreplay >/dev/null || skip "no tcpreplay here"
	capture -i tap0
	send far0 test/data/wireguard.pcap
	sleep 2
	run "$BIN/flowscan" flows --db "$DB" --format jsonl
	echo "$output"
	[[ "$output" == *'"protocol":"wireguard"'* ]]
	stop
}

@test "the capture goes on while another program holds the store" {
	command -v tcpreplay >/dev/null || skip "no tcpreplay here"
	command -v sqlite3 >/dev/null || skip "no sqlite3 here"
	capture -i tap0
	send far0 test/data/http.pcap
	sleep 1.5
	sqlite3 "$DB" 'BEGIN IMMEDIATE' '.shell sleep 9' COMMIT &
	holder=$!
	sleep 0.5
	send far0 test/data/wireguard.pcap
	logged 'cannot be written'
	send far0 test/data/socks5.pcap
	wait $holder
	logged 'is written again'
	stop
	run "$BIN/flowscan" flows --db "$DB" --format jsonl
	for protocol in http wireguard socks5; do
		[[ "$output" == *"\"protocol\":\"$protocol\""* ]]
	done
}
