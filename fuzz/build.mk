# SPDX-License-Identifier: Apache-2.0
# The fuzz harness: see docs/fuzzing.md. Each target is one file, and becomes
# .build/fuzz/bin/NAME (libFuzzer), .build/afl/bin/NAME and .build/afl/cmplog/NAME
# (AFL++), .build/asan/bin/NAME (plain runner), all with ASan and UBSan; and
# .build/fast/bin/NAME (libFuzzer without sanitizers and without our mutator).
# What is about parsers alone comes from .build/fuzz-edges and .build/fast-edges.

# Inputs of these are text; they get the structure-aware mutator.
FUZZ_TEXT := \
	base64 \
	deep_capa \
	deep_client \
	deep_ehlo \
	deep_id \
	deep_status \
	deep_status_comma \
	deep_tag \
	dialects \
	fault \
	http_chunked \
	http_request \
	http_response \
	https \
	imap \
	imap_address \
	imap_capability \
	imap_command \
	imap_date \
	imap_mime \
	imap_response \
	latch \
	number \
	plan \
	pop3 \
	pop3_capa \
	pop3_greeting \
	pop3_reply \
	pop3_text \
	received_tls \
	received_tls_deep \
	recipe \
	refclient \
	sasl_bearer \
	sasl_cram \
	sasl_plain \
	sasl_scram \
	sasl_xoauth2 \
	smtp \
	smtp_ehlo \
	smtp_envelope \
	smtp_reply \
	smtp_unstuff \
	sts_client \
	sts_directives \
	sts_mx \
	sts_policy \
	sts_policy_json \
	sts_record \
	sts_record_2016 \
	sts_records \
	tlsa \
	tlsa_text \
	tlsrpt_record \
	tlsrpt_records \
	transcript

FUZZ_BINARY := \
	dns \
	needle \
	tls_hello

# No targets: each has one bug, and whatever runs it must see that.
FUZZ_NEGATIVE := \
	negative_crash \
	negative_leak \
	negative_oracle \
	negative_undefined

FUZZ_HARNESS := \
	fuzz/harness/engine.c \
	fuzz/harness/oracle.c \
	fuzz/harness/parser.c

# Of the reference client all but its connection, which the target plays.
FUZZ_REFCLIENT := \
	suites/refclient/account.c \
	suites/refclient/caps.c \
	suites/refclient/deep.c \
	suites/refclient/imap.c \
	suites/refclient/pop3.c \
	suites/refclient/sasl.c \
	suites/refclient/session.c \
	suites/refclient/smtp.c \
	suites/refclient/state.c

FUZZ_MUTATOR := \
	fuzz/mutators/lines.c \
	fuzz/mutators/words.c \
	fuzz/mutators/work.c

FUZZ_TARGETS := $(FUZZ_TEXT) $(FUZZ_BINARY)
FUZZ_ALL := $(FUZZ_TARGETS) $(FUZZ_NEGATIVE) empty
FUZZ_C := $(FUZZ_ALL:%=fuzz/targets/%.c) $(FUZZ_HARNESS) $(FUZZ_MUTATOR) \
	fuzz/mutators/afl.c fuzz/mutators/libfuzzer.c fuzz/engines/runner.c \
	fuzz/engines/bare.c \
	fuzz/byo/main.c fuzz/byo/naive_sts_record.c
# fuzz/engines/afl.c is for the compiler of AFL++ alone.
C_FILES += $(FUZZ_C)

# Whoever changes what targets call is to see it at once.
clang: $(FUZZ_C:%.c=$(B)/clang/%.o)

# Targets of a parser of liblatchkey; with the others that need servers/parse alone.
FUZZ_PARSERS := $(patsubst fuzz/targets/%.c,%,$(shell \
	grep -l 'fuzz_parser' $(FUZZ_TEXT:%=fuzz/targets/%.c)))
FUZZ_PURE := $(FUZZ_PARSERS) $(patsubst servers/parse/%.c,%,$(PARSE_SOURCES))
FUZZ_PURE_O := $(patsubst %.c,%.o,$(LIBRARY_SOURCES) $(PARSE_SOURCES) \
	servers/core/buf.c)

AFL_CC ?= afl-clang-fast
FUZZ_SAN_ALWAYS := -O1 -fsanitize=address,undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer -fPIE
FUZZ_SAN := $(FUZZ_SAN_ALWAYS) -fsanitize=fuzzer-no-link
# Nearly all that a parser does is to compare octets. To trace that costs libFuzzer
# more than it gains: the words of a grammar are in the dictionary, and AFL++ has
# its CmpLog twin.
FUZZ_EDGES := -fsanitize-coverage=inline-8bit-counters,pc-table
AFL_ENV := AFL_QUIET=1 AFL_USE_ASAN=1 AFL_USE_UBSAN=1

