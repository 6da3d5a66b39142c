#!/usr/bin/env bash
# campaign_damage.sh [FLIPS [TRUNCATIONS [SEED [PROGRAM]]]]: a checkpoint of launch/train.yaml's size with one bit flipped
# (2,000 times) or cut off (500 times), over all classes of its bytes: none is loaded as good. See damage.c.
flips=${1:-2000} truncations=${2:-500} seed=${3:-1}
[[ $- == *p* ]] || exec bash -p -- "$0" "$@" # without the caller's functions, options and BASH_ENV
. "$(dirname "$0")/../support/shell.sh" "${4:-$(dirname "$0")/../../build/cvae_mpi}"
expect_status 75 "$program" "$project/launch/train.yaml" --stop-after 1 --set checkpoint.directory="$scratch" \
    >"$scratch/output" 2>&1
"$(dirname "$program")/tests/faults_damage" "$(readlink -f "$scratch/verbs/last.h5")" "$flips" "$truncations" "$seed"
