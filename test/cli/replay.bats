#!/usr/bin/env bats
# The verdict again from the capture.

BIN=${BUILD:-build}/bin

setup_file() {
	"$BIN/flowscand" -c test/data/flowscand-demo.yaml -r test/data/demo.pcap.zst \
		--db "$BATS_FILE_TMPDIR/x.db"
}

replay() {
	export TMPDIR=$BATS_TEST_TMPDIR
	run "$BIN/flowscan" replay "$@" --db "$BATS_FILE_TMPDIR/x.db"
	echo "$output"
	# Nothing is left behind.
	[ -z "$(find "$BATS_TEST_TMPDIR" -name 'flowscan-replay*')" ]
}

@test "the same rules judge the same" {
	replay -c test/data/flowscand-demo.yaml -r test/data/demo.pcap.zst
	[ "$status" -eq 0 ]
	[[ "$output" == *"108 flows judged again: 108 as stored, 0 otherwise, 0 not stored" ]]
	[[ "$output" != *"rules"*"then"* ]]
}

@test "other rules: what differs, and that the rules do" {
	cat >"$BATS_TEST_TMPDIR/one.yaml" <<'END'
- rule: all-tls
  desc: It is TLS
  condition: tls.sni exists
  class: vpn
  family: service-name
  view: any
  likelihood: {if_true: 0.5, if_false: 0.01, measured: a guess}
END
	sed "s|^rules:.*|rules: [$BATS_TEST_TMPDIR/one.yaml]|" test/data/flowscand-demo.yaml |
		sed "s|\([ \[]\)geo/|\1$PWD/test/data/geo/|g" >"$BATS_TEST_TMPDIR/c.yaml"
	cat "$BATS_TEST_TMPDIR/c.yaml"
	replay -c "$BATS_TEST_TMPDIR/c.yaml" -r test/data/demo.pcap.zst --client 192.0.2.34 --format jsonl
	[ "$status" -eq 1 ]
	[[ "$output" == *"12 flows judged again: 0 as stored, 12 otherwise, 0 not stored"* ]]
	[[ "$output" == *"rules "*" then "*", now "* ]]
	line=$(grep '^{' <<<"$output" | head -n 1)
	jq -e '.state == "otherwise" and .then == "clean" and
		(.differs | test("rules.*[+]all-tls"))' <<<"$line"
}

@test "a client, a flow" {
	replay -c test/data/flowscand-demo.yaml -r test/data/demo.pcap.zst 192.0.2.34
	[ "$status" -eq 0 ]
	[[ "$output" == *"12 flows judged again: 12 as stored"* ]]
	replay -c test/data/flowscand-demo.yaml -r test/data/demo.pcap.zst 441ca383a4077c1d
	[ "$status" -eq 0 ]
	[[ "$output" == *"1 flows judged again: 1 as stored"* ]]
}

@test "another capture: its flows are not stored" {
	replay -c test/data/flowscand-demo.yaml -r test/data/tls.pcap
	[ "$status" -eq 1 ]
	[[ "$output" == *"not stored"* ]]
}

@test "what is misused is told" {
	replay -r test/data/none.pcap
	[ "$status" -eq 2 ]
	[[ "$output" == *"none.pcap"*"flowscand ended with 2"* ]]
	for wrong in "" "-r" "-r test/data/tls.pcap x" "-r test/data/tls.pcap 1.2.3.4 5.6.7.8"; do
		echo "$wrong"
		# shellcheck disable=SC2086 # Words.
		replay $wrong
		[ "$status" -eq 2 ]
		[[ "$output" == *"flowscan replay: "* ]]
	done
}
