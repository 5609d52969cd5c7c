# shellcheck shell=sh disable=SC2154
# OpenVPN over UDP, with its control channel encrypted (--tls-crypt): from
# Tehran to an exit in Toronto.

up() {
	api
	host user 198.51.100.130
	host exit 192.0.2.98
	line user exit 176
	line exit edge 16
	masquerades exit edge
	openvpn_server exit --tls-crypt "$pki/tls-crypt.key"
	tap client user exit
}

clients() {
	openvpn_client user exit --tls-crypt "$pki/tls-crypt.key"
	api_calls user
}

label api 192.0.2.98 "$api_addr" vpn openvpn Tehran Toronto 192 192
label client 198.51.100.130 192.0.2.98 vpn openvpn Tehran Tehran 0 192
