#!/usr/bin/env bats
# flowscand over capture files: what it says of bad input, with which exit
# code, and that it stores nothing wrong.

setup() {
	BIN="${BUILD:-build}/bin"
	DATA=test/data
	DB="$BATS_TEST_TMPDIR/out.db"
	RULES="rules: [$PWD/rules]"
	echo "$RULES" >"$BATS_TEST_TMPDIR/plain.yaml"
}

# flowscand with the shipped rules and no places.
scan() {
	run "$BIN/flowscand" -c "$BATS_TEST_TMPDIR/plain.yaml" --db "$DB" "$@"
}

# One line of complaint that names $1, and no crash.
one_line_about() {
	[ "${#lines[@]}" -eq 1 ]
	[[ "$output" == *"$1"* ]]
}

@test "the demo capture is read and reported" {
	run "$BIN/flowscand" -c $DATA/flowscand-demo.yaml \
		-r $DATA/demo.pcap.zst --db "$DB"
	[ "$status" -eq 0 ]
	[[ "$output" == *"next: flowscan report --db $DB"* ]]
	run "$BIN/flowscan" report --db "$DB"
	[ "$status" -eq 0 ]
}

@test "closed standard descriptors do no harm" {
	"$BIN/flowscand" -c $DATA/flowscand-demo.yaml \
		-r $DATA/demo.pcap.zst --db "$DB" <&- >&- 2>&-
	[ "$("$BIN/flowscan" flows --db "$DB" --format jsonl | wc -l)" -eq 108 ]
	run sh -c "'$BIN/flowscan' flows --db '$DB' >&-"
	[ "$status" -eq 5 ]
	[ "$output" = "flowscan flows: standard output: Bad file descriptor" ]
}

# The labels of one tap, without the header: client, class, protocol.
labels() {
	awk -F, -v tap="$1" 'NR > 1 && $2 == tap { print $3, $5, $6 }' \
		$DATA/demo.labels.csv
}

# client LABEL-ADDRESS FIELD: a field of that client's row. IPv6 clients are
# folded to their network.
client() {
	jq -r --arg c "${1/::2/::}" "select(.client_ip == \$c) | .$2" \
		"$BATS_TEST_TMPDIR/clients"
}

@test "in front of the API, every demo client is what its label says" {
	"$BIN/flowscand" -c $DATA/flowscand-demo.yaml \
		-r $DATA/demo.pcap.zst --db "$DB" 2>/dev/null
	"$BIN/flowscan" clients --db "$DB" --format jsonl \
		>"$BATS_TEST_TMPDIR/clients"
	[ "$(labels api | wc -l)" -eq 9 ]
	while read -r address class _; do
		echo "# $address $class: $(client "$address" verdict)"
		if [ "$class" = direct ]; then
			[ "$(client "$address" verdict)" = clean ]
		else
			[[ "$(client "$address" verdict)" =~ review|anomalous ]]
		fi
		[ "$(client "$address" class)" = "$class" ]
	done < <(labels api)
}

@test "on the access lines, every tunnel is named" {
	"$BIN/flowscand" -c $DATA/flowscand-demo-client.yaml \
		-r $DATA/demo-client.pcap.zst --db "$DB" 2>/dev/null
	"$BIN/flowscan" clients --db "$DB" --format jsonl \
		>"$BATS_TEST_TMPDIR/clients"
	[ "$(labels client | wc -l)" -eq 10 ]
	while read -r address class protocol; do
		echo "# $address $class $protocol: $(client "$address" verdict)"
		case $class in
		direct) [ "$(client "$address" verdict)" = clean ] ;;
		relay) [ "$(client "$address" class)" = relay ] ;;
		*)
			[ "$(client "$address" verdict)" = anomalous ]
			[ "$(client "$address" protocol)" = "$protocol" ]
			;;
		esac
	done < <(labels client)
}

@test "the same capture gives the same bytes twice" {
	for n in 1 2; do
		"$BIN/flowscand" -c $DATA/flowscand-demo.yaml -r $DATA/demo.pcap.zst \
			--db "$BATS_TEST_TMPDIR/$n.db" 2>/dev/null
		for what in flows clients; do
			"$BIN/flowscan" $what --db "$BATS_TEST_TMPDIR/$n.db" \
				--format jsonl >"$BATS_TEST_TMPDIR/$n.$what"
		done
	done
	[ -s "$BATS_TEST_TMPDIR/1.flows" ]
	cmp "$BATS_TEST_TMPDIR/1.flows" "$BATS_TEST_TMPDIR/2.flows"
	cmp "$BATS_TEST_TMPDIR/1.clients" "$BATS_TEST_TMPDIR/2.clients"
}

