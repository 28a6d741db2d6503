# SPDX-License-Identifier: Apache-2.0
# Builds, tests and runs Latchkey. `make help` lists the targets; V=1 shows the
# commands.

CFLAGS ?= -O2 -g
CLANG ?= clang-14
PYTHON ?= /usr/bin/python3
PREFIX ?= /usr/local
CLIENTS ?= curl msmtp
B := .build
Q := $(if $(V),,@)

ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all run test check unit selftest clang coverage stack bench lint format \
	coverage-table valgrind mutants bench-world \
	install uninstall clean help setup setup-test setup-lint

all:

include servers/build.mk

OBJECTS := $(patsubst %.c,%.o,$(LIBRARY_SOURCES) $(PARSE_SOURCES) $(WORLD_SOURCES))
HELPERS := $(TEST_HELPERS:.c=.o)
TESTS := $(TEST_SOURCES:.c=)
REFSHARED := $(REFCLIENT_SHARED:.c=.o) $(REFCLIENT_USES:.c=.o)
REFCLIENT := $(REFCLIENT_SOURCES:.c=.o) $(REFSHARED)
REFSENDER := $(REFSENDER_SOURCES:.c=.o) $(REFSHARED)
REFCLIENT_TESTS := $(REFCLIENT_TEST_SOURCES:.c=)
UNIT_TESTS := $(TESTS) $(REFCLIENT_TESTS)
PROGRAMS := mockworld forgecert lkparse refclient refsender
C_FILES := $(LIBRARY_SOURCES) $(PARSE_SOURCES) $(WORLD_SOURCES) $(MAIN_SOURCES) $(TEST_SOURCES) \
	$(TEST_HELPERS) $(BENCH_SOURCES) $(REFCLIENT_SHARED) \
	$(REFCLIENT_SOURCES) $(REFSENDER_SOURCES) $(REFCLIENT_TEST_SOURCES)

DIALECT := -std=c11 -D_GNU_SOURCE -Iservers -Ifuzz
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wconversion -Wpointer-arith -Wcast-qual -Wformat=2 -Wvla
HARDEN := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIC
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -fPIE
LINK := -pie -Wl,-z,relro,-z,now
# What starts for every trial: to relocate OpenSSL took a tenth of its time.
FIXED := -no-pie -Wl,-z,relro,-z,now
LIBS := -lssl -lcrypto -lev -lldns -ljansson -lm
# The libcurl with OpenSSL, whichever of them the headers came with.
CURL_LIBS := -l:libcurl.so.4 -lz

# A program that starts for every trial would take a quarter of its time to bind the symbols of
# shared libraries. A library that is not there in this form is taken as it is. Before the set-up
# there may be no compiler to ask; the set-up's own make asks again.
archive = $(or $(filter /%,$(shell $(CC) -print-file-name=lib$(1).a 2>/dev/null)),-l$(1))
STATIC_LIBS := $(foreach name,ldns ssl crypto ev jansson,$(call archive,$(name))) -lm

# $(call variant,NAME,COMPILER,FLAGS): how .build/NAME is made.
define variant
$(B)/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	$$(if $$(Q),@echo "$(1): cc $$<")
	$$(Q)$(2) $(DIALECT) $(WARN) $(3) $$(CPPFLAGS) $$(CFLAGS) -MMD -MP -c -o $$@ $$<

$(B)/$(1)/mockworld: $(B)/$(1)/servers/world/mockworld.o
$(B)/$(1)/forgecert: $(B)/$(1)/servers/pki/forge_main.o
$(B)/$(1)/bench_client: $(B)/$(1)/servers/tests/bench_client.o
$(addprefix $(B)/$(1)/,mockworld forgecert bench_client): $(addprefix $(B)/$(1)/,$(OBJECTS))
	$$(if $$(Q),@echo "$(1): link $$@")
	$$(Q)$(2) $(LINK) $(3) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^ $(STATIC_LIBS)

$(B)/$(1)/refclient: $(addprefix $(B)/$(1)/,$(REFCLIENT))
	$$(if $$(Q),@echo "$(1): link $$@")
	$$(Q)$(2) $(FIXED) $(3) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^ $(STATIC_LIBS)

