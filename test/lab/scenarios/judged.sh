# shellcheck shell=sh disable=SC2154,SC2034
# Honest clients of the kinds that are taken for others, and tunnels, all in
# front of one API: for the rates in docs/how-it-decides.md (rates.py). The
# seed ($LAB_SEED) decides distances, loss and jitter. The first word of a label
# is the slice.

# draw NAME LOW HIGH: a number of the seed's own for a name.
draw() {
	printf '%s %s' "${LAB_SEED-1}" "$1" | cksum |
		awk -v low="$2" -v high="$3" '{ print low + $1 % (high - low + 1) }'
}

# person NAME ADDRESS LOW HIGH [options of link]: someone with a line to the
# API, whose round trip is drawn.
person() {
	person_name=$1 person_ms=$(draw "$1" "$3" "$4")
	host "$1" "$2"
	shift 4
	line "$person_name" edge "$person_ms" "$@"
	echo "$person_ms" >"$dir/$person_name/rtt"
}

# behind NAME ADDRESS EXIT LOW HIGH: someone with a line to an exit.
behind() {
	behind_ms=$(draw "$1" "$4" "$5")
	host "$1" "$2"
	line "$1" "$3" "$behind_ms"
	echo "$behind_ms" >"$dir/$1/rtt"
}

up() {
	api
	person near 198.51.100.2 6 40
	person far 198.51.100.34 198 240
	person middle 198.51.100.18 110 160
	person pppoe 198.51.100.3 10 40
	narrows pppoe edge 1492
	person lossy 198.51.100.50 74 110 -l "$(draw loss 5000 30000)"
	person reorder 198.51.100.66 88 120 -o "$(draw order 5000 30000)" -O 3000
	person mobile 198.51.100.194 185 230 -j "$(draw jitter 4000 25000)"

	# A satellite whose gateway ends TCP without a word.
	person gateway 198.51.100.19 120 150
	host dish 198.51.100.20
	line dish gateway "$(draw dish 480 620)"
	splits gateway

	# An office, whose proxy stands in the same city.
	person office 198.51.100.51 74 90
	behind desk 198.51.100.52 office 2 12
	proxies office

	# Three homes behind one address.
	person nat 198.51.100.67 88 120
	for home in 68 69 70; do
		behind "home$home" "198.51.100.$home" nat 4 30
	done
	masquerades nat edge

	person socks 192.0.2.34 58 75
	behind surfer 198.51.100.114 socks 140 190
	dante socks
	person tcp 192.0.2.50 74 90
	behind caller 198.51.100.146 tcp 50 100
	relay tcp "$api_addr"
	person far_vpn 192.0.2.18 18 30
	behind traveller 198.51.100.98 far_vpn 190 240
	vpn far_vpn traveller 225 226
	person near_vpn 192.0.2.98 20 34
	behind neighbour 198.51.100.210 near_vpn 4 16
	vpn near_vpn neighbour 227 228
}

# splits HOST: ends every TCP connection to the API that passes it, and begins
# another one.
splits() {
	relay "$1" "$api_addr"
	forwards "$1"
	at "$1" nft -f - <<-EOT
		table ip split {
			chain prerouting {
				type nat hook prerouting priority -100
				ip daddr $api_addr tcp dport 443 redirect to :443
			}
		}
	EOT
}

proxies() {
	cat >"$dir/$1/tinyproxy.conf" <<-EOT
		Port 3128
		Listen $(addr_of "$1")
		Timeout 120
		LogLevel Error
		LogFile "$dir/$1/tinyproxy.out"
		MaxClients 50
		ConnectPort 443
	EOT
	start_prompt "$1" tinyproxy tinyproxy -d -c "$dir/$1/tinyproxy.conf"
	listens "$1" 3128
}

# vpn EXIT USER LAST LAST: WireGuard between two hosts, whose inner addresses
# end with these.
vpn() {
	wireguard "$2" "198.51.100.$4"
	wireguard "$1" "198.51.100.$3"
	wireguard_peer "$1" "$2" "198.51.100.$4/32"
	wireguard_peer "$2" "$1" "$api_addr/32" endpoint
	masquerades "$1" edge
}

clients() {
	for user in near far middle pppoe lossy reorder mobile dish home68 \
		home69 home70 traveller neighbour; do
		(api_calls "$user") &
	done
	(proxy="--socks5 192.0.2.34:1080" && api_calls surfer) &
	(proxy="--proxy http://198.51.100.51:3128" && api_calls desk) &
	(api_calls caller 192.0.2.50) &
	# The lines and servers are children, too: wait for the calls only.
	until_done 600 calls_done || fail "the calls do not end"
}

calls_done() {
	[ "$(cat "$dir"/calls 2>/dev/null | wc -l)" -ge 192 ] && sleep 5
}

# slice SLICE ADDRESS CLASS PROTOCOL HOST [BEHIND]
slice() {
	slice_ms=$(cat "$dir/$5/rtt")
	slice_in_all=$slice_ms
	[ $# -lt 6 ] || slice_in_all=$((slice_ms + $(cat "$dir/$6/rtt")))
	printf '%s,api,%s,%s,%s,%s,,,%s,%s\n' "$1" "$2" "$api_addr" "$3" "$4" \
		"$slice_ms" "$slice_in_all" >>"$dir/labels"
}

down() {
	slice near 198.51.100.2 direct tls near
	slice far 198.51.100.34 direct tls far
	slice far 198.51.100.18 direct tls middle
	slice pppoe 198.51.100.3 direct tls pppoe
	slice lossy 198.51.100.50 direct tls lossy
	slice reordering 198.51.100.66 direct tls reorder
	slice mobile 198.51.100.194 direct tls mobile
	slice satellite 198.51.100.19 direct tls gateway
	slice office 198.51.100.51 direct tls office desk
	slice cgnat 198.51.100.67 direct tls nat home68
	slice socks 192.0.2.34 proxy socks5 socks surfer
	slice tcp-relay 192.0.2.50 proxy tcp-relay tcp caller
	slice far-vpn 192.0.2.18 vpn wireguard far_vpn traveller
	slice near-vpn 192.0.2.98 vpn wireguard near_vpn neighbour
}
