#!/usr/bin/env bats
# flowscan rules: what a researcher does before a rule is deployed.

BIN=${BUILD:-build}/bin/flowscan

setup() {
	cat >"$BATS_TEST_TMPDIR/one.yaml" <<'END'
- rule: hello-there
  desc: A greeting
  condition: flow.transport = udp and c2s.bytes startswith ascii("HELO")
  class: tunnel
  protocol: hello
  family: protocol
  likelihood: {if_true: 0.5, if_false: 0.001, measured: a guess}
  says: "begins with HELO, %c2s.first.len long"
  tests:
    - {packets: [{dir: c2s, hex: "48 45 4c 4f 21"}], transport: udp, matches: true}
    - {signals: {flow.transport: udp, c2s.bytes: "00 00"}, matches: false}
END
}

change() {
	sed -i "$1" "$BATS_TEST_TMPDIR/one.yaml"
}

@test "rules test: the shipped rules" {
	run "$BIN" rules test rules
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *" tests: 0 failed, 0 rules without"* ]]
}

@test "rules test: packets, signals and a capture" {
	cp test/data/tls.pcap "$BATS_TEST_TMPDIR"
	echo '    - {capture: tls.pcap, matches: false}' >>"$BATS_TEST_TMPDIR/one.yaml"
	run "$BIN" rules test "$BATS_TEST_TMPDIR/one.yaml"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == "1 rule, 3 tests: 0 failed, 0 rules without"* ]]
}

@test "rules test: what does not hold is told with its line, and exits 1" {
	change 's/startswith ascii("HELO")/startswith ascii("HALO")/'
	run "$BIN" rules test "$BATS_TEST_TMPDIR/one.yaml"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"one.yaml:10: hello-there: expected a match, but it does not fire"* ]]
	[[ "$output" == *"2 tests: 1 failed"* ]]
}

@test "rules test: a capture that is not there" {
	echo '    - {capture: none.pcap, matches: true}' >>"$BATS_TEST_TMPDIR/one.yaml"
	run "$BIN" rules test "$BATS_TEST_TMPDIR/one.yaml"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"one.yaml:12: hello-there: its test cannot be run: "*"none.pcap"* ]]
}

@test "rules test: a rule that was not tried both ways, unless it says why" {
	change '/matches: true/d'
	run "$BIN" rules test "$BATS_TEST_TMPDIR/one.yaml"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"hello-there has no test for a match"* ]]
	echo '  untested: no program speaks it yet' >>"$BATS_TEST_TMPDIR/one.yaml"
	run "$BIN" rules test "$BATS_TEST_TMPDIR/one.yaml"
	[ "$status" -eq 0 ]
}

@test "rules test --tap: a line for each test, and the plan" {
	change 's/"00 00"/"48 45 4c 4f"/'
	run "$BIN" rules test --tap "$BATS_TEST_TMPDIR/one.yaml"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"ok 1 - hello-there matches: packets "* ]]
	[[ "$output" == *"not ok 2 - hello-there does not match: signals "* ]]
	[[ "$output" == *"ok 3 - hello-there has a match and a non-match"* ]]
	[[ "$output" == *"1..3" ]]
}

@test "rules test --rule: one rule, and the nearest name of another" {
	run "$BIN" rules test --rule hello-there "$BATS_TEST_TMPDIR/one.yaml"
	[ "$status" -eq 0 ]
	run "$BIN" rules test --rule helo-there "$BATS_TEST_TMPDIR/one.yaml"
	[ "$status" -eq 2 ]
	[[ "$output" == *"there is no rule 'helo-there'; did you mean 'hello-there'?"* ]]
}

@test "rules list: a line for each rule, in any format" {
	run "$BIN" rules list --format jsonl "$BATS_TEST_TMPDIR/one.yaml"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(jq -r '.rule + " " + .class + " " + .state' <<<"$output")" = \
		"hello-there tunnel counts" ]
	change 's/^  desc:/  shadow: true\n  desc:/'
	run "$BIN" rules list "$BATS_TEST_TMPDIR/one.yaml"
	[[ "$output" == *"hello-there"*"shadow"*"A greeting"* ]]
}

