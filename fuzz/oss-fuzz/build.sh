#!/bin/bash -eu
# SPDX-License-Identifier: Apache-2.0
# Builds all targets the way OSS-Fuzz and ClusterFuzzLite want it: with CC, CXX,
# CFLAGS, CXXFLAGS, LIB_FUZZING_ENGINE, OUT and WORK of theirs, libraries linked
# in. It runs outside of them as well; see docs/fuzzing.md.
# There it is run from the checkout, as a copy in $SRC.
[ -d fuzz/oss-fuzz ] || cd "$(dirname "$0")/../.."

make -j"$(nproc)" fuzz-oss B="$WORK/build"
make B="$WORK/build" "$WORK/build/seeds/done" ||
	echo "no seeds from vectors and scenarios: they need Python 3.11" >&2

for program in "$OUT"/*; do
	name=$(basename "$program")
	source=fuzz/targets/$name.c
	[ -f "$source" ] || continue
	seeds=()
	for folder in corpus/seeds corpus/regressions "$WORK/build/seeds"; do
		for seed in "$folder/$name"/*; do
			[ ! -f "$seed" ] || seeds+=("$seed")
		done
	done
	[ ${#seeds[@]} -eq 0 ] ||
		python3 -m zipfile -c "$OUT/${name}_seed_corpus.zip" "${seeds[@]}"
	words=$name
	while [ ! -f "fuzz/dictionaries/$words.dict" ] && [ "$words" != "${words%_*}" ]; do
		words=${words%_*}
	done
	[ ! -f "fuzz/dictionaries/$words.dict" ] ||
		cp "fuzz/dictionaries/$words.dict" "$OUT/$name.dict"
	printf '[libfuzzer]\nmax_len = 4096\n' >"$OUT/$name.options"
done
