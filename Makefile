# flowscan: one makefile, written by hand. 'make help' lists what it does.
#
# BUILD names the folder for everything that is made; variants (sanitizers,
# another compiler) use their own: make BUILD=build/asan SANITIZE=address,undefined

.DEFAULT_GOAL := all
BUILD ?= build
SANITIZE ?=

ifeq ($(filter clean distclean help,$(MAKECMDGOALS)),)
-include config.mk
endif

# The rooms of lib/, lowest first; a unit test links its room and those
# before it, so that a forbidden call does not link.
ROOMS := base capture packet flow parse signal client rule verdict store report

WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wundef \
	-Wno-missing-field-initializers
ALL_CFLAGS = -std=gnu11 $(WARNINGS) $(WERROR) -fvisibility=hidden -fPIC \
	-MMD -MP -Ilib -I. $(CFLAGS) $(CPPFLAGS) $(VENDOR_CFLAGS) $(SANITIZER)
ifneq ($(SANITIZE),)
SANITIZER := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g
endif
LINK = $(CC) $(CFLAGS) $(LDFLAGS) $(SANITIZER)

LIB_SOURCES := $(wildcard lib/*.c) $(foreach r,$(ROOMS),$(wildcard lib/$(r)/*.c))
DAEMON_SOURCES := $(wildcard daemon/*.c)
TOOL_SOURCES := $(wildcard tools/*.c)
UNIT_SOURCES := $(wildcard test/unit/*/test_*.c)
object = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
UNIT_TESTS := $(patsubst test/unit/%.c,$(BUILD)/test/%,$(UNIT_SOURCES))

.PHONY: all unit
all: $(BUILD)/bin/flowscand $(BUILD)/bin/flowscan

config.mk: configure config.mk.in config.h.in
	./configure $(CONFIGURE_FLAGS)
configure config.h.in &: configure.ac
	autoreconf -i
config.h: config.mk ;

$(BUILD)/obj/%.o: %.c config.mk
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# One archive a room, and the whole library.
define room_archive
$(BUILD)/lib/room-$(1).a: $(call object,$(wildcard lib/$(1)/*.c))
	@mkdir -p $$(@D); rm -f $$@
	$(AR) rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room_archive,$(r))))

$(BUILD)/lib/libflowscan.a: $(call object,$(LIB_SOURCES))
	@mkdir -p $(@D); rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/bin/flowscand: $(call object,$(DAEMON_SOURCES)) $(BUILD)/lib/libflowscan.a
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(LIBS) $(UV_LIBS)
$(BUILD)/bin/flowscan: $(call object,$(TOOL_SOURCES)) $(BUILD)/lib/libflowscan.a
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(LIBS)

# rooms_until(r): the archives of r and the rooms before it, r first.
reverse = $(if $(1),$(call reverse,$(wordlist 2,$(words $(1)),$(1))) $(firstword $(1)))
position = $(words $(call upto,$(1),$(ROOMS)))
upto = $(if $(filter $(1),$(firstword $(2))),$(1),$(firstword $(2)) $(call upto,$(1),$(wordlist 2,$(words $(2)),$(2))))
rooms_until = $(patsubst %,$(BUILD)/lib/room-%.a,$(call reverse,$(call upto,$(1),$(ROOMS))))

define unit_room
$(BUILD)/test/$(1)/test_%: $(BUILD)/obj/test/unit/$(1)/test_%.o $(BUILD)/obj/test/unit/tap.o $(BUILD)/obj/lib/names.o $(call rooms_until,$(1))
	@mkdir -p $$(@D)
	$$(LINK) -o $$@ $$^ $$(LIBS)
endef
$(foreach r,$(ROOMS),$(eval $(call unit_room,$(r))))
# Tests of engine and judge, which stand above the rooms.
$(BUILD)/test/lib/test_%: $(BUILD)/obj/test/unit/lib/test_%.o $(BUILD)/obj/test/unit/tap.o $(BUILD)/lib/libflowscan.a
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(LIBS)

unit: $(UNIT_TESTS)
.PRECIOUS: $(BUILD)/obj/%.o

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