@test "rules show: a rule, its signals, its tests and whether they pass" {
	run "$BIN" rules show hello-there "$BATS_TEST_TMPDIR/one.yaml"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"weight      +6.215 nats"*"a guess"* ]]
	[[ "$output" == *"c2s.bytes "*"first bytes of the client's payload"* ]]
	[[ "$output" == *"line 10 "*"passes "*"matches "* ]]
	change 's/"00 00"/"48 45 4c 4f"/'
	run "$BIN" rules show hello-there "$BATS_TEST_TMPDIR/one.yaml"
	[ "$status" -eq 1 ]
	[[ "$output" == *"line 11 "*"FAILS"* ]]
}

@test "rules try: the flows of a capture that a rule hits" {
	run "$BIN" rules try wireguard-handshake -r test/data/wireguard.pcap rules
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *":51820"*" wireguard  WireGuard handshake"* ]]
	[[ "$output" == *"1 of 1 flows hit"* ]]
	run "$BIN" rules try hello-there -r test/data/tls.pcap "$BATS_TEST_TMPDIR/one.yaml"
	[ "$status" -eq 1 ]
	[[ "$output" == *"0 of "*" flows hit"* ]]
}

@test "rules try: a rule of clients, and what else its hits are" {
	run "$BIN" rules try tls-and-tcp-agree -r test/data/demo.pcap.zst rules
	echo "$output"
	[[ "$output" == *" clients hit"* ]]
}

# A store of the demo, made once.
store() {
	DB=$BATS_FILE_TMPDIR/x.db
	[ -e "$DB" ] || "${BUILD:-build}/bin/flowscand" \
		-c test/data/flowscand-demo.yaml -r test/data/demo.pcap.zst --db "$DB"
}

@test "rules try --db: stored clients that a rule hits, and how they were judged" {
	store
	run "$BIN" rules try tls-and-tcp-agree --db "$DB" rules
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"192.0.2.18 "*" vpn "*"review"*"mtu-of-tunnel-and-far"* ]]
	[[ "$output" == *"7 of 9 clients hit"*"they are named: tls 7"* ]]
	[[ "$output" == *"client.tls_gap_ms (held by 9)"* ]]
}

@test "rules try --db: flows, as JSON lines; the limit bounds what is shown" {
	store
	cat >"$BATS_TEST_TMPDIR/gap.yaml" <<'END'
- rule: a-gap
  desc: A gap
  condition: rtt.tls_gap_ms > 100ms
  class: proxy
  family: f
  likelihood: {if_true: 0.5, if_false: 0.1}
END
	run "$BIN" rules try a-gap --db "$DB" --format jsonl --limit 0 "$BATS_TEST_TMPDIR/gap.yaml"
	[ "$status" -eq 0 ]
	[ "$(jq -r .client <<<"$output" | sort -u)" = 192.0.2.34 ]
	[ "$(jq -r .of <<<"$output" | sort -u)" = flow ]
	all=${#lines[@]}
	[ "$all" -gt 3 ]
	run "$BIN" rules try a-gap --db "$DB" --limit 2 "$BATS_TEST_TMPDIR/gap.yaml"
	echo "$output"
	[[ "$output" == *"... and $((all - 2)) more"* ]]
	[[ "$output" == *"$all of 108 flows hit"* ]]
}

@test "rules try --db: signals that no row holds are told, no hit exits 1" {
	store
	cat >"$BATS_TEST_TMPDIR/ssh.yaml" <<'END'
- rule: of-ssh
  desc: A key
  condition: ssh.client = "none" and flow.transport = tcp
  class: proxy
  family: f
  likelihood: {if_true: 0.5, if_false: 0.1}
END
	run "$BIN" rules try of-ssh --db "$DB" "$BATS_TEST_TMPDIR/ssh.yaml"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"0 of 108 flows hit"* ]]
	[[ "$output" == *"none of the 108 rows holds ssh.client: what the rule asks of that is unknown"* ]]
	run "$BIN" rules try of-ssh --db "$BATS_TEST_TMPDIR/none.db" "$BATS_TEST_TMPDIR/ssh.yaml"
	[ "$status" -eq 3 ]
	run "$BIN" rules try of-shh --db "$DB" "$BATS_TEST_TMPDIR/ssh.yaml"
	[ "$status" -eq 2 ]
	[[ "$output" == *"did you mean 'of-ssh'"* ]]
}