@test "a capture comes through a pipe, too" {
	zstd -dc $DATA/demo.pcap.zst | "$BIN/flowscand" \
		-c $DATA/flowscand-demo.yaml -r - --db "$DB"
	"$BIN/flowscand" -c $DATA/flowscand-demo.yaml -r $DATA/demo.pcap.zst \
		--db "$DB.2" 2>/dev/null
	cmp <("$BIN/flowscan" flows --db "$DB" --format jsonl) \
		<("$BIN/flowscan" flows --db "$DB.2" --format jsonl)
}

@test "a missing capture" {
	scan -r "$BATS_TEST_TMPDIR/none.pcap"
	[ "$status" -eq 2 ]
	one_line_about none.pcap
	[ ! -e "$DB" ]
}

@test "an empty capture file" {
	: >"$BATS_TEST_TMPDIR/empty.pcap"
	scan -r "$BATS_TEST_TMPDIR/empty.pcap"
	[ "$status" -eq 2 ]
	one_line_about empty.pcap
	[ ! -e "$DB" ]
}

@test "a text file is no capture" {
	echo "this is a letter, not a capture" >"$BATS_TEST_TMPDIR/letter"
	scan -r "$BATS_TEST_TMPDIR/letter"
	[ "$status" -eq 2 ]
	one_line_about letter
}

@test "a folder is no capture" {
	scan -r "$BATS_TEST_TMPDIR"
	[ "$status" -eq 2 ]
	one_line_about "$BATS_TEST_TMPDIR"
}

@test "an unknown link type is counted, and told" {
	# A pcap header of link type 147 (DLT_USER0), and one packet of a byte.
	{
		printf '\324\303\262\241\002\000\004\000\000\000\000\000\000\000\000\000\000\000\004\000\223\000\000\000'
		printf '\000\000\000\145\000\000\000\000\001\000\000\000\001\000\000\000\000'
	} >"$BATS_TEST_TMPDIR/user0.pcap"
	scan -r "$BATS_TEST_TMPDIR/user0.pcap"
	[ "$status" -eq 5 ]
	[[ "$output" == *"user0.pcap"*"link type 147"*"is not decoded: its packets (1)"* ]]
	[[ "$output" == *"not read: 1 link-unsupported"* ]]
	# Beside it, the others are read as ever.
	scan -r "$BATS_TEST_TMPDIR/user0.pcap" -r $DATA/http.pcap
	[ "$status" -eq 5 ]
}

@test "a bad capture beside a good one stores nothing" {
	scan -r $DATA/demo.pcap.zst -r "$BATS_TEST_TMPDIR/none.pcap"
	[ "$status" -eq 2 ]
	[ ! -e "$DB" ]
}

@test "a truncated capture is read up to the damage" {
	zstd -dc $DATA/demo.pcap.zst | head -c 300000 >"$BATS_TEST_TMPDIR/cut.pcap"
	scan -r "$BATS_TEST_TMPDIR/cut.pcap"
	[ "$status" -eq 5 ]
	[[ "$output" == *"cut.pcap"* ]]
	run "$BIN/flowscan" flows --db "$DB" --format jsonl
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -gt 5 ]
}

@test "a damaged compressed capture is read up to the damage" {
	head -c 200000 $DATA/demo.pcap.zst >"$BATS_TEST_TMPDIR/cut.pcap.zst"
	scan -r "$BATS_TEST_TMPDIR/cut.pcap.zst"
	[ "$status" -eq 5 ]
	[[ "$output" == *"cut.pcap.zst"* ]]
	[ -s "$DB" ]
}

@test "damage is told in the report" {
	zstd -dc $DATA/demo.pcap.zst | head -c 300000 >"$BATS_TEST_TMPDIR/cut.pcap"
	scan -r "$BATS_TEST_TMPDIR/cut.pcap"
	run "$BIN/flowscan" report --db "$DB"
	[[ "$output" == *"cut.pcap"* ]]
}

@test "a config with an unknown key names line, column and the nearest key" {
	printf 'rules: [%s/rules]\nsensr: {name: x}\n' "$PWD" >"$BATS_TEST_TMPDIR/bad.yaml"
	run "$BIN/flowscand" -c "$BATS_TEST_TMPDIR/bad.yaml" --check
	[ "$status" -eq 2 ]
	[[ "$output" == *"bad.yaml:2:1: error:"*sensor* ]]
}

