# SPDX-License-Identifier: Apache-2.0
# The fuzz harness: see docs/fuzzing.md. Each target is one file, and becomes
# .build/fuzz/bin/NAME (libFuzzer), .build/afl/bin/NAME and .build/afl/cmplog/NAME
# (AFL++), .build/asan/bin/NAME (plain runner), all with ASan and UBSan; and
# .build/fast/bin/NAME (libFuzzer without sanitizers).

# Inputs of these are text; they get the structure-aware mutator.
FUZZ_TEXT := \
	base64 \
	fault \
	imap \
	imap_address \
	imap_command \
	imap_date \
	imap_mime \
	number \
	plan \
	pop3 \
	pop3_text \
	recipe \
	smtp \
	smtp_envelope \
	smtp_unstuff \
	sts_record \
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
	fuzz/harness/parser.c

FUZZ_MUTATOR := \
	fuzz/mutators/lines.c \
	fuzz/mutators/words.c

FUZZ_TARGETS := $(FUZZ_TEXT) $(FUZZ_BINARY)
FUZZ_ALL := $(FUZZ_TARGETS) $(FUZZ_NEGATIVE) empty
FUZZ_C := $(FUZZ_ALL:%=fuzz/targets/%.c) $(FUZZ_HARNESS) $(FUZZ_MUTATOR) \
	fuzz/mutators/afl.c fuzz/mutators/libfuzzer.c fuzz/engines/runner.c
# fuzz/engines/afl.c is for the compiler of AFL++ alone.
C_FILES += $(FUZZ_C)

AFL_CC ?= afl-clang-fast
FUZZ_SAN := -O1 -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer -fPIE
AFL_ENV := AFL_QUIET=1 AFL_USE_ASAN=1 AFL_USE_UBSAN=1

$(eval $(call variant,fuzz,$(CLANG),-Werror $(FUZZ_SAN)))
$(eval $(call variant,fast,$(CLANG),-Werror -O2 -fsanitize=fuzzer-no-link -fPIE))
$(eval $(call variant,afl,$(AFL_ENV) $(AFL_CC),-fPIE))
$(eval $(call variant,cmplog,AFL_LLVM_CMPLOG=1 $(AFL_ENV) $(AFL_CC),-fPIE))
-include $(FUZZ_C:%.c=$(B)/asan/%.d)

# $(call fuzz_link,VARIANT,FOLDER,LINKER,MORE OBJECTS): the programs in FOLDER.
define fuzz_link
$(B)/$(1)/libworld.a: $(addprefix $(B)/$(1)/,$(OBJECTS) $(FUZZ_HARNESS:.c=.o))
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$^

$(FUZZ_ALL:%=$(2)/%): $(2)/%: $(B)/$(1)/fuzz/targets/%.o \
		$(addprefix $(B)/$(1)/,$(4)) $(B)/$(1)/libworld.a
	@mkdir -p $$(@D)
	$$(if $$(Q),@echo "$(1): link $$@")
	$$(Q)$(3) $$(LINK) -Wl,--as-needed $$(LDFLAGS) -o $$@ $$^ $$(LIBS)
endef

FUZZ_LIB := -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZ_TEXT_O := $(FUZZ_MUTATOR:.c=.o) fuzz/mutators/libfuzzer.o

$(eval $(call fuzz_link,asan,$(B)/asan/bin,$(CC) $(SANITIZE),fuzz/engines/runner.o))
$(eval $(call fuzz_link,fuzz,$(B)/fuzz/bin,$(CLANG) $(FUZZ_LIB),))
$(eval $(call fuzz_link,fast,$(B)/fast/bin,$(CLANG) -fsanitize=fuzzer,))
$(eval $(call fuzz_link,afl,$(B)/afl/bin,$(AFL_ENV) $(AFL_CC),fuzz/engines/afl.o))
$(eval $(call fuzz_link,cmplog,$(B)/afl/cmplog,AFL_LLVM_CMPLOG=1 $(AFL_ENV) \
	$(AFL_CC),fuzz/engines/afl.o))
$(foreach v,fuzz fast,$(eval $(FUZZ_TEXT:%=$(B)/$(v)/bin/%): \
	$(addprefix $(B)/$(v)/,$(FUZZ_TEXT_O))))

$(B)/afl/mutator.so: $(FUZZ_MUTATOR) fuzz/mutators/afl.c servers/core/span.c \
		fuzz/mutators/lines.h
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
	@$(MAKE) --no-print-directory \
		$(if $(filter afl,$(ENGINE)),fuzz-afl,fuzz-binaries) \
		$(B)/asan/bin/$(or $(TARGET),empty)
	@$(PYTHON) fuzz/run '$(ENGINE)' '$(TARGET)' '$(TIME)'

fuzz-smoke: fuzz-binaries ## every target for two seconds under libFuzzer
	@$(PYTHON) fuzz/smoke $(FUZZ_TARGETS)

corpus-check: $(FUZZ_ALL:%=$(B)/asan/bin/%) $(B)/seeds/done ## seeds and regressions, ASan and UBSan
	@$(PYTHON) fuzz/check $(B)/asan/bin $(FUZZ_TARGETS)

setup-fuzz:
	@scripts/setup run fuzz
