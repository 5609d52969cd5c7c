# shellcheck shell=sh disable=SC2154
# Someone in Sao Paulo.

up() {
	api
	host user 198.51.100.18
	line user edge 150
	tap client user edge
}

clients() {
	api_calls user
}

label api 198.51.100.18 "$api_addr" direct tls "Sao Paulo" "Sao Paulo" 150 150
label client 198.51.100.18 "$api_addr" direct tls "Sao Paulo" "Sao Paulo" 150 150
