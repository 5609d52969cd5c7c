#!/usr/bin/env bats
# privacy: what is stored of whom.

setup() {
	BUILD=${BUILD:-build}
	cd "$BATS_TEST_TMPDIR" || return
	ROOT=$BATS_TEST_DIRNAME/../..
	case $BUILD in /*) ;; *) BUILD=$ROOT/$BUILD ;; esac
	FLOWSCAN=$BUILD/bin/flowscan
	DB=$BATS_TEST_TMPDIR/test.db
	(umask 077 && head -c 32 /dev/zero >key)
}

# What is hidden, as the configuration has it; the rest are captures.
watch() {
	local privacy=$1 capture
	shift
	cat >test.yaml <<-END
		sensor: {name: tap-1}
		services: [{name: api, addresses: [203.0.113.0/24]}]
		rules: [$ROOT/rules]
		privacy: {$privacy}
	END
	for capture; do set -- "$@" -r "$ROOT/test/data/$capture"; shift; done
	run "$BUILD/bin/flowscand" -c test.yaml "$@" --db "$DB"
}

# '!' alone does not fail a test.
none() {
	if "$@"; then return 1; fi
}

verdicts() {
	"$FLOWSCAN" flows --db "$DB" --format jsonl |
	    jq -c '[.first_seen, .server_ip, .verdict, .class, .score]' | sort
}

@test "privacy: verdicts do not depend on it, and no address is in the file" {
	local privacy captures=(relay.pcap socks5.pcap http.pcap)

	watch "clients: full" "${captures[@]}"
	[ "$status" -eq 0 ]
	verdicts >full
	"$FLOWSCAN" flows --db "$DB" --format jsonl | jq -r .client_ip |
	    sort -u >clients
	[ -s full ] && [ -s clients ]
	for privacy in prefix pseudonym; do
		rm -f "$DB"*
		watch "clients: $privacy, key_file: key, names: none" \
		    "${captures[@]}"
		[ "$status" -eq 0 ]
		verdicts >hidden
		cmp full hidden
		none grep -a -q -F -f clients "$DB"
		"$FLOWSCAN" flows --db "$DB" --format jsonl >rows
		[ -s rows ]
		none grep -q -F -e tls.sni -e '"community_id":"' rows
		none grep -q -F -w -f clients rows
	done
}

@test "privacy: one key, one pseudonym, in two runs and in replay" {
	watch "clients: pseudonym, key_file: key" socks5.pcap
	"$FLOWSCAN" flows --db "$DB" --format jsonl | jq -r .client_ip >first
	run "$FLOWSCAN" replay -r "$ROOT/test/data/socks5.pcap" -c test.yaml \
	    --db "$DB"
	echo "$output"
	[ "$status" -eq 0 ]
	rm -f "$DB"*
	watch "clients: pseudonym, key_file: key" socks5.pcap
	"$FLOWSCAN" flows --db "$DB" --format jsonl | jq -r .client_ip >again
	cmp first again
	grep -q ^fc first
	rm -f "$DB"*
	head -c 32 /dev/urandom >key
	watch "clients: pseudonym, key_file: key" socks5.pcap
	"$FLOWSCAN" flows --db "$DB" --format jsonl | jq -r .client_ip >other
	none cmp -s first other
}

@test "privacy: a client is found by its pseudonym, and begins anew" {
	watch "clients: pseudonym, key_file: key" socks5.pcap
	name=$("$FLOWSCAN" clients --db "$DB" --format jsonl |
	    jq -r 'select(.verdict == "anomalous") | .client_ip' | head -1)
	run "$FLOWSCAN" explain "$name" --db "$DB"
	[ "$status" -eq 0 ]
	[[ $output == *"$name"* ]]
	watch "clients: pseudonym, key_file: key" socks5.pcap
	[ "$status" -eq 0 ]
	run "$FLOWSCAN" clients --client "$name" --db "$DB" --format jsonl
	[ "$(jq .rev <<<"$output")" = 1 ]
}

@test "privacy: excerpts are kept when they are asked for" {
	watch "excerpts: true" http.pcap
	"$FLOWSCAN" flows --db "$DB" --format jsonl | grep -q c2s.bytes
	rm -f "$DB"*
	watch "excerpts: false" http.pcap
	[ "$status" -eq 0 ]
	"$FLOWSCAN" flows --db "$DB" --format jsonl >rows
	[ -s rows ]
	none grep -q -e c2s.bytes -e http.target rows
}

@test "privacy: who reads is written down, or does not read" {
	watch "access_log: true" socks5.pcap
	[ "$status" -eq 0 ]
	[ "$(stat -c %a access.log)" = 660 ]
	run "$FLOWSCAN" flows --db "$DB" --client 198.51.100.0/24 --format jsonl
	[ "$status" -eq 0 ]
	jq -e -s 'length == 2 and .[0].event == "asks" and
	    (.[0].command | index("198.51.100.0/24")) and
	    .[0].uid == '"$(id -u)"' and .[1].matched >= 0' access.log
	run "$FLOWSCAN" label "$("$FLOWSCAN" clients --db "$DB" --format jsonl |
	    jq -r .client_ip | head -1)" fp --note x --db "$DB"
	[ "$status" -eq 0 ]
	[ "$(wc -l <access.log)" = 5 ]
	# No file, and nobody can append to it.
	rm access.log
	mkdir access.log
	run "$FLOWSCAN" clients --db "$DB"
	[ "$status" -eq 3 ]
	[[ $output == *"access.log: "*"append"* ]]
	rmdir access.log
	run "$FLOWSCAN" clients --db "$DB"
	[ "$status" -eq 0 ]
}

@test "privacy: another user without the right to append reads nothing" {
	[ "$(id -u)" = 0 ] || skip "needs root to become another user"
	watch "access_log: true" socks5.pcap
	chmod 755 "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR" 2>/dev/null || true
	chmod 644 "$DB"
	run setpriv --reuid 65534 --regid 65534 --clear-groups \
	    "$FLOWSCAN" clients --db "$DB"
	[ "$status" -eq 3 ]
	[[ $output == *"access.log: Permission denied"* ]]
	chgrp 65534 access.log
	run setpriv --reuid 65534 --regid 65534 --clear-groups \
	    "$FLOWSCAN" clients --db "$DB"
	jq -e -s '.[0].uid == 65534' access.log
}

@test "privacy: what is wrong in the configuration is said" {
	watch "clients: none" socks5.pcap
	[ "$status" -eq 2 ]
	[[ $output == *"privacy.clients"*"pseudonym"* ]]
	watch "names: suffix, excerpts: true" socks5.pcap
	[ "$status" -eq 2 ]
	[[ $output == *"privacy.excerpts would keep"* ]]
	watch "prefix: {ipv4: 32}" socks5.pcap
	[ "$status" -eq 2 ]
	[[ $output == *"from 8 to 31"* ]]
}

@test "privacy: a key that others may read, or that is short, is refused" {
	chmod 640 key
	watch "clients: pseudonym, key_file: key" socks5.pcap
	[ "$status" -eq 2 ]
	[[ $output == *"others may read the key"* ]]
	chmod 600 key
	printf short >key
	watch "clients: pseudonym, key_file: key" socks5.pcap
	[ "$status" -eq 2 ]
	[[ $output == *"the key is too short"* ]]
	rm key
	watch "clients: pseudonym, key_file: key" socks5.pcap
	[ "$status" -eq 2 ]
	[[ $output == *"No such file"* ]]
}