$(eval $(call variant,fuzz,$(CLANG),$(FUZZ_SAN)))
$(eval $(call variant,fuzz-edges,$(CLANG),$(FUZZ_SAN_ALWAYS) $(FUZZ_EDGES)))
$(eval $(call variant,fast,$(CLANG),-O2 -fsanitize=fuzzer-no-link -fPIE))
$(eval $(call variant,fast-edges,$(CLANG),-O2 $(FUZZ_EDGES) -fPIE))
$(eval $(call variant,afl,$(AFL_ENV) $(AFL_CC),-fPIE))
$(eval $(call variant,cmplog,AFL_LLVM_CMPLOG=1 $(AFL_ENV) $(AFL_CC),-fPIE))
# What oracles do is nothing to learn from, and would be counted after each run.
$(B)/fuzz-edges/fuzz/harness/%.o $(B)/fast-edges/fuzz/harness/%.o: \
	CFLAGS += $(FUZZ_EDGES:-f%=-fno-%)
-include $(FUZZ_C:%.c=$(B)/asan/%.d)

# $(call fuzz_link,VARIANT,FOLDER,LINKER,MORE OBJECTS,TARGETS,OBJECTS): the programs
# in FOLDER, of OBJECTS as far as they need them.
define fuzz_link
$(B)/$(1)/libworld.a: $(addprefix $(B)/$(1)/,$(6) $(FUZZ_HARNESS:.c=.o))
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$^

$(5:%=$(2)/%): $(2)/%: $(B)/$(1)/fuzz/targets/%.o \
		$(addprefix $(B)/$(1)/,$(4)) $(B)/$(1)/libworld.a
	@mkdir -p $$(@D)
	$$(if $$(Q),@echo "$(1): link $$@")
	$$(Q)$(3) $$(LINK) -Wl,--as-needed $$(LDFLAGS) -o $$@ \
		-Wl,--start-group $$^ -Wl,--end-group $$(LIBS)

# Client and servers have a session each, so that they cannot be in one archive.
$(addprefix $(2)/,$(filter refclient,$(5))): \
	$(addprefix $(B)/$(1)/,$(FUZZ_REFCLIENT:.c=.o))
endef

FUZZ_LIB := -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZ_TEXT_O := $(FUZZ_MUTATOR:.c=.o) fuzz/mutators/libfuzzer.o

FUZZ_OTHER := $(filter-out $(FUZZ_PURE),$(FUZZ_ALL))

$(eval $(call fuzz_link,asan,$(B)/asan/bin,$(CC) $(SANITIZE),fuzz/engines/runner.o,$(FUZZ_ALL),$(OBJECTS)))
$(eval $(call fuzz_link,fuzz,$(B)/fuzz/bin,$(CLANG) $(FUZZ_LIB),,$(FUZZ_OTHER),$(OBJECTS)))
$(eval $(call fuzz_link,fuzz-edges,$(B)/fuzz/bin,$(CLANG) $(FUZZ_LIB),,$(FUZZ_PURE),$(FUZZ_PURE_O)))
$(eval $(call fuzz_link,fast,$(B)/fast/bin,$(CLANG) -fsanitize=fuzzer,,$(FUZZ_OTHER),$(OBJECTS)))
$(eval $(call fuzz_link,fast-edges,$(B)/fast/bin,$(CLANG) -fsanitize=fuzzer,,$(FUZZ_PURE),$(FUZZ_PURE_O)))
$(eval $(call fuzz_link,afl,$(B)/afl/bin,$(AFL_ENV) $(AFL_CC),fuzz/engines/afl.o,$(FUZZ_ALL),$(OBJECTS)))
$(eval $(call fuzz_link,cmplog,$(B)/afl/cmplog,AFL_LLVM_CMPLOG=1 $(AFL_ENV) \
	$(AFL_CC),fuzz/engines/afl.o,$(FUZZ_ALL),$(OBJECTS)))
$(FUZZ_TEXT:%=$(B)/fuzz/bin/%): $(addprefix $(B)/fuzz/,$(FUZZ_TEXT_O))

$(B)/afl/mutator.so: $(FUZZ_MUTATOR) fuzz/mutators/afl.c servers/core/span.c \
		fuzz/mutators/lines.h fuzz/mutators/work.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(DIALECT) $(WARN) -O2 -fPIC -shared -o $@ $(filter %.c,$^)

# Seeds that derive from other data of the repository.
$(B)/seeds/done: fuzz/seeds $(wildcard corpus/*/*.toml corpus/*/*.json \
		suites/*/*/*.toml)
	$(Q)rm -rf $(@D) && $(PYTHON) fuzz/seeds $(@D) && touch $@

