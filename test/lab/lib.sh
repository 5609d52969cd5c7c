# shellcheck shell=sh disable=SC2154 # Some variables are of 'scenario'.
# What a scenario is made of: hosts, lines, taps, servers, calls, labels.
# Sourced by 'scenario'; every scenario has its own process and its own set of
# network namespaces, so that scenarios run side by side.
#
# $dir   the scenario's folder: a folder a host, captures, logs, labels
# $pki   keys and certificates, shared by a run
# $lab   this folder
# $link  the program 'link'

api_addr=203.0.113.10
api_addr6=2001:db8:1::10
api_name=api.example.com

say() {
	printf '%s: %s\n' "$scenario" "$*" >&2
}

fail() {
	say "$*"
	exit 1
}

# until_done SECONDS COMMAND...: waits until the command is true.
until_done() {
	until_left=$(($1 * 20))
	shift
	until "$@" >/dev/null 2>&1; do
		until_left=$((until_left - 1))
		[ "$until_left" -gt 0 ] || return 1
		sleep 0.05
	done
}

# ---- Hosts ---------------------------------------------------------------

# at HOST COMMAND...: runs a command on a host.
at() {
	at_host=$1
	shift
	nsenter --net="$dir/$at_host/ns" -- "$@"
}

# start HOST NAME COMMAND...: runs a program on a host until the scenario
# ends, with its output in HOST/NAME.log.
start() {
	start_host=$1 start_log=$dir/$1/$2.log
	shift 2
	nsenter --net="$dir/$start_host/ns" -- "$@" >"$start_log" 2>&1 &
	echo "$!" >>"$dir/pids"
}

# start_prompt HOST NAME COMMAND...: the same for one that carries packets,
# which the machine's other work should not keep waiting.
start_prompt() {
	if chrt --fifo 5 true 2>/dev/null; then
		start_host=$1 start_log=$2
		shift 2
		set -- "$start_host" "$start_log" chrt --fifo 5 "$@"
	fi
	start "$@"
}

# host NAME [ADDRESS [ADDRESS6]]: a new host. The kernel's own settings are
# put to its defaults, whatever the machine around the lab has.
host() {
	mkdir -p "$dir/$1"
	hosts=$((hosts + 1))
	echo "$hosts" >"$dir/$1/number"
	echo 0 >"$dir/$1/ifaces"
	echo "${2-}" >"$dir/$1/addr"
	echo "${3-}" >"$dir/$1/addr6"
	# The namespace lives as long as its first process; /proc may show
	# other numbers than $! does.
	# shellcheck disable=SC2016 # Expanded by the inner shell.
	unshare --net sh -c 'read -r pid rest </proc/self/stat
		ln -s "/proc/$pid/ns/net" "$0"; exec sleep 1000000' \
		"$dir/$1/ns" &
	echo "$!" >>"$dir/pids"
	until_done 5 test -e "$dir/$1/ns" || fail "no namespace for $1"
	at "$1" ip link set lo up
	# shellcheck disable=SC2016 # Expanded by the inner shell.
	at "$1" sh -c '
		cd /proc/sys/net/ipv4 || exit
		put() { [ ! -e "$2" ] || echo "$1" >"$2"; }
		put "4096 131072 6291456" tcp_rmem
		put "4096 16384 4194304" tcp_wmem
		put 1 tcp_timestamps
		put 1 tcp_sack
		put 0 conf/all/rp_filter
		put 0 conf/default/rp_filter
		put 0 conf/all/send_redirects
		put 0 conf/default/send_redirects
		put 1 tcp_no_metrics_save
		put 0 ../ipv6/conf/default/accept_ra
		put 0 ../ipv6/conf/default/accept_dad
		put 0 ../ipv6/conf/default/router_solicitations
		put 1 ../ipv6/conf/default/addr_gen_mode
		(put cubic tcp_congestion_control) || :' 2>/dev/null || :
}

# forwards HOST: makes the host a router.
forwards() {
	at "$1" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward
		[ ! -e /proc/sys/net/ipv6 ] ||
		echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
}

# masquerades HOST DEVICE: what leaves by the device gets its address.
masquerades() {
	forwards "$1"
	at "$1" nft -f - <<-EOT
		table ip nat {
			chain postrouting {
				type nat hook postrouting priority 100
				oifname "$2" masquerade
			}
		}
	EOT
}

addr_of() {
	cat "$dir/$1/addr"
}

addr6_of() {
	cat "$dir/$1/addr6"
}

# ---- Lines ---------------------------------------------------------------

