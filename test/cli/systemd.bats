#!/usr/bin/env bats
# The units and what comes with them, as far as that can be told without a
# systemd that runs.

setup() {
	T="$BATS_TEST_TMPDIR"
	BIN="$PWD/${BUILD:-build}/bin"
	for unit in daemon/systemd/*.service.in; do
		name=${unit##*/}
		sed -e "s|@sbindir@|$BIN|; s|@bindir@|$BIN|; s|@sysconfdir@|/etc|" \
			"$unit" >"$T/${name%.in}"
	done
}

@test "systemd: the units are well formed" {
	command -v systemd-analyze >/dev/null || skip "no systemd-analyze here"
	# Users that are not there yet are told, too.
	for unit in "$T"/*.service; do
		run systemd-analyze verify --man=no "$unit"
		echo "$output"
		[ -z "$(grep -F "$T" <<<"$output" | grep -v "RestrictNamespaces\|user name flowscan")" ]
	done
}

@test "systemd: the units expose little: 2.0 at most" {
	command -v systemd-analyze >/dev/null || skip "no systemd-analyze here"
	for unit in "$T"/*.service; do
		run systemd-analyze security --offline=true --threshold=20 --no-pager "$unit"
		echo "$output" | tail -n 3
		[ "$status" -eq 0 ]
	done
}

@test "systemd: sysusers and tmpfiles" {
	command -v systemd-sysusers systemd-tmpfiles >/dev/null || skip "no systemd here"
	mkdir -p "$T/root/etc" "$T/root/run" "$T/root/var/lib"
	touch "$T/root/etc/passwd" "$T/root/etc/group"
	run systemd-sysusers --root="$T/root" "$PWD/daemon/systemd/flowscan.sysusers"
	echo "$output"
	[ "$status" -eq 0 ]
	grep -q '^flowscan:' "$T/root/etc/passwd"
	[ "$(id -u)" -eq 0 ] || skip "needs root to give folders away"
	run systemd-tmpfiles --root="$T/root" --create "$PWD/daemon/systemd/flowscan.tmpfiles"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(stat -c %a "$T/root/var/lib/flowscan")" = 750 ]
	[ "$(stat -c %a "$T/root/run/flowscan")" = 755 ]
}

@test "systemd: the example's paths are those of the unit" {
	grep -q 'path: /run/flowscan/control.sock' docs/flowscand.yaml.example
	grep -q 'path: /var/lib/flowscan/flowscan.db' docs/flowscand.yaml.example
	run "$BIN/flowscand" -c docs/flowscand.yaml.example --check
	echo "$output"
	[ "$status" -eq 0 ]
}
