#!/usr/bin/env bash
# Steps that diverge: skipped, counted and named; then the run goes back to its last good checkpoint at a smaller learning
# rate, or ends with status 76. The same bits for any number of ranks and any place of interruption.
. "$(dirname "$0")/../support/shell.sh"
# In a build with the sanitizers: what Open MPI never frees is not ours to find.
export ASAN_OPTIONS=detect_leaks=0
write_config "$scratch/train.yaml"
run=$scratch/runs/small
base=(--set train.epochs=4 --set optimizer.name=sgd --set optimizer.clip=0 --set optimizer.lr_schedule=1
    --set evaluate.every=0 --set evaluate.draws=0 --set evaluate.examples=0)

# train RANKS ARGUMENT...: with the options of the case; a single rank without mpirun, which takes longer than the rest.
train() {
    local ranks=$1
    shift
    if [ "$ranks" -eq 1 ]; then
        "$program" "$scratch/train.yaml" "${base[@]}" "${case[@]}" "$@" >"$scratch/output" 2>&1
    else
        run_ranks "$ranks" "$scratch/train.yaml" "${base[@]}" "${case[@]}" "$@"
    fi
}

# said COUNT TEXT: so many lines of the output hold the text.
said() {
    [ "$(grep -c -F -- "$2" "$scratch/output")" -eq "$1" ] || fail "'$2' is not there $1 times: $(cat "$scratch/output")"
}

# metrics_of FILE: all but the times.
metrics_of() {
    sed -E 's/"(words_per_second|seconds|checkpoints|checkpoint_pause|time)": [^,}]*//g' "$1"
}

# column KEY: of metrics.jsonl, on one line; - where an epoch has none.
column() {
    sed -E '/"'"$1"'": /!s/.*/-/; s/.*"'"$1"'": ([^,}]*).*/\1/' "$run/metrics.jsonl" | xargs
}

# is_expected NAME: last.h5 and metrics.jsonl are those of the first run of the case.
is_expected() {
    [ "$(value_of content_hash "$run/last.h5")" = "$(value_of content_hash "$scratch/expected.h5")" ] ||
        fail "$1: another content"
    cmp "$scratch/expected.h5" "$run/last.h5" || fail "$1: another last.h5"
    metrics_of "$run/metrics.jsonl" | cmp - "$scratch/expected.jsonl" || fail "$1: other metrics: $(cat "$run/metrics.jsonl")"
}

# begin_case OPTION...: trains with one rank, to the end, which is what is expected of all that follows.
begin_case() {
    case=("$@")
    train 1 --overwrite || fail "${case[*]}: $(cat "$scratch/output")"
    cp "$run/last.h5" "$scratch/expected.h5"
    metrics_of "$run/metrics.jsonl" >"$scratch/expected.jsonl"
    cp "$scratch/output" "$scratch/expected.txt"
}

# check_ranks: two and three ranks do the same, and say the same about it.
check_ranks() {
    for ranks in 2 3; do
        train "$ranks" --overwrite || fail "$ranks ranks: $(cat "$scratch/output")"
        is_expected "$ranks ranks"
        diff <(grep diverged "$scratch/expected.txt") <(grep diverged "$scratch/output") || fail "$ranks ranks say something else"
    done
}

# check_stops STEP...: each time begun anew, stopped there, and resumed with another number of ranks.
check_stops() {
    local step
    for step; do
        expect_status 75 train $((step % 3 + 1)) --overwrite --stop-after "$step"
        train $(((step + 1) % 3 + 1)) --resume || fail "resumed after step $step: $(cat "$scratch/output")"
        is_expected "stopped after step $step"
    done
}

