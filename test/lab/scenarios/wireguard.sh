# shellcheck shell=sh disable=SC2154
# WireGuard (wireguard-go) from Shanghai to an exit in Chicago.

up() {
	api
	host user 198.51.100.98
	host exit 192.0.2.18
	line user exit 214
	line exit edge 22
	wireguard user 198.51.100.226
	wireguard exit 198.51.100.225
	wireguard_peer exit user 198.51.100.226/32
	wireguard_peer user exit "$api_addr/32" endpoint
	masquerades exit edge
	tap client user exit
}

clients() {
	api_calls user
}

label api 192.0.2.18 "$api_addr" vpn wireguard Shanghai Chicago 236 236
label client 198.51.100.98 192.0.2.18 vpn wireguard Shanghai Shanghai 0 236
