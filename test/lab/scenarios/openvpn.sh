# shellcheck shell=sh disable=SC2154
# OpenVPN over UDP, without hiding: from Beijing to an exit in Newark.

up() {
	api
	host user 198.51.100.82
	host exit 192.0.2.2
	line user exit 230
	line exit edge 8
	masquerades exit edge
	openvpn_server exit
	tap client user exit
}

clients() {
	openvpn_client user exit
	api_calls user
}

label api 192.0.2.2 "$api_addr" vpn openvpn Beijing Newark 238 238
label client 198.51.100.82 192.0.2.2 vpn openvpn Beijing Beijing 0 238
