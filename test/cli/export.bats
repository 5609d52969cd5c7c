#!/usr/bin/env bats
# Flows and clients in the shapes of other systems.

BIN=${BUILD:-build}/bin

setup_file() {
	"$BIN/flowscand" -c test/data/flowscand-demo.yaml -r test/data/demo.pcap.zst \
		--db "$BATS_FILE_TMPDIR/x.db"
}

# export SHAPE...: what comes out, in the file 'out'.
export_as() {
	out=$BATS_TEST_TMPDIR/out
	"$BIN/flowscan" export "$@" --db "$BATS_FILE_TMPDIR/x.db" >"$out"
}

# every FILTER: it holds of each line.
every() {
	jq -e -s "length > 0 and all(.[]; $1)" "$out" >/dev/null || {
		echo "not of every line: $1"
		jq -c "select($1 | not)" "$out" | head -n 2
		return 1
	}
}

@test "eve: a line for each flow, with what Suricata's readers look for" {
	export_as eve
	[ "$(wc -l <"$out")" -eq 108 ]
	every '.timestamp and .event_type and .src_ip and .dest_ip and .proto == "TCP"'
	every '.flow_id < 9007199254740992 and (.community_id | startswith("1:"))'
	every '.flow.pkts_toserver > 0 and .flow.start <= .flow.end'
	every '(.event_type == "alert") == (.flowscan.verdict != "clean")'
	every '(.alert == null) == (.event_type != "alert")'
	# The same identity, and the same numbers, as flows has them.
	"$BIN/flowscan" flows --format jsonl --db "$BATS_FILE_TMPDIR/x.db" |
		jq -s 'map([.community_id, .score])|sort' >"$BATS_TEST_TMPDIR/a"
	jq -s 'map([.community_id, .flowscan.score])|sort' "$out" >"$BATS_TEST_TMPDIR/b"
	cmp "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
}

@test "eve: a client above clean is an alert that says why" {
	export_as eve clients --client 192.0.2.34
	every '.event_type == "alert" and .alert.category == "proxy" and .alert.severity == 2'
	every '.alert.signature | startswith("TLS answers 160.256 ms later")'
}

@test "ecs: fields of the schema, and the place of the client" {
	export_as ecs
	every '.["@timestamp"] and .ecs.version and .event.kind and .event.category == ["network"]'
	every '.source.ip and .source.port and .destination.ip and .network.transport == "tcp"'
	every '.event.duration >= 0 and .event.risk_score <= 100 and (.event.id | length == 16)'
	every '.network.bytes == .source.bytes + .destination.bytes'
	every '.source.as.number > 0 and .source.geo.country_iso_code'
	export_as ecs clients --client 192.0.2.34
	every '.event.kind == "alert" and (.rule.name | index("tls-ends-behind-tcp")) and .message'
}

@test "ocsf: flows are network activity, clients are findings" {
	export_as ocsf
	every '.class_uid == 4001 and .type_uid == 400106 and .category_uid == 4'
	every '.start_time <= .end_time and .end_time == .time and .time > 1700000000000'
	every '.traffic.bytes == .traffic.bytes_in + .traffic.bytes_out'
	every '.src_endpoint.ip and .dst_endpoint.port and .connection_info.protocol_num == 6'
	export_as ocsf clients
	[ "$(wc -l <"$out")" -eq 9 ]
	every '.class_uid == 2004 and .type_uid == 200401 and .finding_info.uid'
	every '.confidence_score >= 0 and .confidence_score <= 100'
	every '(.severity_id > 1) == (.unmapped.flowscan.verdict != "clean")'
}

@test "stix: one bundle, whose references lead somewhere" {
	export_as stix --verdict review
	[ "$(jq -s length "$out")" -eq 1 ]
	jq -e '.type == "bundle" and ([.objects[].id] | length == (unique | length))' "$out"
	jq -e '[.objects[].id] as $ids | [.objects[] | (.object_refs // [])[],
		.source_ref, .target_ref, .created_by_ref | select(.)] | all(IN($ids[]))' "$out"
	jq -e '[.objects[] | select(.type == "indicator")] | length == 5 and
		all(.confidence >= 50 and .pattern_type == "stix" and .description != "")' "$out"
	# uuid5 of the namespace of observables and {"value":"192.0.2.34"}.
	jq -e '.objects[] | select(.value == "192.0.2.34") |
		.id == "ipv4-addr--95a6a937-4900-554e-8de2-a5a64f82b137"' "$out"
	cp "$out" "$BATS_TEST_TMPDIR/first"
	export_as stix --verdict review
	cmp "$out" "$BATS_TEST_TMPDIR/first"
}

@test "stix: what was exported can be read as a list" {
	mkdir "$BATS_TEST_TMPDIR/rules"
	"$BIN/flowscan" export stix --verdict review --db "$BATS_FILE_TMPDIR/x.db" \
		-o "$BATS_TEST_TMPDIR/rules/l.json"
	cat >"$BATS_TEST_TMPDIR/rules/l.yaml" <<'END'
- {list: l, file: l.json, format: cidr, reader: stix}
- rule: seen-before
  desc: It was found by another sensor
  condition: client.ip cidr l
  class: vpn
  family: reputation
  view: any
  likelihood: {if_true: 0.5, if_false: 0.001, measured: a guess}
END
	run "$BIN/flowscan" rules lists --format csv --fields list,items,rejected "$BATS_TEST_TMPDIR/rules"
	echo "$output"
	[[ "$output" == *"l,5,0"* ]]
}

@test "stix: by default only what is anomalous" {
	export_as stix
	jq -e '[.objects[] | select(.type == "indicator")] | length == 0' "$out"
}

@test "csv: all fields" {
	export_as csv
	[ "$(wc -l <"$out")" -eq 109 ]
	[[ "$(head -n 1 "$out")" == *"flow_id"*"community_id"* ]]
	export_as csv clients
	[ "$(wc -l <"$out")" -eq 10 ]
}

@test "what is misused is told" {
	for wrong in "" "stx" "eve hosts" "stix flows" "eve flows clients"; do
		echo "$wrong"
		# shellcheck disable=SC2086 # Words.
		run "$BIN/flowscan" export $wrong --db "$BATS_FILE_TMPDIR/x.db"
		echo "$output"
		[ "$status" -eq 2 ]
		[[ "$output" == *"flowscan export: "* ]]
	done
}
