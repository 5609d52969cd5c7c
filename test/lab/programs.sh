# shellcheck shell=sh disable=SC2154 # Variables are lib.sh's.
# Tunnel and proxy programs, each as one or two functions for scenarios.

# ---- OpenVPN -------------------------------------------------------------

# The network within tunnels; it appears in no capture.
inner=198.51.100.224

# openvpn_server HOST [OPTIONS...]: UDP port 1194; clients reach the API
# through it.
openvpn_server() {
	openvpn_host=$1
	shift
	start_prompt "$openvpn_host" openvpn openvpn --dev tun0 --verb 3 \
		--local "$(addr_of "$openvpn_host")" --proto udp --port 1194 \
		--server "$inner" 255.255.255.240 --topology subnet \
		--push "route $api_addr 255.255.255.255" --keepalive 10 60 \
		--ca "$pki/ca.pem" --cert "$pki/vpn.pem" \
		--key "$pki/vpn.key" --dh none --disable-dco "$@"
	until_done 10 grep -q 'Initialization Sequence Completed' \
		"$dir/$openvpn_host/openvpn.log" ||
		fail "no OpenVPN server on $openvpn_host"
}

# openvpn_client HOST SERVER [OPTIONS...]
openvpn_client() {
	openvpn_host=$1 openvpn_to=$2
	shift 2
	start_prompt "$openvpn_host" openvpn openvpn --client --dev tun0 --verb 3 \
		--remote "$(addr_of "$openvpn_to")" 1194 udp --nobind \
		--ca "$pki/ca.pem" --cert "$pki/user.pem" \
		--key "$pki/user.key" --remote-cert-tls server \
		--disable-dco "$@"
	until_done 30 grep -q 'Initialization Sequence Completed' \
		"$dir/$openvpn_host/openvpn.log" ||
		fail "OpenVPN of $openvpn_host does not connect"
}

# ---- WireGuard -----------------------------------------------------------

# wireguard HOST INNER_ADDRESS: makes the device "w$lab_id$HOST": its control
# socket has a name that all programs of the machine share.
wireguard() {
	wg_device=$(wireguard_device "$1")
	(umask 077 && wg genkey >"$dir/$1/wg.key")
	start_prompt "$1" wireguard wireguard-go -f "$wg_device"
	until_done 10 test -S "/var/run/wireguard/$wg_device.sock" ||
		fail "no WireGuard on $1"
	at "$1" wg set "$wg_device" listen-port 51820 \
		private-key "$dir/$1/wg.key"
	at "$1" ip addr add "$2/32" dev "$wg_device"
	at "$1" ip link set dev "$wg_device" mtu 1420 up
}

wireguard_device() {
	echo "w$lab_id$(cat "$dir/$1/number")"
}

# wireguard_peer HOST PEER ALLOWED [endpoint]: what HOST sends to ALLOWED goes
# to PEER, whose address it knows in advance when 'endpoint' is said.
wireguard_peer() {
	wg_device=$(wireguard_device "$1")
	wg_peer=$(wg pubkey <"$dir/$2/wg.key")
	set -- "$1" "$2" "$3" ${4:+endpoint "$(addr_of "$2"):51820"}
	wg_host=$1 wg_allowed=$3
	shift 3
	at "$wg_host" wg set "$wg_device" peer "$wg_peer" \
		allowed-ips "$wg_allowed" "$@"
	at "$wg_host" ip route replace "$wg_allowed" dev "$wg_device"
}

# ---- Proxies and relays --------------------------------------------------

# dante HOST: a SOCKS server on port 1080.
dante() {
	cat >"$dir/$1/danted.conf" <<-EOT
		logoutput: $dir/$1/danted.err
		internal: $(addr_of "$1") port = 1080
		external: $(addr_of "$1")
		clientmethod: none
		socksmethod: none
		user.privileged: root
		user.unprivileged: nobody
		client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
		socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
	EOT
	start_prompt "$1" danted danted -N 1 -f "$dir/$1/danted.conf" \
		-p "$dir/$1/danted.pid"
	listens "$1" 1080
}

# relay HOST ADDRESS: hands TCP connections to its port 443 on to ADDRESS.
relay() {
	start_prompt "$1" socat socat TCP4-LISTEN:443,fork,reuseaddr,nodelay \
		"TCP4:$2:443,nodelay"
	listens "$1" 443
}

# listens HOST PORT: waits until someone listens on a TCP port there.
listens() {
	until_done 10 listens_now "$1" "$2" || fail "no server on $1:$2"
}

listens_now() {
	at "$1" ss -Hltn "sport = :$2" | grep -q LISTEN
}

# ---- Others --------------------------------------------------------------

