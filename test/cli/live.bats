#!/usr/bin/env bats
# flowscand on an interface: the loopback of a network namespace of its own,
# so that nothing else is heard.

setup() {
	BIN="$PWD/${BUILD:-build}/bin"
	DB="$BATS_TEST_TMPDIR/live.db"
	{
		ip netns add flowscan-$$ &&
			ip -n flowscan-$$ link set lo up
	} 2>/dev/null || skip "no network namespaces here"
	printf 'rules: [%s]\nuser: root\n' "$PWD/rules" >"$BATS_TEST_TMPDIR/live.yaml"
}

teardown() {
	ip netns del flowscan-$$ 2>/dev/null || true
}

# Waits until a line stands in the log so often.
logged() {
	for _ in $(seq 100); do
		[ "$(grep -c "$1" "$BATS_TEST_TMPDIR/err")" -ge "${2:-1}" ] &&
			return
		sleep 0.1
	done
	cat "$BATS_TEST_TMPDIR/err"
	return 1
}

# Starts flowscand, and waits until it listens.
capture() {
	ip netns exec flowscan-$$ "$BIN/flowscand" \
		-c "$BATS_TEST_TMPDIR/live.yaml" -i lo --db "$DB" \
		2>"$BATS_TEST_TMPDIR/err" 3>&- &
	scanner=$!
	logged 'capturing on lo'
}

@test "a live capture is written and stops cleanly" {
	capture
	ip netns exec flowscan-$$ perl -MIO::Socket::INET -e '
		my $server = IO::Socket::INET->new(LocalAddr => "127.0.0.1",
			Listen => 5, ReuseAddr => 1) or die;
		for (1 .. 3) {
			my $client = IO::Socket::INET->new(PeerAddr => "127.0.0.1",
				PeerPort => $server->sockport) or die;
			my $peer = $server->accept;
			print $client "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";
			$client->flush;
			sysread($peer, my $request, 100);
			print $peer "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
			close $peer;
			close $client;
		}'
	sleep 1.5
	kill -TERM $scanner
	wait $scanner
	run "$BIN/flowscan" flows --db "$DB" --format jsonl
	[ "$status" -eq 0 ]
	[ "$(grep -c '"protocol":"http"' <<<"$output")" -eq 3 ]
}

# ---- Rules that change ---------------------------------------------------------

# rule NAME CONDITION: writes a rule file.
rule() {
	cat >"$BATS_TEST_TMPDIR/rules.new" <<-END
	- rule: $1
	  desc: a rule
	  condition: $2
	  class: tunnel
	  family: protocol
	  protocol: $1
	  likelihood: {if_true: 0.9, if_false: 0.0001}
	  says: it is
	END
	mv "$BATS_TEST_TMPDIR/rules.new" "$BATS_TEST_TMPDIR/rules/one.yaml"
}

send() {
	ip netns exec flowscan-$$ perl -MIO::Socket::INET -e '
		my $server = IO::Socket::INET->new(LocalAddr => "127.0.0.1",
			LocalPort => 4711, Proto => "udp") or die;
		my $client = IO::Socket::INET->new(PeerAddr => "127.0.0.1",
			PeerPort => 4711, Proto => "udp", LocalPort => $ARGV[0]) or die;
		$client->send("HELO") for 1 .. 3' "$1"
}

@test "changed rules are taken over, faulty ones are not" {
	mkdir "$BATS_TEST_TMPDIR/rules"
	rule first 'flow.server_port = 4711'
	printf 'rules: [%s]\nuser: root\n' "$BATS_TEST_TMPDIR/rules" >"$BATS_TEST_TMPDIR/live.yaml"
	capture
	rule broken 'flow.server_prt = 4711'
	logged 'the new set is refused, the old one stays'
	grep -q 'one.yaml:3:14: error: .*flow.server_port' "$BATS_TEST_TMPDIR/err"
	send 5001
	sleep 1.5
	run "$BIN/flowscan" report --db "$DB"
	echo "$output"
	[[ "$output" == *"newer rules were refused: one.yaml:3:14: "* ]]
	rule second 'flow.server_port = 4711'
	logged 'rules: 1 loaded'
	kill -HUP $scanner
	logged 'rules: unchanged'
	rm "$BATS_TEST_TMPDIR/rules/one.yaml"
	logged 'there are no rules any more'
	kill -TERM $scanner
	wait $scanner
	run "$BIN/flowscan" flows --db "$DB" --format jsonl
	[[ "$output" == *'"protocol":"second"'* ]]
	[[ "$output" != *'"protocol":"broken"'* ]]
}

