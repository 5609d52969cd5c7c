#!/usr/bin/env bats
# Several sensors, one database: a place has to be within reach of each.

setup() {
	BIN="$PWD/${BUILD:-build}/bin"
	DB="$BATS_TEST_TMPDIR/x.db"
}

# Reads the demo as a sensor of a name and a place has seen it.
sensor() {
	sed -e "s/tap-iad-1/$1/" -e "s/lat: 39.04, lon: -77.49/lat: $2, lon: $3/" \
		-e "s|city: [^,]*|city: $PWD/test/data/geo/demo-city.mmdb|" \
		-e "s|asn: [^}]*|asn: $PWD/test/data/geo/demo-asn.mmdb|" \
		-e "s|^rules: .*|rules: [$PWD/rules]|" \
		test/data/flowscand-demo.yaml >"$BATS_TEST_TMPDIR/$1.yaml"
	grep -q "lat: $2" "$BATS_TEST_TMPDIR/$1.yaml"
	"$BIN/flowscand" -c "$BATS_TEST_TMPDIR/$1.yaml" \
		-r test/data/demo.pcap.zst --db "$DB"
}

# The evidence of the user in New York, who is 10 ms away.
evidence() {
	"$BIN/flowscan" clients --db "$DB" --client 198.51.100.2 \
		--format jsonl --limit 0
}

@test "a place outside of another sensor's disc is evidence" {
	sensor tap-near 39.04 -77.49
	[[ "$(evidence)" != *"too-fast"* ]]
	# From Sydney, nobody in New York answers in 10 ms.
	sensor tap-sydney -33.87 151.21
	[[ "$(evidence)" == *'"rule":"geo-too-fast"'* ]]
	sensor tap-near 39.04 -77.49
	[[ "$(evidence)" == *'"rule":"too-fast-for-another-sensor"'* ]]
	[[ "$(evidence)" == *"answered sensor tap-sydney in 10."* ]]
	[[ "$(evidence)" == *'"verdict":"clean"'* ]]
}

@test "the same place within reach of both is not" {
	sensor tap-boston 42.36 -71.06
	sensor tap-near 39.04 -77.49
	[[ "$(evidence)" != *"too-fast"* ]]
	[[ "$(evidence)" == *'"client.other_sensor":"tap-boston"'* ]]
}
