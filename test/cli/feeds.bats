#!/usr/bin/env bats
# Lists that others publish, fetched from a server of our own.

BIN=${BUILD:-build}/bin

setup_file() {
	FLOWSCAN=$(realpath "$BIN/flowscan")
	export FLOWSCAN
	cd "$BATS_FILE_TMPDIR"
	mkdir served rules
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
		-addext subjectAltName=DNS:localhost -keyout key.pem \
		-out cert.pem 2>/dev/null
	for port in $(shuf -i 20000-60000 -n 20); do
		(cd served && exec openssl s_server -HTTP -accept "127.0.0.1:$port" \
			-key ../key.pem -cert ../cert.pem) >server.log 2>&1 3>&- &
		server=$!
		for _ in $(seq 50); do
			kill -0 "$server" 2>/dev/null || break
			! grep -q ACCEPT server.log || break 2
			sleep 0.1
		done
		kill "$server" 2>/dev/null || true
	done
	echo "$server" >server.pid
	cat >rules/l.yaml <<END
- {list: l, file: l.txt, format: cidr, max_age: 2d, url: "https://localhost:$port/l"}
- rule: listed
  desc: It is on the list
  condition: client.ip cidr l
  class: vpn
  family: reputation
  view: any
  likelihood: {if_true: 0.5, if_false: 0.001, measured: a guess}
END
}

teardown_file() {
	kill "$(cat "$BATS_FILE_TMPDIR/server.pid")"
}

setup() {
	cd "$BATS_FILE_TMPDIR"
	rm -f rules/l.txt rules/l.txt.feed
}

# publish STATUS HEADER BODY: what the server answers.
publish() {
	printf 'HTTP/1.0 %s\r\n%s\r\nConnection: close\r\n\r\n%b' "$@" >served/l
}

update() {
	run "$FLOWSCAN" feed-update --cacert cert.pem "$@" rules
	echo "$output"
}

@test "a list is fetched, and the rules load with its date" {
	publish '200 OK' 'ETag: "one"' '192.0.2.0/24\n198.51.100.7\n'
	run "$FLOWSCAN" rules check rules
	[ "$status" -eq 2 ]
	[[ "$output" == *"'flowscan feed-update' fetches it"* ]]
	update
	[ "$status" -eq 0 ]
	[[ "$output" == "l: 2 items: written" ]]
	run "$FLOWSCAN" rules check rules
	echo "$output"
	[ "$status" -eq 0 ]
	grep -q "^etag: '\"one\"'" rules/l.txt.feed
	grep -q "^sha256: '$(sha256sum rules/l.txt | cut -c1-64)'" rules/l.txt.feed
}

@test "an unchanged list gets a new date only" {
	publish '200 OK' 'ETag: "one"' '192.0.2.0/24\n'
	update
	sed -i 's/^date: .*/date: 2020-01-01/' rules/l.txt.feed
	publish '304 Not Modified' 'ETag: "one"' ''
	update
	[ "$status" -eq 0 ]
	[[ "$output" == "l: 1 items (1 before): unchanged" ]]
	! grep -q 2020 rules/l.txt.feed
	[ "$(cat rules/l.txt)" = 192.0.2.0/24 ]
}

@test "a date counts for the very file that it was written for" {
	publish '200 OK' 'ETag: "one"' '192.0.2.0/24\n'
	update
	echo 192.0.3.0/24 >>rules/l.txt
	run "$FLOWSCAN" rules check rules
	echo "$output"
	[ "$status" -eq 2 ]
	[[ "$output" == *"'max_age' needs a date"* ]]
}

# refused WHAT: what is there stays, and it is said why.
refused() {
	cp rules/l.txt rules/l.txt.feed .
	update
	[ "$status" -eq 5 ]
	[[ "$output" == *"$1"*"the file that is there stays" ]]
	cmp l.txt rules/l.txt
	cmp l.txt.feed rules/l.txt.feed
}

@test "what cannot be used never replaces what can" {
	publish '200 OK' 'A: b' '192.0.2.1\n192.0.2.2\n192.0.2.3\n192.0.2.4\n'
	update
	publish '200 OK' 'A: b' '192.0.2.1\n'
	refused "it has 1 items where it had 4"
	publish '200 OK' 'A: b' ''
	refused "is empty"
	publish '200 OK' 'A: b' '<html>\n<body>\nsorry\n'
	refused "refused and 0 taken"
	publish '500 Oops' 'A: b' 'no\n'
	refused "status 500"
	publish '302 Found' 'Location: http://localhost/l' ''
	refused "only https"
	rm served/l
	refused ""
}

@test "a server whose certificate is not trusted is not believed" {
	publish '200 OK' 'A: b' '192.0.2.1\n'
	run "$FLOWSCAN" feed-update rules
	echo "$output"
	[ "$status" -eq 5 ]
	[[ "$output" == *"certificate"*"there is no file yet" ]]
	[ ! -e rules/l.txt ]
}

@test "http is not fetched" {
	mkdir -p plain
	sed 's/https:/http:/' rules/l.yaml >plain/l.yaml
	run "$FLOWSCAN" feed-update plain
	[ "$status" -eq 5 ]
	[[ "$output" == *"only https is fetched"* ]]
}

@test "a dry run writes nothing" {
	publish '200 OK' 'A: b' '192.0.2.1\nx\n192.0.2.2\n'
	update --dry-run
	[ "$status" -eq 0 ]
	[[ "$output" == "l: 2 items, 1 rejected, first "*"'x', where"*": not written" ]]
	[ ! -e rules/l.txt ]
	[ ! -e rules/l.txt.feed ]
}

@test "what is misused is told" {
	update --list m
	[ "$status" -eq 2 ]
	[[ "$output" == *"there is no list 'm'"* ]]
	update --timeout soon
	[ "$status" -eq 2 ]
	[[ "$output" == *"expected a span such as 30s"* ]]
	update --lists
	[ "$status" -eq 2 ]
}
