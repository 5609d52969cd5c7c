# shellcheck shell=sh disable=SC2154
# VPNs that hide in TLS: OpenVPN over TCP through stunnel, and SoftEther, with
# the network that it makes up at its exit. Not in the demo; LAB_SEED varies
# distances and the inner MTU.

seed=${LAB_SEED-1}

up() {
	for program in openvpn stunnel4 vpnclient vpncmd vpnserver; do
		command -v "$program" >/dev/null || fail "$program is missing"
	done
	api
	host exit 192.0.2.50
	line exit edge $((5 + seed * 37 % 90))
	masquerades exit edge
	host stunnel-user 198.51.100.50
	host softether-user 198.51.100.51
	for user in stunnel-user softether-user; do
		line $user exit $((10 + seed * 53 % 170))
	done
	printf 'foreground = yes\npid =\n[vpn]\n' >"$dir/exit/stunnel.conf"
	cp "$dir/exit/stunnel.conf" "$dir/stunnel-user/stunnel.conf"
	cat >>"$dir/exit/stunnel.conf" <<-EOT
		accept = 192.0.2.50:443
		connect = 127.0.0.1:1194
		cert = $pki/www.pem
		key = $pki/www.key
	EOT
	cat >>"$dir/stunnel-user/stunnel.conf" <<-EOT
		client = yes
		accept = 127.0.0.1:1194
		connect = 192.0.2.50:443
		verifyChain = no
	EOT
	openvpn_options="--dev tun0 --ca $pki/ca.pem --disable-dco
		--tun-mtu $((1500 - seed % 3 * 50))"
	for side in exit stunnel-user; do
		start_prompt $side stunnel stunnel4 "$dir/$side/stunnel.conf"
	done
	# shellcheck disable=SC2086 # Options are words.
	start_prompt exit openvpn openvpn $openvpn_options --proto tcp-server \
		--local 127.0.0.1 --port 1194 --server "$inner" 255.255.255.240 \
		--topology subnet --push "route $api_addr 255.255.255.255" \
		--keepalive 10 60 --cert "$pki/vpn.pem" --key "$pki/vpn.key" \
		--dh none
	softether_server exit 8443
	tap client-stunnel stunnel-user exit
	tap client-softether softether-user exit
}

clients() {
	# shellcheck disable=SC2086 # Options are words.
	start_prompt stunnel-user openvpn openvpn $openvpn_options --client \
		--remote 127.0.0.1 1194 tcp --cert "$pki/user.pem" \
		--key "$pki/user.key" --remote-cert-tls server
	until_done 30 grep -q 'Initialization Sequence Completed' \
		"$dir/stunnel-user/openvpn.log" || fail "no OpenVPN"
	softether_client softether-user exit 8443
	api_calls stunnel-user
	api_calls softether-user
}
