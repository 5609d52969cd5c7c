# shellcheck shell=sh disable=SC2154
# Someone in New York, over IPv4 and IPv6.

up() {
	api
	host user 198.51.100.2 2001:db8:10::2
	line user edge 10
	tap client user edge
}

clients() {
	api_calls user
	api_calls user "[$api_addr6]"
}

label api 198.51.100.2 "$api_addr" direct tls "New York" "New York" 10 10
label api 2001:db8:10::2 "$api_addr6" direct tls "New York" "New York" 10 10
label client 198.51.100.2 "$api_addr" direct tls "New York" "New York" 10 10
label client 2001:db8:10::2 "$api_addr6" direct tls "New York" "New York" 10 10
