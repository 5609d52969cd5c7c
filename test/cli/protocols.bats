#!/usr/bin/env bats
# docs/protocols.md, which tools/protocols makes: it reads the rule files by
# their form, so the program that loads them must see the same.

BIN=${BUILD:-build}/bin/flowscan

@test "protocols: the page is what the rules give" {
	run perl tools/protocols --check
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "protocols: it names each protocol that the program loads, and no other" {
	"$BIN" rules list rules --format jsonl |
		jq -r 'select(.protocol != "" and .protocol != null) | .protocol' |
		sort -u >"$BATS_TEST_TMPDIR/loaded"
	# Of the tables, those whose first column is a protocol.
	awk -F ' *[|] *' '/^## Rules that name no/ { exit }
		/^[|] [a-z0-9]/ && $2 != "protocol" { sub(/ [*]$/, "", $2); print $2 }' \
		docs/protocols.md | sort -u >"$BATS_TEST_TMPDIR/page"
	diff "$BATS_TEST_TMPDIR/loaded" "$BATS_TEST_TMPDIR/page"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/page")" -ge 50 ]
}

@test "protocols: a stale page, a lost rule and an invented one are found" {
	mkdir -p "$BATS_TEST_TMPDIR/tree"
	cp -r rules docs lib tools "$BATS_TEST_TMPDIR/tree"
	cd "$BATS_TEST_TMPDIR/tree"
	sed -i 's/^  protocol: nebula$/  protocol: nebulous/' rules/vpn.yaml
	run perl tools/protocols --check
	[ "$status" -ne 0 ]
	[[ "$output" == *"no rule names 'nebula'"* ]]
	sed -i 's/^  protocol: nebulous$/  protocol: nebula/' rules/vpn.yaml
	perl tools/protocols --check
	sed -i 's/^vtun | .*/vtun | something else/' docs/protocols.in
	run perl tools/protocols --check
	[ "$status" -eq 1 ]
	[[ "$output" == *"make protocols"* ]]
}
