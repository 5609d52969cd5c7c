#!/usr/bin/env bats
# What analysts say: labels, suppressions, and where they show.

setup_file() {
	cat docs/schema/*.json >"$BATS_FILE_TMPDIR/schemas"
}

setup() {
	BIN="${BUILD:-build}/bin/flowscan"
	unset NO_COLOR PAGER SUDO_USER
	export FLOWSCAN_DB="$BATS_TEST_TMPDIR/test.db"
	"${BUILD:-build}/test/cli/make_store" "$FLOWSCAN_DB"
}

valid() {
	jq -er -f test/cli/validate.jq --arg schema "$1" \
		--slurpfile schemas "$BATS_FILE_TMPDIR/schemas"
}

refused() { # words arguments...
	words=$1
	shift
	run "$BIN" "$@"
	echo "$output"
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ "$output" == *"$words"* ]]
}

report() {
	run "$BIN" report
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "nothing said: the page says so, and nothing is made" {
	report
	[[ "$output" == *"Suppressed"*"Nothing."*"Labelled by analysts"*"Nothing."* ]]
	"$BIN" label list --format json | valid labels.json
	"$BIN" suppress list --format json | valid suppressions.json
	[ ! -e "$BATS_TEST_TMPDIR/labels.db" ]
}

@test "a label is shown wherever its client is" {
	run "$BIN" label 198.51.100.7 fp --note "a hotel's proxy"
	[ "$status" -eq 0 ]
	[[ "$output" == "198.51.100.7 is labelled fp by "*"; its verdict is anomalous proxy, score 0.971" ]]
	"$BIN" label 2001:db8:1::42 unsure --note later
	"$BIN" label f000000000000001 tp --note "it said so"
	report
	[[ "$output" == *"198.51.100.7"*"labelled fp by $(id -un): a hotel's proxy"* ]]
	[[ "$output" == *"3 labels: tp 1, fp 1, benign 0, unsure 1"* ]]
	[ "$("$BIN" clients --format jsonl | jq -r '"\(.client_ip) \(.label)"' | paste -sd,)" = \
		"198.51.100.7 fp,2001:db8:1:: unsure,192.0.2.1 null" ]
	[ "$("$BIN" flows --format jsonl | jq -r 'select(.label).flow_id')" = f000000000000001 ]
	run "$BIN" clients
	[[ "$output" == *" fp "* ]]
	run "$BIN" explain 198.51.100.7
	[[ "$output" == *"labelled fp by"* ]]
}

@test "the last label stands, and all are kept" {
	"$BIN" label 198.51.100.7 fp --note first
	"$BIN" label 198.51.100.7 tp --note second
	[ "$("$BIN" clients --format jsonl --client 198.51.100.7 | jq -r .label)" = tp ]
	[ "$("$BIN" label list --format jsonl | jq -r '"\(.note) \(.stands)"' | paste -sd,)" = \
		"first false,second true" ]
	"$BIN" label list --format jsonl | valid label.json
}

@test "labels judge rules, each client once" {
	"$BIN" label 198.51.100.7 tp --note a
	"$BIN" label f000000000000001 fp --note "its own client says tp"
	"$BIN" label 2001:db8:1::42 benign --note b
	"$BIN" report --by rule --format jsonl | valid group.json
	[ "$("$BIN" report --by rule --format jsonl |
		jq -r 'select(.rule == "tls-ends-behind-tcp") | "\(.right) of \(.labelled), \(.precision)"')" = "1 of 2, 0.5" ]
	run "$BIN" report --by rule
	[[ "$output" == *"0.09 to 0.91, insufficient"* ]]
	[ "$("$BIN" report --by rule --format jsonl |
		jq -r 'select(.rule == "plain-stack").labelled')" = 0 ]
}

@test "what is suppressed is counted, not hidden from lists" {
	run "$BIN" suppress add --client 198.51.100.0/24 --reason "our office" --expires 30d
	[ "$status" -eq 0 ]
	[ "$output" = "suppression 1 hides 1 of the 2 clients that stand out in the newest 24 h" ]
	report
	[[ "$output" == *"1 client that stands out is left out above."* ]]
	[[ "$output" == *"(1) client 198.51.100.0/24: 1 client; our office ($(id -un), until 20"* ]]
	[[ "$output" != *"  - 198.51.100.7  "* ]]
	"$BIN" report --format json | valid report.json
	[ "$("$BIN" report --format json | jq '.clients_in_all, .suppressed_clients' | paste -sd' ')" = "1 1" ]
	[ "$("$BIN" clients --format jsonl | jq -r 'select(.suppressed == 1).client_ip')" = 198.51.100.7 ]
	[ "$("$BIN" flows --format jsonl | jq -r 'select(.suppressed == 1).flow_id' | wc -l)" -eq 8 ]
	"$BIN" suppress list --format jsonl | valid suppression.json
	run "$BIN" suppress remove 1
	[ "$status" -eq 0 ]
	report
	[[ "$output" == *"  - 198.51.100.7  "* ]]
	refused "there is no suppression 1" suppress remove 1
}

@test "a rule hides only whom nothing else speaks against" {
	rules=$("$BIN" clients --format jsonl --client 198.51.100.7 |
		jq -r '.evidence[] | select(.llr > 0 and (.shadow | not)).rule')
	echo "$rules"
	for rule in $rules; do
		run "$BIN" clients --format jsonl --client 198.51.100.7
		[ "$(jq .suppressed <<<"$output")" = null ]
		"$BIN" suppress add --rule "$rule" --reason why --expires never
	done
	[ "$("$BIN" clients --format jsonl --client 198.51.100.7 | jq .suppressed)" = 1 ]
}

# Suppresses '$2...' and expects that to hide so many clients.
hides() {
	want=$1
	shift
	run "$BIN" suppress add "$@" --reason why --expires 1d
	echo "$output"
	[[ "$output" == *"hides $want of the "* ]]
}

@test "by AS, and with another criterion" {
	rm "$FLOWSCAN_DB"
	"${BUILD:-build}/bin/flowscand" -c test/data/flowscand-demo.yaml \
		-r test/data/demo.pcap.zst --db "$FLOWSCAN_DB"
	[ "$("$BIN" report --format json | jq -c '[.clients_traffic[] | .class, .flows]')" = \
		'["vpn",36,"proxy",24]' ]
	[ "$("$BIN" report --format json --class direct | jq -c .clients_traffic)" = '[]' ]
	hides 2 --asn AS65537
	hides 1 --asn AS65537 --client 192.0.2.34
	hides 0 --asn AS65536 --client 192.0.2.34
	hides 2 --asn AS65537 --rule tls-ends-behind-tcp
	hides 0 --asn AS65537 --rule geo-very-slow
}

@test "by a JA4, when a client's flows have no other" {
	rm "$FLOWSCAN_DB"
	"${BUILD:-build}/bin/flowscand" -c test/data/flowscand-demo-client.yaml \
		-r test/data/relay.pcap -r test/data/socks5-exit.pcap --db "$FLOWSCAN_DB"
	ja4=$("$BIN" flows --format jsonl --client 198.51.100.146 | jq -r '.signals["tls.ja4"]')
	[ "$ja4" = t12d2807h1_d943125447b4_a44c6288192a ]
	hides 1 --ja4 "$ja4"
	hides 0 --ja4 "$ja4" --client 192.0.2.34
	hides 0 --ja4 "${ja4}x"
	[ "$("$BIN" flows --format jsonl | jq -r 'select(.suppressed).signals["tls.ja4"]' | sort -u)" = "$ja4" ]
}

@test "nothing, everything and what has expired are warned about" {
	run "$BIN" suppress add --client 10.0.0.0/8 --reason none --expires 1d
	[[ "$output" == *"warning: it matches nothing now"* ]]
	run "$BIN" suppress add --client 0.0.0.0/0 --reason four --expires 1s
	run "$BIN" suppress add --asn 64500 --reason all --expires never
	[[ "$output" == *"warning: it matches everything that stands out now"* ]]
	sleep 1.1
	report
	[[ "$output" == *"(1) client 10.0.0.0/8: matches nothing in this period"* ]]
	[[ "$output" == *"(2) client 0.0.0.0/0: expired, so it hides nothing"* ]]
	[[ "$output" == *"(3) AS64500: matches everything that stands out"*"for ever"* ]]
	[[ "$output" == *"Clients to look at"*"None."* ]]
	[ "$("$BIN" suppress list --format jsonl | jq -r .expired | paste -sd,)" = false,true,false ]
}

@test "what is missing or wrong is said" {
	refused "--note is missing" label 198.51.100.7 fp
	refused "--note is missing" label 198.51.100.7 fp --note " "
	refused "expected one line of text" label 198.51.100.7 fp --note $'a\nb'
	refused "'wrong' is no label: expected tp, fp, benign or unsure" label 198.51.100.7 wrong --note a
	refused "no client 203.0.113.99 is stored" label 203.0.113.99 fp --note a
	refused "no flow 0000000000000099 is stored" label 0000000000000099 fp --note a
	refused "whom? expected --client, --asn, --rule or --ja4" suppress add --reason a --expires 1d
	refused "--reason is missing" suppress add --asn 1 --expires 1d
	refused "--expires is missing" suppress add --asn 1 --reason a
	refused "expected a time" suppress add --asn 1 --reason a --expires soon
	refused "--expires '2026-01-01' is past" suppress add --asn 1 --reason a --expires 2026-01-01
	refused "expected the number of a suppression" suppress remove all
	refused "expected add, list or remove" suppress everything
	[ ! -e "$BATS_TEST_TMPDIR/labels.db" ] || [ -z "$("$BIN" label list --format jsonl)" ]
}

@test "a strange labels.db: the rest is answered, with 5" {
	seq 1000 >"$BATS_TEST_TMPDIR/labels.db"
	run "$BIN" clients --format jsonl -o "$BATS_TEST_TMPDIR/out"
	echo "$output"
	[ "$status" -eq 5 ]
	[[ "$output" == *"labels.db: "*"labels and suppressions are left out" ]]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/out")" -eq 3 ]
	run "$BIN" label 198.51.100.7 fp --note a
	[ "$status" -eq 3 ]
	rm "$BATS_TEST_TMPDIR/labels.db"
	cp "$FLOWSCAN_DB" "$BATS_TEST_TMPDIR/labels.db"
	run "$BIN" clients --format jsonl -o "$BATS_TEST_TMPDIR/out"
	[ "$status" -eq 5 ]
	[[ "$output" == *"holds no labels of flowscan"* ]]
}

@test "labels.db is not for all, and no output overwrites it" {
	"$BIN" label 198.51.100.7 fp --note a
	[ "$(stat -c %a "$BATS_TEST_TMPDIR/labels.db" | cut -c3)" = 0 ]
	run "$BIN" clients -o "$BATS_TEST_TMPDIR/labels.db"
	[ "$status" -eq 2 ]
	[[ "$output" == *"is the database that is read"* ]]
	[ "$("$BIN" label list --format jsonl | jq -r .note)" = a ]
}

@test "what an analyst writes stays text in every format" {
	harm=$'=cmd|x <b>*hi*</b> \xe2\x80\xae `a`'
	"$BIN" label 198.51.100.7 fp --note "$harm"
	"$BIN" suppress add --client 192.0.2.0/24 --rule "=x" --reason "$harm" --expires never
	for command in "label list" "suppress list" report "explain 198.51.100.7"; do
		for format in table json jsonl csv markdown; do
			"$BIN" $command --format $format >"$BATS_TEST_TMPDIR/out"
			! LC_ALL=C grep -qaP '\xe2\x80\xae' "$BATS_TEST_TMPDIR/out"
			[ $format != csv ] || ! grep -aE '(^|,)"?[=+@]' "$BATS_TEST_TMPDIR/out"
			[ $format != markdown ] || ! grep -aF '<b>*hi' "$BATS_TEST_TMPDIR/out"
		done
	done
}

@test "README: each command that it shows does what it shows" {
	"${BUILD:-build}/bin/flowscand" -c test/data/flowscand-demo.yaml \
		-r test/data/demo.pcap.zst --db "$BATS_TEST_TMPDIR/demo.db"
	sed -n 's/^\$ flowscan //p' README.md >"$BATS_TEST_TMPDIR/commands"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/commands")" -ge 5 ]
	while read -r command; do
		echo "$command"
		# The first line that README has of the answer.
		want=$(grep -FA1 "\$ flowscan $command" README.md | tail -n 1 |
			sed 's/ by [a-z]*;.*//')
		eval "'$BIN' ${command//build\/demo.db/\$BATS_TEST_TMPDIR/demo.db}" >"$BATS_TEST_TMPDIR/out"
		grep -qF -- "$want" "$BATS_TEST_TMPDIR/out"
	done <"$BATS_TEST_TMPDIR/commands"
}
