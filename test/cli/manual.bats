#!/usr/bin/env bats
# The manuals name what the programs know, and are well formed.

@test "manual: every setting stands in flowscand.yaml(5)" {
	keys=$(sed -n 's/^\t{ "\([a-z0-9_]*\)", \(config_\)\{0,1\}read_[a-z].*/\1 \0/p' daemon/config_*.c |
		grep -v config_read_later | cut -d' ' -f1 | sort -u)
	[ "$(echo "$keys" | wc -l)" -gt 30 ]
	for key in $keys; do
		echo "$key"
		grep -q "^\.\(It Ic\|Ss\) $key\$\|[{ ]$key: " docs/flowscand.yaml.5
	done
}

@test "manual: flowscand.yaml(5) names no setting that is not known" {
	for key in $(sed -n 's/^\.\(It Ic\|Ss\) //p' docs/flowscand.yaml.5); do
		echo "$key"
		grep -q "{ \"$key\", " daemon/config_*.c
	done
}

@test "manual: the default protocols of policy.ignore" {
	list=$(sed -n '/usual_protocols\[\]/,/;/p' lib/settings.c | grep -o '"[^"]*"' |
		tr -d '"' | paste -sd, | sed 's/,/, /g')
	[ -n "$list" ]
	grep -qF "[$list]" docs/flowscand.yaml.5
	grep -qF "[$list]" docs/flowscand.yaml.example
}

@test "manual: every option of flowscand stands in flowscand(8)" {
	options=$("${BUILD:-build}/bin/flowscand" --help | grep -o -- '--[a-z][a-z-]*' | sort -u | grep -v -- --help)
	[ "$(echo "$options" | wc -l)" -ge 5 ]
	for option in $options; do
		echo "$option"
		grep -q -- "Fl -${option#--}\( \|\$\)" docs/flowscand.8
	done
}

@test "manual: every option of flowscan stands in flowscan(1)" {
	options=$(for command in report flows clients explain label suppress rules signals ctl serve top; do
		"${BUILD:-build}/bin/flowscan" $command --help
	done | grep -o -- '--[a-z][a-z0-9-]*' | sort -u | grep -v -- --help)
	[ "$(echo "$options" | wc -l)" -ge 20 ]
	for option in $options; do
		echo "$option"
		grep -q -- "Fl -${option#--}\( \|\$\)" docs/flowscan.1
	done
}

@test "manual: every key of a rule file stands in flowscan-rules(5)" {
	keys=$(cat lib/rule/rule_read.c lib/rule/load.c lib/rule/extend.c lib/rule/tests.c |
		perl -0ne 'print "$1\n" while /keys\[\] = \{(.*?)NULL/sg' |
		grep -o '[a-z_0-9]*"' | tr -d '"' | sort -u)
	[ "$(echo "$keys" | wc -l)" -gt 30 ]
	for key in $keys; do
		echo "$key"
		grep -q "^\.\(It \)\{0,1\}Ic .*\<$key\>\|[{ ]$key: \|^\.Ql $key\$" docs/flowscan-rules.5
	done
}

@test "manual: the example of flowscan-rules(5) loads" {
	sed -n '/^\.Bd -literal$/,/^\.Ed/p' docs/flowscan-rules.5 | grep -v '^\.' >"$BATS_TEST_TMPDIR/all.yaml"
	[ "$(grep -c '^- ' "$BATS_TEST_TMPDIR/all.yaml")" -eq 4 ]
	run "${BUILD:-build}/bin/flowscan" rules check "$BATS_TEST_TMPDIR/all.yaml"
	echo "$output"
	[ "$status" -eq 0 ]
}
