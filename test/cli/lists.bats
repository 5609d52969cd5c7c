#!/usr/bin/env bats
# Lists that are past their age: said where rules are checked, in evidence and
# in the report.

BIN=${BUILD:-build}/bin

setup() {
	cat >"$BATS_TEST_TMPDIR/one.yaml" <<'END'
- {list: l, file: l.txt, format: cidr, max_age: 2d, url: "https://feeds.example/l"}
- rule: listed
  desc: It is on the list
  condition: client.ip cidr l
  class: vpn
  family: reputation
  view: any
  likelihood: {if_true: 0.5, if_false: 0.001, measured: a guess}
END
}

# The demo's traffic is of 2026-11-23.
listed() {
	{
		echo "# date: $1"
		echo 198.51.100.0/24
	} >"$BATS_TEST_TMPDIR/l.txt"
	echo "rules: [$BATS_TEST_TMPDIR/one.yaml]" >"$BATS_TEST_TMPDIR/c.yaml"
	rm -f "$BATS_TEST_TMPDIR/x.db"
	"$BIN/flowscand" -c "$BATS_TEST_TMPDIR/c.yaml" \
		-r test/data/demo.pcap.zst --db "$BATS_TEST_TMPDIR/x.db"
}

@test "rules check: a list past its age is a warning, with where to fetch it" {
	listed 2020-01-01
	run "$BIN/flowscan" rules check "$BATS_TEST_TMPDIR/one.yaml"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"warning: list 'l' is "*" days old, good for 2: it counts nothing; fetch it again from https://feeds.example/l"* ]]
	[[ "$output" == *"1 warning"* ]]
}

@test "a fresh list counts whole, and nobody speaks of it" {
	listed 2026-11-23
	run "$BIN/flowscan" explain --db "$BATS_TEST_TMPDIR/x.db" 198.51.100.2
	echo "$output"
	[[ "$output" == *"listed [reputation]"* ]]
	[[ "$output" != *"days old"* ]]
	run "$BIN/flowscan" report --db "$BATS_TEST_TMPDIR/x.db"
	[[ "$output" != *"days old"* ]]
}

@test "an old list counts less, and evidence and report say so" {
	listed 2026-11-20
	run "$BIN/flowscan" explain --db "$BATS_TEST_TMPDIR/x.db" 198.51.100.2
	echo "$output"
	[[ "$output" == *"It is on the list (list 'l' is 3 days old, good for 2: it counts half)"* ]]
	run "$BIN/flowscan" report --db "$BATS_TEST_TMPDIR/x.db"
	echo "$output"
	[[ "$output" == *"- list 'l' is 3 days old, good for 2: it counts half"* ]]
	run "$BIN/flowscan" report --db "$BATS_TEST_TMPDIR/x.db" --format json
	[[ "$output" == *'"stale_lists": ['*"3 days old"* ]]
}

@test "a much older list says nothing of anybody" {
	listed 2026-10-20
	run "$BIN/flowscan" explain --db "$BATS_TEST_TMPDIR/x.db" 198.51.100.2
	echo "$output"
	[[ "$output" != *"listed [reputation]"* ]]
}

@test "rules lists: what is on each, of when, and whose" {
	listed 2026-11-20
	run "$BIN/flowscan" rules lists --format csv "$BATS_TEST_TMPDIR/one.yaml"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"list,format,reader,items,rejected,left_out,date,max_age_h,source,licence,url,file,sha256"* ]]
	[[ "$output" == *"l,cidr,lines,1,0,0,2026-11-20T00:00:00"*",48,"*"https://feeds.example/l"*"$(sha256sum "$BATS_TEST_TMPDIR/l.txt" | cut -c1-64)"* ]]
}