$(B)/$(1)/refsender: $(addprefix $(B)/$(1)/,$(REFSENDER))
	$$(if $$(Q),@echo "$(1): link $$@")
	$$(Q)$(2) $(LINK) $(3) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^ $(LIBS) $(CURL_LIBS)

$(B)/$(1)/liblatchkey.o: $(addprefix $(B)/$(1)/,$(LIBRARY_SOURCES:.c=.o)) \
		servers/build.mk
	$$(Q)$$(LD) -r -o $$@ $$(filter %.o,$$^) && \
		objcopy --wildcard --keep-global-symbol='lk_*' $$@

$(B)/$(1)/lkparse: $(B)/$(1)/servers/parse/lkparse.o
$(B)/$(1)/bench_parser: $(B)/$(1)/servers/tests/bench_parser.o
$(addprefix $(B)/$(1)/,lkparse bench_parser): $(B)/$(1)/liblatchkey.o
	$$(if $$(Q),@echo "$(1): link $$@")
	$$(Q)$(2) $(LINK) $(3) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^

$(addprefix $(B)/$(1)/,$(TESTS)): %: %.o \
		$(addprefix $(B)/$(1)/,$(OBJECTS) $(HELPERS))
	$$(if $$(Q),@echo "$(1): link $$@")
	$$(Q)$(2) $(LINK) $(3) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^ $(LIBS) -lcmocka

$(addprefix $(B)/$(1)/,$(REFCLIENT_TESTS)): %: %.o \
		$(addprefix $(B)/$(1)/,$(filter-out %/main.o,$(REFCLIENT)))
	$$(if $$(Q),@echo "$(1): link $$@")
	$$(Q)$(2) $(LINK) $(3) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^ $(LIBS) -lcmocka

-include $(C_FILES:%.c=$(B)/$(1)/%.d)
endef

$(eval $(call variant,dev,$(CC),$(HARDEN)))
$(eval $(call variant,asan,$(CC),-Werror $(SANITIZE)))
$(eval $(call variant,clang,$(CLANG),-Werror $(HARDEN)))
# The reference client with its bug switches.
$(eval $(call variant,mutant,$(CC),-DREFCLIENT_BUGS $(HARDEN)))

include fuzz/build.mk

$(eval $(call variant,cov,$(CC),--coverage -fPIC))
$(eval $(call variant,stack,gcc,-fcallgraph-info=su $(HARDEN)))

# The parsers and their vectors alone.
$(B)/cov/vectors: $(addprefix $(B)/cov/,$(LIBRARY_SOURCES:.c=.o) \
		servers/tests/test_vectors.o)
	$(Q)$(CC) --coverage -o $@ $^ -lcmocka -ljansson

# What the fuzz corpora run: of all that is in servers/parse. The list of parsers is
# asked by dialects.
COV_TARGETS := $(FUZZ_PURE) dialects
COV_OBJECTS := $(FUZZ_PURE_O) \
	fuzz/engines/runner.o fuzz/harness/oracle.o fuzz/harness/parser.o

$(COV_TARGETS:%=$(B)/cov/bin/%): $(B)/cov/bin/%: $(B)/cov/fuzz/targets/%.o \
		$(addprefix $(B)/cov/,$(COV_OBJECTS))
	@mkdir -p $(@D)
	$(Q)$(CC) --coverage -o $@ $^ -ljansson

coverage: CFLAGS := -O0 -g
coverage: $(B)/cov/vectors $(COV_TARGETS:%=$(B)/cov/bin/%) $(B)/seeds/done ## of the parsers: lines and branches, with a floor
	@scripts/coverage $(B)/cov $(filter servers/parse/%,$(LIBRARY_SOURCES)) -- $(PARSE_SOURCES)

stack: $(addprefix $(B)/stack/,$(LIBRARY_SOURCES:.c=.o)) ## how much stack the parsers need
	@scripts/stack 1024 $(^:.o=.ci)

