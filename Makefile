# flowscan: one makefile, written by hand. 'make help' lists what it does.
#
# BUILD names the folder for everything that is made; variants (sanitizers,
# another compiler) use their own: make BUILD=build/asan SANITIZE=address,undefined

.DEFAULT_GOAL := all
BUILD ?= build
SANITIZE ?=
# Seconds a fuzz target runs, and which one (all: empty).
FUZZ_SECONDS ?= 10
FUZZ ?=

# These goals need no configuration, so that they work in a bare tree.
BARE_GOALS := clean distclean help lint protocols format-check format
ifneq ($(filter-out $(BARE_GOALS),$(or $(MAKECMDGOALS),all)),)
include config.mk
endif

# The rooms of lib/, lowest first; a unit test links its room and those
# before it, so that a forbidden call does not link.
ROOMS := base capture packet flow parse signal client rule verdict store report

WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wundef \
	-Wno-missing-field-initializers
PATHS = -D_GNU_SOURCE -Ilib -I. $(CPPFLAGS) $(VENDOR_CFLAGS)
ALL_CFLAGS = -std=gnu11 $(WARNINGS) $(WERROR) -fvisibility=hidden -fPIC \
	-MMD -MP $(CFLAGS) $(PATHS) $(SANITIZER)
ifneq ($(SANITIZE),)
SANITIZER := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g
endif
LINK = $(CC) $(CFLAGS) $(LDFLAGS) $(SANITIZER)

LIB_SOURCES := $(wildcard lib/*.c) $(foreach r,$(ROOMS),$(wildcard lib/$(r)/*.c))
DAEMON_SOURCES := $(wildcard daemon/*.c)
TOOL_SOURCES := $(wildcard tools/*.c)
UNIT_SOURCES := $(wildcard test/unit/*/test_*.c)
FUZZ_SOURCES := $(wildcard test/fuzz/fuzz_*.c)
C_SOURCES := $(LIB_SOURCES) $(DAEMON_SOURCES) $(TOOL_SOURCES) \
	$(wildcard test/*/*.c test/unit/*/*.c)