@test "a config that is no YAML" {
	printf 'rules: [unclosed\n' >"$BATS_TEST_TMPDIR/bad.yaml"
	run "$BIN/flowscand" -c "$BATS_TEST_TMPDIR/bad.yaml" --check
	[ "$status" -eq 2 ]
	[[ "$output" == *"bad.yaml:"* ]]
}

@test "a missing config" {
	run "$BIN/flowscand" -c "$BATS_TEST_TMPDIR/none.yaml" --check
	[ "$status" -eq 2 ]
	one_line_about none.yaml
}

@test "a rule with a fault is named at its line and column" {
	mkdir "$BATS_TEST_TMPDIR/rules"
	cat >"$BATS_TEST_TMPDIR/rules/bad.yaml" <<-END
	- rule: broken
	  desc: a rule with a word that is no signal
	  condition: rtt.tls_gap > 40ms
	  class: proxy
	  family: cross-layer
	  likelihood: {if_true: 0.9, if_false: 0.1}
	  says: "nothing"
	END
	echo "rules: [$BATS_TEST_TMPDIR/rules]" >"$BATS_TEST_TMPDIR/bad.yaml"
	run "$BIN/flowscand" -c "$BATS_TEST_TMPDIR/bad.yaml" --check
	[ "$status" -eq 2 ]
	[[ "$output" == *"rules/bad.yaml:3:14: error:"*"rtt.tls_gap_ms"* ]]
}

@test "a list with a fault is named at its line" {
	mkdir "$BATS_TEST_TMPDIR/rules"
	printf '203.0.113.0/24\n203.0.113.0/99\n' >"$BATS_TEST_TMPDIR/rules/exits.txt"
	printf -- '- list: exits\n  file: exits.txt\n  format: cidr\n' \
		>"$BATS_TEST_TMPDIR/rules/list.yaml"
	echo "rules: [$BATS_TEST_TMPDIR/rules]" >"$BATS_TEST_TMPDIR/bad.yaml"
	run "$BIN/flowscand" -c "$BATS_TEST_TMPDIR/bad.yaml" --check
	[ "$status" -eq 2 ]
	[[ "$output" == *"exits.txt:2:"*"203.0.113.0/99"* ]]
}

@test "without rules, nothing is vouched for" {
	echo "rules: [$BATS_TEST_TMPDIR/none]" >"$BATS_TEST_TMPDIR/plain.yaml"
	mkdir "$BATS_TEST_TMPDIR/none"
	scan --check
	[ "$status" -eq 0 ]
	[[ "$output" == *"warning: there are no rules"* ]]
	scan -r $DATA/demo.pcap.zst
	[ "$status" -eq 0 ]
	[[ "$output" == *"warning: there are no rules"* ]]
	run "$BIN/flowscan" report --db "$DB"
	[[ "$output" == *"no rule was loaded: nothing could be found"* ]]
}

@test "a database of places that is none" {
	echo "not a database" >"$BATS_TEST_TMPDIR/city.mmdb"
	printf '%s\ngeo: {city: city.mmdb}\n' "$RULES" >"$BATS_TEST_TMPDIR/bad.yaml"
	run "$BIN/flowscand" -c "$BATS_TEST_TMPDIR/bad.yaml" --check
	[ "$status" -eq 2 ]
	one_line_about city.mmdb
}

@test "a list of networks with a fault is named at its line" {
	printf '%s\n' start,end,asn,name 192.0.2.9,192.0.2.1,64500,back \
		>"$BATS_TEST_TMPDIR/asn.csv"
	echo "geo: {asn: asn.csv}" >>"$BATS_TEST_TMPDIR/plain.yaml"
	scan --check
	[ "$status" -eq 2 ]
	one_line_about "asn.csv:2:1: error: the range ends before it begins"
}

@test "a missing database of places" {
	printf '%s\ngeo: {city: none.mmdb}\n' "$RULES" >"$BATS_TEST_TMPDIR/bad.yaml"
	run "$BIN/flowscand" -c "$BATS_TEST_TMPDIR/bad.yaml" --check
	[ "$status" -eq 2 ]
	one_line_about none.mmdb
}

