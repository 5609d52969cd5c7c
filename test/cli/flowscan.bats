#!/usr/bin/env bats
# flowscan on a store that make_store makes: what it answers, what it says of
# bad input, and with which exit code.

setup_file() {
	export DB="$BATS_FILE_TMPDIR/test.db"
	"${BUILD:-build}/test/cli/make_store" "$DB"
	cat docs/schema/*.json >"$BATS_FILE_TMPDIR/schemas"
}

setup() {
	BIN="${BUILD:-build}/bin/flowscan"
	unset FLOWSCAN_DB NO_COLOR PAGER
}

# One line of complaint that names $1.
one_line_about() {
	echo "$output"
	[ "${#lines[@]}" -eq 1 ]
	[[ "$output" == *"$1"* ]]
}

# Standard input is valid JSON by the schema $1.
valid() {
	jq -er -f test/cli/validate.jq --arg schema "$1" \
		--slurpfile schemas "$BATS_FILE_TMPDIR/schemas"
}

# The client addresses of an answer, in a line.
clients_of() {
	jq -r .client_ip | sort -u | paste -sd' '
}

# ---- Commands ----------------------------------------------------------------

@test "without a command it says what there is" {
	run "$BIN"
	[ "$status" -eq 2 ]
	[[ "$output" == *"usage: flowscan COMMAND"* ]]
	run "$BIN" help
	[ "$status" -eq 0 ]
	for command in report clients flows explain rules signals; do
		[[ "$output" == *"  $command"* ]]
		run "$BIN" $command --help
		[ "$status" -eq 0 ]
		[[ "$output" == "usage: flowscan $command"* ]]
		run "$BIN" help $command
		[ "$status" -eq 0 ]
		run "$BIN" help
	done
	run "$BIN" rules check --help
	[ "$status" -eq 0 ]
	[[ "$output" == "usage: flowscan rules check"* ]]
}

@test "its version" {
	run "$BIN" --version
	[ "$status" -eq 0 ]
	[[ "$output" =~ ^flowscan\ [0-9]+\.[0-9]+ ]]
}

@test "an unknown command names the nearest one" {
	run "$BIN" repotr
	[ "$status" -eq 2 ]
	one_line_about "did you mean 'report'?"
	run "$BIN" zzz
	[ "$status" -eq 2 ]
	one_line_about "unknown command 'zzz'"
}

# ---- The database ------------------------------------------------------------

@test "no database: one line that says what to do" {
	run "$BIN" flows --db "$BATS_TEST_TMPDIR/none.db"
	[ "$status" -eq 3 ]
	one_line_about "flowscan flows: no database at $BATS_TEST_TMPDIR/none.db: run flowscand first, or name one with --db"
	[ ! -e "$BATS_TEST_TMPDIR/none.db" ]
}

@test "a folder, a text, an empty file, a foreign database" {
	mkdir "$BATS_TEST_TMPDIR/folder"
	seq 1000 >"$BATS_TEST_TMPDIR/text"
	: >"$BATS_TEST_TMPDIR/empty"
	head -c 4096 /dev/zero >"$BATS_TEST_TMPDIR/zeros"
	for what in folder text empty zeros; do
		run "$BIN" report --db "$BATS_TEST_TMPDIR/$what"
		[ "$status" -eq 3 ]
		one_line_about "$BATS_TEST_TMPDIR/$what"
	done
}

@test "a database cut anywhere is refused or answered, never crashed on" {
	size=$(stat -c %s "$DB")
	for part in 1 2 3 5 8 13; do
		head -c $((size / 16 * part + 7)) "$DB" >"$BATS_TEST_TMPDIR/cut"
		run "$BIN" flows --format jsonl --db "$BATS_TEST_TMPDIR/cut"
		[ "$status" -eq 3 ]
		run "$BIN" report --db "$BATS_TEST_TMPDIR/cut"
		[ "$status" -eq 3 ]
	done
}

@test "the database comes from FLOWSCAN_DB, too, and is not changed" {
	before=$(sha256sum <"$DB")
	FLOWSCAN_DB="$DB" run "$BIN" report
	[ "$status" -eq 0 ]
	[ "$before" = "$(sha256sum <"$DB")" ]
}

@test "it is read from a folder that may not be written to" {
	cp "$DB" "$BATS_TEST_TMPDIR/copy.db"
	chmod 555 "$BATS_TEST_TMPDIR"
	run "$BIN" flows --format jsonl --db "$BATS_TEST_TMPDIR/copy.db"
	chmod 755 "$BATS_TEST_TMPDIR"
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 12 ]
}

# ---- Options -----------------------------------------------------------------

@test "bad options: one line each, exit 2" {
	while IFS='|' read -r options words; do
		run "$BIN" flows --db "$DB" $options
		echo "$options: $status $output"
		[ "$status" -eq 2 ]
		[ "${#lines[@]}" -eq 1 ]
		[[ "$output" == "flowscan flows: "*"$words"* ]]
	done <<-END
		--frmat csv|did you mean '--format'?
		--xyzzy|'flowscan flows --help' lists them
		--by class|unknown option '--by'
		--format cvs|did you mean 'csv'?
		--class vnp|did you mean 'vpn'?
		--verdict bad|--verdict 'bad' is unknown
		--since tomorrow|expected a time
		--until 24h|expected a time
		--last 24|expected a span
		--last 0s|expected a span
		--since 2026-11-23 --last 1h|exclude each other
		--since 2026-11-23 --until 2026-11-22|--since is not before --until
		--client 1.2.3|expected an address or a network
		--country DEU|two letters
		--asn x|an AS number
		--min-score 1.5|from 0 to 1
		--min-score -1|from 0 to 1
		--limit many|a number of rows
		--limit|needs a value
		--fields colour|there is no field 'colour'
		--fields clinet_ip|did you mean 'client_ip'?
		--fail-on-stale=soon|expected a span
		--fail-on-stale=0s|expected a span
		--fail-on-match=yes|option '--fail-on-match' takes no value
		--min-score 0.1234567|at most six decimal places
		operand|'operand' is too much
	END
}

@test "a fault in a line of filters is shown at its place" {
	run "$BIN" flows --db "$DB" -q 'class:proxy  scor:>=0.8'
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 3 ]
	[ "${lines[0]}" = "flowscan flows: -q:14: 'scor' is no filter: did you mean 'score'?" ]
	[ "${lines[1]}" = "  class:proxy  scor:>=0.8" ]
	[ "${lines[2]}" = "               ^" ]
	run "$BIN" flows --db "$DB" --tz Mars/Olympus
	[ "$status" -eq 2 ]
	one_line_about "--tz 'Mars/Olympus': expected UTC, local, +02:00"
	run "$BIN" signals -q class:vpn
	[ "$status" -eq 2 ]
}

@test "flows and clients in another order" {
	run bash -c "'$BIN' flows --db '$DB' --format jsonl -q 'class:proxy sort:score' | jq -r .score"
	[ "$status" -eq 0 ]
	sort -gr <<<"$output" | cmp - <(echo "$output")
	run bash -c "'$BIN' clients --db '$DB' --format jsonl --sort time | jq -r .last_seen"
	sort <<<"$output" | cmp - <(echo "$output")
}

@test "explain wants one subject that there is" {
	run "$BIN" explain --db "$DB"
	[ "$status" -eq 2 ]
	one_line_about "usage: flowscan explain"
	run "$BIN" explain --db "$DB" nobody
	[ "$status" -eq 2 ]
	one_line_about "neither a flow"
	run "$BIN" explain --db "$DB" 203.0.113.99
	[ "$status" -eq 2 ]
	one_line_about "no client 203.0.113.99 is stored"
}

# ---- Rows and filters --------------------------------------------------------

@test "jsonl is the whole store, other formats the newest day" {
	[ "$("$BIN" flows --db "$DB" --format jsonl | wc -l)" -eq 12 ]
	[ "$("$BIN" flows --db "$DB" --format csv | tail -n +2 | wc -l)" -eq 11 ]
	run "$BIN" flows --db "$DB"
	[[ "$output" == *"the newest 24 h of the store"*"11 flows."* ]]
	run "$BIN" flows --db "$DB" --last 7d --limit 3
	[[ "$output" == *"3 of 12 flows are shown: --limit 0 shows all."* ]]
}

@test "flows are in order of time" {
	"$BIN" flows --db "$DB" --format jsonl | jq -r .first_seen >"$BATS_TEST_TMPDIR/times"
	sort -c "$BATS_TEST_TMPDIR/times"
}

@test "filters" {
	while IFS='|' read -r options want; do
		got=$("$BIN" flows --db "$DB" --format jsonl $options | wc -l)
		echo "$options: $got, want $want"
		[ "$got" -eq "$want" ]
	done <<-END
		--client 198.51.100.7|8
		--client 198.51.100.0/24|8
		--client 2001:db8::/32|1
		--client 10.0.0.0/8|0
		--country de|12
		--country fr|0
		--asn AS64500|12
		--asn 1|0
		--class proxy|9
		--class direct|3
		--verdict anomalous|8
		--verdict review|1
		--min-score 0.7|9
		--min-score 0.701|8
		--min-score 0.699999|9
		--min-score 0.700001|8
		--service api|11
		--sensor tap-1|12
		--sensor tap-2|0
		--rule plain-stack|9
		--since 2026-11-23T05:05:00Z|7
		--until 2026-11-23|1
		--last 1h|11
		--limit 5|5
		--limit 0|12
		--class proxy --verdict review|1
		-q class:proxy --verdict review|1
		-q score:>=0.700001|8
		-q 198.51.100.0/24|8
		--query class:proxy|9
		-q class:proxy --class direct|3
		-q limit:5|5
		--since 2026-11-23T07:05:00+02:00|7
		--since 2026-11-23T07:05 --tz +02:00|7
	END
}

@test "clients: highest score first, and their filters" {
	run bash -c "'$BIN' clients --db '$DB' --format jsonl | jq -r .client_ip | paste -sd' '"
	[ "$output" = "198.51.100.7 2001:db8:1:: 192.0.2.1" ]
	[ "$("$BIN" clients --db "$DB" --format jsonl --verdict anomalous | clients_of)" = "198.51.100.7" ]
	[ "$("$BIN" clients --db "$DB" --format jsonl --client 2001:db8:1::42 | clients_of)" = "2001:db8:1::" ]
	[ "$("$BIN" clients --db "$DB" --format jsonl --service api | clients_of)" = "192.0.2.1 198.51.100.7 2001:db8:1::" ]
}

@test "the names that tests may rely on are there" {
	"$BIN" flows --db "$DB" --format jsonl | jq -e 'select([has("client_ip",
		"client_port", "server_ip", "server_port", "transport",
		"verdict", "class", "protocol", "score", "view", "flow_id",
		"community_id", "first_seen", "last_seen", "evidence",
		"signals")] | all | not)' && false
	"$BIN" clients --db "$DB" --format jsonl | jq -e 'select([has("client_ip",
		"verdict", "class", "protocol", "score", "view", "flows",
		"first_seen", "last_seen", "evidence", "signals")] |
		all | not)' && false
	true
}

@test "by city and by sensor" {
	[ "$("$BIN" report --by city --db "$DB" --format jsonl | jq -r '"\(.city) \(.flows)"')" = "Frankfurt am Main, DE 11" ]
	[ "$("$BIN" report --by sensor --db "$DB" --format jsonl | jq -r '"\(.sensor) \(.flows)"')" = "tap-1 11" ]
}

@test "the same question has the same answer, byte for byte" {
	for command in flows clients report; do
		"$BIN" $command --db "$DB" --format jsonl >"$BATS_TEST_TMPDIR/1"
		"$BIN" $command --db "$DB" --format jsonl >"$BATS_TEST_TMPDIR/2"
		cmp "$BATS_TEST_TMPDIR/1" "$BATS_TEST_TMPDIR/2"
	done
}

# ---- Formats -----------------------------------------------------------------

@test "JSON goes by the published schema" {
	"$BIN" flows --db "$DB" --format jsonl | valid flow.json
	"$BIN" flows --db "$DB" --format json | valid flows.json
	"$BIN" clients --db "$DB" --format jsonl | valid client.json
	"$BIN" clients --db "$DB" --format json | valid clients.json
	"$BIN" report --db "$DB" --format json | valid report.json
	"$BIN" report --db "$DB" --format json --last 7d | valid report.json
	for by in client asn country city class protocol rule service sensor hour; do
		"$BIN" report --by $by --db "$DB" --format json | valid groups.json
		"$BIN" report --by $by --db "$DB" --format jsonl | valid group.json
	done
	"$BIN" explain --db "$DB" --format json 198.51.100.7 | valid explain.json
	"$BIN" explain --db "$DB" --format json f000000000000005 | valid explain.json
}

@test "a schema is not satisfied with anything" {
	run bash -c "'$BIN' flows --db '$DB' --format jsonl | jq -c 'del(.score)' |
		jq -er -f test/cli/validate.jq --arg schema flow.json \
			--slurpfile schemas '$BATS_FILE_TMPDIR/schemas'"
	[ "$status" -ne 0 ]
	[[ "$output" == *"score is missing"* ]]
}

@test "the weights add up to the log-odds" {
	for subject in 198.51.100.7 2001:db8:1:: f000000000000005; do
		"$BIN" explain --db "$DB" --format json $subject | jq -e '.sum |
			(.prior + ([.evidence[] | select(.shadow | not) | .llr] | add // 0) +
			.rest - .log_odds) | fabs < 0.0005'
	done
}

@test "CSV holds no formula, whatever strangers sent" {
	for command in "flows --limit 0 --last 30d" clients "report --by service" \
		"report --by rule" report; do
		"$BIN" $command --db "$DB" --format csv >"$BATS_TEST_TMPDIR/csv"
		! grep -aE '(^|,)"?[=+@]' "$BATS_TEST_TMPDIR/csv"
	done
	"$BIN" flows --db "$DB" --format csv --fields service | grep -aF "\"'=cmd|' /C x'!A1"
}

@test "nothing acts in a terminal" {
	for format in table json jsonl csv markdown html; do
		for command in flows clients report "explain 198.51.100.7" \
			"explain f000000000000005" "report --by service"; do
			"$BIN" $command --db "$DB" --format $format |
				LC_ALL=C tr -d '\n\r' >"$BATS_TEST_TMPDIR/out"
			! LC_ALL=C grep -qa '[[:cntrl:]]' "$BATS_TEST_TMPDIR/out"
			! LC_ALL=C grep -qaP '\xe2\x80\xae' "$BATS_TEST_TMPDIR/out"
		done
	done
}

@test "fields, also of signals" {
	run "$BIN" flows --db "$DB" --format csv --limit 1 --client 198.51.100.7 \
		--fields client_ip,rtt.tls_ms,flow_id
	[ "$status" -eq 0 ]
	[ "${lines[0]%$'\r'}" = "client_ip,rtt.tls_ms,flow_id" ]
	[ "${lines[1]%$'\r'}" = "198.51.100.7,146.2,f000000000000001" ]
}

@test "the front page says what it must" {
	run "$BIN" report --db "$DB"
	[ "$status" -eq 0 ]
	for words in "11 flows of 3 clients" "truncated-ipv4: 12 frames" \
		"could not be judged: 1 flow" "rules 4be673c9d514" \
		"no geo database" "(not judged)" "198.51.100.7  Frankfurt" \
		"anomalous proxy (socks5) 0.971" "benign: satellite operator" \
		"New, or grew" \
		"flowscan explain 198.51.100.7 --db $DB"; do
		echo "$words"
		[[ "$output" == *"$words"* ]]
	done
}

@test "what is new or grew, also since a period of one's choice" {
	run "$BIN" report --db "$DB" --last 1d --compare 2026-11-18..2026-11-20
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"Compared with 2026-11-18T00:00:00Z to 2026-11-20T00:00:00Z:"* ]]
	[[ "$output" == *"of the 2 clients to look at were first seen in this period"* ]]
	[[ "$output" == *"11 flows, before 1"*"class proxy: 9 flows, new"*"protocol socks5: 9 flows, new"* ]]
	[[ "$output" != *"country DE: 11 flows, new"* ]]
	run "$BIN" report --db "$DB" --last 1d --compare 4d
	[[ "$output" == *"Compared with 2026-11-18T05:"* ]]
	"$BIN" report --db "$DB" --last 1d --compare 4d --format json | valid report.json
	[ "$("$BIN" report --db "$DB" --last 1d --compare 4d --format json |
		jq -c '[.before.changes[] | select(.by == "class") | .key, .flows, .flows_before]')" = '["proxy",9,0]' ]
	run "$BIN" report --db "$DB" --compare 2026-11-20
	[ "$status" -eq 2 ]
	one_line_about "expected a span"
}

@test "explain says what it must, of the client and of its flow" {
	run "$BIN" explain --db "$DB" 198.51.100.7
	[ "$status" -eq 0 ]
	for words in "Client 198.51.100.7" "Verdict" "Weights, in nats" \
		"+4.000  tls-ends-behind-tcp [cross-layer] ++++" "Not measured" \
		"Benign readings" "rtt.tls_gap_ms > 40ms" \
		"Its flows with the highest scores" \
		"flowscan explain 198.51.100.7 --db $DB"; do
		echo "$words"
		[[ "$output" == *"$words"* ]]
	done
	run "$BIN" explain --db "$DB" f000000000000001
	[ "$status" -eq 0 ]
	[[ "$output" == *"TLS round trip: 146.2 ms"*"beyond it by 126.1 ms"* ]]
	[[ "$output" == *"Speaks against it"*"plain-stack"* ]]
}

@test "explain finds a flow by its Community ID" {
	id=$("$BIN" flows --db "$DB" --format jsonl --limit 1 --class proxy | jq -r .community_id)
	[[ "$id" == 1:* ]]
	run "$BIN" explain --db "$DB" "$id"
	[ "$status" -eq 0 ]
	[[ "$output" == "Flow f000000000000001"* ]]
}

@test "signals are listed" {
	run "$BIN" signals
	[ "$status" -eq 0 ]
	[[ "$output" == *"rtt.tls_gap_ms"* ]]
	"$BIN" signals --format jsonl | jq -es 'length > 50 and all(.[]; .meaning != null)'
}

# ---- Where it goes, and what it ends with ------------------------------------

@test "-o writes into a file; where it cannot, it says so" {
	run "$BIN" flows --db "$DB" --format jsonl -o "$BATS_TEST_TMPDIR/out"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/out")" -eq 12 ]
	run "$BIN" flows --db "$DB" -o "$BATS_TEST_TMPDIR/no/such/out"
	[ "$status" -eq 2 ]
	one_line_about "$BATS_TEST_TMPDIR/no/such/out"
	run "$BIN" flows --db "$DB" -o /dev/full
	[ "$status" -eq 5 ]
	one_line_about "/dev/full: No space left on device"
}

@test "-o never overwrites the database that is read" {
	cp "$DB" "$BATS_TEST_TMPDIR/kept.db"
	ln -s kept.db "$BATS_TEST_TMPDIR/other"
	for file in kept.db other; do
		run "$BIN" flows --db "$BATS_TEST_TMPDIR/kept.db" -o "$BATS_TEST_TMPDIR/$file"
		[ "$status" -eq 2 ]
		one_line_about "$file: is the database that is read: name another file"
	done
	[ "$("$BIN" flows --db "$BATS_TEST_TMPDIR/kept.db" --format jsonl | wc -l)" -eq 12 ]
}

@test "--fail-on-match" {
	run "$BIN" clients --db "$DB" --verdict anomalous --fail-on-match
	[ "$status" -eq 1 ]
	run "$BIN" clients --db "$DB" --class tor --fail-on-match
	[ "$status" -eq 0 ]
	run "$BIN" report --db "$DB" --fail-on-match
	[ "$status" -eq 1 ]
	run "$BIN" report --db "$DB" --until 2026-11-20 --class direct --fail-on-match
	[ "$status" -eq 0 ]
}

@test "--fail-on-stale looks at the newest row" {
	run "$BIN" report --db "$DB" --fail-on-stale=36500d
	[ "$status" -eq 0 ]
	run "$BIN" flows --db "$DB" --fail-on-match --fail-on-stale=1s -o "$BATS_TEST_TMPDIR/out"
	[ "$status" -eq 4 ] || [ "$(date +%s)" -lt 1795411000 ]
}

@test "a reader that has seen enough is no fault" {
	run bash -c "'$BIN' flows --db '$DB' --format jsonl | head -n 1 | wc -l"
	[ "$status" -eq 0 ]
	[ "$output" -eq 1 ]
}

@test "color and pager on a terminal only" {
	run script -qec "env TERM=xterm PAGER=cat '$BIN' clients --db '$DB'" /dev/null
	[[ "$output" == *$'\033[31manomalous'* ]]
	run script -qec "env TERM=xterm PAGER=cat NO_COLOR=1 '$BIN' clients --db '$DB'" /dev/null
	[[ "$output" != *$'\033[31m'* ]]
	run script -qec "env TERM=xterm PAGER=cat '$BIN' clients --db '$DB' --no-color" /dev/null
	[[ "$output" != *$'\033[31m'* ]]
	run script -qec "env TERM=xterm PAGER='sed s/^/paged:/' '$BIN' clients --db '$DB'" /dev/null
	[[ "$output" == *"paged:Clients from"* ]]
	run "$BIN" clients --db "$DB"
	[[ "$output" != *$'\033'* ]]
}

# ---- rules check -------------------------------------------------------------

@test "rules check: the shipped rules" {
	run "$BIN" rules check rules
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *" rules"*": ok ("* ]]
}

@test "rules check: every fault with its place, its line and a caret" {
	printf -- '- rule: bad\n  desc: x\n  condition: rtt.tcp_sm > 1ms\n' \
		>"$BATS_TEST_TMPDIR/bad.yaml"
	run "$BIN" rules check "$BATS_TEST_TMPDIR/bad.yaml"
	echo "$output"
	[ "$status" -eq 2 ]
	[[ "$output" == *"bad.yaml:3:"*": error: "* ]]
	[[ "$output" == *"    "*"condition: rtt.tcp_sm > 1ms"*"^"* ]]
	[[ "$output" == *" error"* ]]
}

@test "rules: bad use" {
	run "$BIN" rules
	[ "$status" -eq 2 ]
	one_line_about "usage: flowscan rules check|test"
	run "$BIN" rules frob
	[ "$status" -eq 2 ]
	one_line_about "'frob' is unknown"
	run "$BIN" rules check "$BATS_TEST_TMPDIR/none"
	[ "$status" -eq 2 ]
	[[ "$output" == *"$BATS_TEST_TMPDIR/none"* ]]
}
