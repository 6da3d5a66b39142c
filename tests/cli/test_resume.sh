#!/usr/bin/env bash
# --resume goes on from the newest good checkpoint, whatever lies beside it, and with another configuration only as far as
# that is the same training, or forced.
. "$(dirname "$0")/../support/shell.sh"
write_config "$scratch/train.yaml"
run=$scratch/runs/small

# train STATUS ARGUMENT...: a training; what it says is in $scratch/errors.
train() {
    local expected=$1 status=0
    shift
    "$program" "$scratch/train.yaml" "$@" 2>"$scratch/errors" || status=$?
    [ "$status" -eq "$expected" ] || fail "status $status, not $expected: $* ($(cat "$scratch/errors"))"
}
said() { grep -q -x -F -- "$1" "$scratch/errors" || fail "not said: $1; but: $(cat "$scratch/errors")"; }
unsaid() { ! grep -q -e "$1" "$scratch/errors" || fail "said: $(cat "$scratch/errors")"; }
ends_at() { [ "$(value_of content_hash "$run/last.h5")" = "$1" ] || fail "$2: it ended elsewhere"; }

train 0
expected=$(value_of content_hash "$run/last.h5")
steps=$(value_of step "$run/last.h5")

# Killed between the last checkpoint and its link: the run is complete, and last.h5 leads there.
before=$(printf 'step-%010d.h5' $((steps - 1)))
cp "$run/last.h5" "$run/$before"
for link in "ln -sfn $before" rm; do
    $link "$run/last.h5"
    train 0 --resume
    [ "$(readlink "$run/last.h5")" = "$(printf 'step-%010d.h5' "$steps")" ] || fail "last.h5 leads to $(readlink "$run/last.h5")"
done
rm "$run/$before"

# stop: the run, stopped after 6 steps with checkpoints of 5 and 6.
stop() {
    rm -rf "$run"
    train 75 --stop-after 5
    train 75 --resume --stop-after 6
}
newest=$run/step-0000000006.h5

# Another run's checkpoints: of other data, of another alphabet and shape, of another learning rate; one that was made up.
sed '1d' "$scratch/verbs.txt" >"$scratch/fewer.txt"
train 75 --set name=data --set data.train="$scratch/fewer.txt" --stop-after 6
train 75 --set name=alphabet --set data.alphabet=data --set data.train="$scratch/verbs.txt" --stop-after 6
train 75 --set name=shape --set model.hidden=16 --stop-after 6
train 75 --set name=rate --set optimizer.lr=0.02 --stop-after 6
train 75 --set name=precision --set compute.precision=bf16 --stop-after 6
declare -A other=(
    [data]="it was trained on other data than $scratch/verbs.txt holds now"
    [alphabet]='the configuration is not the one it was trained with: data.alphabet: data before, a-z now'
    [shape]='the configuration is not the one it was trained with: model.hidden: 16 before, 24 now'
    [rate]='the configuration is not the one it was trained with: optimizer.lr: 0.02 before, 0.01 now'
    [precision]='the configuration is not the one it was trained with: compute.precision: bf16 before, fp32 now'
)
for name in "${!other[@]}"; do
    stop
    cp "$scratch/runs/$name/step-0000000006.h5" "$newest"
    train 0 --resume
    said "warning: $newest: ${other[$name]}"
    said "warning: $newest: passed over, kept as $newest.passed-over"
    said "resumed  $run/step-0000000005.h5: epoch 1, step 5; 1 newer one is not good"
    ends_at "$expected" "after one of $name"
    cmp -s "$scratch/runs/$name/step-0000000006.h5" "$newest.passed-over" || fail "that of $name was lost"
done

# Damaged, foreign, of a newer format.
damage() {
    case $1 in
    cut) truncate -s 700 "$newest" ;;
    flipped) printf 'X' | dd of="$newest" bs=1 seek=9000 conv=notrunc status=none ;;
    newer) sed -i '1,2s/^format 1$/format 2/' "$newest" ;;
    foreign) cp "$project/tests/checkpoint/fixtures/foreign.h5" "$newest" ;;
    empty) : >"$newest" ;;
    esac
}
for kind in cut flipped newer foreign empty; do
    stop
    damage "$kind"
    train 0 --resume
    [ "$(grep -c "^warning: $newest: .*; trying an older one$" "$scratch/errors")" -eq 1 ] ||
        fail "$kind: $(cat "$scratch/errors")"
    ends_at "$expected" "after a file that is $kind"
