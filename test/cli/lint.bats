#!/usr/bin/env bats
# 'make lint' refuses what is planted in a copy of the tree.

setup_file() {
	# A tree without faults of its own, so that each test sees its plant.
	export TREE=$BATS_FILE_TMPDIR/tree
	mkdir -p "$TREE/test/unit" "$TREE/test/fuzz"
	cp -r Makefile lib daemon tools "$TREE"
	cp test/unit/tap.[ch] "$TREE/test/unit"
	rm -rf "$TREE/lib/parse"
	mkdir "$TREE/lib/parse"
	# The page of protocols is made from these.
	mkdir "$TREE/docs"
	cp -r rules "$TREE"
	cp docs/protocols.* "$TREE/docs"
}

# plant FILE LINE WORDS: 'make lint' fails and says WORDS of FILE.
plant() {
	[ -e "$TREE/$1" ] && cp "$TREE/$1" "$BATS_TEST_TMPDIR/kept"
	mkdir -p "$TREE/$(dirname "$1")"
	printf '%s\n' "$2" >>"$TREE/$1"
	run make -C "$TREE" lint
	if [ -e "$BATS_TEST_TMPDIR/kept" ]; then
		mv "$BATS_TEST_TMPDIR/kept" "$TREE/$1"
	else
		rm "$TREE/$1"
	fi
	echo "$output"
	[ "$status" -ne 0 ]
	[[ "$output" == *"$1:"*"$3"* ]]
}

@test "lint: the tree as it is passes" {
	run make -C "$TREE" lint
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "lint: base includes nothing of traffic" {
	plant lib/base/planted.c '#include "packet/packet.h"' 'base must not include packet/packet.h'
}

@test "lint: a room does not include a later one" {
	plant lib/flow/planted.c '#include "store/store.h"' 'store comes after it'
}

@test "lint: a parser knows base only" {
	plant lib/parse/planted.c '#include "packet/packet.h"' 'it knows base only'
}

@test "lint: a library has one place" {
	plant lib/report/planted.c '#include <sqlite3.h>' 'sqlite3.h belongs to lib/store/'
}

@test "lint: an unknown library has none" {
	plant lib/base/planted.c '#include <zmq.h>' 'zmq.h is unknown'
}

@test "lint: the daemon includes no stage" {
	plant daemon/planted.c '#include "flow/flow.h"' 'daemon includes flowscan.h, base and its own files'
}

@test "lint: the tools do not include the daemon" {
	plant tools/planted.c '#include "daemon/config.h"' 'tools includes flowscan.h, base and its own files'
}

@test "lint: only engine and judge know the stages" {
	plant lib/settings.c '#include "flow/flow.h"' 'only engine and judge know the stages'
}

@test "lint: the library does not print" {
	plant lib/base/planted.c 'void f(void) { printf("x"); }' 'the library prints: printf()'
}

@test "lint: the library does not exit" {
	plant lib/store/planted.c 'void f(void) { exit(1); }' 'ends the process: exit()'
}

@test "lint: the library reads no clock" {
	plant lib/flow/planted.c 'long f(void) { return time(NULL); }' 'reads the clock: time()'
}

@test "lint: the library starts no thread" {
	plant lib/flow/planted.c 'int f(void) { return pthread_create(0, 0, 0, 0); }' 'starts a thread'
}

@test "lint: comments and strings are not calls" {
	printf '%s\n' '/* exit(1) */' 'const char *f(void);' 'const char *f(void) { return "printf(x)"; }' >"$TREE/lib/base/planted.c"
	run make -C "$TREE" lint
	rm "$TREE/lib/base/planted.c"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "lint: a header is protected" {
	plant lib/base/planted.h 'int f(void);' '#pragma once is missing'
}

@test "lint: a source includes its header first" {
	printf '#pragma once\n' >"$TREE/lib/base/planted.h"
	plant lib/base/planted.c '#include <stdio.h>' 'includes <stdio.h> first'
	rm "$TREE/lib/base/planted.h"
}

@test "lint: atomics have two places" {
	plant lib/flow/planted.c '_Atomic int x;' 'atomics live in base/ring'
}

@test "lint: a file has at most 500 lines" {
	plant lib/flow/planted.c "$(yes '/* */' | head -n 501)" 'a file has at most 500'
}

@test "lint: no path of somebody's machine" {
	plant lib/flow/planted.c "/* see /home""/somebody/notes */" "a machine's path"
}

@test "lint: a parser has its fuzz target and its test" {
	plant lib/parse/planted.h '#pragma once' 'test/fuzz/fuzz_planted.c is missing'
}

@test "lint: a fuzz target has seeds" {
	plant test/fuzz/fuzz_planted.c '#include <stdint.h>' 'holds no seed'
}
