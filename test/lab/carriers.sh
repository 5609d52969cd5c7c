# shellcheck shell=sh disable=SC2154 # Variables are lib.sh's.
# Proxies over encrypted carriers, for the scenario 'carriers': all of them
# between one user and one exit, each on a port of its own. carriers.py writes
# their settings.

# ss_pair NAME PORT METHOD [PLUGIN SERVER_OPTIONS CLIENT_OPTIONS]: Shadowsocks.
ss_pair() {
	ss_name=$1 ss_port=$2 ss_method=$3
	shift 3
	ss_secret=$(cat "$dir/user/password")
	start exit "$ss_name" ss-server -s "$(addr_of exit)" -p "$ss_port" \
		-k "$ss_secret" -m "$ss_method" \
		${1:+--plugin "$1" --plugin-opts "$2"}
	start user "$ss_name" ss-local -s "$(addr_of exit)" -p "$ss_port" \
		-b 127.0.0.1 -l "$((ss_port + 10000))" \
		-k "$ss_secret" -m "$ss_method" \
		${1:+--plugin "$(echo "$1" | sed s/server/local/)"} \
		${1:+--plugin-opts "$3"}
}

# carriers SEED: starts all of them between 'user' and 'exit'.
carriers() {
	python3 "$lab/carriers.py" "$1" "$pki" "$dir/user" "$dir/exit" \
		"$(addr_of exit)" "$(addr_of site)"
	start exit danted danted -N 1 -f "$dir/exit/danted.conf" \
		-p "$dir/exit/danted.pid"
	start exit tinyproxy tinyproxy -d -c "$dir/exit/tinyproxy.conf"
	start exit nginx nginx -e "$dir/exit/error.log" -c "$dir/exit/nginx.conf"
	for carriers_host in exit user; do
		start $carriers_host stunnel stunnel4 \
			"$dir/$carriers_host/stunnel.conf"
		start $carriers_host v2ray v2ray -config \
			"$dir/$carriers_host/v2ray.json"
		start $carriers_host trojan trojan \
			"$dir/$carriers_host/trojan.json"
	done
	ss_pair ss-aead 8388 chacha20-ietf-poly1305
	ss_pair ss-aes 8389 aes-256-gcm
	ss_pair ss-obfs-http 8390 aes-256-gcm obfs-server 'obfs=http' \
		'obfs=http;obfs-host=www.example.com'
	ss_pair ss-obfs-tls 8391 chacha20-ietf-poly1305 obfs-server 'obfs=tls' \
		'obfs=tls;obfs-host=www.example.com'
	ss_pair ss-v2ws 8392 aes-256-gcm ss-v2ray-plugin 'server' \
		'host=www.example.com'
	ss_pair ss-v2ws-tls 8393 aes-256-gcm ss-v2ray-plugin \
		"server;tls;cert=$pki/www.pem;key=$pki/www.key" \
		"tls;host=www.example.com;cert=$pki/ca.pem"
	while IFS=, read -r _ carriers_port carriers_how; do
		listens exit "$carriers_port"
		case $carriers_how in
		*127.0.0.1*) listens user "${carriers_how##*:}" ;;
		esac
	done <"$dir/user/carriers.csv"
}

# sites HOST SEED: web sites, told apart by name (s0.example.com, ...), with
# certificates, versions and pages of several sizes.
sites() {
	python3 "$lab/sites.py" settings "$2" "$pki" "$dir/$1" "$lab"
	start "$1" backend python3 "$lab/sites.py" serve 8080
	start "$1" nginx nginx -e "$dir/$1/error.log" -c "$dir/$1/nginx.conf"
	listens "$1" 443
	listens "$1" 8080
}

services_end() {
	rm -rf "/run/lab-mail-$1"
}

# services HOST SEED: what else speaks TLS: mail, messages, a database, calls
# over HTTP/2, and protocols that chatter.py makes up.
services() {
	services_at=$(addr_of "$1") services_dir=$dir/$1
	start "$1" chatter python3 "$lab/chatter.py" "$2" "$services_at" \
		"$pki/www.pem" "$pki/www.key"
	start "$1" redis redis-server --port 0 --tls-port 6380 \
		--bind "$services_at" --tls-cert-file "$pki/www.pem" \
		--tls-key-file "$pki/www.key" --tls-ca-cert-file "$pki/ca.pem" \
		--tls-auth-clients no --save '' --protected-mode no
	cat >"$services_dir/mosquitto.conf" <<-EOT
		listener 8883 $services_at
		certfile $pki/www.pem
		keyfile $pki/www.key
		allow_anonymous true
		user root
	EOT
	start "$1" mosquitto mosquitto -c "$services_dir/mosquitto.conf"
	# Mail is not root's; nobody may not look into the lab's folders.
	services_mail=/run/lab-mail-$2
	mkdir -p "$services_mail/mail"
	chown nobody:nogroup "$services_mail/mail"
	cat >"$services_dir/dovecot.conf" <<-EOT
		protocols = imap
		base_dir = $services_mail
		log_path = $services_dir/dovecot.err
		listen = $services_at
		ssl = required
		ssl_cert = <$pki/www.pem
		ssl_key = <$pki/www.key
		default_internal_user = nobody
		default_login_user = nobody
		first_valid_uid = 1
		passdb {
		  driver = static
		  args = nopassword=y
		}
		userdb {
		  driver = static
		  args = uid=nobody gid=nogroup home=$services_mail/mail/%u
		}
		mail_location = maildir:~/Maildir
	EOT
	start "$1" dovecot dovecot -F -c "$services_dir/dovecot.conf"
	listens "$1" 6380
	listens "$1" 8883
	listens "$1" 993
	listens "$1" 7000
	! command -v node >/dev/null || {
		start "$1" services node "$lab/services.js" "$services_at" \
			7443 "$pki/www.pem" "$pki/www.key"
		listens "$1" 7443
	}
}