# ssh_server HOST [PORT...]: lets root of the other hosts in, by the key of
# the run. Every kind of use may have a port of its own, by which its flows
# are told apart.
ssh_server() {
	mkdir -p /run/sshd
	ssh_host=$1
	shift
	[ $# -gt 0 ] || set -- 22
	printf 'Port %s\n' "$@" >"$dir/$ssh_host/sshd_config"
	ssh_port=$1
	set -- "$ssh_host"
	cat >>"$dir/$1/sshd_config" <<-EOT
		ListenAddress $(addr_of "$1")
		HostKey $pki/ssh-host
		AuthorizedKeysFile $pki/ssh-user.pub
		PidFile $dir/$1/sshd.pid
		PermitRootLogin yes
		StrictModes no
		UsePAM yes
		PermitTunnel yes
		MaxStartups 50
		MaxSessions 50
		Subsystem sftp internal-sftp
	EOT
	start "$1" sshd "$(command -v sshd)" -D -e -f "$dir/$1/sshd_config"
	listens "$1" "$ssh_port"
}

# ssh_options HOST: what every client of the ssh family is told, in $options.
ssh_options() {
	options="-F none -i $pki/ssh-user -o StrictHostKeyChecking=no"
	options="$options -o UserKnownHostsFile=/dev/null"
	options="$options -o IdentitiesOnly=yes -o LogLevel=ERROR"
	options="$options -o ExitOnForwardFailure=yes"
}

# ssh_tunnel HOST SERVER PORT OPTIONS...: an ssh that only forwards.
ssh_tunnel() {
	ssh_host=$1 ssh_to=$(addr_of "$2") ssh_port=$3
	shift 3
	ssh_options
	# shellcheck disable=SC2086 # Options are words.
	start_prompt "$ssh_host" "ssh-$ssh_port" ssh -N $options \
		-p "$ssh_port" "$@" "root@$ssh_to"
}

# ssh_call HOST SERVER COMMAND...: what is typed comes from standard input.
ssh_call() {
	ssh_host=$1 ssh_to=$(addr_of "$2") ssh_tty=-tt
	[ -c /dev/pts/ptmx ] || ssh_tty=-T
	shift 2
	echo "$ssh_host" >>"$dir/calls"
	at "$ssh_host" timeout 60 ssh -F none "$ssh_tty" -i "$pki/ssh-user" \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
		-o IdentitiesOnly=yes -o LogLevel=ERROR "root@$ssh_to" "$@" \
		>/dev/null 2>>"$dir/$ssh_host/calls.log" ||
		call_failed "$ssh_host" "ssh $*"
}

# ---- SoftEther -----------------------------------------------------------

# softether_program HOST NAME: starts 'vpnserver' or 'vpnclient', in a folder
# of its own, where it keeps its settings.
softether_program() {
	mkdir -p "$dir/$1/softether" /run/softether
	cp -L "/usr/libexec/softether/$2/$2" \
		"/usr/libexec/softether/$2/hamcore.se2" "$dir/$1/softether"
	start_prompt "$1" softether "$dir/$1/softether/$2" execsvc
}

# softether_say HOST ARGUMENTS...: what is to be done comes from standard
# input, a line each.
softether_say() {
	softether_host=$1
	shift
	cat >"$dir/$softether_host/softether.in"
	at "$softether_host" vpncmd "$@" "/IN:$dir/$softether_host/softether.in" \
		>>"$dir/$softether_host/vpncmd.log" 2>&1
}

# softether_server HOST PORT
softether_server() {
	softether_program "$1" vpnserver
	listens "$1" 5555
	softether_say "$1" localhost:5555 /SERVER <<-EOT
		ListenerCreate $2
		HubCreate lab /PASSWORD:lab
		Hub lab
		UserCreate user /GROUP:none /REALNAME:none /NOTE:none
		UserPasswordSet user /PASSWORD:secret
		SecureNatEnable
	EOT
}

# softether_client HOST SERVER PORT: reaches the API through it.
softether_client() {
	softether_program "$1" vpnclient
	listens "$1" 9931
	softether_say "$1" localhost /CLIENT <<-EOT
		NicCreate vpn
		AccountCreate lab /SERVER:$(addr_of "$2"):$3 /HUB:lab /USERNAME:user /NICNAME:vpn
		AccountPasswordSet lab /PASSWORD:secret /TYPE:standard
		AccountConnect lab
	EOT
	at "$1" ip addr add 192.168.30.77/24 dev vpn_vpn
	at "$1" ip link set vpn_vpn up
	at "$1" ip route add "$api_addr/32" via 192.168.30.1 dev vpn_vpn
	# Its gateway answers ARP once it is connected.
	until_done 30 softether_reaches "$1" ||
		fail "SoftEther of $1 does not connect"
}

softether_reaches() {
	at "$1" curl -s -o /dev/null -m 2 "http://192.168.30.1/" || :
	at "$1" ip neigh show 192.168.30.1 | grep -q lladdr
}