done

# No good one is left: nothing is begun anew, nothing is changed.
stop
damage cut
printf 'X' >"$run/step-0000000005.h5"
train 77 --resume
grep -q "^warning: $newest: cut off: it has 700 bytes, .*; trying an older one$" "$scratch/errors" || fail "$(cat "$scratch/errors")"
said "cvae_mpi: $run/step-0000000005.h5: not a checkpoint of cvae_mpi"
[ "$(ls "$run"/*.h5 | wc -l)" -eq 3 ] || fail "files were changed: $(ls "$run")"

# What may change is said and changes nothing: evaluation, retention, paths.
stop
cp "$scratch/verbs.txt" "$scratch/moved.txt"
train 0 --resume --set evaluate.every=2 --set checkpoint.keep=7 --set data.train="$scratch/moved.txt"
said "changed  data.train: $scratch/verbs.txt before, $scratch/moved.txt now"
said "         evaluate.every: 1 before, 2 now"
said "         checkpoint.keep: 3 before, 7 now"
unsaid '^warning'
ends_at "$expected" "with other paths"

# So may the number of epochs where nothing depends on it: a run that was finished goes on to the same end.
plain=(--set optimizer.lr_schedule=1)
train 0 --overwrite "${plain[@]}" --set train.epochs=4
longer=$(value_of content_hash "$run/last.h5")
train 0 --overwrite "${plain[@]}"
train 0 --resume "${plain[@]}" --set train.epochs=4
said "changed  train.epochs: 2 before, 4 now"
ends_at "$longer" "with more epochs"
train 78 --resume "${plain[@]}" --set train.epochs=3
said "cvae_mpi: $(readlink -f "$run/last.h5"): 4 epochs are done, which is more than train.epochs, 3"

# A schedule that goes by shares of the run would have been another one.
train 0 --overwrite
train 78 --resume --set train.epochs=4
said "cvae_mpi: $(readlink -f "$run/last.h5"): the configuration is not the one it was trained with: train.epochs: 2 before, 4 now"
said "cvae_mpi: (train.epochs may change where nothing depends on it, but here does optimizer.lr_schedule)"
said "cvae_mpi: (--force goes on with it as far as the shapes fit)"

# Forced: it goes on, with the differences as a warning, and the content hash is the new configuration's.
train 0 --resume --force --set train.epochs=4
grep -q '^warning: forced: from here on it is another training; its content hash is that of the new configuration' \
    "$scratch/errors" || fail "$(cat "$scratch/errors")"
said "         the configuration is not the one it was trained with: train.epochs: 2 before, 4 now"
[ "$(value_of step "$run/last.h5")" -eq $((2 * steps)) ] || fail "it did not go on"
train 0 --resume --set train.epochs=4
unsaid '^warning'
# Other data, too, if the steps of an epoch stay as many.
sed 's/^abhor /abhorr /' "$scratch/verbs.txt" >"$scratch/changed.txt"
stop
train 0 --resume --force --set data.train="$scratch/changed.txt"
said "         it was trained on other data than $scratch/changed.txt holds now"
# What does not fit is refused all the same.
stop
train 77 --resume --force --set model.hidden=32
unsaid 'force goes on'
train 78 --resume --force --set train.batch_size=50
grep -q 'it stands at step 6 in all, .* another place now that an epoch has 8 steps of 50 words' "$scratch/errors" ||
    fail "$(cat "$scratch/errors")"
train 65 --resume --force --set data.alphabet=abcdefghijklmnopqrstuvwxyzé
train 0 --resume
ends_at "$expected" "after all that"
# bfloat16 goes on as bfloat16.
train 0 --set name=precision --set compute.precision=bf16 --resume
resumed=$(value_of content_hash "$scratch/runs/precision/last.h5")
train 0 --set name=precision --set compute.precision=bf16 --overwrite
[ "$(value_of content_hash "$scratch/runs/precision/last.h5")" = "$resumed" ] || fail "bfloat16 ended elsewhere"
[ "$resumed" != "$expected" ] || fail "bfloat16 ended where fp32 does"
ends 64 '--force goes with --resume only' "$scratch/train.yaml" --force
