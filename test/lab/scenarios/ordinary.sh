# shellcheck shell=sh disable=SC2154,SC2034
# What else passes an access line: someone in London reads web pages, works
# over ssh, and fetches a file; nothing of it concerns the API.

up() {
	host other 203.0.113.130
	host user 198.51.100.50
	line user other 18
	web other "$pki/www"
	ssh_server other
	until_done 10 web_up other || fail "no web server"
	tap client user other
}

clients() {
	api_name=www.example.com via=203.0.113.130
	http=www.example.com:80:$via
	call user --resolve "$http" http://www.example.com/index.html \
		http://www.example.com/v1/items
	call user --resolve "$http" -A 'Mozilla/5.0 (X11; Linux x86_64)' \
		http://www.example.com/index.html
	call user --http2 https://www.example.com/index.html \
		https://www.example.com/v1/items
	call user --http1.1 https://www.example.com/v1/items
	keystrokes | ssh_call user other cat
	ssh_call user other head -c 40000 /dev/urandom </dev/null
}

keystrokes() {
	for key in m a k e ' ' l a b; do
		printf '%s' "$key"
		sleep 0.17
	done
	# End of line, end of input.
	printf '\n'
	sleep 0.5
	printf '\004'
}

label client 198.51.100.50 203.0.113.130 direct ordinary London London 18 0
