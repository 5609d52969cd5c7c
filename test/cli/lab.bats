#!/usr/bin/env bats
# What is measured of lines whose delays are set: the lab's own.

setup() {
	BIN="$PWD/${BUILD:-build}/bin"
	OUT="$BATS_TEST_TMPDIR/out"
	DB="$BATS_TEST_TMPDIR/lab.db"
	CONFIG="$BATS_TEST_TMPDIR/lab.yaml"
	cat >"$CONFIG" <<-EOT
		services: [{name: api, addresses: [203.0.113.10], ports: [443]}]
		rules: [$PWD/rules]
	EOT
}

# Runs a scenario once, or skips where the machine cannot run it or was too
# busy to keep its times.
scenario() {
	local late
	run env -u CC LAB_LATE_US=99999999 timeout 90 \
		sh test/lab/run -j 1 -s "$1" "$OUT"
	[ "$status" -ne 77 ] || skip "the lab does not run here"
	[ "$status" -ne 124 ] || skip "the lab does not end in time"
	[ "$status" -eq 0 ]
	late=$(cat "$OUT/$1"/line-*.stats | tr ' ' '\n' |
		sed -n 's/^worst_us=//p' | sort -n | tail -n 1)
	[ "$late" -le 500 ] || skip "the lab kept no time: $late us late"
	"$BIN/flowscand" -c "$CONFIG" -r "$OUT/$1/api.pcap" --db "$DB"
}

# Reads addresses with a measured round trip and says which are not between
# what is set and MOST ms more, of lines of a KIND; at least COUNT are.
within() {
	awk -v kind="$1" -v most="$2" -v count="$3" '
		NR == FNR { if ($3 == kind) least[$1] = $2; next }
		!($1 in least) { next }
		{ seen++ }
		$2 < least[$1] || $2 > least[$1] + most {
			print kind ": " $1 " is at " least[$1] ", not " $2
			wrong = 1
		}
		END {
			if (seen < count)
				print kind ": " seen + 0 " of " count
			exit wrong || seen < count
		}' "$OUT/round-trips/truth" -
}

@test "round trips are those that the lab has set" {
	scenario round-trips
	"$BIN/flowscan" clients --db "$DB" --format jsonl |
		jq -r '"\(.client_ip) \(.signals["client.rtt_min_ms"])"' \
		>"$OUT/clients"
	# What was sent again is not measured, so that a flow may lack one.
	"$BIN/flowscan" flows --db "$DB" --format jsonl |
		jq -r '"\(.client_ip) \(.signals["rtt.min_ms", "rtt.tcp_ms"] | values)"' \
		>"$OUT/flows"
	# The least one of a client, and without loss and jitter each one.
	for kind in good lossy reordered; do
		within $kind 1 1 <"$OUT/clients"
	done
	within jitter 2 1 <"$OUT/clients"
	within good 1 40 <"$OUT/flows"
	# Jitter, a queue, and what waits for a frame sent again add to it,
	# and nothing makes it less.
	within jitter 6.5 8 <"$OUT/flows"
	within slow 50 8 <"$OUT/flows"
	within lossy 100 8 <"$OUT/flows"
	within reordered 11 8 <"$OUT/flows"
}
