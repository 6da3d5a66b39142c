#!/usr/bin/env bash
# --timing and --trace: what they write is whole and right, as far as that can be said without a clock, and changes no bit.
. "$(dirname "$0")/../support/shell.sh"
# In a build with the sanitizers: what Open MPI never frees is not ours to find.
export ASAN_OPTIONS=detect_leaks=0
measured=$(dirname "$program")/tests/mpi_measured
write_config "$scratch/train.yaml"
last=$scratch/runs/small/last.h5
timing=$scratch/timing.json
trace=$scratch/trace.json

# training: the hash of what decides the training that the timing is of.
training() { sed -E 's/.*"training_hash": "([0-9a-f]{32})".*/\1/' "$timing"; }

# says TEXT: the program's last output has it on a line.
says() {
    grep -q -F -x -- "$1" "$scratch/output" || fail "not said: $1; but: $(cat "$scratch/output")"
}

run_ranks 1 "$scratch/train.yaml" --overwrite || fail "$(cat "$scratch/output")"
cp "$last" "$scratch/plain.h5"
steps=$(value_of step "$last")
[ "$steps" -ge 10 ] || fail "only $steps steps are too few for this test"

# Two epochs, traced from the first one's last steps on: with its evaluation, and a checkpoint that a thread writes.
first=$((steps / 2 - 2)) end=$((steps / 2 + 2))
for ranks in 1 3; do
    run_ranks "$ranks" "$scratch/train.yaml" --overwrite --timing "$timing" --warmup 2 \
        --trace "$trace" --trace-steps "$first:$end" || fail "$ranks ranks: $(cat "$scratch/output")"
    cmp "$scratch/plain.h5" "$last" || fail "with $ranks ranks it measured itself, and wrote another file"
    "$measured" timing "$timing" "$ranks" $((steps - 2)) || fail "$ranks ranks: $(cat "$timing")"
    "$measured" trace "$trace" "$ranks" "$first" "$end" || fail "$ranks ranks: $(cat "$trace")"
    [ "$(wc -l <"$timing")" -eq 1 ] || fail "the timing has several lines"
    [ "${whole:=$(training)}" = "$(training)" ] || fail "with $ranks ranks it is called another training"
    for hash in parameter_hash content_hash; do
        grep -q "\"$hash\": \"$(value_of $hash "$last")\"" "$timing" || fail "another $hash: $(cat "$timing")"
    done
    for name in evaluation checkpoint; do
        [ "$(grep -c "\"name\": \"$name\".*\"tid\": 0" "$trace")" -ge "$ranks" ] || fail "no $name: $(cat "$trace")"
    done
    [ "$(grep -c '"name": "checkpoint".*"pid": 0, "tid": 1' "$trace")" -eq 1 ] || fail "no writing: $(cat "$trace")"
done

# Stopped, with what is the default; resumed, where the steps are the whole run's but the warm-up is this process's.
rm "$timing" "$trace"
expect_status 75 run_ranks 2 "$scratch/train.yaml" --overwrite --stop-after 8 --timing "$timing" --trace "$trace"
"$measured" timing "$timing" 2 3
[ "$(training)" = "$whole" ] || fail "stopped, it is called another training"
"$measured" trace "$trace" 2 6 8
says "warning: $trace: the training made 3 of 5 steps to trace"
run_ranks 2 "$scratch/train.yaml" --resume --timing "$timing" --warmup 1 --trace "$trace" || fail "$(cat "$scratch/output")"
cmp "$scratch/plain.h5" "$last" || fail "resumed and measured it wrote another file"
"$measured" timing "$timing" 2 $((steps - 9))
[ "$(training)" != "$whole" ] || fail "the rest of a training is called the whole"

# What is compared by itself has no part in it; what else decides has, and the data.
sed 1d "$scratch/verbs.txt" >"$scratch/fewer.txt"
for setting in train.batch_size=40 train.micro_batch=4 compute.sum=float compute.gemm=openblas compute.reduction=allreduce \
    optimizer.lr=0.02 seed=8 data.train="$scratch/fewer.txt"; do
    expect_status 75 "$program" "$scratch/train.yaml" --set name=other --overwrite --stop-after 2 --warmup 0 --timing "$timing" \
        --set "$setting" 2>"$scratch/output"
    is_same=no
    [ "$(training)" != "$whole" ] || is_same=yes
    case $setting in
    train.* | compute.*) [ "$is_same" = yes ] || fail "$setting makes it another training" ;;
    *) [ "$is_same" = no ] || fail "$setting makes it no other training" ;;
    esac
    [[ $setting != compute.* ]] || grep -q "\"${setting#compute.}" <(sed 's/": "/=/g' "$timing") || fail "not said: $setting"
done

# Without mpirun, and with no reduction at all; the timeline alone.
"$program" "$scratch/train.yaml" --overwrite --set name=alone --set train.batch_size=16 --set train.micro_batch=16 \
    --trace "$trace" 2>"$scratch/output"
"$measured" trace "$trace" 1 6 10

# Nothing to measure: no number is made up, and an old timeline stays.
old='{"displayTimeUnit": "ms", "traceEvents": []}'
echo "$old" >"$trace"
expect_status 75 run_ranks 2 "$scratch/train.yaml" --overwrite --stop-after 5 --timing "$timing" --trace "$trace"
says "warning: $timing: nothing was measured: the training made 5 of 5 steps to warm up"
says "warning: $trace: not written: the training made none of the steps to trace"
grep -q '"steps": 0, "words": 0, "seconds": 0.0, "words_per_second": null' "$timing" || fail "$(cat "$timing")"
[ "$(cat "$trace")" = "$old" ] || fail "$(cat "$trace")"

# A file that cannot be written is known before there is a run.
expect_status 73 run_ranks 2 "$scratch/train.yaml" --set name=never --timing "$scratch/none/timing.json"
[ ! -e "$scratch/runs/never" ] || fail "there is a run"
