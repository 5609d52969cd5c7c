#!/usr/bin/env bats
# flowscan rules fit: how often rules hold of what is labelled.

BIN=${BUILD:-build}/bin

setup() {
	DB=$BATS_FILE_TMPDIR/x.db
	[ -e "$DB" ] || "$BIN/flowscand" -c test/data/flowscand-demo.yaml \
		-r test/data/demo.pcap.zst --db "$DB"
	LABELS=$BATS_TEST_TMPDIR/labels.csv
}

fit() {
	run "$BIN/flowscan" rules fit --db "$DB" "$@"
	echo "$output"
}

# The row of a rule, as CSV.
row() {
	"$BIN/flowscan" rules fit --db "$DB" --labels "$LABELS" --format csv \
		--fields "rule,scope,n1,of1,n0,of0,if_true,if_false,says" \
		"${2-rules}" 2>/dev/null | tr -d '\r' | grep "^$1,"
}

@test "rules fit: the demo's own labels" {
	fit --labels test/data/demo.labels.csv rules
	[ "$status" -eq 0 ]
	[[ "$output" == *" labels are of no row"* ]]
	[[ "$output" == *"tls-ends-behind-tcp"*"insufficient"* ]]
}

@test "rules fit: counts are of clients, whatever their flows" {
	printf '%s\n' client,truth 192.0.2.34,proxy 192.0.2.50,tp 192.0.2.18,vpn \
		198.51.100.2,direct 198.51.100.18,fp 198.51.100.34,unsure >"$LABELS"
	[ "$(row tls-ends-behind-tcp)" = tls-ends-behind-tcp,client,2,3,0,2,0.625,0.166667,insufficient ]
	[ "$(row tls-and-tcp-agree)" = tls-and-tcp-agree,client,1,3,2,2,0.375,0.833333,insufficient ]
}

@test "rules fit: a changed rule is asked again, of clients and of flows" {
	printf '%s\n' client,truth 192.0.2.34,proxy 198.51.100.2,direct >"$LABELS"
	cat >"$BATS_TEST_TMPDIR/new.yaml" <<'END'
- rule: new-of-clients
  desc: A gap
  condition: client.tls_gap_ms > 100ms
  class: proxy
  family: f
  likelihood: {if_true: 0.5, if_false: 0.1}
- rule: new-of-flows
  desc: A gap
  condition: rtt.tls_gap_ms > 100ms
  class: proxy
  family: f
  likelihood: {if_true: 0.5, if_false: 0.1}
END
	[ "$(row new-of-clients "$BATS_TEST_TMPDIR/new.yaml")" = new-of-clients,client,1,1,0,1,0.75,0.25,insufficient ]
	[ "$(row new-of-flows "$BATS_TEST_TMPDIR/new.yaml")" = new-of-flows,flow,1,1,0,1,0.75,0.25,insufficient ]
}

@test "rules fit: labels of flows" {
	id=$("$BIN/flowscan" flows --db "$DB" --client 192.0.2.34 --format csv \
		--fields flow_id --limit 1 | tail -n 1 | tr -d '\r')
	printf '%s\n' flow_id,truth "$id,proxy" >"$LABELS"
	cat >"$BATS_TEST_TMPDIR/new.yaml" <<'END'
- rule: new-of-flows
  desc: TLS
  condition: tls.version exists
  class: proxy
  family: f
  likelihood: {if_true: 0.5, if_false: 0.1}
END
	[ "$(row new-of-flows "$BATS_TEST_TMPDIR/new.yaml")" = new-of-flows,flow,1,1,0,0,0.75,,insufficient ]
}

@test "rules fit: bad labels are told with their line" {
	fit rules
	[ "$status" -eq 2 ]
	[[ "$output" == *"nothing is labelled"* ]]
	fit --labels /nowhere rules
	[ "$status" -eq 2 ]
	printf '%s\n' address,truth >"$LABELS"
	fit --labels "$LABELS" rules
	[ "$status" -eq 2 ]
	[[ "$output" == *"labels.csv:1: expected headings"* ]]
	printf '%s\n' client,truth 192.0.2.34,proxy 192.0.2.34,evil >"$LABELS"
	fit --labels "$LABELS" rules
	[ "$status" -eq 2 ]
	[[ "$output" == *"labels.csv:3: expected a class, tp, fp, benign or unsure, found 'evil'"* ]]
	printf '%s\n' client,truth 192.0.2.x,proxy >"$LABELS"
	fit --labels "$LABELS" rules
	[ "$status" -eq 2 ]
	[[ "$output" == *"labels.csv:2: expected an address, found '192.0.2.x'"* ]]
	printf '%s\n' client,truth 192.0.2.34,proxy 192.0.2.34,direct >"$LABELS"
	fit --labels "$LABELS" rules
	[ "$status" -eq 2 ]
	[[ "$output" == *"labelled both ways"* ]]
}

@test "rules fit: labels of 'flowscan label'" {
	cp "$DB" "$BATS_TEST_TMPDIR/own.db"
	say() { "$BIN/flowscan" label --db "$BATS_TEST_TMPDIR/own.db" "$1" "$2" --note why; }
	say 192.0.2.34 tp
	say 192.0.2.50 fp
	say 192.0.2.50 tp
	say 192.0.2.18 tp
	say 198.51.100.2 benign
	say 198.51.100.18 fp
	say 198.51.100.34 unsure
	row=$("$BIN/flowscan" rules fit --db "$BATS_TEST_TMPDIR/own.db" --format csv \
		--fields rule,n1,of1,n0,of0 rules | tr -d '\r' | grep ^tls-ends-behind-tcp,)
	[ "$row" = tls-ends-behind-tcp,2,3,0,2 ]
}
