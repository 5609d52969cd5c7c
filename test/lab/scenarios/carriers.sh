# shellcheck shell=sh disable=SC2154,SC2034
# Many visits to many web sites, directly and through every proxy program over
# an encrypted carrier. The environment says which: LAB_SEED (a number: sites,
# distances, visits), LAB_VISITS (through each carrier; directly 25 times as
# many). 'train-data' runs it.

# shellcheck source=/dev/null
. "$lab/carriers.sh"
seed=${LAB_SEED-1}
# Of every second seed, a path narrower than Ethernet.
mtu=$((seed % 2 ? 1500 : 1500 - seed / 2 % 6 * 50))

up() {
	for program in danted dovecot mosquitto mosquitto_pub obfs-server \
		python3 redis-server ss-server ss-v2ray-plugin stunnel4 \
		tinyproxy trojan v2ray; do
		command -v "$program" >/dev/null ||
			fail "$program is missing; train-data says what to install"
	done
	host site 203.0.113.150
	host exit 192.0.2.50
	host user 198.51.100.50
	line exit site $((5 + seed * 37 % 90))
	line user exit $((10 + seed * 53 % 170))
	line user site $((8 + seed * 71 % 200))
	narrows user exit "$mtu"
	narrows user site "$mtu"
	sites site "$seed"
	services site "$seed"
	carriers "$seed"
	tap client user exit
	tap direct user site
}

clients() {
	: >"$dir/calls"
	at user python3 "$lab/visits.py" "$seed" "${LAB_VISITS-12}" \
		203.0.113.150 "$dir/user/carriers.csv" "$pki/ca.pem" \
		>"$dir/calls" 2>"$dir/user/calls.log"
}

down() {
	services_end "$seed"
}
