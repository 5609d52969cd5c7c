# shellcheck shell=sh disable=SC2154,SC2034
# SOCKS 5 (Dante) in Los Angeles, used from Hong Kong.

up() {
	api
	host user 198.51.100.114
	host exit 192.0.2.34
	line user exit 158
	line exit edge 62
	dante exit
	tap client user exit
}

clients() {
	proxy="--socks5 192.0.2.34:1080"
	api_calls user
}

label api 192.0.2.34 "$api_addr" proxy socks5 "Hong Kong" "Los Angeles" 62 220
label client 198.51.100.114 192.0.2.34 proxy socks5 "Hong Kong" "Hong Kong" 158 220
