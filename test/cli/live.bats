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
	echo "rules: [$PWD/rules]" >"$BATS_TEST_TMPDIR/live.yaml"
}

teardown() {
	ip netns del flowscan-$$ 2>/dev/null || true
}

@test "a live capture is written and stops cleanly" {
	ip netns exec flowscan-$$ "$BIN/flowscand" \
		-c "$BATS_TEST_TMPDIR/live.yaml" -i lo --db "$DB" \
		2>"$BATS_TEST_TMPDIR/err" 3>&- &
	scanner=$!
	for _ in $(seq 50); do
		grep -q 'capturing on lo' "$BATS_TEST_TMPDIR/err" && break
		sleep 0.1
	done
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