# Gradients beyond the limit, now and then, at most three in a row: skipped, and the training goes on.
begin_case --set optimizer.name=adam --set optimizer.lr=0.001 --set train.max_gradient_norm=2.6 --set train.diverged_steps=4
said 1 'warning: step 1 (epoch 1) diverged and is skipped, 1 in a row: the gradient'"'"'s norm is 2.6'
said 1 'warning: step 22 (epoch 4) diverged and is skipped, 3 in a row: '
grep -q 'step 22 .*(train.max_gradient_norm: 2.6), most of it in decoder.output.bias$' "$scratch/output" || fail "no tensor is named"
[ "$(column skipped_steps)" = '3 3 4 4' ] || fail "skipped steps: $(column skipped_steps)"
said 14 ' diverged and is skipped, '
[ "$(value_of skipped_steps "$run/last.h5")" = 14 ] || fail "last.h5 counts other skipped steps"
check_ranks
# In the middle of three in a row that lie across an epoch's end, and elsewhere.
check_stops 1 20 21 22
expect_status 75 train 2 --overwrite --stop-after 21
[ "$(value_of skipped_in_a_row "$run/last.h5")" = 2 ] || fail "the skipped steps in a row are not in the checkpoint"

# A skipped step changes nothing: where all are skipped, the weights are the initial ones, and the epochs have no loss.
case=(--set train.max_gradient_norm=1e-9 --set train.diverged_steps=1000 --set checkpoint.keep=0)
train 2 --overwrite || fail "$(cat "$scratch/output")"
[ "$(cd "$run" && for file in step-*; do value_of parameter_hash "$file"; done | sort -u | wc -l)" -eq 1 ] ||
    fail "skipped steps changed the weights"
[ "$(column loss) $(column gradient_norm) $(column skipped_steps)" = '- - - - - - - - 7 7 7 7' ] ||
    fail "metrics of skipped epochs: $(cat "$run/metrics.jsonl")"

# Too many in a row end it, with the tensor's name, and leave what was written before.
spike='optimizer.lr_schedule={schedule: step, factor: 1000, every: 9, since: 2}'
case=(--set optimizer.lr=0.1 --set "$spike")
for ranks in 1 3; do
    expect_status 76 train "$ranks" --overwrite
    said 2 ' diverged and is skipped, '
    said 1 'cvae_mpi: training diverged at step 19 (epoch 3), 3 in a row: the gradient of condition.weight is not finite or too large'
    [ "$(value_of step "$run/last.h5")" = 14 ] || fail "last.h5 is of step $(value_of step "$run/last.h5")"
done
expect_status 76 train 2 --overwrite --set train.diverged_steps=1
said 0 'skipped'
said 1 'cvae_mpi: training diverged at step 17 (epoch 3): the gradient of '
# Stopped among the skipped ones, it ends as it would have.
expect_status 75 train 2 --overwrite --stop-after 18
expect_status 76 train 3 --resume
said 1 'cvae_mpi: training diverged at step 19 (epoch 3), 3 in a row: '

# Going back twice. The checkpoint at the spike's beginning is passed over the first time: too few steps followed it.
back=(--set optimizer.lr=0.1 --set "$spike" --set train.go_back=2 --set train.go_back_factor=0.1)
begin_case "${back[@]}" --set checkpoint.keep=1
said 1 'warning: training diverged at step 19 (epoch 3), 3 in a row: '
said 1 'gone back to step 7, time 1 of 2: the learning rate is times 0.1 from there on'
said 1 'gone back to step 14, time 2 of 2: the learning rate is times 0.01 from there on'
[ "$(column epoch) $(column skipped_steps)" = '1 2 3 4 0 0 0 0' ] || fail "metrics.jsonl: $(cat "$run/metrics.jsonl")"
[ "$(column learning_rate | sed -E 's/0{9,}[0-9]//g')" = '0.1 0.01 1. 1.' ] || fail "learning rates: $(column learning_rate)"
[ "$(value_of gone_back "$run/last.h5")" = 2 ] || fail "going back is not in the checkpoint"
check_ranks
# Before it diverges, among what is skipped, and (from 19 on) where it has gone back once or twice.
check_stops 7 14 16 17 18 19 20
expect_status 75 train 2 --overwrite --stop-after 19
[ "$(value_of gone_back "$run/last.h5")" = 1 ] || fail "it did not stop between the first and the second time"
[ "$(cd "$run" && echo *.h5)" = 'good.h5 last.h5 step-0000000014.h5 step-0000000019.h5' ] || fail "other files: $(ls "$run")"
# Stopped at almost every step: only good.h5 still holds what it goes back to.
expect_status 75 train 2 --overwrite --stop-after 8
for step in 14 16 17 18 19 22; do
    expect_status 75 train $((step % 3 + 1)) --resume --stop-after "$step"
