#!/usr/bin/env bats
# flowscan serve: what it answers, to whom, and what it does not let itself be
# told.

setup() {
	BIN="$PWD/${BUILD:-build}/bin"
	T="$BATS_TEST_TMPDIR"
	DB="$T/serve.db"
	"$BIN/flowscand" -c test/data/flowscand-demo.yaml -r test/data/http.pcap \
		--db "$DB" 2>/dev/null
}

teardown() {
	[ -z "${server-}" ] || kill -TERM "$server" 2>/dev/null && wait "$server" || true
}

# serve OPTION...: starts it at a port of its own, PORT.
serve() {
	: >"$T/err"
	"$BIN/flowscan" serve --db "$DB" --socket "$T/none.sock" \
		--listen 127.0.0.1:0 "$@" >"$T/out" 2>"$T/err" 3>&- &
	server=$!
	for _ in $(seq 100); do
		PORT=$(sed -n 's/.* at port \([0-9]*\);.*/\1/p' "$T/err")
		[ -n "$PORT" ] && return
		sleep 0.1
	done
	cat "$T/err"
	return 1
}

# ask TEXT: sends a request and prints the whole answer.
ask() {
	perl -MIO::Socket::INET -e '
		$SIG{PIPE} = "IGNORE";
		my $peer = IO::Socket::INET->new(PeerAddr => "127.0.0.1",
			PeerPort => $ARGV[0], Timeout => 5) or die "connect: $!";
		print $peer $ARGV[1] =~ s/\\r\\n/\r\n/gr; $peer->flush;
		shutdown($peer, 1);
		local $/; print scalar(<$peer>) // ""' "$PORT" "$1"
}

get() {
	ask "GET $1 HTTP/1.1\r\nHost: ${2-localhost}\r\n${3-}Connection: close\r\n\r\n"
}

@test "serve: metrics and health" {
	serve
	run get /healthz
	echo "$output"
	[[ "$output" == "HTTP/1.1 200"*ok* ]]
	[[ "$output" == *"nosniff"* ]]
	get /metrics | sed '1,/^\r$/d' >"$T/metrics"
	cat "$T/metrics"
	grep -q '^flowscan_up 0$' "$T/metrics"
	grep -q '^flowscan_store_readable 1$' "$T/metrics"
	grep -q '^flowscan_recent_flows{verdict="clean"} [1-9]' "$T/metrics"
	grep -q '^flowscan_store_newest_time_seconds [1-9]' "$T/metrics"
	kill -TERM $server
	wait $server
}

