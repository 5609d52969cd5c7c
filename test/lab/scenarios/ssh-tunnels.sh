# shellcheck shell=sh disable=SC2154,SC2034
# ssh as a tunnel, in each of its ways, one port a way. LAB_SEED=N changes
# sizes, pauses and the lines. Needs sshuttle.

seed=${LAB_SEED-1}

up() {
	command -v sshuttle >/dev/null || fail "needs sshuttle"
	api
	for n in $(seq 1 12); do
		head -c $((n * n * (seed * 617 % 900 + 300))) /dev/urandom \
			>"$dir/api/www/page$n"
	done
	host user 198.51.100.98
	host exit 192.0.2.18
	line user exit $((12 + seed * 31 % 200))
	line exit edge $((5 + seed * 13 % 60))
	ssh_server exit 2221 2222 2224 2225 2226
	ssh_server user 2223
	masquerades exit edge
	tap client user exit
}

# page N: what the N-th call is made of, in $call_options.
page() {
	url=https://$api_name/page
	agent='Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101'
	case $((($1 * 5 + seed) % 6)) in
	0) set -- --http2 "$url$((1 + seed % 5))" "$url$((2 + seed % 7))" ;;
	1) set -- --tls-max 1.2 --http1.1 "$url$((3 + seed % 4))" ;;
	2) set -- --http2 "$url$((1 + seed % 12))" ;;
	3) set -- --http2 -d @"$lab/lib.sh" "https://$api_name/v1/messages" ;;
	4) set -- --http1.1 -N "https://$api_name/v1/stream?n=15" ;;
	*) set -- --http2 "$url$((1 + seed % 3))" "$url$((4 + seed % 3))" \
		"$url$((2 + seed % 9))" ;;
	esac
	call user -A "$agent" -H 'Cookie: session=0123456789abcdef0123456789' \
		"$@"
}

calls() {
	for n in $(seq 1 "$1"); do
		page "$n"
	done
}

clients() {
	via=$api_addr
	ssh_tunnel user exit 2221 -D 1081
	ssh_tunnel user exit 2222 -L 8443:"$api_addr":443
	ssh_tunnel exit user 2223 -R 1083
	ssh_tunnel user exit 2226 -D 1086
	for port in 1081 8443 1083 1086; do
		listens user "$port"
	done
	proxy="--socks5 127.0.0.1:1081"
	calls $((4 + seed % 9))
	proxy="--connect-to $api_name:443:127.0.0.1:8443"
	calls $((4 + seed % 8))
	proxy="--socks5 127.0.0.1:1083"
	calls $((4 + seed % 7))
	# Two at a time, as browsers do.
	proxy="--socks5 127.0.0.1:1086"
	calls 4 &
	calls $((3 + seed % 4))
	wait $!
	proxy=''
	layer3
	shuttle
}

# A layer-3 tunnel (-w).
layer3() {
	ssh_tunnel user exit 2224 -w 0:0
	until_done 15 at user ip link show dev tun0 || fail "no tunnel"
	until_done 15 at exit ip link show dev tun0 || fail "no tunnel"
	at user ip addr add 198.51.100.225 peer 198.51.100.226 dev tun0
	at exit ip addr add 198.51.100.226 peer 198.51.100.225 dev tun0
	at user ip link set tun0 up
	at exit ip link set tun0 up
	at user ip route replace "$api_addr/32" dev tun0
	calls $((4 + seed % 8))
	at user ip route del "$api_addr/32" dev tun0
}

shuttle() {
	ssh_options
	start_prompt user sshuttle sshuttle --method nft \
		-e "ssh $options" -r "root@$(addr_of exit):2225" \
		"$api_addr/32"
	until_done 20 grep -q 'Connected' "$dir/user/sshuttle.log" ||
		fail "sshuttle does not connect"
	sleep 0.5
	calls $((4 + seed % 8))
}

label api 192.0.2.18 "$api_addr" tunnel ssh Shanghai Chicago 0 0
label client 198.51.100.98 192.0.2.18 tunnel ssh Shanghai Shanghai 0 0
