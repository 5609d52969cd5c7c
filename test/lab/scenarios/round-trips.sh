# shellcheck shell=sh disable=SC2154
# Users at known distances, from 1 to 300 ms, over good lines and bad ones: for
# what flowscan measures against what is set. 'truth' has, a line each, the
# address, the least round trip in ms and what the line is like.

# user NUMBER MS KIND [options of link]
user() {
	host "u$1" "198.51.100.$1"
	echo "198.51.100.$1 $2 $3" >>"$dir/truth"
	user_number=$1 user_ms=$2
	shift 3
	line "u$user_number" edge "$user_ms" "$@"
}

up() {
	api
	user 2 1 good
	user 3 7 good
	user 4 34 good
	user 5 120 good
	user 6 300 good
	user 7 60 jitter -j 3000
	user 8 60 lossy -l 40000
	user 9 60 reordered -o 150000 -O 5000
	user 10 40 slow -r 2000000,400000 -q 30000
}

# visits HOST: what gives many samples in a short time.
visits() {
	via=$api_addr
	base=https://$api_name/v1

	call "$1" --tls-max 1.2 --http1.1 "$base/items"
	call "$1" --tlsv1.3 --http2 -N "$base/stream?n=40"
	call "$1" --tlsv1.3 --http2 "$base/items" "$base/items?page=2" \
		"$base/items?page=3"
	call "$1" --tlsv1.3 --http1.1 -N "$base/stream?n=30"
}

clients() {
	visiting=
	while read -r address _; do
		visits "u${address##*.}" &
		visiting="$visiting $!"
	done <"$dir/truth"
	# shellcheck disable=SC2086 # Words.
	wait $visiting
}