@test "another program's database is left alone" {
	sqlite3 "$DB" 'CREATE TABLE mine (x); INSERT INTO mine VALUES (42);'
	before=$(sha256sum "$DB")
	scan -r $DATA/demo.pcap.zst
	[ "$status" -eq 3 ]
	one_line_about "$DB"
	[ "$(sha256sum "$DB")" = "$before" ]
}

@test "a newer database is left alone" {
	scan -r $DATA/demo.pcap.zst
	sqlite3 "$DB" 'PRAGMA user_version = 9999;'
	run "$BIN/flowscan" report --db "$DB"
	[ "$status" -eq 3 ]
	scan -r $DATA/demo.pcap.zst
	[ "$status" -eq 3 ]
	one_line_about "newer"
	[ "$(sqlite3 "$DB" 'PRAGMA user_version;')" = 9999 ]
}

@test "a text file is no database" {
	echo "shopping list: milk, eggs, a very long list indeed" >"$DB"
	scan -r $DATA/demo.pcap.zst
	[ "$status" -eq 3 ]
	one_line_about "$DB"
	grep -q milk "$DB"
}

@test "a folder that cannot be written to" {
	DB=/proc/flowscan.db
	scan -r $DATA/demo.pcap.zst
	[ "$status" -eq 3 ]
	one_line_about /proc/flowscan.db
}

@test "no database is named" {
	run "$BIN/flowscand" -c "$BATS_TEST_TMPDIR/plain.yaml" -r $DATA/demo.pcap.zst
	[ "$status" -eq 2 ]
	one_line_about "--db"
}

@test "nothing to read" {
	run "$BIN/flowscand" -c "$BATS_TEST_TMPDIR/plain.yaml" --db "$DB"
	[ "$status" -eq 2 ]
	one_line_about "-r"
}

@test "an interface that is not there" {
	scan -i nosuchif0
	[ "$status" -eq 2 ]
	[[ "$output" == *nosuchif0* ]]
}

@test "an unknown option" {
	scan --frobnicate
	[ "$status" -eq 2 ]
	[[ "$output" == *frobnicate* ]]
}

@test "the version and the help" {
	run "$BIN/flowscand" --version
	[ "$status" -eq 0 ]
	[[ "$output" == "flowscand "[0-9]* ]]
	run "$BIN/flowscand" --help
	[ "$status" -eq 0 ]
}

@test "an interrupted run keeps what it has, and says that it is a part" {
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	"$BIN/flowscand" -c "$BATS_TEST_TMPDIR/plain.yaml" --db "$DB" \
		-r "$BATS_TEST_TMPDIR/pipe" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	scanner=$!
	{
		zstd -dc $DATA/demo.pcap.zst
		kill -INT $scanner
		sleep 0.2
	} >"$BATS_TEST_TMPDIR/pipe"
	status=0
	wait $scanner || status=$?
	[ "$status" -eq 5 ]
	grep -q interrupted "$BATS_TEST_TMPDIR/err"
	[ "$("$BIN/flowscan" flows --db "$DB" --format jsonl | wc -l)" -gt 5 ]
}

# What the report knows of gaps.
gaps() {
	"$BIN/flowscan" report --db "$DB" --format json | jq '.missed.gaps | length'
}

@test "a killed run is told by the next one, once" {
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	"$BIN/flowscand" -c "$BATS_TEST_TMPDIR/plain.yaml" --db "$DB" \
		-r "$BATS_TEST_TMPDIR/pipe" 2>/dev/null 3>&- &
	scanner=$!
	{
		zstd -dc $DATA/demo.pcap.zst
		for i in $(seq 100); do
			"$BIN/flowscan" report --db "$DB" >/dev/null 2>&1 && break
			sleep 0.1
		done
		kill -KILL $scanner
	} >"$BATS_TEST_TMPDIR/pipe"
	wait $scanner || status=$?
	[ "$status" -eq 137 ]
	for run in first second; do
		scan -r $DATA/demo.pcap.zst
		[ "$status" -eq 0 ]
		[ "$(gaps)" -eq 1 ]
	done
	run "$BIN/flowscan" report --db "$DB"
	[[ "$output" == *"not captured, or not stored: a run was cut off, and what it saw last is missing"* ]]
}

# What the newest generation of a store says of its floors.
floors() {
	sqlite3 "$1" 'SELECT floors_digest FROM generations
		ORDER BY id DESC LIMIT 1'
}

