#!/usr/bin/env bats
# The number of workers changes no answer.

setup() {
	BIN="$PWD/${BUILD:-build}/bin"
	DATA="$PWD/test/data"
	cd "$BATS_TEST_TMPDIR" || return
}

# verdicts WORKERS ARG...: what is said of captures, flows and clients.
verdicts() {
	local workers=$1 code=0
	shift
	rm -f w.db*
	"$BIN/flowscand" --workers "$workers" --db w.db "$@" 2>"err.$workers" ||
		code=$?
	echo "exit $code"
	"$BIN/flowscan" flows --db w.db --format jsonl
	"$BIN/flowscan" clients --db w.db --format jsonl
}

# same ARG...: one, two, three and four workers say the same.
same() {
	verdicts 1 "$@" >1.txt
	for workers in 2 3 4; do
		verdicts $workers "$@" >$workers.txt
		cmp 1.txt $workers.txt
	done
}

@test "the demo captures, one by one and together" {
	same -c "$DATA/flowscand-demo.yaml" -r "$DATA/demo.pcap.zst"
	same -c "$DATA/flowscand-demo-client.yaml" -r "$DATA/demo-client.pcap.zst"
	# The second one's clock is behind the first one's, or before it.
	same -c "$DATA/flowscand-demo.yaml" -r "$DATA/demo.pcap.zst" \
		-r "$DATA/demo-client.pcap.zst" -r "$DATA/demo.pcap.zst"
	[ "$(grep -c flow_id 1.txt)" -ge 189 ]
}

@test "small captures, IPv6 and tunnels" {
	cat >c.yaml <<-END
	rules: [$BATS_TEST_DIRNAME/../../rules]
	limits: {active: 1s, udp_idle: 2s}
	END
	for capture in "$DATA"/*.pcap; do
		same -c c.yaml -r "$capture"
	done
}

@test "damaged captures" {
	zstd -qdc "$DATA/demo.pcap.zst" | head -c 700001 >cut.pcap
	same -c "$DATA/flowscand-demo.yaml" -r cut.pcap -r "$DATA/tls.pcap"
	grep -q 'exit 5' 4.txt
}

@test "a table that is full says so, whatever the workers" {
	cat >c.yaml <<-END
	rules: [$BATS_TEST_DIRNAME/../../rules]
	limits: {flows: 16}
	END
	for workers in 1 2 4; do
		verdicts $workers -c c.yaml -r "$DATA/demo.pcap.zst" >out
		grep -q 'a table was full' err.$workers
		grep -q 'exit 0' out
	done
}

@test "a number of workers that cannot be" {
	for workers in 0 65 two; do
		run "$BIN/flowscand" --workers $workers -r "$DATA/tls.pcap" --db w.db
		[ "$status" -eq 2 ]
		[[ "$output" == *"--workers $workers: expected a number from 1 to 64"* ]]
	done
}

@test "captures of real traffic" {
	corpus="$BATS_TEST_DIRNAME/../../../shared/corpus"
	[ -d "$corpus" ] || skip "no corpus beside this folder"
	echo "rules: [$BATS_TEST_DIRNAME/../../rules]" >c.yaml
	for capture in $(find "$corpus" -name '*.pcap*' -size -3000k | sort | awk 'NR % 12 == 0' | head -n 25); do
		same -c c.yaml -r "$capture"
	done
}
