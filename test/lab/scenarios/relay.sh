# shellcheck shell=sh disable=SC2154
# A TCP relay in London that the client takes for the API: its TLS, with the
# API's name, goes to the relay's address. Used from Moscow.

up() {
	api
	host user 198.51.100.146
	host exit 192.0.2.50
	line user exit 88
	line exit edge 76
	relay exit "$api_addr"
	tap client user exit
}

clients() {
	api_calls user 192.0.2.50
}

label api 192.0.2.50 "$api_addr" proxy tcp-relay Moscow London 76 164
label client 198.51.100.146 192.0.2.50 relay tcp-relay Moscow Moscow 88 164