C_HEADERS := $(wildcard lib/*.h lib/*/*.h daemon/*.h tools/*.h test/*/*.h test/unit/*/*.h)

object = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIB_OBJECTS := $(call object,$(LIB_SOURCES))
# Without main(), for tests.
DAEMON_PARTS := $(BUILD)/lib/daemon.a
TOOL_PARTS := $(BUILD)/lib/tools.a
UNIT_TESTS := $(patsubst test/unit/%.c,$(BUILD)/test/%,$(UNIT_SOURCES))
FUZZ_NAMES := $(patsubst test/fuzz/%.c,%,$(FUZZ_SOURCES))
REPLAYS := $(addprefix $(BUILD)/test/fuzz/,$(FUZZ_NAMES))
MANUALS := $(wildcard docs/*.1 docs/*.5 docs/*.7 docs/*.8)
CLI_TESTS := $(wildcard test/cli/*.bats test/capture/*.bats)
PROGRAMS := $(BUILD)/bin/flowscand $(BUILD)/bin/flowscan

# The shared library's number goes up when a program that was linked against
# an older one would break.
SONAME := libflowscan.so.0
LIBRARIES := $(BUILD)/lib/libflowscan.a $(BUILD)/lib/$(SONAME)

.PHONY: all unit replays check check-tsan lint protocols reference format format-check tidy \
	bench bench-store \
	fuzz fuzz-programs lab install uninstall dist distcheck clean distclean \
	ci torture help
.PRECIOUS: $(BUILD)/obj/%.o $(BUILD)/fuzz/fuzz_%
.SUFFIXES:

all: $(PROGRAMS) $(LIBRARIES)

# ---- Configuring ---------------------------------------------------------

# Each file is touched, because autoconf leaves one alone that would not
# change, and make would then come back to it every time.
configure: configure.ac
	autoreconf -i
	@touch configure
config.h.in: configure
	@touch config.h.in
config.status: configure
	@if test -x $@; then ./$@ --recheck; else ./configure $(CONFIGURE_FLAGS); fi
config.mk: config.mk.in config.status
	@./config.status $@
# config.h keeps its time when it stays the same, so that nothing is
# compiled again for nothing; the stamp says that it was looked at.
stamp-h1: config.h.in config.status
	@./config.status config.h
	@touch $@
config.h: stamp-h1 ;
$(if $(wildcard config.h),,$(shell rm -f stamp-h1))

# ---- Compiling -----------------------------------------------------------

# remember(file, text): keeps a text in a file and renews the file when the
# text changes: what is made from flags, or from a list of files, depends on
# it. Runs while make reads this file.
remember = $(if $(call same,$(file <$(1)),$(2) .),,$(shell mkdir -p $(dir $(1)))$(file >$(1),$(2) .))
same = $(and $(findstring |$(strip $(1))|,|$(strip $(2))|),$(findstring |$(strip $(2))|,|$(strip $(1))|))

rulesdir = $(datadir)/flowscan/rules
ifdef VERSION
$(call remember,$(BUILD)/rulesdir,$(rulesdir))
$(call remember,$(BUILD)/flags,$(CC) $(ALL_CFLAGS))
$(call remember,$(BUILD)/link-flags,$(LINK) $(LIBS) $(DAEMON_LIBS) $(TOOL_LIBS))
$(call remember,$(BUILD)/lib/list,$(LIB_SOURCES))
$(call remember,$(BUILD)/bin/list,$(DAEMON_SOURCES) $(TOOL_SOURCES))
$(foreach r,$(ROOMS),$(call remember,$(BUILD)/lib/list-$(r),$(wildcard lib/$(r)/*.c)))
endif

# 'make V=1' shows whole commands.
QUIET = $(if $(V),,@echo "  $(CC) $(SANITIZE) $@" &&) #

$(BUILD)/obj/%.o: %.c $(BUILD)/flags | config.h
	@mkdir -p $(@D)
	$(QUIET)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# Where the shipped rules will lie.
RULES_USERS := $(addprefix $(BUILD)/obj/,daemon/config.o tools/cmd_rules.o \
	tools/cmd_feed_update.o tools/rules_explain.o tools/rules_load.o)
$(RULES_USERS): CPPFLAGS += -DRULES_DIR='"$(rulesdir)"'
$(RULES_USERS): $(BUILD)/rulesdir

# Archives appear at once and whole: somebody may be linking right now.
ARCHIVE = mkdir -p $(@D) && rm -f $@.new && $(AR) qcs $@.new $(filter %.o,$^) && mv -f $@.new $@

# One archive a room, and the whole library.
define room_archive
$(BUILD)/lib/room-$(1).a: $(call object,$(wildcard lib/$(1)/*.c)) $(BUILD)/lib/list-$(1)
	@$$(ARCHIVE)
endef
$(foreach r,$(ROOMS),$(eval $(call room_archive,$(r))))

$(BUILD)/lib/libflowscan.a: $(LIB_OBJECTS) $(BUILD)/lib/list
	@$(ARCHIVE)

$(DAEMON_PARTS): $(call object,$(filter-out daemon/main.c,$(DAEMON_SOURCES))) $(BUILD)/bin/list
	@$(ARCHIVE)
$(TOOL_PARTS): $(call object,$(filter-out tools/main.c,$(TOOL_SOURCES))) $(BUILD)/bin/list
	@$(ARCHIVE)

# Only what flowscan.h marks FS_PUBLIC is seen outside.
$(BUILD)/lib/$(SONAME): $(LIB_OBJECTS) $(BUILD)/lib/list $(BUILD)/link-flags
	@mkdir -p $(@D)
	$(QUIET)$(LINK) -shared -Wl,-soname,$(SONAME) -o $@ $(LIB_OBJECTS) $(LIBS)

# link(libraries): makes the target of its objects, then its archives.
link = @mkdir -p $(@D)$(newline)	$(QUIET)$(LINK) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(1)
define newline


endef

$(BUILD)/bin/flowscand: $(call object,$(DAEMON_SOURCES)) $(BUILD)/lib/libflowscan.a $(BUILD)/bin/list $(BUILD)/link-flags
	$(call link,$(LIBS) $(DAEMON_LIBS))
$(BUILD)/bin/flowscan: $(call object,$(TOOL_SOURCES)) $(BUILD)/lib/libflowscan.a $(BUILD)/bin/list $(BUILD)/link-flags
	$(call link,$(LIBS) $(TOOL_LIBS))

# ---- Testing -------------------------------------------------------------

# rooms_until(r): the archives of r and the rooms before it, r first.
reverse = $(if $(1),$(call reverse,$(wordlist 2,$(words $(1)),$(1))) $(firstword $(1)))
upto = $(if $(filter $(1),$(firstword $(2))),$(1),$(firstword $(2)) $(call upto,$(1),$(wordlist 2,$(words $(2)),$(2))))
rooms_until = $(patsubst %,$(BUILD)/lib/room-%.a,$(call reverse,$(call upto,$(1),$(ROOMS))))
# What a room's tests share: every file in their folder that is no test.
helpers = $(call object,$(filter-out test/unit/$(1)/test_%.c,$(wildcard test/unit/$(1)/*.c)))
TAP := $(BUILD)/obj/test/unit/tap.o

define unit_room
$(BUILD)/test/$(1)/test_%: $(BUILD)/obj/test/unit/$(1)/test_%.o $(TAP) $(call helpers,$(1)) $(2) $(BUILD)/link-flags
	$$(call link,$$(LIBS) $(3))
endef
$(foreach r,$(ROOMS),$(eval $(call unit_room,$(r),$(call object,lib/names.c $(wildcard lib/settings.c)) $(call rooms_until,$(r)))))
# Tests of what stands above the rooms.
$(eval $(call unit_room,lib,$(BUILD)/lib/libflowscan.a))
$(eval $(call unit_room,daemon,$(DAEMON_PARTS) $(BUILD)/lib/libflowscan.a,$$(DAEMON_LIBS)))
$(eval $(call unit_room,tools,$(TOOL_PARTS) $(BUILD)/lib/libflowscan.a,$$(TOOL_LIBS)))

unit: $(UNIT_TESTS)

# Each fuzz target once more as a test, which replays its corpus.
$(BUILD)/test/fuzz/fuzz_%: $(BUILD)/obj/test/fuzz/fuzz_%.o $(BUILD)/obj/test/fuzz/replay.o $(TAP) $(BUILD)/lib/libflowscan.a $(BUILD)/link-flags
	$(call link,$(LIBS))
replays: $(REPLAYS)
$(BUILD)/test/fuzz/fuzz_config $(BUILD)/fuzz_config: $(call object,$(wildcard daemon/config*.c))
$(BUILD)/test/fuzz/fuzz_control $(BUILD)/fuzz_control: $(call object,daemon/control_request.c)

# What the tests of the programs need beside them.
CLI_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(wildcard test/cli/*.c))
$(BUILD)/test/cli/%: $(BUILD)/obj/test/cli/%.o $(BUILD)/lib/libflowscan.a $(BUILD)/link-flags
	$(call link,$(LIBS))

check: all unit replays $(CLI_PROGRAMS)
	@BUILD=$(BUILD) test/run $(UNIT_TESTS) $(REPLAYS) $(CLI_TESTS)
# What starts threads, for SANITIZE=thread. The dealer's test has several
# engines, but one thread, in which it would take minutes.
TSAN_TESTS := $(filter-out %/test_dealer,$(filter $(BUILD)/test/lib/% $(BUILD)/test/daemon/% %/test_ring %/test_snapshot,$(UNIT_TESTS)))
check-tsan: all $(TSAN_TESTS)
	@BUILD=$(BUILD) test/run $(TSAN_TESTS)

# 'make fuzz' builds everything once more with clang in a folder of its own;
# there, fuzz-programs are made by the second rule.
FUZZ_MAKE = +@$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzz CC=clang SANITIZE=fuzzer-no-link,address,undefined
fuzz:
	$(FUZZ_MAKE) fuzz-programs
	@sh test/fuzz/run $(BUILD)/fuzz $(FUZZ_SECONDS) $(if $(FUZZ),fuzz_$(FUZZ:fuzz_%=%),$(FUZZ_NAMES))
fuzz-programs: $(addprefix $(BUILD)/,$(if $(FUZZ),fuzz_$(FUZZ:fuzz_%=%),$(FUZZ_NAMES)))
$(BUILD)/fuzz_%: $(BUILD)/obj/test/fuzz/fuzz_%.o $(BUILD)/lib/libflowscan.a $(BUILD)/link-flags
	$(call link,-fsanitize=fuzzer $(LIBS))
$(BUILD)/fuzz/fuzz_%: FORCE
	$(FUZZ_MAKE) $@
.PHONY: FORCE

SCRIPTS = $(wildcard .ci/run tools/completion/*.bash tools/quickstart tools/ci tools/dist test/fuzz/run test/bench/run test/bench/run-store test/lab/run)
# looked_at(program, files, options): runs a linter where there is one.
looked_at = $(if $(2),if command -v $(1) >/dev/null; then $(1) $(3) $(2); \
	else echo "lint: $(1) is missing and did not look at $(2)"; fi,:)
lint:
	@BUILD=$(BUILD) perl tools/lint
	@perl tools/protocols --check
	@if [ ! -x $(BUILD)/bin/flowscan ] || \
	    [ -n "$$(find lib tools -name '*.[ch]' -newer $(BUILD)/bin/flowscan | head -n 1)" ]; then \
		echo "lint: $(BUILD)/bin/flowscan is missing or older than its sources: 'make' first; docs/rules-reference.md was not looked at"; \
	else BUILD=$(BUILD) perl tools/reference --check; fi
	@$(call looked_at,shellcheck,$(SCRIPTS))
	@$(call looked_at,mandoc,$(MANUALS),-T lint -W warning)

# The page of protocols, from the rules.
protocols:
	@perl tools/protocols >docs/protocols.md.new
	@mv docs/protocols.md.new docs/protocols.md
# The page of signals and keys, from the program and its tables.
reference: $(BUILD)/bin/flowscan
	@BUILD=$(BUILD) perl tools/reference >docs/rules-reference.md.new
	@mv docs/rules-reference.md.new docs/rules-reference.md

format-check:
	@clang-format --dry-run -Werror $(C_SOURCES) $(C_HEADERS)
format:
	@clang-format -i $(C_SOURCES) $(C_HEADERS)

# A stamp a file; a changed header makes all of them due.
tidy: $(patsubst %.c,$(BUILD)/tidy/%.ok,$(C_SOURCES))
$(BUILD)/tidy/%.ok: %.c .clang-tidy $(C_HEADERS) | config.h
	@mkdir -p $(@D)
	clang-tidy --quiet $< -- -std=gnu11 $(PATHS) -DRULES_DIR='""'
	@touch $@

# ---- Measuring -----------------------------------------------------------

BENCH_PROGRAMS := $(addprefix $(BUILD)/bench/,gen measure pcap_loop many)
$(BUILD)/bench/gen: $(call object,$(wildcard test/bench/gen*.c)) $(BUILD)/link-flags
	$(call link)
$(BUILD)/bench/many: $(BUILD)/obj/test/bench/many.o $(BUILD)/lib/libflowscan.a $(BUILD)/link-flags
	$(call link,$(LIBS))
$(BUILD)/bench/%: $(BUILD)/obj/test/bench/%.o $(BUILD)/link-flags
	$(call link,$(LIBS))
$(BUILD)/bench/store: $(BUILD)/obj/test/bench/store.o $(BUILD)/lib/libflowscan.a $(BUILD)/link-flags
	$(call link,$(LIBS))
bench: all $(BENCH_PROGRAMS)
	@BUILD=$(BUILD) sh test/bench/run
# A store of FLOWS flows at DB, which is asked while a writer goes on.
bench-store: all $(BUILD)/bench/store
	@BUILD=$(BUILD) sh test/bench/run-store $(or $(FLOWS),1000000) $(or $(DB),$(BUILD)/bench/data/store.db)

# The lab's line between two hosts; 77 says that this machine cannot do it.
LAB_LINK := $(BUILD)/test/lab/link
$(LAB_LINK): $(call object,$(wildcard test/lab/*.c)) $(BUILD)/lib/libflowscan.a $(BUILD)/link-flags
	$(call link,$(LIBS))
lab: $(LAB_LINK)
	@LAB_LINK=$(abspath $(LAB_LINK)) test/lab/run || test $$? -eq 77

# ---- Installing ----------------------------------------------------------

RULE_FILES := $(wildcard rules/* rules/*/*)
RULE_FILES := $(filter-out $(patsubst %/,%,$(wildcard rules/*/)),$(RULE_FILES))
manual = $(mandir)/man$(subst .,,$(suffix $(1)))/$(notdir $(1))
EXAMPLE := flowscand.yaml.example
# Where systemd and bash look for what packages bring.
unitdir = $(prefix)/lib/systemd/system
sysusersdir = $(prefix)/lib/sysusers.d
tmpfilesdir = $(prefix)/lib/tmpfiles.d
completiondir = $(datadir)/bash-completion/completions
UNITS := $(patsubst daemon/systemd/%.in,%,$(wildcard daemon/systemd/*.service.in))
TIMERS := $(notdir $(wildcard daemon/systemd/*.timer))
COMPLETIONS := flowscan flowscand

# Where everything goes; 'uninstall' removes exactly this.
INSTALLED = $(sbindir)/flowscand $(bindir)/flowscan \
	$(includedir)/flowscan.h $(libdir)/libflowscan.a \
	$(libdir)/$(SONAME) $(libdir)/libflowscan.so \
	$(libdir)/pkgconfig/flowscan.pc $(docdir)/$(EXAMPLE) \
	$(docdir)/flowscan-alerts.yml \
	$(foreach m,$(MANUALS),$(call manual,$(m))) \
	$(addprefix $(unitdir)/,$(UNITS) $(TIMERS)) \
	$(sysusersdir)/flowscan.conf $(tmpfilesdir)/flowscan.conf \
	$(addprefix $(completiondir)/,$(COMPLETIONS)) \
	$(addprefix $(datadir)/flowscan/,$(RULE_FILES))
OWN_FOLDERS = $(rulesdir)/lists $(rulesdir)/feeds $(rulesdir) $(datadir)/flowscan $(docdir)

# A sed program that fills in the paths of this installation.
FILL_IN = -e 's|@prefix@|$(prefix)|g' -e 's|@libdir@|$(libdir)|g' \
	-e 's|@includedir@|$(includedir)|g' -e 's|@VERSION@|$(VERSION)|g' \
	-e 's|@sbindir@|$(sbindir)|g' -e 's|@bindir@|$(bindir)|g' \
	-e 's|@sysconfdir@|$(sysconfdir)|g' -e 's|@PRIVATE_LIBS@|$(LIBS)|g' -e 's|\.\./rules|$(rulesdir)|g'

install: all
	install -d $(sort $(dir $(addprefix $(DESTDIR),$(INSTALLED))))
	install -m 755 $(BUILD)/bin/flowscand $(DESTDIR)$(sbindir)/flowscand
	install -m 755 $(BUILD)/bin/flowscan $(DESTDIR)$(bindir)/flowscan
	install -m 644 lib/flowscan.h $(DESTDIR)$(includedir)/flowscan.h
	install -m 644 $(BUILD)/lib/libflowscan.a $(DESTDIR)$(libdir)/libflowscan.a
	install -m 644 $(BUILD)/lib/$(SONAME) $(DESTDIR)$(libdir)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(libdir)/libflowscan.so
	sed $(FILL_IN) flowscan.pc.in > $(DESTDIR)$(libdir)/pkgconfig/flowscan.pc
	sed $(FILL_IN) docs/$(EXAMPLE) > $(DESTDIR)$(docdir)/$(EXAMPLE)
	install -m 644 docs/flowscan-alerts.yml $(DESTDIR)$(docdir)/flowscan-alerts.yml
	install -m 644 daemon/systemd/flowscan.sysusers $(DESTDIR)$(sysusersdir)/flowscan.conf
	install -m 644 daemon/systemd/flowscan.tmpfiles $(DESTDIR)$(tmpfilesdir)/flowscan.conf
	@$(foreach u,$(UNITS),sed $(FILL_IN) daemon/systemd/$(u).in > $(DESTDIR)$(unitdir)/$(u) &&) :
	@$(foreach t,$(TIMERS),install -m 644 daemon/systemd/$(t) $(DESTDIR)$(unitdir)/$(t) &&) :
	@$(foreach c,$(COMPLETIONS),install -m 644 tools/completion/$(c).bash $(DESTDIR)$(completiondir)/$(c) &&) :
	@$(foreach m,$(MANUALS),install -m 644 $(m) $(DESTDIR)$(call manual,$(m)) &&) :
	@$(foreach r,$(RULE_FILES),install -m 644 $(r) $(DESTDIR)$(datadir)/flowscan/$(r) &&) :

uninstall:
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))
	-@rmdir $(addprefix $(DESTDIR),$(OWN_FOLDERS)) 2>/dev/null || :

# The archive is the same, byte for byte, wherever the same files are packed.
dist: configure config.h.in
	@sh tools/dist $(VERSION) $(BUILD)
distcheck: dist
	@sh tools/dist check $(VERSION) $(BUILD)

# ---- All of it -----------------------------------------------------------

ci: config.h
	@BUILD=$(BUILD) sh tools/ci
# The long forms: every cut of every file, minutes of fuzzing.
torture:
	+TORTURE=1 TEST_TIMEOUT=3600 $(MAKE) check
	+$(MAKE) fuzz FUZZ_SECONDS=600
	+$(MAKE) bench

clean:
	rm -rf $(BUILD)
distclean: clean
	rm -rf autom4te.cache
	rm -f config.h config.h.in config.h.in~ config.log config.mk config.status \
	    configure configure~ aclocal.m4 stamp-h1

define HELP
make              builds $(BUILD)/bin/flowscand, $(BUILD)/bin/flowscan and the
                  library; configures first when that has not been done
make check        runs all tests; 'make unit' only builds the unit tests
make lint         checks who includes whom, and other rules of the house
make protocols    makes docs/protocols.md from the rules and their tests
make reference    makes docs/rules-reference.md from the tables of signals and keys
make format-check / make format
make tidy         clang-tidy over every source
make fuzz         fuzzes each parser for FUZZ_SECONDS=$(FUZZ_SECONDS); FUZZ=name for one
make bench        measures against libpcap and ndpiReader; BENCH_BYTES=500000000
make bench-store  makes a store of FLOWS=1000000 flows at DB=file, and asks it
make lab          makes the demo capture again (needs network namespaces)
make install      DESTDIR= prefix=; 'make uninstall' takes it away again
make dist         packs flowscan-VERSION.tar.gz; 'make distcheck' tries it
make ci           everything that must pass; 'make torture' has the long forms
make clean        removes $(BUILD); 'make distclean' the configuration, too

Variables: BUILD=folder CC=compiler CFLAGS= WERROR=-Werror
SANITIZE=address,undefined (in a BUILD of its own). './configure --help' has
the rest; CONFIGURE_FLAGS hands options to it.
endef
export HELP
help:
	@echo "$$HELP"

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
