#!/usr/bin/env bats
# What a flowscand that captures can still do: started by root, by a user with
# setcap, as systemd's DynamicUser starts it, and over files.

setup() {
	[ "$(id -u)" -eq 0 ] && command -v setpriv setcap >/dev/null ||
		skip "needs root, setpriv and setcap"
	{
		ip netns add flowscan-$$ &&
			ip -n flowscan-$$ link set lo up
	} 2>/dev/null || skip "no network namespaces here"
	BIN="$PWD/${BUILD:-build}/bin"
	grep -q '__[at]san_init' "$BIN/flowscand" &&
		skip "a sanitizer's build is not confined"
	# Where others may come, too.
	T=$(mktemp -d "${TMPDIR:-/tmp}/flowscan-priv-XXXXXX")
	chmod 755 "$T"
	mkdir "$T/rules" "$T/store"
	OUTSIDE=$(mktemp -d "${TMPDIR:-/tmp}/flowscan-out-XXXXXX")
	chmod 755 "$OUTSIDE"
	chown nobody "$T/store"
	cp "$BIN/flowscand" "$T/flowscand"
	DB="$T/store/live.db" SOCKET="$T/run/control.sock"
	rule first 'flow.server_port = 4711'
	cat >"$T/live.yaml" <<-END
	rules: [$T/rules]
	control: {path: $SOCKET}
	user: nobody
	END
}

teardown() {
	[ -z "${scanner-}" ] || kill -KILL "$scanner" 2>/dev/null || true
	ip netns del flowscan-$$ 2>/dev/null || true
	[ -z "${T-}" ] || rm -rf "$T" "$OUTSIDE"
}

# rule NAME CONDITION [LINE]: writes a rule file.
rule() {
	cat >"$T/rules.new" <<-END
	${3-}
	- rule: $1
	  desc: a rule
	  condition: $2
	  class: tunnel
	  family: protocol
	  protocol: $1
	  likelihood: {if_true: 0.9, if_false: 0.0001}
	  says: it is
	END
	mv "$T/rules.new" "$T/rules/one.yaml"
}

# capture [COMMAND...]: starts flowscand, by that command, and waits.
capture() {
	ip netns exec flowscan-$$ "$@" "$T/flowscand" -c "$T/live.yaml" -i lo \
		--db "$DB" 2>"$T/err" 3>&- &
	scanner=$!
	for _ in $(seq 100); do
		grep -q 'capturing on lo' "$T/err" && return
		sleep 0.1
	done
	cat "$T/err"
	return 1
}

send() {
	ip netns exec flowscan-$$ perl -MIO::Socket::INET -e '
		IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => 4711,
			Proto => "udp")->send("HELO") for 1 .. 3'
	sleep 1.3
}