.PHONY: fuzz fuzz-smoke fuzz-binaries fuzz-afl corpus-check setup-fuzz

fuzz-binaries: $(FUZZ_ALL:%=$(B)/fuzz/bin/%) $(B)/seeds/done
fuzz-afl: $(FUZZ_ALL:%=$(B)/afl/bin/%) $(FUZZ_ALL:%=$(B)/afl/cmplog/%) \
	$(B)/afl/mutator.so $(B)/seeds/done

ENGINE ?= libfuzzer
TIME ?= 60
fuzz: setup-fuzz ## fuzz TARGET with ENGINE (libfuzzer, afl) for TIME seconds
	@$(MAKE) --no-print-directory $(B)/seeds/done $(if $(filter afl,$(ENGINE)),$(B)/afl/mutator.so) \
		$(addsuffix /$(or $(filter $(TARGET),$(FUZZ_ALL)),empty),$(B)/asan/bin \
			$(if $(filter afl,$(ENGINE)),$(B)/afl/bin $(B)/afl/cmplog,$(B)/fuzz/bin))
	@$(PYTHON) fuzz/run '$(ENGINE)' '$(TARGET)' '$(TIME)'

fuzz-smoke: fuzz-binaries ## every target for a second under libFuzzer
	@$(PYTHON) fuzz/smoke $(FUZZ_TARGETS)

corpus-check: $(FUZZ_ALL:%=$(B)/asan/bin/%) $(B)/seeds/done ## seeds and regressions, ASan and UBSan
	@$(PYTHON) fuzz/check $(B)/asan/bin $(FUZZ_TARGETS)

setup-fuzz:
	@scripts/setup run fuzz

# Differential fuzzing of somebody's own parser: fuzz/byo/byo.h.
PARSER ?= fuzz/byo/naive_sts_record.c
GRAMMAR ?= sts-record
BYO := $(DIALECT) -g -O1 -DBYO_GRAMMAR='"$(GRAMMAR)"' fuzz/byo/main.c $(PARSER)
BYO_LINK := -Wl,--as-needed $(LDFLAGS) -lm

.PHONY: fuzz-byo byo-libfuzzer byo-afl byo-asan
byo-asan: $(B)/asan/fuzz/engines/runner.o $(B)/asan/libworld.a
	@mkdir -p $(B)/asan/bin
	$(Q)$(CC) $(SANITIZE) $(LINK) $(BYO) $^ $(BYO_LINK) -o $(B)/asan/bin/byo

byo-libfuzzer: $(FUZZ_TEXT_O:%=$(B)/fuzz/%) $(B)/fuzz/libworld.a $(B)/seeds/done
	@mkdir -p $(B)/fuzz/bin
	$(Q)$(CLANG) $(FUZZ_LIB) $(BYO) $^ $(BYO_LINK) -o $(B)/fuzz/bin/byo

byo-afl: $(B)/afl/mutator.so $(B)/seeds/done \
		$(foreach v,afl cmplog,$(B)/$(v)/fuzz/engines/afl.o $(B)/$(v)/libworld.a)
	@mkdir -p $(B)/afl/bin $(B)/afl/cmplog
	$(Q)$(AFL_ENV) $(AFL_CC) $(BYO) $(filter $(B)/afl/%.o $(B)/afl/%.a,$^) \
		$(BYO_LINK) -o $(B)/afl/bin/byo
	$(Q)AFL_LLVM_CMPLOG=1 $(AFL_ENV) $(AFL_CC) $(BYO) \
		$(filter $(B)/cmplog/%,$^) $(BYO_LINK) -o $(B)/afl/cmplog/byo

fuzz-byo: setup-fuzz ## compare PARSER (a C file) with the reference for GRAMMAR
	@$(MAKE) --no-print-directory byo-$(ENGINE) byo-asan
	@FUZZ_LIKE='$(subst -,_,$(GRAMMAR))' FUZZ_MAKE='byo-asan PARSER=$(PARSER) GRAMMAR=$(GRAMMAR)' \
		$(PYTHON) fuzz/run '$(ENGINE)' byo '$(TIME)'

