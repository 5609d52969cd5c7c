#!/usr/bin/env bats
# docs/writing-rules.md can be followed as it stands.

setup() {
	HERE=$PWD
	# What the page names, beside what was built here.
	mkdir "$BATS_TEST_TMPDIR/tree" "$BATS_TEST_TMPDIR/tree/build"
	cd "$BATS_TEST_TMPDIR/tree"
	ln -s "$HERE/rules" "$HERE/test" .
	ln -s "$(realpath "$HERE/${BUILD:-build}/bin")" build/bin
}

teardown() {
	ip netns del flowscan-$$ 2>/dev/null || true
}

@test "tutorial: its capture is what its script writes" {
	perl test/data/ferry.pl | cmp - test/data/ferry.pcap
}

@test "tutorial: looking, writing, testing" {
	run perl test/cli/tutorial.pl "$HERE/docs/writing-rules.md" Deploy 3>&-
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "tutorial: with a flowscand that runs" {
	{
		ip netns add flowscan-$$ &&
			ip -n flowscan-$$ link set lo up
	} 2>/dev/null || skip "no network namespaces here"
	run ip netns exec flowscan-$$ \
		perl test/cli/tutorial.pl "$HERE/docs/writing-rules.md" 3>&-
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "rules/README.md: its example loads" {
	sed -n '/^```yaml/,/^```$/p' rules/README.md | grep -v '^```' >all.yaml
	[ "$(grep -c '^- ' all.yaml)" -ge 4 ]
	run build/bin/flowscan rules check all.yaml
	echo "$output"
	[ "$status" -eq 0 ]
}
