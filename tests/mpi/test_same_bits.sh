#!/usr/bin/env bash
# Promise 1: the same bits for any number of ranks, and for any place of interruption.
. "$(dirname "$0")/../support/shell.sh"
# In a build with the sanitizers: what Open MPI never frees is not ours to find, and the shim comes before them.
export ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0
write_config "$scratch/train.yaml"
last=$scratch/runs/small/last.h5

# The same checkpoint, to the last byte of the file, for 1 to 5 ranks.
for ranks in 1 2 3 4 5; do
    run_ranks "$ranks" "$scratch/train.yaml" --overwrite || fail "$ranks ranks: $(cat "$scratch/output")"
    cp "$last" "$scratch/$ranks.h5"
    cmp "$scratch/1.h5" "$scratch/$ranks.h5" || fail "$ranks ranks wrote another file than 1"
done
expected=$(value_of content_hash "$scratch/1.h5")
[ ${#expected} -eq 32 ] || fail "no content hash: $expected"

# Without mpirun too.
"$program" "$scratch/train.yaml" --overwrite >"$scratch/output" 2>&1
cmp "$scratch/1.h5" "$last" || fail "without mpirun it wrote another file"

# Another seed is another training.
"$program" "$scratch/train.yaml" --overwrite --set seed=8 >"$scratch/output" 2>&1
[ "$(value_of parameter_hash "$last")" != "$(value_of parameter_hash "$scratch/1.h5")" ] || fail "the seed does nothing"

# Another wiring, another optimizer, another kind of loss and data.
for ranks in 1 3; do
    run_ranks "$ranks" "$scratch/train.yaml" --overwrite --set name=other --set model.layers=2 \
        --set model.condition=onehot --set train.loss=mean --set optimizer.name=sgd --set optimizer.momentum=0.9 \
        --set data.pairs=cross --set model.encoder_markers=true || fail "$ranks ranks: $(cat "$scratch/output")"
    cp "$scratch/runs/other/last.h5" "$scratch/other$ranks.h5"
    cmp "$scratch/other1.h5" "$scratch/other$ranks.h5" || fail "$ranks ranks wrote another file than 1"
done

# With OpenBLAS's products too: its bits depend on shapes, and shapes do not depend on the rank count.
for ranks in 1 4; do
    run_ranks "$ranks" "$scratch/train.yaml" --overwrite --set name=openblas --set compute.gemm=openblas ||
        fail "$ranks ranks: $(cat "$scratch/output")"
    cp "$scratch/runs/openblas/last.h5" "$scratch/openblas$ranks.h5"
done
cmp "$scratch/openblas1.h5" "$scratch/openblas4.h5" || fail "with OpenBLAS 4 ranks wrote another file than 1"
[ "$(value_of parameter_hash "$scratch/openblas1.h5")" != "$(value_of parameter_hash "$scratch/1.h5")" ] ||
    fail "compute.gemm does nothing"

# Stopped in mid-epoch at 2 ranks, resumed at 3: the same file.
expect_status 75 run_ranks 2 "$scratch/train.yaml" --overwrite --stop-after 3
[ "$(value_of epoch_step "$last")" = 3 ] || fail "it did not stop in mid-epoch"
run_ranks 3 "$scratch/train.yaml" --resume || fail "resume: $(cat "$scratch/output")"
cmp "$scratch/1.h5" "$last" || fail "resumed at 3 ranks it wrote another file"
lines=$(grep -c '"epoch"' "$scratch/runs/small/metrics.jsonl")
[ "$lines" -eq 2 ] || fail "metrics.jsonl has $lines epochs, not 2"

# All ranks killed in mid-run, where a checkpoint is being written, resumed with another number: the same hash.
long=(--set train.epochs=8 --set checkpoint.every_steps=1 --set checkpoint.keep=0)
run_ranks 1 "$scratch/train.yaml" --overwrite "${long[@]}"
expected_long=$(value_of content_hash "$last")
for step in 02 07 15; do
    kill_at_checkpoint "00000000$step" "$scratch/train.yaml" "${long[@]}"
    run_ranks 5 "$scratch/train.yaml" --resume "${long[@]}" || fail "resume: $(cat "$scratch/output")"
    [ "$(value_of content_hash "$last")" = "$expected_long" ] || fail "killed after step $step it ended elsewhere"
done

# A step that is already done is not gone beyond.
expect_status 75 run_ranks 1 "$scratch/train.yaml" --overwrite --stop-after 2
expect_status 75 run_ranks 2 "$scratch/train.yaml" --resume --stop-after 2
[ "$(value_of step "$last")" = 2 ] || fail "it went beyond the step it was to stop at"
run_ranks 2 "$scratch/train.yaml" --resume "${long[@]}" && fail "other epochs resumed"
run_ranks 2 "$scratch/train.yaml" --overwrite "${long[@]}"

# A finished run that is resumed stays as it is.
run_ranks 2 "$scratch/train.yaml" --resume "${long[@]}"
[ "$(value_of content_hash "$last")" = "$expected_long" ] || fail "resuming a finished run changed it"
