#!/usr/bin/env bash
# Promise 1 on the kernels that CVAE_ISA names: for 1 to 5 ranks one and the same file, with the content hash that
# the portable kernels give. (A file also holds its kernels' name.)
. "$(dirname "$0")/../support/shell.sh"
# In a build with the sanitizers: what Open MPI never frees is not ours to find.
export ASAN_OPTIONS=detect_leaks=0
isa_start
write_config "$scratch/train.yaml"
last=$scratch/runs/small/last.h5

# check PRECISION RANKS...
check() {
    local precision=$1 words="" ranks expected found
    [ "$precision" = fp32 ] || words=" in bfloat16"
    shift
    CVAE_ISA=portable "$program" "$scratch/train.yaml" --overwrite --set "compute.precision=$precision" >"$scratch/output" 2>&1
    grep -q "products by portable kernels$words;" "$scratch/output" || fail "not portable$words: $(cat "$scratch/output")"
    expected=$(value_of content_hash "$last")
    [ ${#expected} -eq 32 ] || fail "no content hash: $expected"
    ! grep -q "$expected" "$scratch/hashes" || fail "$precision computes what another precision does"
    echo "$expected" >>"$scratch/hashes"
    for ranks in "$@"; do
        run_ranks "$ranks" "$scratch/train.yaml" --overwrite --set "compute.precision=$precision" ||
            fail "$ranks ranks: $(cat "$scratch/output")"
        grep -q "products by $CVAE_ISA kernels$words;" "$scratch/output" || fail "not $CVAE_ISA: $(cat "$scratch/output")"
        [ "$ranks" -gt 1 ] || cp "$last" "$scratch/1.h5"
        cmp "$scratch/1.h5" "$last" || fail "$CVAE_ISA, $precision: $ranks ranks wrote another file than 1"
        found=$(value_of content_hash "$last")
        [ "$found" = "$expected" ] || fail "$CVAE_ISA, $precision, $ranks ranks: $found, not the portable kernels' $expected"
    done
    echo "$CVAE_ISA, $precision, ranks $*: $expected"
}

: >"$scratch/hashes"
check fp32 1 2 3 4 5
check bf16 1 2 3