# iface HOST PEER: sets up the host's device towards the peer, which bears
# the peer's name. MAC addresses are from the documentation range, RFC 7042.
iface() {
	iface_count=$(cat "$dir/$1/ifaces")
	echo $((iface_count + 1)) >"$dir/$1/ifaces"
	iface_mac=$(printf '00:00:5e:00:53:%02x' \
		$(($(cat "$dir/$1/number") * 8 + iface_count)))
	echo "$iface_mac" >"$dir/$1/mac-$2"
	at "$1" ip link set dev "$2" address "$iface_mac" mtu 1500 up
	[ -z "$(addr_of "$1")" ] ||
		at "$1" ip addr add "$(addr_of "$1")/32" dev "$2"
	[ -z "$(addr6_of "$1")" ] ||
		at "$1" ip -6 addr add "$(addr6_of "$1")/128" dev "$2" nodad
}

# reach HOST PEER [default]: routes to the peer, whose MAC is known without
# asking. The window clamp keeps the machine's own limits out of the SYN.
reach() {
	reach_mac=$(cat "$dir/$2/mac-$1")
	for reach_to in "$(addr_of "$2")" "$(addr6_of "$2")"; do
		[ -n "$reach_to" ] || continue
		at "$1" ip route replace "$reach_to" dev "$2" window 6291456
		at "$1" ip neigh replace "$reach_to" lladdr "$reach_mac" \
			dev "$2" nud permanent
		[ "${3-}" = default ] || continue
		case $reach_to in
		*:*) at "$1" ip -6 route replace default via "$reach_to" \
			dev "$2" window 6291456 ;;
		*) at "$1" ip route replace default via "$reach_to" \
			dev "$2" onlink window 6291456 ;;
		esac
	done
}

# line A B ROUND_TRIP_MS [options of link]: a line between two hosts. A's
# default route goes to B. The TTL drops as over the hops of such a distance.
line() {
	line_a=$1 line_b=$2 line_us=$(($3 * 500))
	line_hops=$((4 + $3 / 16))
	[ "$line_hops" -le 16 ] || line_hops=16
	shift 3
	"$link" -d "$line_us" -t "$line_hops" -s "$((hosts * 31))" \
		-w "$dir/line-$line_a-$line_b.stats" "$@" \
		"$dir/$line_a/ns:$line_b" "$dir/$line_b/ns:$line_a" \
		>>"$dir/links" || fail "no line $line_a $line_b"
	iface "$line_a" "$line_b"
	iface "$line_b" "$line_a"
	reach "$line_a" "$line_b" default
	reach "$line_b" "$line_a"
}

# narrows A B MTU: what a line between two hosts carries at most.
narrows() {
	at "$1" ip link set dev "$2" mtu "$3"
	at "$2" ip link set dev "$1" mtu "$3"
}

# lines_end: takes the lines down; each leaves its statistics.
lines_end() {
	[ -f "$dir/links" ] || return 0
	while read -r line_pid; do
		kill "$line_pid"
	done <"$dir/links"
	while read -r line_pid; do
		until_done 5 line_ended "$line_pid" || say "a line does not end"
	done <"$dir/links"
}

line_ended() {
	! kill -0 "$1"
}

# cable A B: a line without delay (veth). Its ends do no work for the kernel
# in bulk, so that captures show what a real wire would.
cable() {
	at "$1" ip link add dev "$2" type veth \
		peer name "$1" netns "$dir/$2/ns"
	iface "$1" "$2"
	iface "$2" "$1"
	for cable_end in "$1 $2" "$2 $1"; do
		at "${cable_end% *}" ethtool -K "${cable_end#* }" \
			rx off tx off sg off tso off gso off gro off \
			>/dev/null
	done
	reach "$1" "$2" default
	reach "$2" "$1"
}

# ---- Taps ----------------------------------------------------------------

# tap NAME HOST DEVICE [FILTER...]: records what passes a device.
tap() {
	tap_name=$1 tap_host=$2 tap_device=$3
	shift 3
	[ $# -gt 0 ] || set -- not arp and not ether multicast
	nsenter --net="$dir/$tap_host/ns" -- tcpdump -n -Z root -i "$tap_device" -B 16384 \
		-s 0 --time-stamp-precision=micro \
		-w "$dir/$tap_name.pcap" "$@" 2>"$dir/$tap_name.log" &
	echo "$!" >>"$dir/taps"
	until_done 10 grep -q 'listening on' "$dir/$tap_name.log" ||
		fail "tap $tap_name does not start"
}

taps_end() {
	[ -f "$dir/taps" ] || return 0
	# The kernel hands packets over in blocks.
	sleep 1.2
	while read -r tap_pid; do
		kill "$tap_pid"
		wait "$tap_pid" || :
	done <"$dir/taps"
}

# ---- The API -------------------------------------------------------------

# api: the service, behind its router 'edge', with a tap on the cable
# between them. Everyone's line to the API ends at 'edge'.
api() {
	host edge 203.0.113.1 2001:db8:1::1
	host api "$api_addr" "$api_addr6"
	forwards edge
	cable api edge
	tap api edge api
	web api "$pki/api"
	start api stream perl "$lab/stream.pl" 8080
	until_done 10 web_up api "$api_addr" || fail "the API does not answer"
}

# web HOST CERTIFICATE: a web server on the ports 80 and 443.
web() {
	sed -e "s|@dir@|$dir/$1|g" -e "s|@pki@|$2|g" -e "s|@lab@|$lab|g" \
		"$lab/nginx.conf" >"$dir/$1/nginx.conf"
	mkdir -p "$dir/$1/www"
	web_pages "$dir/$1/www"
	start "$1" nginx nginx -e "$dir/$1/error.log" -c "$dir/$1/nginx.conf"
}

web_up() {
	at "$1" curl -sk -m 2 -o /dev/null "https://127.0.0.1/v1/models" &&
		at "$1" curl -s -m 2 -o /dev/null "http://127.0.0.1/"
}

# A few answers of sizes that APIs give.
web_pages() {
	awk 'BEGIN {
		srand(7)
		printf "{\"data\": ["
		for (i = 0; i < 90; i++)
			printf "%s{\"id\": \"item-%08x\", \"score\": %.6f}",
			    i ? ", " : "", rand() * 2 ^ 31, rand()
		print "], \"has_more\": false}"
	}' >"$1/items.json"
	echo '<!doctype html><title>example</title><p>An example.' \
		>"$1/index.html"
}

