#!/usr/bin/env bats
# flowscan db: keeping a database.

setup() {
	BUILD=${BUILD:-build}
	DB=$BATS_TEST_TMPDIR/test.db
	"$BUILD/test/cli/make_store" "$DB"
}

db() {
	run "$BUILD/bin/flowscan" db "$@" --db "$DB"
}

@test "db: stats, check and sql" {
	db stats
	[ "$status" -eq 0 ]
	[[ $output == *"flow_rows          12"* ]]
	db stats --format json
	[ "$(jq .client_rows <<<"$output")" = 3 ]
	db check
	[ "$status" -eq 0 ]
	[ "$output" = "no fault" ]
	db sql "SELECT count(*) AS n FROM flows_latest" --format jsonl
	[ "$output" = '{"n":"12"}' ]
}

@test "db: sql escapes what strangers sent, in every format" {
	for format in table json jsonl csv; do
		db sql "SELECT service FROM flows_latest" --format $format
		[ "$status" -eq 0 ]
		[[ $output != *$'\33'* ]]
	done
	[[ $output == *"'=cmd"* ]]
}

@test "db: sql only reads" {
	db sql "DELETE FROM clients"
	[ "$status" -eq 2 ]
	db sql "SELECT 1; SELECT 2"
	[ "$status" -eq 2 ]
}

@test "db: damage is found and said" {
	sqlite3 "$DB" "DELETE FROM flows_1 WHERE seq = 1"
	db check
	[ "$status" -eq 3 ]
	[[ $output == *"partition 1 has other rows than were counted"* ]]
}

@test "db: backup, prune and migrate" {
	db backup "$BATS_TEST_TMPDIR/copy.db"
	[ "$status" -eq 0 ]
	db backup "$BATS_TEST_TMPDIR/copy.db"
	[ "$status" -ne 0 ]
	db prune 1d
	[ "$status" -eq 0 ]
	db prune 1parsec
	[ "$status" -eq 2 ]
	db migrate
	[[ $output == *"has version 3 of its schema" ]]
	DB=$BATS_TEST_TMPDIR/missing.db
	db migrate
	[ "$status" -eq 3 ]
	[ ! -e "$DB" ]
}

@test "db: a verb that is missing or unknown" {
	db
	[ "$status" -eq 2 ]
	db burn
	[ "$status" -eq 2 ]
	db backup
	[ "$status" -eq 2 ]
}