@test "a store teaches the next run, and only that one" {
	local other="$BATS_TEST_TMPDIR/other.db" zeros
	zeros=$(printf '0%.0s' {1..64})
	demo() {
		"$BIN/flowscand" -c $DATA/flowscand-demo.yaml \
			-r $DATA/demo.pcap.zst --db "$1" 2>/dev/null
	}
	demo "$DB"
	[ "$(floors "$DB")" = "$zeros" ]
	[ "$(sqlite3 "$DB" "SELECT count(*) FROM events
		WHERE subject = 'floors'")" -eq 0 ]
	sqlite3 "$DB" "VACUUM INTO '$other'"
	demo "$DB"
	demo "$other"
	[ "$(floors "$DB")" != "$zeros" ]
	[ "$(floors "$DB")" = "$(floors "$other")" ]
	[ "$(sqlite3 "$DB" "SELECT text FROM events
		WHERE subject = 'floors'")" = "$(floors "$DB")" ]
	diff <("$BIN/flowscan" clients --db "$DB" --format jsonl) \
		<("$BIN/flowscan" clients --db "$other" --format jsonl)
}

@test "what may be given once is not taken twice" {
	scan -c other.yaml
	[ "$status" -eq 2 ]
	one_line_about "-c is given twice"
	scan --db other.db
	[ "$status" -eq 2 ]
	one_line_about "--db is given twice"
	scan -r - -r $DATA/tls.pcap -r -
	[ "$status" -eq 2 ]
	one_line_about "standard input can be read once"
	scan -r ""
	[ "$status" -eq 2 ]
	one_line_about "-r ''"
}

@test "a protocol that no rule names is refused in the policy" {
	cat >"$BATS_TEST_TMPDIR/slip.yaml" <<-END
	rules: [$PWD/rules]
	policy: {ignore: {protocols: [ssh, wiregard]}}
	END
	run "$BIN/flowscand" -c "$BATS_TEST_TMPDIR/slip.yaml" --check
	echo "$output"
	[ "$status" -eq 2 ]
	one_line_about "slip.yaml:2:36"
	one_line_about "did you mean 'wireguard'?"
}

@test "what the policy ignores is named, and explain says so" {
	scan -r $DATA/ssh.pcap
	[ "$status" -eq 0 ]
	client=$("$BIN/flowscan" clients --db "$DB" --class tunnel --format jsonl | jq -r .client_ip | head -n 1)
	run "$BIN/flowscan" explain --db "$DB" "$client"
	echo "$output"
	[[ "$output" == *"clean: tunnel (ssh)"* ]]
	[[ "$output" == *"named, not counted: policy.ignore"* ]]
}

@test "rules ask lists of networks for both addresses" {
	mkdir "$BATS_TEST_TMPDIR/lists"
	printf '192.0.2.32/28\n' >"$BATS_TEST_TMPDIR/lists/exits.txt"
	cat >"$BATS_TEST_TMPDIR/lists/rules.yaml" <<-END
	- list: exits
	  file: exits.txt
	  format: cidr
	- rule: listed-exit
	  desc: the address is on a list of exits
	  condition: client.ip cidr exits
	  class: vpn
	  family: reputation
	  likelihood: {if_true: 0.9, if_false: 0.01}
	  says: "%client.ip is listed"
	- rule: to-the-api
	  desc: to the API over IPv6
	  condition: server.ip cidr 2001:db8:1::/48
	  class: vpn
	  family: reputation
	  likelihood: {if_true: 0.9, if_false: 0.01}
	  says: "to %server.ip"
	END
	sed "s|^rules: .*|rules: [$BATS_TEST_TMPDIR/lists]|; s|geo/|$PWD/$DATA/geo/|" \
		$DATA/flowscand-demo.yaml >"$BATS_TEST_TMPDIR/lists.yaml"
	"$BIN/flowscand" -c "$BATS_TEST_TMPDIR/lists.yaml" \
		-r $DATA/demo.pcap.zst --db "$DB"
	run "$BIN/flowscan" clients --db "$DB" --rule listed-exit --format csv \
		--fields client_ip,verdict
	[ "${lines[1]%$'\r'}" = 192.0.2.34,review ]
	[ "${#lines[@]}" -eq 2 ]
	run "$BIN/flowscan" flows --db "$DB" --rule to-the-api --format jsonl
	[ "${#lines[@]}" -eq 12 ]
	[ "$(jq -r '.evidence[0].text' <<<"${lines[0]}")" = "to 2001:db8:1::10" ]
	[ "$(jq -r '.signals | has("server.ip")' <<<"${lines[0]}")" = false ]
}
