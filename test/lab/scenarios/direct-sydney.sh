# shellcheck shell=sh disable=SC2154
# Someone in Sydney, about as far as one can be.

up() {
	api
	host user 198.51.100.34
	line user edge 216
	tap client user edge
}

clients() {
	api_calls user
}

label api 198.51.100.34 "$api_addr" direct tls Sydney Sydney 216 216
label client 198.51.100.34 "$api_addr" direct tls Sydney Sydney 216 216
