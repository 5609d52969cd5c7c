# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# What ssh is for: someone types, runs commands, copies and synchronises. One
# port a kind of use, by which its flows are told apart. LAB_SEED=N changes
# sizes, pauses and the line; a rule's figures come from several. Needs git and
# rsync.

seed=${LAB_SEED-1}

up() {
	for program in git rsync; do
		command -v "$program" >/dev/null || fail "needs $program"
	done
	host other 203.0.113.130
	host user 198.51.100.50
	line user other $((6 + seed * 23 % 140))
	ssh_server other 2201 2202 2203 2204 2205 2206 2207 2208 2209 2210 \
		2211
	tap client user other
	to=root@203.0.113.130
	ssh_options
	mkdir -p "$dir/user/few" "$dir/user/many" "$dir/user/back" "$dir/other/in"
	for n in 1 2 3; do
		random_file "$dir/user/few/$n" $((200000 * n + seed * 7919))
	done
	for n in $(seq 1 24); do
		random_file "$dir/user/many/name-of-file-$n.txt" \
			$(((n * 977 + seed * 331) * n % 9000 + 40))
	done
	cp -r "$dir/user/few" "$dir/user/many" "$dir/other/"
	repositories >"$dir/user/git.log" 2>&1
}

random_file() {
	head -c "$2" /dev/urandom >"$1"
}

# Two repositories with a common past and 120 commits each of their own.
repositories() {
	export GIT_AUTHOR_NAME=user GIT_AUTHOR_EMAIL=user@example.com
	export GIT_COMMITTER_NAME=user GIT_COMMITTER_EMAIL=user@example.com
	git init -q -b main "$dir/other/repo"
	commits "$dir/other/repo" 60
	git clone -q "$dir/other/repo" "$dir/user/repo"
	commits "$dir/other/repo" 120
	commits "$dir/user/repo" 120
	git -C "$dir/other/repo" config receive.denyCurrentBranch ignore
}

commits() {
	for n in $(seq 1 "$2"); do
		random_file "$1/$((n % 17))" $((300 + n * seed % 900))
		git -C "$1" add -A
		git -C "$1" commit -q -m "change $n"
	done
}

clients() {
	echo user >"$dir/calls"
	types 2201 'ls -la /usr/bin | head -40' 'cat /etc/services | head -60' \
		'ls -la /usr/lib | head -90' 'echo done' 'df' 'ls -la /etc'
	screens 2202
	at user scp $options -P 2203 -r "$dir/user/few" "$dir/user/many" \
		"$to:$dir/other/in/"
	at user scp $options -P 2204 -r "$to:$dir/other/few" \
		"$to:$dir/other/many" "$dir/user/back"
	files 2205
	at user rsync -a -e "ssh $options -p 2206" "$dir/user/many" \
		"$dir/user/few" "$to:$dir/other/sync/"
	for n in 1 4 9; do
		random_file "$dir/user/many/name-of-file-$n.txt" 3000
		printf 'x' >>"$dir/user/few/2"
		at user rsync -a -c -e "ssh $options -p 2206" \
			"$dir/user/many" "$dir/user/few" "$to:$dir/other/sync/"
		at user rsync -a -c -e "ssh $options -p 2206" \
			"$to:$dir/other/sync/" "$dir/user/pulled"
	done
	export GIT_SSH_COMMAND="ssh $options -p 2207"
	at user git clone -q "ssh://$to$dir/other/repo" "$dir/user/clone"
	at user git -C "$dir/user/repo" fetch -q "ssh://$to$dir/other/repo" main
	at user git -C "$dir/user/repo" -c protocol.version=0 fetch -q \
		"ssh://$to$dir/other/repo" main
	at user git -C "$dir/user/repo" push -q "ssh://$to$dir/other/repo" \
		main:theirs
	tar -C "$dir/user" -c few many | at user ssh $options -p 2208 "$to" \
		'cat >/dev/null'
	at user ssh $options -p 2208 "$to" tar -C "$dir/other" -c few many \
		>/dev/null
	manages 2209
	automates 2211
	for n in 1 2 3 4 5; do
		at user ssh $options -p 2210 "$to" "ls -la /etc | tail -$n"
		at user ssh $options -p 2210 "$to" 'ls -la /usr/lib; df; id'
	done >/dev/null
}