done
train 2 --resume || fail "resumed again and again: $(cat "$scratch/output")"
is_expected "stopped again and again"
# What was written behind the place that it went back to is gone, not only written anew: 16 was no scheduled step.
expect_status 75 train 2 --overwrite --set checkpoint.keep=0 --stop-after 16
train 1 --resume --set checkpoint.keep=0 || fail "$(cat "$scratch/output")"
[ "$(cd "$run" && echo step-* | sed 's/step-0*//g')" = '7.h5 14.h5 21.h5 28.h5' ] || fail "other checkpoints: $(ls "$run")"
# Other places to go back to are another training.
expect_status 75 train 2 --overwrite --stop-after 8
expect_status 78 train 2 --resume --set checkpoint.every_steps=2
said 1 'checkpoint.every_steps: 0 before, 2 now'

# A checkpoint at every step: those of the steps that lead to divergence are passed over, and gone afterwards.
begin_case "${back[@]}" --set checkpoint.keep=1 --set checkpoint.every_steps=1
said 1 'gone back to step 13, time 1 of 2: '
said 1 'gone back to step 14, time 2 of 2: '
check_ranks
check_stops 13 18 19
# As often as it may; what links lead to is there.
expect_status 76 train 2 --overwrite --set train.go_back=1 --set train.go_back_factor=0.9 --set checkpoint.every_steps=0
said 1 'cvae_mpi: gone back 1 times (train.go_back): training diverged at step '
[ -e "$run/last.h5" ] && [ -e "$run/good.h5" ] || fail "dead links: $(ls -l "$run")"

# With sums of 32 bits, which are made again before they diverge, and whose bits the run goes back to, too.
begin_case "${back[@]}" --set compute.sum=exact32
said 1 'gone back to step 7, time 1 of 2: '
check_ranks
check_stops 8 17 18

# Without a good checkpoint it goes back to the initial weights; as often as it may.
begin_case --set optimizer.lr=100 --set train.go_back=3 --set train.go_back_factor=0.1 --set checkpoint.every=0
said 1 'gone back to the initial weights, step 0, time 2 of 3: the learning rate is times 0.01 from there on'
check_ranks
check_stops 1 4 5
expect_status 76 train 2 --overwrite --set train.go_back_factor=0.9
said 3 'gone back to the initial weights'
said 1 'cvae_mpi: gone back 3 times (train.go_back): training diverged at step 5 (epoch 1), 3 in a row: the gradient of '
[ ! -e "$run/last.h5" ] || fail "a run that never got anywhere left a checkpoint"

# The step that ruins the weights has a finite gradient: they are looked at before they are saved.
begin_case --set optimizer.lr=1e18 --set train.go_back=2 --set train.go_back_factor=1e-10 --set checkpoint.every_steps=1
said 1 'warning: training diverged at step 1: the weights of decoder.output.bias are not finite or too large'
check_ranks
# A run that is stopped where the other does not look has nothing to save there, and begins anew.
begin_case --set optimizer.lr=1e18 --set train.go_back=2 --set train.go_back_factor=1e-10
expect_status 75 train 2 --overwrite --stop-after 1
said 1 'warning: no checkpoint is written: training diverged at step 1: the weights of decoder.output.bias are not finite'
[ ! -e "$run/last.h5" ] || fail "ruined weights were saved"
train 3 --resume || fail "$(cat "$scratch/output")"
is_expected "stopped with ruined weights"

# The checkpoint to go back to is damaged: an older one serves, and it says so.
case=("${back[@]}" --set checkpoint.every_steps=2 --set checkpoint.keep=0)
expect_status 75 train 2 --overwrite --stop-after 18
printf 'x' | dd of="$run/step-0000000012.h5" bs=1 seek=5000 conv=notrunc status=none
train 2 --resume || fail "$(cat "$scratch/output")"
said 1 'trying an older one'
said 1 'warning: the checkpoint of step 12 is not there'
said 1 'gone back to step 10, time 1 of 2'