# Every thread of the process has no capability and a filter.
confined() {
	local task
	for task in /proc/$scanner/task/*/status; do
		cat "$task" >"$T/task"
		grep -E '^(Name|Uid|Cap|NoNewPrivs|Seccomp)' "$T/task"
		grep -q '^CapPrm:[[:space:]]*0*$' "$T/task"
		grep -q '^CapEff:[[:space:]]*0*$' "$T/task"
		grep -q '^CapAmb:[[:space:]]*0*$' "$T/task"
		grep -q '^NoNewPrivs:[[:space:]]*1$' "$T/task"
		grep -q '^Seccomp:[[:space:]]*2$' "$T/task"
		[ "$(awk '/^Uid/ {print $2}' "$T/task")" -eq "${1:-$(id -u nobody)}" ]
	done
}

# It still writes, reloads and answers, and ends cleanly.
works() {
	send
	rule second 'flow.server_port = 4711'
	"$BIN/flowscan" ctl --socket "$SOCKET" reload
	"$BIN/flowscan" ctl --socket "$SOCKET" status >"$T/status"
	jq -e '.packets.judged >= 3 and (.privileges | contains("no capability"))' \
		"$T/status"
	confined "$@"
	"$BIN/flowscan" ctl --socket "$SOCKET" stop
	wait $scanner
	scanner=
	cat "$T/err"
	run "$BIN/flowscan" flows --db "$DB" --format jsonl
	[ "$(grep -c '"protocol":"second"' <<<"$output")" -ge 1 ]
}

@test "privileges: root becomes another user" {
	capture
	[ "$(stat -c %U "$SOCKET")" = nobody ]
	works
	[ "$(stat -c %U "$DB")" = nobody ]
	[ ! -e "$SOCKET" ]
}

@test "privileges: root stays root without a capability" {
	sed -i 's/user: nobody/user: root/' "$T/live.yaml"
	chown root "$T/store"
	capture
	works 0
}

@test "privileges: a plain user with setcap" {
	sed -i '/^user:/d' "$T/live.yaml"
	mkdir "$T/run" && chown nobody "$T/run"
	setcap cap_net_raw+ep "$T/flowscand"
	capture setpriv --reuid "$(id -u nobody)" --clear-groups
	works
}

@test "privileges: with an ambient capability, as systemd gives it" {
	sed -i '/^user:/d' "$T/live.yaml"
	mkdir "$T/run" && chown nobody "$T/run"
	capture setpriv --reuid "$(id -u nobody)" --clear-groups \
		--inh-caps +net_raw --ambient-caps +net_raw
	works
}

@test "privileges: rules that name a list outside need a restart" {
	capture
	echo 192.0.2.1 >"$OUTSIDE/list.txt"
	rule first 'client.ip in outer' "- list: outer
  desc: a list
  file: $OUTSIDE/list.txt
  format: cidr"
	run "$BIN/flowscan" ctl --socket "$SOCKET" reload
	echo "$output"
	cat "$T/err"
	[ "$status" -eq 2 ]
	[[ "$output" == *"restart needed"* ]]
	"$BIN/flowscan" ctl --socket "$SOCKET" stop
	wait $scanner
	capture
	"$BIN/flowscan" ctl --socket "$SOCKET" reload
}

@test "privileges: an interface that loses frames is still counted" {
	capture
	send
	"$BIN/flowscan" ctl --socket "$SOCKET" stats >"$T/stats"
	jq -e '.interfaces[0].frames >= 3 and .interfaces[0].kernel_drops == 0' "$T/stats"
	[ -z "$(grep -i 'cannot\|denied\|not permitted' "$T/err")" ]
}

@test "privileges: over files, too" {
	run "$BIN/flowscand" -c "$T/live.yaml" -r test/data/http.pcap --db "$DB"
	echo "$output"
	# 'user' is nobody, who may not be able to see where this is built.
	[ "$status" -eq 0 ] || [[ "$output" == *"denied"* ]]
	sed -i 's/^user:.*/log: {level: debug}/' "$T/live.yaml"
	run "$BIN/flowscand" -c "$T/live.yaml" -r test/data/http.pcap --db "$DB"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"only cap_dac_override"* ]]
}

@test "privileges: --explain-privileges says what is kept" {
	run "$BIN/flowscand" -c "$T/live.yaml" -i lo --db "$DB" --check --explain-privileges
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"user: nobody"* ]]
	[[ "$output" == *"capabilities: none"* ]]
	[[ "$output" == *"reads   $T/rules (rules)"* ]]
	[[ "$output" == *"writes  $T/store (the store)"* ]]
	[[ "$output" == *"removes $T/run (the control socket)"* ]]
	run "$BIN/flowscand" -c "$T/live.yaml" --explain-privileges
	[ "$status" -eq 2 ]
}

@test "privileges: a user that is not there is refused" {
	sed -i 's/user: nobody/user: nobodyatall/' "$T/live.yaml"
	run "$BIN/flowscand" -c "$T/live.yaml" -i lo --db "$DB"
	echo "$output"
	[ "$status" -eq 2 ]
	[[ "$output" == *"there is no user 'nobodyatall'"* ]]
	[ ! -e "$DB" ]
}