# Types commands key by key, at the pace of people.
keys() {
	for line; do
		while [ -n "$line" ]; do
			printf '%.1s' "$line"
			line=${line#?}
			sleep "0.0$((5 + (seed + ${#line} * 7) % 5))"
		done
		printf '\r'
		sleep 0.4
	done
}

types() {
	port=$1
	shift
	{
		sleep 2
		keys "$@"
		# Pasted.
		head -c 700 "$lab/lib.sh" | tr '\n' '\r'
		sleep 0.5
		printf '\003\r'
		keys 'ls -la /etc' exit exit
	} | at user timeout 60 ssh -tt $options -p "$port" "$to" \
		'TERM=xterm bash --norc -i' >"$dir/user/typed" || :
}

# A program that works in a shell: long commands and short ones, each as soon
# as the one before was answered.
automates() {
	long=$(head -c $((120 + seed * 67 % 300)) /dev/zero | tr '\0' '#')
	{
		sleep 2
		for n in $(seq 1 20); do
			case $(((n * seed + n) % 4)) in
			0) printf 'pwd; cd /etc\r' ;;
			1) printf 'ls -la | head -%d; : %s\r' $((n * 5)) "$long" ;;
			2) printf 'cat passwd services | head -%d # %s\r' \
				$((n * 7)) "$long$long" ;;
			*) printf 'id; df -h; ls -la /usr/lib | head -20 # %s\r' "$long" ;;
			esac
			sleep 0.3
		done
		keys exit exit
	} | at user timeout 60 ssh -tt $options -p "$1" "$to" \
		'TERM=xterm bash --norc -i' >"$dir/user/automated" || :
}

# Pages through text, and watches what redraws itself.
screens() {
	{
		sleep 2
		keys "less $lab/lib.sh"
		for n in $(seq 1 25); do
			printf ' '
			sleep "0.$((1 + (n * seed) % 3))"
		done
		printf 'q\r'
		keys 'while clear; do ls -la /usr/lib | head -48; sleep 0.3; done'
		sleep 3
		printf '\003\r'
		keys exit exit
	} | at user timeout 60 ssh -tt $options -p "$1" "$to" \
		'TERM=xterm; export TERM; stty rows 50 cols 160; bash --norc -i' \
		>"$dir/user/screens" || :
}

# A file transfer by hand: lists, fetches and puts in turn.
files() {
	{
		echo "cd $dir/other"
		echo 'ls -la'
		for n in 3 7 12 15 20 22; do
			echo "get many/name-of-file-$n.txt $dir/user/back/"
			echo "put $dir/user/many/name-of-file-$n.txt in/put$n"
			echo 'ls -la many'
			echo 'ls -la /etc'
		done
		echo "get few/2 $dir/user/back/"
		echo "put $dir/user/few/1 in/put"
	} | at user sftp $options -P "$1" -b - "$to" >/dev/null
}

# One connection that carries commands after commands, as the programs that
# look after many machines do.
manages() {
	at user ssh $options -p "$1" -M -S "$dir/user/master" -N -f "$to"
	long=$(head -c 300 /dev/zero | tr '\0' '#')
	for n in $(seq 1 8); do
		at user ssh -S "$dir/user/master" "$to" \
			"/bin/sh -c 'ls -la /etc | head -$((n * 9)); : $long'"
		at user ssh -S "$dir/user/master" "$to" \
			"/bin/sh -c 'echo ok; : $long'"
		head -c $((n * 4000)) /dev/urandom | at user ssh \
			-S "$dir/user/master" "$to" 'cat >/dev/null; df; id'
	done >/dev/null
	at user ssh -S "$dir/user/master" -O exit "$to" 2>/dev/null
}

label client 198.51.100.50 203.0.113.130 direct ordinary London London 0 0