@test "a feed that is suddenly shorter is not taken over" {
	mkdir "$BATS_TEST_TMPDIR/rules"
	seq -f '198.51.100.%g' 101 >"$BATS_TEST_TMPDIR/rules/feed.txt"
	rule listed 'server.ip cidr feed'
	echo '- {list: feed, file: feed.txt, reader: lines}' >>"$BATS_TEST_TMPDIR/rules/one.yaml"
	printf 'rules: [%s]\nuser: root\n' "$BATS_TEST_TMPDIR/rules" >"$BATS_TEST_TMPDIR/live.yaml"
	capture
	seq -f '198.51.100.%g' 50 >"$BATS_TEST_TMPDIR/feed.new"
	mv "$BATS_TEST_TMPDIR/feed.new" "$BATS_TEST_TMPDIR/rules/feed.txt"
	kill -HUP $scanner
	logged "the new set is refused.*list 'feed' has 50 items where it had 101"
	send 5001
	sleep 1.5
	run "$BIN/flowscan" report --db "$DB"
	echo "$output"
	[[ "$output" == *"newer rules were refused: list 'feed' has 50 items"* ]]
	kill -TERM $scanner
	wait $scanner
}

@test "many reloads under traffic: no frame is lost, no descriptor more" {
	mkdir "$BATS_TEST_TMPDIR/rules"
	rule r0 'flow.server_port = 4711'
	printf 'rules: [%s]\nuser: root\n' "$BATS_TEST_TMPDIR/rules" >"$BATS_TEST_TMPDIR/live.yaml"
	capture
	files=$(ls /proc/$scanner/fd | wc -l)
	for i in $(seq 40); do
		rule "r$i" 'flow.server_port = 4711'
		kill -HUP $scanner
		send $((5000 + i))
		sleep 0.05
	done
	rule last 'flow.server_port = 4711'
	kill -HUP $scanner
	logged 'loaded\|unchanged' 2
	sleep 2
	[ "$(ls /proc/$scanner/fd | wc -l)" -le $((files + 1)) ]
	kill -TERM $scanner
	wait $scanner
	run "$BIN/flowscan" flows --db "$DB" --format jsonl
	[ "$(jq -s 'map(select(.server_port == 4711)) | unique_by(.flow_id) | length' <<<"$output")" -eq 40 ]
	[ "$(jq -s 'map(select(.server_port == 4711)) | group_by(.flow_id) |
		map(max_by(.rev).signals["flow.packets_c2s"]) | add' <<<"$output")" -eq 120 ]
}

@test "rules behind a link that is swapped, and in a folder that is replaced" {
	mkdir "$BATS_TEST_TMPDIR/rules"
	rule first 'flow.server_port = 4711'
	cp -r "$BATS_TEST_TMPDIR/rules" "$BATS_TEST_TMPDIR/other"
	sed -i s/first/other/ "$BATS_TEST_TMPDIR/other/one.yaml"
	ln -s rules "$BATS_TEST_TMPDIR/current"
	echo "rules: [$BATS_TEST_TMPDIR/current]" >"$BATS_TEST_TMPDIR/live.yaml"
	capture
	ln -s other "$BATS_TEST_TMPDIR/next"
	mv -T "$BATS_TEST_TMPDIR/next" "$BATS_TEST_TMPDIR/current"
	logged 'rules: 1 loaded' 1
	# What the link leads to now is watched.
	sed -i s/other/edited/ "$BATS_TEST_TMPDIR/other/one.yaml"
	logged 'rules: 1 loaded' 2
	# A folder in place of the link, and one in place of that.
	rm "$BATS_TEST_TMPDIR/current"
	logged 'the new set is refused'
	cp -r "$BATS_TEST_TMPDIR/rules" "$BATS_TEST_TMPDIR/current"
	logged 'rules: 1 loaded' 3
	# What else is written beside the rules, as this log, asks for nothing.
	sleep 1
	kill -TERM $scanner
	wait $scanner
	[ "$(grep -c 'rules: unchanged' "$BATS_TEST_TMPDIR/err")" -le 2 ]
}