$(B)/dev/liblatchkey.a: $(B)/dev/liblatchkey.o
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/dev/liblatchkey.so.1: $(B)/dev/liblatchkey.o
	$(Q)$(CC) -shared -Wl,-soname,liblatchkey.so.1 -Wl,-z,relro,-z,now \
		-Wl,-z,defs $(LDFLAGS) -o $@ $^

all: $(addprefix $(B)/dev/,$(PROGRAMS) liblatchkey.a liblatchkey.so.1) ## build (the default)

run: setup ## set up, build, attack CLIENTS (curl msmtp), say where the report is
	@$(MAKE) --no-print-directory all
	@# Status 1 says that a client failed a check: a finding, not a mistake.
	@scripts/latchkey run $(CLIENTS) || test $$? -eq 1

test: setup-test ## set up, then everything that proves Latchkey itself
	@$(MAKE) --no-print-directory check

UNIT_RUN = @failed=; for t in $(UNIT_TESTS); do $(B)/asan/$$t \
	|| failed="$$failed $$t"; done; \
	test -z "$$failed" || { echo "failed:$$failed" >&2; exit 1; }
SELFTEST_RUN = @$(PYTHON) -m pytest -c .pytest.ini -n 2 -rs suites/selftest

unit: export UBSAN_OPTIONS = print_stacktrace=1
check: export UBSAN_OPTIONS = print_stacktrace=1

check: all clang $(addprefix $(B)/asan/,$(UNIT_TESTS) mockworld refclient refsender) \
		$(addprefix $(B)/mutant/,refclient refsender) ## test without set-up
	$(UNIT_RUN)
	$(SELFTEST_RUN)

unit: $(addprefix $(B)/asan/,$(UNIT_TESTS)) ## C unit tests under ASan and UBSan
	$(UNIT_RUN)

VALGRIND := valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite,indirect

valgrind: $(addprefix $(B)/dev/,$(TESTS)) ## C unit tests under valgrind
	@failed=; for t in $(TESTS); do echo "valgrind: $$t"; \
		$(VALGRIND) $(B)/dev/$$t >$(B)/dev/$$t.log 2>&1 \
		|| { cat $(B)/dev/$$t.log; failed="$$failed $$t"; }; done; \
		test -z "$$failed" || { echo "failed:$$failed" >&2; exit 1; }

selftest: all ## Python tests of the suite itself
	$(SELFTEST_RUN)

clang: $(addprefix $(B)/clang/,$(UNIT_TESTS) $(PROGRAMS) bench_client bench_parser) ## clang build, no warnings

# One after the other: what is measured is not to share the machine.
bench: ## measure all, and compare with what is promised; takes an hour or two
	@$(MAKE) --no-print-directory bench-world
	@$(MAKE) --no-print-directory bench-fuzz

bench-world: all $(B)/dev/bench_client $(B)/dev/bench_parser ## measure the world and the parsers
	@scripts/bench

lint: setup-lint stack ## layout, static analysis, types, spelling
	@CC_FLAGS='$(DIALECT)' PYTHON='$(PYTHON)' scripts/lint $(C_FILES)

format: ## clang-format all C files
	clang-format-14 -i $$(find servers suites/refclient fuzz -name '*.[ch]' \
		2>/dev/null)

mutants: all $(addprefix $(B)/mutant/,refclient refsender) ## every bug of the reference client and sender is found
	@PYTHONPATH=suites $(PYTHON) suites/selftest/mutants.py $(MUTANTS)

coverage-table: ## write docs/coverage.md anew: which scenarios cover which requirements
	@scripts/latchkey coverage --markdown >.coverage.md && mv .coverage.md docs/coverage.md

install: all ## install below DESTDIR and PREFIX (/usr/local)
	@scripts/install '$(DESTDIR)$(PREFIX)' '$(B)/dev' $(LIBRARY_HEADERS)

uninstall: ## take away what install put there
	@scripts/install --remove '$(DESTDIR)$(PREFIX)'

clean: ## remove what was built
	rm -rf $(B)

setup: ## install what `run` needs
	@scripts/setup run

setup-test:
	@scripts/setup run test

setup-lint:
	@scripts/setup run test lint

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile fuzz/build.mk | expand -t 12