@test "serve: promtool likes the metrics" {
	command -v promtool >/dev/null || skip "no promtool here"
	serve
	get /metrics | sed '1,/^\r$/d' >"$T/metrics"
	run promtool check metrics <"$T/metrics"
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "serve: promtool likes the alerts" {
	command -v promtool >/dev/null || skip "no promtool here"
	run promtool check rules docs/flowscan-alerts.yml
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "serve: alerts ask for metrics that there are" {
	metrics=$(grep -o 'flowscan_[a-z_]*' docs/flowscan-alerts.yml | sort -u)
	[ "$(wc -w <<<"$metrics")" -ge 10 ]
	for metric in $metrics; do
		echo "$metric"
		grep -q "\"$metric\"" tools/*.c
	done
	# And the page says of each alert what to look at.
	for alert in $(sed -n 's/^ *- alert: //p' docs/flowscan-alerts.yml); do
		echo "$alert"
		grep -q "^| $alert |" docs/deploying.md
	done
}

@test "serve: methods, paths and names that are none" {
	serve
	[[ "$(get /none)" == *" 404 "* ]]
	[[ "$(get /metrics/)" == *" 404 "* ]]
	[[ "$(get /../metrics)" == *" 404 "* ]]
	[[ "$(ask 'POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc')" != *" 200 "* ]]
	[[ "$(ask 'DELETE /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')" == *" 405 "* ]]
	# A page of a stranger whose name was led here.
	[[ "$(get /metrics evil.example)" == *" 403 "* ]]
	[[ "$(get /metrics 127.0.0.1.evil.example)" == *" 403 "* ]]
	[[ "$(get /metrics 127.0.0.1:$PORT)" == *" 200 "* ]]
}

@test "serve: a token" {
	echo 0123456789abcdef >"$T/token"
	serve --token-file "$T/token"
	[[ "$(get /metrics)" == *" 401 "*"WWW-Authenticate: Bearer"* ]]
	[[ "$(get /metrics localhost 'Authorization: Bearer 0123456789abcdeX\r\n')" == *" 401 "* ]]
	[[ "$(get /metrics localhost 'Authorization: Bearer 0123456789abcde\r\n')" == *" 401 "* ]]
	[[ "$(get /metrics localhost 'Authorization: Basic 0123456789abcdef\r\n')" == *" 401 "* ]]
	[[ "$(get /metrics api.example 'Authorization: Bearer 0123456789abcdef\r\n')" == *" 200 "* ]]
	[[ "$(get /nothing)" == *" 401 "* ]]
	[[ "$(get /healthz)" == *" 200 "* ]]
}

@test "serve: not beyond this machine without a token" {
	run "$BIN/flowscan" serve --db "$DB" --listen 0.0.0.0:0
	echo "$output"
	[ "$status" -eq 2 ]
	[[ "$output" == *"give it a --token-file"* ]]
	for listen in 127.0.0.1 :80 localhost:80 127.0.0.1:99999 '[::1:80' ''; do
		run "$BIN/flowscan" serve --listen "$listen"
		[ "$status" -eq 2 ]
		[[ "$output" == *"expected an address and a port"* ]]
	done
	echo short >"$T/token"
	run "$BIN/flowscan" serve --token-file "$T/token"
	[ "$status" -eq 2 ]
	[[ "$output" == *"16 to 256 letters"* ]]
}

@test "serve: hostile peers harm nobody" {
	serve
	perl -MIO::Socket::INET -e '
		$SIG{PIPE} = "IGNORE";
		my $open = sub { IO::Socket::INET->new(PeerAddr => "127.0.0.1",
			PeerPort => $ARGV[0], Timeout => 2) };
		my @silent = map { $open->() } 1 .. 40;
		close $_ for grep { $_ } @silent;
		for my $text ("", "\r\n\r\n", "GET\r\n\r\n", "\0" x 5000,
		    "GET /" . "a" x 60000 . " HTTP/1.1\r\n\r\n",
		    "GET / HTTP/1.1\r\n" . ("X: y\r\n" x 20000) . "\r\n",
		    "GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
		    "GET /metrics HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n") {
			my $peer = $open->() or next;
			print $peer $text; $peer->flush; shutdown($peer, 1);
			local $/; my $answer = <$peer>;
		}' "$PORT"
	[[ "$(get /healthz)" == *" 200 "* ]]
}

@test "serve: a database that is not there" {
	rm "$DB"
	serve
	[[ "$(get /healthz)" == *" 503 "* ]]
	get /metrics | grep -q '^flowscan_store_readable 0$'
}

# page PATH: the page without its headers; its status must be 200.
page() {
	get "$1" >"$T/page"
	head -n 1 "$T/page" | grep -q ' 200 ' || { head -n 1 "$T/page"; return 1; }
	sed -i '1,/^\r$/d' "$T/page"
}

@test "serve: the report's pages, with links and a filter" {
	rm -f "$DB"*
	"$BIN/flowscand" -c test/data/flowscand-demo.yaml -r test/data/demo.pcap.zst \
		--db "$DB" 2>/dev/null
	serve
	page /
	grep -q '<a href="/explain?subject=192.0.2.34">192.0.2.34</a>' "$T/page"
	grep -q '<form method="get" action="/"' "$T/page"
	page /clients?q=class:vpn
	[ "$(grep -c '^<tr><td' "$T/page")" -eq 3 ]
	grep -q 'value="class:vpn"' "$T/page"
	page "/clients?country=gb"
	[ "$(grep -c '^<tr><td' "$T/page")" -eq 1 ]
	page /flows?limit=7
	[ "$(grep -c '^<tr><td' "$T/page")" -eq 7 ]
	grep -q '<a href="/explain?subject=[0-9a-f]\{16\}">' "$T/page"
	page /by?what=country
	grep -q '<a href="/clients?country=US">US</a>' "$T/page"
	# What is set already stays when the form is sent.
	page "/by?what=country&last=7d"
	grep -q '<option selected>country' "$T/page"
	grep -q '<input type="hidden" name="last" value="7d">' "$T/page"
	page /explain?subject=192.0.2.34
	grep -q "flowscan explain 192.0.2.34 --db $DB" "$T/page"
	grep -q '<h1>Client 192.0.2.34' "$T/page"
	page "/explain?subject=2001:db8:10::%2F64"
}

@test "serve: a filter that is none is told, and acts nowhere" {
	serve
	run get '/clients?q=clas:vpn'
	[[ "$output" == *" 400 "*"'clas' is no filter: did you mean 'class'?"* ]]
	run get '/flows?limit=zz'
	[[ "$output" == *" 400 "*"expected a number of rows"* ]]
	run get '/by?what=clas'
	[[ "$output" == *" 400 "*"'clas' is unknown: expected client, asn"* ]]
	run get '/explain?subject=192.0.2.99'
	[[ "$output" == *" 404 "* ]]
	page '/clients?q=client:192.0.2.1%20country:DE'
	grep -q 'value="client:192.0.2.1 country:DE"' "$T/page"
	run get '/clients?q=%22%3E%3Cb%3Ex'
	echo "$output"
	[[ "$output" == *" 400 "*"text/plain"* ]]
}

@test "serve: where reads are logged, pages are not shown" {
	: >"$T/access.log"
	serve
	run get /clients
	[[ "$output" == *" 403 "*"logged: ask it with the command line"* ]]
	run get /healthz
	[[ "$output" == *" 200 "* ]]
}

@test "serve: labels that cannot be read are not passed over in silence" {
	echo "this is no database" >"$T/labels.db"
	serve
	page /clients
	grep -q 'role="alert">.*labels.db.*labels and suppressions are left out' "$T/page"
}
