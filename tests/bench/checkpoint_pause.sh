#!/usr/bin/env bash
# How long checkpoints keep a training waiting: launch/train.yaml with one every few steps, written by the thread and in the
# training's own time, in turn. Prints each run's pauses, their share of its time and its speed, then the medians and their ratio.
#   tests/bench/checkpoint_pause.sh [PROGRAM]    build/cvae_mpi, built first, when left out
#   RANKS=2 EPOCHS=2 EVERY=20 ROUNDS=3   ranks, epochs of a run, steps between checkpoints, runs of each kind
#   FOLDER=...                           where the runs go (default: a folder in /tmp): it decides on which disk
. "$(dirname "${BASH_SOURCE[0]}")/measure.sh" "$@"
ranks=${RANKS:-2} epochs=${EPOCHS:-2} every=${EVERY:-20} rounds=${ROUNDS:-3}
. "$project/launch/mpi_environment.sh" "$ranks"
folder=${FOLDER:-$scratch}/cvae_pause
trap 'rm -rf "$scratch" "$folder"' EXIT

# run KIND BACKGROUND: one training; adds a line "ms a pause, longest, per cent of the time, words a second, ms at the end".
run() {
    rm -rf "$folder"
    mpirun -np "$ranks" "$program" "$project/launch/train.yaml" "${measured[@]}" --set checkpoint.directory="$folder" \
        --set "train.epochs=$epochs" --set checkpoint.every=0 --set "checkpoint.every_steps=$every" \
        --set "checkpoint.background=$2" --set evaluate.every=0 --set evaluate.draws=0 --set evaluate.examples=0 2>"$scratch/errors" || { cat "$scratch/errors" >&2; exit 1; }
    local line='s/^checkpoints [0-9]*: training paused ([0-9.]*) ms for each, ([0-9.]*) ms at most, ([0-9.]*)% of the time; '
    line+='([0-9.]*) ms for the last one$/\1 \2 \3/p'
    local pauses speed
    pauses=$(sed -nE "$line" "$scratch/errors")
    speed=$(sed -E 's/.*"words_per_second": ([0-9.e+]*).*/\1/' "$folder/verbs/metrics.jsonl" | median)
    echo "$pauses $speed" >>"$scratch/$1"
    printf '%-12s %8s ms a pause, %8s ms at most, %6s%% of the time, %8.0f words/s\n' "$1" $pauses "$speed"
}

for ((round = 1; round <= rounds; round++)); do
    run thread true
    run own-time false
done
for kind in thread own-time; do
    echo "$kind: median $(column "$kind" 1) ms a pause, $(column "$kind" 3)% of the time, $(column "$kind" 4) words/s"
done
awk -v a="$(column own-time 1)" -v b="$(column thread 1)" -v c="$(column thread 4)" -v d="$(column own-time 4)" \
    'BEGIN {printf "ratio: a pause is %.1f times as long without the thread; with it %.3f times the words a second\n", a / b, c / d}'