# ---- Calls ---------------------------------------------------------------

# call HOST CURL_OPTIONS...: one run of curl towards the API. $via is the
# address to connect to, $proxy holds proxy options.
call() {
	call_host=$1
	shift
	echo "$call_host" >>"$dir/calls"
	# shellcheck disable=SC2086 # Options are words.
	at "$call_host" curl -sS --fail -m 60 -o /dev/null -o /dev/null \
		-o /dev/null -o /dev/null --cacert "$pki/ca.pem" \
		--resolve "$api_name:443:$via" ${proxy-} "$@" \
		2>>"$dir/$call_host/calls.log" || call_failed "$call_host" "$*"
	sleep 0.3
}

# call_openssl HOST OPTIONS...: one request with openssl s_client.
call_openssl() {
	call_host=$1
	shift
	echo "$call_host" >>"$dir/calls"
	printf 'GET /v1/models HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' \
		"$api_name" | at "$call_host" timeout 60 openssl s_client \
		-quiet -verify_return_error -CAfile "$pki/ca.pem" \
		-servername "$api_name" -connect "$via:443" "$@" \
		2>>"$dir/$call_host/calls.log" | grep -q '^HTTP/1.1 200' ||
		call_failed "$call_host" "openssl $*"
	sleep 0.3
}

call_failed() {
	echo "failed: $*" >>"$dir/$1/calls.log"
	echo "$*" >>"$dir/failed"
}

# api_calls HOST [ADDRESS]: what an ordinary user of the API does, on twelve
# connections. With $proxy, openssl's turn goes to curl, too.
api_calls() {
	user=$1 via=${2-$api_addr}
	base=https://$api_name/v1
	question='{"messages": [{"role": "user", "content": "What is a wire?"}]}'

	call "$user" --tls-max 1.2 --http1.1 "$base/models"
	call "$user" --tlsv1.3 --http1.1 "$base/models"
	call "$user" --tls-max 1.2 --http1.1 -d "$question" "$base/messages"
	call "$user" --tlsv1.3 --http2 "$base/items" "$base/models" \
		"$base/items?page=2" "$base/models"
	call "$user" --tlsv1.3 --http2 -N -d "$question" "$base/stream?n=40"
	call "$user" --tlsv1.3 --http1.1 --rate 90/m "$base/models" \
		"$base/items" "$base/models"
	call "$user" --tls-max 1.2 --http2 "$base/items"
	call "$user" --tlsv1.3 --http1.1 -N "$base/stream?n=30"
	call "$user" --tlsv1.3 --http2 -N -d "$question" "$base/stream?n=25"
	call "$user" --tlsv1.3 --http2 -d "$question" "$base/messages"
	if [ -n "${proxy-}" ]; then
		call "$user" --tls-max 1.2 --http2 "$base/models" "$base/items"
		call "$user" --tlsv1.3 --http1.1 "$base/items"
	else
		call_openssl "$user" -tls1_2
		call_openssl "$user" -tls1_3 -alpn http/1.1
	fi
}

# ---- Labels --------------------------------------------------------------

# label TAP CLIENT PEER CLASS PROTOCOL CLIENT_PLACE CLAIMED_PLACE RTT_MS
# USER_RTT_MS: what is true of one client in one capture. RTT_MS is the round
# trip that TCP handshakes of CLIENT show at the tap (0: no TCP, or none of
# its own); USER_RTT_MS is between the user and the API in all.
label() {
	{
		printf '%s' "$scenario"
		printf ',%s' "$@"
		echo
	} >>"$dir/labels"
}
