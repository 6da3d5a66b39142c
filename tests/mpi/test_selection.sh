#!/usr/bin/env bash
# Early stopping and the best checkpoint: the same end and the same two files for any number of ranks and any place of
# interruption, and best.h5 is the epoch that metrics.jsonl says.
. "$(dirname "$0")/../support/shell.sh"
export ASAN_OPTIONS=detect_leaks=0
write_config "$scratch/train.yaml"
run=$scratch/runs/small
options=(--set optimizer.lr=0.03 --set optimizer.lr_schedule=1 --set train.epochs=40 --set train.patience=3
    --set checkpoint.best=cross_entropy --set checkpoint.keep=1 --set checkpoint.every=2)

# both_are NAME: last.h5 and best.h5 are those of the first run.
both_are() {
    cmp "$scratch/last.h5" "$run/last.h5" || fail "$1: another last.h5"
    cmp "$scratch/best.h5" "$run/best.h5" || fail "$1: another best.h5"
    [ "$(readlink "$run/best.h5")" = "$best" ] || fail "$1: best.h5 leads to $(readlink "$run/best.h5")"
    [ "$(cd "$run" && echo *)" = "$files" ] || fail "$1: other files: $(cd "$run" && echo *)"
}

run_ranks 1 "$scratch/train.yaml" "${options[@]}" || fail "$(cat "$scratch/output")"
grep -q "stopped early: 3 evaluations since epoch" "$scratch/output" || fail "it did not stop: $(cat "$scratch/output")"
cp "$run/last.h5" "$run/best.h5" "$scratch"
best=$(readlink "$run/best.h5")
files=$(cd "$run" && echo *)
[ "$(cd "$run" && echo step-*)" = "$best $(readlink "$run/last.h5")" ] || fail "it keeps $files"

# The best is where the metrics have their lowest cross-entropy, three evaluations before the end.
lines=$(wc -l <"$run/metrics.jsonl")
lowest=$(sed -E 's/.*"step": ?([0-9]+).*"evaluation_cross_entropy": ?([0-9.e+-]+).*/\2 \1/' "$run/metrics.jsonl" |
    sort -g | head -n 1)
[ "$(value_of step "$run/best.h5")" = "${lowest#* }" ] || fail "best.h5 is not step ${lowest#* }"
[ "$(value_of step "$run/last.h5")" = $((${lowest#* } / (lines - 3) * lines)) ] || fail "it ended elsewhere"
[ "$lines" -lt 40 ] || fail "it went through all epochs"

run_ranks 3 "$scratch/train.yaml" "${options[@]}" --overwrite || fail "3 ranks: $(cat "$scratch/output")"
both_are "3 ranks"
# As if it had been killed between its last checkpoint and the link.
rm "$run/best.h5"
run_ranks 2 "$scratch/train.yaml" "${options[@]}" --resume || fail "resumed: $(cat "$scratch/output")"
grep -q "the run is complete: stopped early" "$scratch/output" || fail "a stopped run went on"
both_are "resumed when stopped"

# Interrupted again and again: in mid-epoch, at the best epoch's end, after it, at the last evaluation but one.
at_best=${lowest#* } an_epoch=$(($(value_of step "$run/last.h5") / lines))
overwrite=--overwrite
for step in 3 $((at_best - 1)) "$at_best" $((at_best + 1)) $((at_best + 2 * an_epoch)); do
    expect_status 75 run_ranks 2 "$scratch/train.yaml" "${options[@]}" "$overwrite" --stop-after "$step"
    overwrite=--resume
    # As if it had been killed before the link was made.
    [ "$step" -ne "$at_best" ] || rm "$run/best.h5"
done
[ -e "$run/best.h5" ] || fail "the best checkpoint was not linked again"
# With other evaluations patience would end it elsewhere: refused, with what differs.
expect_status 78 run_ranks 2 "$scratch/train.yaml" "${options[@]}" --resume --set evaluate.every=2 --set checkpoint.best=bleu4
grep -q 'evaluate.every: 1 before, 2 now' "$scratch/output" &&
    grep -q 'checkpoint.best: cross_entropy before, bleu4 now' "$scratch/output" || fail "not refused: $(cat "$scratch/output")"
run_ranks 3 "$scratch/train.yaml" "${options[@]}" --resume || fail "resumed: $(cat "$scratch/output")"
both_are "interrupted"

# Patience that is never exhausted changes nothing, and neither does keeping the best.
short=(--overwrite --set train.epochs=3)
run_ranks 1 "$scratch/train.yaml" "${short[@]}"
plain=$(value_of parameter_hash "$run/last.h5")
run_ranks 1 "$scratch/train.yaml" "${short[@]}" --set train.patience=9 --set checkpoint.best=gaussian
[ "$(value_of parameter_hash "$run/last.h5")" = "$plain" ] || fail "patience changed the numbers"

# Nothing held back, or only the test pairs to go by: refused by all ranks, before anything is written.
rm -rf "$run"
expect_status 78 run_ranks 2 "$scratch/train.yaml" --set checkpoint.best=bleu4 --set data.holdout=0
grep -q "checkpoint.best: no row of .* is held back" "$scratch/output" || fail "$(cat "$scratch/output")"
[ ! -e "$run" ] || fail "a refused run left something"