@test "rules try: bad use" {
	run "$BIN" rules try hello-there "$BATS_TEST_TMPDIR/one.yaml"
	[ "$status" -eq 2 ]
	[[ "$output" == *"-r CAPTURE or --db FILE is missing"* ]]
	run "$BIN" rules try hello-there -r
	[ "$status" -eq 2 ]
	run "$BIN" rules try hello-there -r "$BATS_TEST_TMPDIR/none" "$BATS_TEST_TMPDIR/one.yaml"
	[ "$status" -eq 2 ]
}

# A second set: the shipped rules, one renamed, and two new ones.
two_sets() {
	store
	NEW=$BATS_TEST_TMPDIR/new
	cp -r rules "$NEW"
	sed -i 's/rule: mtu-of-tunnel-and-far$/rule: mtu-renamed/' "$NEW"/*.yaml
	cat >"$NEW/zz.yaml" <<'END'
- rule: a-gap
  desc: A gap
  condition: rtt.tls_gap_ms > 100ms
  class: proxy
  family: f
  likelihood: {if_true: 0.5, if_false: 0.0001}
- rule: of-as
  desc: What no row of the demo holds
  condition: client.as_gap_n > 3
  class: proxy
  family: f
  likelihood: {if_true: 0.5, if_false: 0.0001}
END
}

@test "rules diff: the same rules change nothing, and give what is stored" {
	store
	run "$BIN" rules diff rules rules --db "$DB"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"0 of 108 flows change"*"0 of 9 clients change"* ]]
	[[ "$output" != *"are stored with another verdict"* ]]
	[[ "$output" != *added* ]]
}

@test "rules diff: a new rule of flows changes flows and their client" {
	two_sets
	run "$BIN" rules diff rules "$NEW" --db "$DB" --limit 2
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"added    a-gap "*"removed  mtu-of-tunnel-and-far "* ]]
	[[ "$output" == *"flow "*"192.0.2.34 "*"clean   review "*"+a-gap"* ]]
	[[ "$output" == *"client "*"192.0.2.34 "*"review  anomalous "*"+a-gap"* ]]
	[[ "$output" == *"12 of 108 flows change"*"the first 2 flows are shown"* ]]
	[[ "$output" == *"rule of-as: no row of clients holds client.as_gap_n: unknown"* ]]
}

@test "rules diff: back again, what a rule said is gone; another name is no change" {
	two_sets
	run "$BIN" rules diff "$NEW" rules --db "$DB" --format jsonl
	[ "$status" -eq 1 ]
	jq -e -s '[.[] | select(.kind == "verdict")] | all(.rules == "-a-gap" and .client == "192.0.2.34")' <<<"$output"
	jq -e -s '[.[] | select(.kind == "count" and .of == "flows" and .old == "review" and .new == "clean")][0].rows == 12' <<<"$output"
	rm "$NEW/zz.yaml"
	run "$BIN" rules diff rules "$NEW" --db "$DB"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"0 of 108 flows change; 0 more"*"0 of 9 clients change; 0 more"* ]]
}

@test "rules diff: a rule that weighs less, or is switched off" {
	two_sets
	rm "$NEW/zz.yaml"
	sed -i 's/^- rule: mtu-renamed$/&\n  enabled: false/' "$NEW"/*.yaml
	run "$BIN" rules diff rules "$NEW" --db "$DB"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"client "*"192.0.2.2 "*"-mtu-of-tunnel-and-far"* ]]
}

@test "rules diff: bad use" {
	store
	run "$BIN" rules diff rules --db "$DB"
	[ "$status" -eq 2 ]
	run "$BIN" rules diff rules rules --db "$DB" --format csv
	[ "$status" -eq 2 ]
	[[ "$output" == *"a table or jsonl"* ]]
	run "$BIN" rules diff rules "$BATS_TEST_TMPDIR/none" --db "$DB"
	[ "$status" -eq 2 ]
}

@test "rules explain: parts in the order of asking, with types and cost" {
	printf '%s\n' '- {macro: quick, condition: rtt.tcp_ms < 5ms}' \
		>>"$BATS_TEST_TMPDIR/one.yaml"
	run "$BIN" rules explain --format csv \
		'tls.sni matches "^a" and not (quick or flow.gaps in (1, 2))' \
		"$BATS_TEST_TMPDIR"
	echo "$output"
	lines=("${lines[@]%$'\r'}")
	[ "$status" -eq 0 ]
	[ "${lines[1]}" = '1,0,and,3,highest,"runs a regular expression","tls.sni matches ""^a"" and not (quick or flow.gaps in (1, 2))","flow.gaps (number), tls.sni (text), rtt.tcp_ms (number, ms)"' ]
	[[ "${lines[2]}" == '1,1,not,2,low,'* ]]
	[[ "${lines[3]}" == '1,2,or,2,low,'* ]]
	[[ "${lines[4]}" == '1,3,macro,1,least,"compares a number",quick,"rtt.tcp_ms (number, ms)"' ]]
	[[ "${lines[5]}" == '1,4,question,1,least,"compares a number","rtt.tcp_ms < 5ms",'* ]]
	[[ "${lines[6]}" == '2,3,question,1,low,'*'flow.gaps in (1, 2)'* ]]
	[[ "${lines[7]}" == '3,1,question,1,highest,'* ]]
	[ "${#lines[@]}" -eq 8 ]
}

@test "rules explain: a fault has its column, and nothing is written" {
	run "$BIN" rules explain 'flow.gaps = 1 and tls.snii = x' "$BATS_TEST_TMPDIR"
	echo "$output"
	[ "$status" -eq 2 ]
	[ "${lines[0]}" = "condition:1:19: error: unknown signal or macro 'tls.snii'; did you mean 'tls.sni'?" ]
	[ "${lines[2]}" = "                      ^" ]
	run "$BIN" rules explain
	[ "$status" -eq 2 ]
}

@test "rules fmt: lays out, says what would change, keeps the comments" {
	one=$BATS_TEST_TMPDIR/one.yaml
	cp "$one" "$BATS_TEST_TMPDIR/before"
	printf '# why\n- class: vpn   \n  # its name\n  rule: x\n' >>"$one"
	run "$BIN" rules fmt --check "$one"
	[ "$status" -eq 1 ]
	[ "$output" = "$one" ]
	run "$BIN" rules fmt "$one"
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	{
		cat "$BATS_TEST_TMPDIR/before"
		printf '\n# why\n# its name\n- rule: x\n  class: vpn\n'
	} | diff - "$one"
	run "$BIN" rules fmt --check "$one"
	[ "$status" -eq 0 ]
	printf -- '- desc: d\n  rule: r\n' >"$BATS_TEST_TMPDIR/in"
	[ "$("$BIN" rules fmt - <"$BATS_TEST_TMPDIR/in")" = "- rule: r
  desc: d" ]
	run "$BIN" rules fmt "$BATS_TEST_TMPDIR"
	[ "$status" -eq 2 ]
	run "$BIN" rules fmt
	[ "$status" -eq 2 ]
}

@test "rules fmt: the shipped rules are laid out so" {
	run "$BIN" rules fmt --check rules/*.yaml
	echo "$output"
	[ "$status" -eq 0 ]
}
