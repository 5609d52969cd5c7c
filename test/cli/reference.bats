#!/usr/bin/env bats
# docs/rules-reference.md, which tools/reference makes.

setup() {
	export BUILD
	BUILD=$(realpath "${BUILD:-build}")
	mkdir "$BATS_TEST_TMPDIR/docs" "$BATS_TEST_TMPDIR/lib" "$BATS_TEST_TMPDIR/rules"
	cp docs/rules-reference.md "$BATS_TEST_TMPDIR/docs"
	cp -r lib/rule "$BATS_TEST_TMPDIR/lib"
	cp rules/README.md "$BATS_TEST_TMPDIR/rules"
	SCRIPT=$PWD/tools/reference
	cd "$BATS_TEST_TMPDIR"
}

@test "reference: the page is what the tables give" {
	run perl "$SCRIPT" --check
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "reference: a stale page, and a key that nobody explains" {
	sed -i '/^| tls\.sni /d' docs/rules-reference.md
	run perl "$SCRIPT" --check
	[ "$status" -eq 1 ]
	[[ "$output" == *"make reference"* ]]
	sed -i 's/"untested"/"untasted"/' lib/rule/rule_read.c
	run perl "$SCRIPT"
	echo "$output"
	[ "$status" -ne 0 ]
	[[ "$output" == *"nothing of the key 'untasted'"* ]]
}
