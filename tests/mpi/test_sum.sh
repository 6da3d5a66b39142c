#!/usr/bin/env bash
# compute.sum: exact32. The same bits for any number of ranks, any way of the reduction and any place of interruption, also where
# sums overflow and are made again; half the bytes.
. "$(dirname "$0")/../support/shell.sh"
# In a build with the sanitizers: what Open MPI never frees is not ours to find, and the shim comes before them.
export ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0
write_config "$scratch/train.yaml"
last=$scratch/runs/small/last.h5
timing=$scratch/timing.json

# The weight of the KL goes from nothing to 10,000: then some gradients grow more than there is room for.
settings=(--set compute.sum=exact32 --set 'train.kl_weight={schedule: step, from: 1e-4, factor: 1e8, every: 9, since: 1}')

# train RANKS OPTION...
train() {
    local ranks=$1
    shift
    run_ranks "$ranks" "$scratch/train.yaml" "${settings[@]}" "$@" || fail "$ranks ranks, $*: $(cat "$scratch/output")"
}

# measured KEY: a number of --timing.
measured() {
    sed -E 's/.*"'"$1"'": ([^,}]*).*/\1/' "$timing"
}

is_expected() {
    cmp "$scratch/expected.h5" "$last" || fail "$1 it wrote another file"
}

"$program" "$scratch/train.yaml" "${settings[@]}" --overwrite --warmup 1 --timing "$timing" >"$scratch/output" 2>&1 ||
    fail "$(cat "$scratch/output")"
cp "$last" "$scratch/expected.h5"
[ "$(measured sum)" = '"exact32"' ] || fail "the sum is $(measured sum)"
again=$(measured sums_again)
[ "$again" -gt 0 ] || fail "no sum overflowed"
[ "$(measured sum_bytes_per_step)" = 0.0 ] || fail "one rank sent $(measured sum_bytes_per_step) bytes"

for ranks in 1 2 3 5; do
    train "$ranks" --overwrite --warmup 1 --timing "$timing"
    is_expected "with $ranks ranks"
    [ "$(measured sums_again)" = "$again" ] || fail "$ranks ranks made $(measured sums_again) sums again, not $again"
done
for setting in 'compute.reduction=allreduce' 'compute.reduction=allreduce compute.bucket=1000'; do
    train 3 --overwrite --set "${setting% *}" --set "${setting#* }"
    [ "$(value_of content_hash "$last")" = "$(value_of content_hash "$scratch/expected.h5")" ] || fail "with $setting it ended elsewhere"
done

# Half the bytes: of a run in which nothing overflows; what is carried besides counts little in a larger model.
for sum in exact exact32; do
    run_ranks 2 "$scratch/train.yaml" --overwrite --set "name=$sum" --set "compute.sum=$sum" --set model.hidden=100 \
        --stop-after 4 --warmup 1 --timing "$timing" || [ $? -eq 75 ] || fail "$(cat "$scratch/output")"
    [ "$(measured sums_again)" = 0 ] || fail "$sum: a sum overflowed"
    awk -v bytes="$(measured sum_bytes_per_step)" -v parameters="$(measured parameters)" -v width="$([ "$sum" = exact ] && echo 8 || echo 4)" \
        'BEGIN {exit !(bytes / parameters >= width && bytes / parameters < 1.02 * width)}' ||
        fail "$sum: $(measured sum_bytes_per_step) bytes for $(measured parameters) parameters"
done
[ "$(value_of parameter_hash "$scratch/runs/exact/last.h5")" != "$(value_of parameter_hash "$scratch/runs/exact32/last.h5")" ] ||
    fail "compute.sum does nothing"

# Stopped before its first step has left its bits, in front of an overflow, and behind it, each time resumed by others.
for step in 1 6 7 8 9 12; do
    expect_status 75 run_ranks $((step % 3 + 1)) "$scratch/train.yaml" "${settings[@]}" --overwrite --stop-after "$step"
    train $(((step + 1) % 3 + 1)) --resume
    is_expected "stopped after step $step"
done

# All ranks killed where a checkpoint is being written.
long=(--set checkpoint.every_steps=1 --set checkpoint.keep=0 --set train.epochs=3)
train 1 --overwrite "${long[@]}"
cp "$last" "$scratch/expected.h5"
for step in 04 09; do
    kill_at_checkpoint "00000000$step" "$scratch/train.yaml" "${settings[@]}" "${long[@]}"
    train 5 --resume "${long[@]}"
    is_expected "killed after step $step"
done

# More shards than their sum has room for.
expect_status 78 run_ranks 1 "$scratch/train.yaml" --overwrite --set "data.train=$project/data/verbs.txt" --set data.pairs=all \
    --set compute.sum=exact32 --set train.batch_size=32768 --set train.micro_batch=1
grep -q 'compute.sum: exact32 adds up at most 32767 shards a step, and this run has 32768 ' "$scratch/output" ||
    fail "too many shards: $(cat "$scratch/output")"