# One planted bug as a program: BUG is its id, FILE the source that has it, TARGET
# the target that is to find it; fuzz/bench calls this.
PLANTED := $(B)/planted/$(BUG)
PLANTED_O := $(PLANTED)/$(VARIANT).o
PLANTED_EDGES := $(and $(filter fuzz,$(VARIANT)),$(filter $(TARGET),$(FUZZ_PURE)))
PLANTED_B := $(B)/$(VARIANT)$(if $(PLANTED_EDGES),-edges)
PLANTED_SAN := $(if $(PLANTED_EDGES),$(FUZZ_SAN_ALWAYS) $(FUZZ_EDGES),$(FUZZ_SAN))
PLANTED_CC = $(if $(filter fuzz,$(VARIANT)),$(CLANG) $(PLANTED_SAN),$(if \
	$(filter cmplog,$(VARIANT)),AFL_LLVM_CMPLOG=1) $(AFL_ENV) $(AFL_CC) -fPIE)
PLANTED_LD = $(if $(filter fuzz,$(VARIANT)),$(CLANG) $(FUZZ_LIB),$(PLANTED_CC))

PLANTED_LINES = $(PLANTED_LD) $(LINK) -Wl,--as-needed -o $(PLANTED)/fuzz-lines \
	$(PLANTED_O) $< $(FUZZ_TEXT_O:%=$(B)/fuzz/%) $(PLANTED_B)/libworld.a $(LIBS)

.PHONY: planted bench-fuzz
planted: $(PLANTED_B)/fuzz/targets/$(TARGET).o $(PLANTED_B)/libworld.a \
		$(FUZZ_TEXT_O:%=$(B)/fuzz/%) $(if $(filter fuzz,$(VARIANT)),,$(B)/$(VARIANT)/fuzz/engines/afl.o)
	$(Q)$(PLANTED_CC) $(DIALECT) $(CFLAGS) -c -o $(PLANTED_O) $(PLANTED)/$(FILE)
	$(Q)$(PLANTED_LD) $(LINK) -Wl,--as-needed -o $(PLANTED)/$(VARIANT) \
		$(PLANTED_O) $< $(if $(filter fuzz,$(VARIANT)),,$(lastword $^)) \
		$(PLANTED_B)/libworld.a $(LIBS)
	$(Q)$(if $(filter fuzz,$(VARIANT)),$(PLANTED_LINES))

# Parsers without oracles, for the measurements: as targets have them, and without
# anything for the engine.
BARE = @mkdir -p $(@D) && $(CLANG) $(DIALECT) $(CFLAGS) -Wno-unused \
	-DFUZZ_PARSER=lk_$*_parse
BARE_LINK = && $(CLANG) -fsanitize=fuzzer -o $@ $@.o $(filter-out %.c,$^) && rm $@.o

$(B)/fast/traced/%: fuzz/engines/bare.c $(B)/fast-edges/libworld.a
	$(BARE) $(FUZZ_EDGES) -c -o $@.o $< $(BARE_LINK)

$(B)/fast/untraced/%: fuzz/engines/bare.c $(B)/clang/liblatchkey.o
	$(BARE) -c -o $@.o $< $(BARE_LINK)

bench-fuzz: setup-fuzz ## how fast targets are, and how soon planted bugs are found
	@$(MAKE) --no-print-directory fuzz-afl $(FUZZ_TEXT_O:%=$(B)/fuzz/%) \
		$(FUZZ_ALL:%=$(B)/fast/bin/%) $(FUZZ_TARGETS:%=$(B)/fuzz/bin/%) \
		$(FUZZ_PARSERS:%=$(B)/fast/traced/%) $(FUZZ_PARSERS:%=$(B)/fast/untraced/%)
	@$(PYTHON) fuzz/bench

# For fuzz/oss-fuzz/build.sh: everything comes from its environment, and third
# parties' libraries are linked in, for the machine that fuzzes has none.
OSS_LIBS := -Wl,-Bstatic -lldns -lssl -lcrypto -lev -ljansson -Wl,-Bdynamic \
	-lm -ldl -lpthread

ifdef OUT
.PHONY: fuzz-oss
$(eval $(call variant,oss,$(CC),-fPIE))
$(B)/oss/libworld.a: $(addprefix $(B)/oss/,$(OBJECTS) $(FUZZ_HARNESS:.c=.o))
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(FUZZ_TARGETS:%=$(OUT)/%): $(OUT)/%: $(B)/oss/fuzz/targets/%.o $(B)/oss/libworld.a
	$(Q)$(CXX) $(CXXFLAGS) $(LDFLAGS) -o $@ -Wl,--start-group $^ \
		-Wl,--end-group $(LIB_FUZZING_ENGINE) $(OSS_LIBS)

# This one has a RAND_bytes of its own, which goes before that of the archive.
$(OUT)/refclient: $(FUZZ_REFCLIENT:%.c=$(B)/oss/%.o)
$(OUT)/refclient: LDFLAGS += -Wl,--allow-multiple-definition

fuzz-oss: $(FUZZ_TARGETS:%=$(OUT)/%)
endif
