#!/usr/bin/env bats
# Several databases, one a sensor, read as one.

BIN=${BUILD:-build}/bin
MAKE=${BUILD:-build}/test/cli/make_store

setup_file() {
	mkdir "$BATS_FILE_TMPDIR/a" "$BATS_FILE_TMPDIR/b"
	"$MAKE" "$BATS_FILE_TMPDIR/a/a.db"
	"$BIN/flowscand" -c test/data/flowscand-demo.yaml -r test/data/demo.pcap.zst \
		--db "$BATS_FILE_TMPDIR/b/b.db"
}

setup() {
	a=$BATS_FILE_TMPDIR/a/a.db b=$BATS_FILE_TMPDIR/b/b.db
	whole="--since 2000-01-01 --limit 0"
}

# ask DB... -- ARG...: the answer.
ask() {
	local dbs=()
	while [ "$1" != -- ]; do
		dbs+=(--db "$1")
		shift
	done
	shift
	# shellcheck disable=SC2086
	"$BIN/flowscan" "$@" "${dbs[@]}"
}

@test "rows of both come in one order, and none is left out" {
	for what in flows clients; do
		ask "$a" -- $what --format jsonl $whole | jq -c 'del(.generation)' >"$BATS_TEST_TMPDIR/rows"
		ask "$b" -- $what --format jsonl $whole | jq -c 'del(.generation)' >>"$BATS_TEST_TMPDIR/rows"
		ask "$a" "$b" -- $what --format jsonl $whole | jq -c 'del(.generation)' >"$BATS_TEST_TMPDIR/both"
		cmp <(sort "$BATS_TEST_TMPDIR/rows") <(sort "$BATS_TEST_TMPDIR/both")
	done
	# The same whichever is named first, and in the usual order.
	ask "$a" "$b" -- flows --format jsonl $whole | jq -r '[.first_seen,.flow_id]|@tsv' >"$BATS_TEST_TMPDIR/one"
	ask "$b" "$a" -- flows --format jsonl $whole | jq -r '[.first_seen,.flow_id]|@tsv' | cmp - "$BATS_TEST_TMPDIR/one"
	LC_ALL=C sort -c "$BATS_TEST_TMPDIR/one"
	ask "$a" "$b" -- clients --format jsonl $whole | jq -r .score >"$BATS_TEST_TMPDIR/scores"
	sort -rg "$BATS_TEST_TMPDIR/scores" | cmp - "$BATS_TEST_TMPDIR/scores"
	[ "$(ask "$a" "$b" -- flows --format jsonl --since 2000-01-01 --limit 5 | wc -l)" -eq 5 ]
}

@test "totals and groups add up" {
	sum() {
		ask "$@" -- report --format json --since 2000-01-01 |
			jq '[.watched.all.flows, .watched.all.bytes, .watched.all.clients]'
	}
	{ sum "$a"; sum "$b"; } | jq -s 'transpose | map(add)' >"$BATS_TEST_TMPDIR/sums"
	sum "$a" "$b" | cmp - "$BATS_TEST_TMPDIR/sums"
	for by in class protocol country asn rule sensor service hour city; do
		both=$(ask "$a" "$b" -- report --by $by --format jsonl $whole | jq -s 'map(.flows)|add')
		one=$(ask "$a" -- report --by $by --format jsonl $whole | jq -s 'map(.flows)|add')
		two=$(ask "$b" -- report --by $by --format jsonl $whole | jq -s 'map(.flows)|add')
		[ "$both" -eq $((one + two)) ]
	done
	# One line a key, although both have it.
	[ -z "$(ask "$a" "$b" -- report --by class --format jsonl $whole | jq -r .class | sort | uniq -d)" ]
}

@test "a client that two sensors saw is one client of a group" {
	cp "$a" "$BATS_TEST_TMPDIR/copy.db"
	ask "$a" "$BATS_TEST_TMPDIR/copy.db" -- report --by asn --format jsonl $whole |
		jq -s '.[0] | [.clients, .flows]' >"$BATS_TEST_TMPDIR/both"
	ask "$a" -- report --by asn --format jsonl $whole |
		jq -s '.[0] | [.clients, .flows * 2]' | cmp - "$BATS_TEST_TMPDIR/both"
}

@test "the drops of each are told" {
	ask "$a" "$b" -- report --format json --since 2000-01-01 |
		jq -e '.missed.drops[] | select(.subject == "truncated-ipv4" and .count == 12)'
}

@test "explain finds what lies in any, with its rules" {
	ask "$a" "$b" -- explain 198.51.100.7 | grep -q 146.2
	ask "$a" "$b" -- explain 192.0.2.34 >"$BATS_TEST_TMPDIR/both"
	grep -q 160.256 "$BATS_TEST_TMPDIR/both"
	ask "$b" -- explain 192.0.2.34 --format json | jq .rests_on >"$BATS_TEST_TMPDIR/one"
	ask "$a" "$b" -- explain f000000000000001 | grep -q f000000000000001
}

@test "labels and suppressions of each hold" {
	"$BIN/flowscan" label 198.51.100.7 fp --note known --db "$a"
	"$BIN/flowscan" label 192.0.2.34 tp --note seen --db "$b"
	ask "$a" "$b" -- clients --format jsonl $whole >"$BATS_TEST_TMPDIR/rows"
	jq -e -s 'map(select(.client_ip == "198.51.100.7"))[0].label != null' "$BATS_TEST_TMPDIR/rows"
	jq -e -s 'map(select(.client_ip == "192.0.2.34"))[0].label != null' "$BATS_TEST_TMPDIR/rows"
	rm "$BATS_FILE_TMPDIR"/?/labels.db
}

@test "one that is missing leaves the others, and 5 is the exit code" {
	run ask "$a" "$BATS_TEST_TMPDIR/none.db" -- flows --format csv $whole
	[ "$status" -eq 5 ]
	[[ "$output" == *"no database at"* && "$output" == *f000000000000001* ]]
	run ask "$BATS_TEST_TMPDIR/none.db" "$BATS_TEST_TMPDIR/no.db" -- flows
	[ "$status" -eq 3 ]
}

@test "one that is given twice counts once, and label takes one" {
	ask "$a" -- flows --format csv $whole >"$BATS_TEST_TMPDIR/once"
	ask "$a" "$a" -- flows --format csv $whole | cmp - "$BATS_TEST_TMPDIR/once"
	run "$BIN/flowscan" label 198.51.100.7 fp --note x --db "$a" --db "$b"
	[ "$status" -eq 2 ]
	[[ "$output" == *"--db is given twice"* ]]
}
