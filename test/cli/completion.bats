#!/usr/bin/env bats
# What bash would offer behind the cursor.

setup() {
	PATH="$PWD/${BUILD:-build}/bin:$PATH"
	. tools/completion/flowscan.bash
	. tools/completion/flowscand.bash
}

# offered FUNCTION WORD...: what is offered for the last word.
offered() {
	local function=$1
	shift
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	$function 2>/dev/null
	echo "${COMPREPLY[@]}"
}

@test "completion: every command of flowscan" {
	for command in $(flowscan help | sed -n 's/^  \([a-z][a-z-]*\)  *.*/\1/p'); do
		[[ " $(offered _flowscan flowscan "${command:0:2}") " == *" $command "* ]]
	done
	[ "$(offered _flowscan flowscan expl)" = explain ]
}

@test "completion: every option of every command" {
	for command in report clients flows explain label suppress ctl serve top rules; do
		for option in $(flowscan $command --help | grep -o -- '--[a-z][a-z0-9-]*' | sort -u); do
			echo "$command $option"
			[[ " $(offered _flowscan flowscan $command "$option") " == *" $option "* ]]
		done
	done
	for option in $(flowscand --help | grep -o -- '--[a-z][a-z-]*' | sort -u); do
		[[ " $(offered _flowscand flowscand "$option") " == *" $option "* ]]
	done
}

@test "completion: values, and what stands for itself" {
	[ "$(offered _flowscan flowscan flows --class pro)" = proxy ]
	[ "$(offered _flowscan flowscan flows --verdict re)" = review ]
	[ "$(offered _flowscan flowscan report --by ci)" = city ]
	[ "$(offered _flowscan flowscan suppress re)" = remove ]
	[ "$(offered _flowscan flowscan ctl rel)" = reload ]
	[ "$(offered _flowscan flowscan rules che)" = check ]
	[ "$(offered _flowscan flowscan flows --db README)" = README.md ]
	[[ " $(offered _flowscand flowscand -i '') " == *" lo "* ]]
}

@test "completion: names of rules and signals, from the program" {
	printf '%s\n' '- rule: quite-unlike' '  desc: d' '  class: vpn' \
		'  family: f' '  condition: flow.gaps = 1' \
		'  likelihood: {if_true: 0.9, if_false: 0.1}' \
		>"$BATS_TEST_TMPDIR/one.yaml"
	COMP_WORDS=(flowscan rules show quite "$BATS_TEST_TMPDIR/one.yaml")
	COMP_CWORD=3 COMPREPLY=()
	_flowscan
	[ "${COMPREPLY[*]}" = quite-unlike ]
	COMP_WORDS=(flowscan rules try '' "$BATS_TEST_TMPDIR/one.yaml")
	_flowscan
	[ "${COMPREPLY[*]}" = quite-unlike ]
	[[ " $(offered _flowscan flowscan flows --fields client_ip,tls.ja) " == *" client_ip,tls.ja4 "* ]]
	[[ " $(offered _flowscan flowscan rules explain rtt.) " == *" rtt.tcp_ms "* ]]
	[ "$(offered _flowscan flowscan rules explain 'flow.gaps = 1 and rtt.tcp')" = 'flow.gaps = 1 and rtt.tcp_ms' ]
}
