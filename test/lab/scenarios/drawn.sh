# shellcheck shell=sh disable=SC2154
# Clients drawn at random by LAB_SEED: honest ones, and ones behind tunnels,
# proxies and relays, each elsewhere, at another distance, with another
# program (draw.py). For rates on captures that no rule was written for.

seed=${LAB_SEED-1}

up() {
	python3 "$lab/draw.py" "$seed" "$dir" "$api_addr"
	perl "$lab/../data/geo/make-demo-mmdb.pl" "$dir" "$dir/places.csv"
	api
	while read -r what rest; do
		# shellcheck disable=SC2086 # Words.
		"drawn_$what" $rest
	done <"$dir/plan"
}

# drawn_honest NUMBER ADDRESS MS MTU STYLE [options of link]
drawn_honest() {
	host "h$1" "$2"
	drawn_name=h$1 drawn_mtu=$4
	drawn_who "$drawn_name" "$5" "$api_addr" -
	drawn_ms=$3
	shift 5
	line "$drawn_name" edge "$drawn_ms" "$@"
	[ "$drawn_mtu" = 1500 ] || narrows "$drawn_name" edge "$drawn_mtu"
}

# drawn_via CARRIER NUMBER ADDRESS LEG_MS MS STYLE OPTION...
drawn_via() {
	drawn_user=u$2 drawn_exit=e$2 drawn_style=$6
	host "$drawn_user" "203.0.113.$((128 + $2))"
	host "$drawn_exit" "$3"
	line "$drawn_user" "$drawn_exit" "$4"
	line "$drawn_exit" edge "$5"
	drawn_carrier=$1
	shift 6
	"by_$(echo "$drawn_carrier" | tr - _)" "$@"
}

# drawn_who HOST STYLE ADDRESS PROXY: asks later.
drawn_who() {
	echo "$*" >>"$dir/who"
}

by_wireguard() {
	wireguard "$drawn_user" 198.51.100.226
	wireguard "$drawn_exit" 198.51.100.225
	for drawn_end in "$drawn_user" "$drawn_exit"; do
		at "$drawn_end" ip link set mtu "$1" dev \
			"$(wireguard_device "$drawn_end")"
	done
	wireguard_peer "$drawn_exit" "$drawn_user" 198.51.100.226/32
	wireguard_peer "$drawn_user" "$drawn_exit" "$api_addr/32" endpoint
	masquerades "$drawn_exit" edge
	drawn_who "$drawn_user" "$drawn_style" "$api_addr" -
}

by_openvpn() {
	masquerades "$drawn_exit" edge
	openvpn_server "$drawn_exit" "$@"
	openvpn_client "$drawn_user" "$drawn_exit" "$@"
	drawn_who "$drawn_user" "$drawn_style" "$api_addr" -
}

by_ssh_w() {
	masquerades "$drawn_exit" edge
	ssh_server "$drawn_exit" 22
	ssh_tunnel "$drawn_user" "$drawn_exit" 22 -w 0:0
	for drawn_end in "$drawn_user 225 226" "$drawn_exit 226 225"; do
		# shellcheck disable=SC2086 # Words.
		set -- $drawn_end
		until_done 15 at "$1" ip link show dev tun0 || fail "no tunnel"
		at "$1" ip addr add "198.51.100.$2" peer "198.51.100.$3" dev tun0
		at "$1" ip link set tun0 up
	done
	at "$drawn_user" ip route replace "$api_addr/32" dev tun0
	drawn_who "$drawn_user" "$drawn_style" "$api_addr" -
}

by_dnat() {
	masquerades "$drawn_exit" edge
	at "$drawn_exit" nft -f - <<-EOT
		table ip relay {
			chain prerouting {
				type nat hook prerouting priority -100
				tcp dport 443 dnat to $api_addr
			}
		}
	EOT
	drawn_who "$drawn_user" "$drawn_style" "$(addr_of "$drawn_exit")" -
}

by_socks() {
	dante "$drawn_exit"
	drawn_who "$drawn_user" "$drawn_style" "$api_addr" \
		"socks5:$(addr_of "$drawn_exit"):1080"
}

by_connect() {
	printf 'Port 8888\nTimeout 600\nMaxClients 40\n' \
		>"$dir/$drawn_exit/tinyproxy.conf"
	start "$drawn_exit" tinyproxy tinyproxy -d \
		-c "$dir/$drawn_exit/tinyproxy.conf"
	listens "$drawn_exit" 8888
	drawn_who "$drawn_user" "$drawn_style" "$api_addr" \
		"connect:$(addr_of "$drawn_exit"):8888"
}

by_shadowsocks() {
	start "$drawn_exit" ss ss-server -s "$(addr_of "$drawn_exit")" \
		-p 8388 -k lab -m chacha20-ietf-poly1305
	start "$drawn_user" ss ss-local -s "$(addr_of "$drawn_exit")" \
		-p 8388 -b 127.0.0.1 -l 1081 -k lab -m chacha20-ietf-poly1305
	listens "$drawn_user" 1081
	drawn_who "$drawn_user" "$drawn_style" "$api_addr" \
		socks5:127.0.0.1:1081
}

by_ssh_D() {
	ssh_server "$drawn_exit" 22
	ssh_tunnel "$drawn_user" "$drawn_exit" 22 -D 1081
	listens "$drawn_user" 1081
	drawn_who "$drawn_user" "$drawn_style" "$api_addr" \
		socks5:127.0.0.1:1081
}

by_tcp_relay() {
	relay "$drawn_exit" "$api_addr"
	drawn_who "$drawn_user" "$drawn_style" "$(addr_of "$drawn_exit")" -
}

# by_tls_relay keepalive|none
by_tls_relay() {
	drawn_keep=''
	[ "$1" != keepalive ] || drawn_keep='keepalive 16;'
	cat >"$dir/$drawn_exit/nginx.conf" <<-EOT
		daemon off;
		user root;
		worker_processes 1;
		pid $dir/$drawn_exit/nginx.pid;
		events { worker_connections 256; }
		http {
			access_log off;
			upstream up { server $api_addr:443; $drawn_keep }
			server {
				listen 443 ssl http2;
				ssl_protocols TLSv1.2 TLSv1.3;
				ssl_certificate $pki/api.pem;
				ssl_certificate_key $pki/api.key;
				location / {
					proxy_pass https://up;
					proxy_http_version 1.1;
					proxy_buffering off;
					proxy_set_header Connection "";
					proxy_set_header Host $api_name;
					proxy_ssl_protocols TLSv1.2 TLSv1.3;
					proxy_ssl_server_name on;
					proxy_ssl_name $api_name;
				}
			}
		}
	EOT
	start "$drawn_exit" nginx nginx -e "$dir/$drawn_exit/error.log" \
		-c "$dir/$drawn_exit/nginx.conf"
	listens "$drawn_exit" 443
	drawn_who "$drawn_user" "$drawn_style" "$(addr_of "$drawn_exit")" -
}

# asks HOST STYLE ADDRESS PROXY: a client's calls.
asks() {
	via=$3 base=https://$api_name/v1 proxy=''
	case $4 in
	socks5:*) proxy="--socks5 ${4#socks5:}" ;;
	connect:*) proxy="--proxy http://${4#connect:}"
		proxy="$proxy --connect-to $api_name:443:$api_addr:443" ;;
	esac
	call "$1" --tlsv1.3 --http2 "$base/items" "$base/models"
	call "$1" --http2 -N "$base/stream?n=12"
	if [ "$2" = mixed ]; then
		call "$1" --tls-max 1.2 --http1.1 "$base/items" "$base/models"
		call "$1" --http2 -d '{"text": "What is a wire?"}' \
			"$base/messages"
		call "$1" --http1.1 --rate 80/m "$base/models" "$base/items"
		return
	fi
	set -- "$1" "$2" "$3" "${4#-}"
	echo "$1" >>"$dir/calls"
	at "$1" timeout 90 python3 "$lab/asks.py" "$2" \
		"$((seed * 100 + ${1#?}))" "$3" "$pki/ca.pem" ${4:+"$4"} \
		2>>"$dir/$1/calls.log" || call_failed "$1" "asks.py $2"
}

clients() {
	asking=
	while read -r who; do
		# shellcheck disable=SC2086 # Words.
		asks $who &
		asking="$asking $!"
		sleep 0.2
	done <"$dir/who"
	# shellcheck disable=SC2086 # Words.
	wait $asking
}
