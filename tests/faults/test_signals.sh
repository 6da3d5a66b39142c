#!/usr/bin/env bash
# Signals to a training: USR1 asks for a checkpoint, the others for a checkpoint and the end, to be resumed with any number of
# ranks to the same numbers. To one rank, to mpirun, to a training without mpirun.
. "$(dirname "$0")/../support/shell.sh"
# In a build with the sanitizers: what Open MPI never frees is not ours to find.
export ASAN_OPTIONS=detect_leaks=0
# mpirun passes TERM on after this many seconds, and KILL after as many more: two, not one, for a loaded machine.
export OMPI_MCA_odls_base_sigkill_timeout=2
write_config "$scratch/train.yaml"
run=$scratch/runs/small
last=$run/last.h5
# Long enough to be met in the middle; with the sanitizers each epoch lasts many times as long.
epochs=600
! is_sanitized || epochs=120
options=(--set "train.epochs=$epochs" --set model.hidden=64 --set checkpoint.every=0 --set checkpoint.keep=0
    --set checkpoint.best=cross_entropy --set evaluate.every=20
    --set 'train.kl_weight={schedule: linear, from: 0, to: 0.2, by: epoch}')

# begin RANKS ARGUMENT...: a training in the background, without mpirun for 0 ranks. Sets $job; returns when it has shown an
# epoch.
begin() {
    local launcher=(mpirun -np "$1")
    [ "$1" -gt 0 ] || launcher=()
    shift
    # A background job of a script ignores INT, and a test whatever its own caller did, unless told otherwise.
    env --default-signal=INT,HUP,PIPE timeout --foreground 120 "${launcher[@]}" "$program" "$scratch/train.yaml" "${options[@]}" "$@" \
        >"$scratch/output" 2>&1 &
    job=$!
    until grep -qE '^epoch [0-9]+/' "$scratch/output"; do lives; done
}
lives() {
    kill -0 "$job" 2>/dev/null || fail "it ended by itself: $(cat "$scratch/output")"
    sleep 0.01
}
# start RANKS ARGUMENT...: begins, sets $process to what gets the training's signals, and returns when it has gone through an epoch
# or more, so that it listens.
start() {
    local before=0
    [ ! -e "$run/metrics.jsonl" ] || before=$(wc -l <"$run/metrics.jsonl")
    begin "$@"
    until [ -e "$run/metrics.jsonl" ] && [ "$(wc -l <"$run/metrics.jsonl")" -gt "$before" ]; do lives; done
    process=$(pgrep -P "$job")
}

# stopped STATUS SIGNAL: the job ends with that status, says so once, and has left a checkpoint of the step that it says.
stopped() {
    local status=0 step
    wait "$job" || status=$?
    [ "$status" -eq "$1" ] || fail "$2: status $status, not $1: $(cat "$scratch/output")"
    step=$(sed -nE "s/^cvae_mpi: stopped by $2 after step ([0-9]+); the same command with --resume goes on\$/\1/p" \
        "$scratch/output")
    [ -n "$step" ] || fail "$2 is not named: $(cat "$scratch/output")"
    [ "$(value_of step "$last")" = "$step" ] || fail "$2: last.h5 is not of step $step: $(ls "$run")"
}

# Without a signal.
run_ranks 1 "$scratch/train.yaml" "${options[@]}" || fail "$(cat "$scratch/output")"
content=$(value_of content_hash "$last")
best=$(readlink "$run/best.h5")
rows() { sed -E 's/"(seconds|words_per_second|checkpoints|checkpoint_pause|time)": ?[^,}]*//g' "$run/metrics.jsonl"; }
rows >"$scratch/rows"

# USR1 to one rank: a checkpoint more, and it goes on. No other checkpoints: this run keeps no best one.
rm -r "$run"
run=$scratch/runs/asked last=$run/last.h5
start 2 --set name=asked --set checkpoint.best=none
kill -USR1 "$(ranks_of "$job" | tail -n 1)"
until [ -e "$last" ]; do
    kill -0 "$job" 2>/dev/null || fail "USR1 ended it: $(cat "$scratch/output")"
    sleep 0.01
done
step=$(value_of step "$last")
# And TERM to the other.
kill -TERM "$(ranks_of "$job" | sed -n 1p)"
stopped 75 SIGTERM
grep -q "^SIGUSR1: a checkpoint of step $step\$" "$scratch/output" || fail "USR1: $(cat "$scratch/output")"
[ "$(value_of step "$last")" -gt "$step" ] || fail "USR1: it did not go on"
[ "$(cd "$run" && echo step-*)" = "$(printf 'step-%010d.h5 step-%010d.h5' "$step" "$(value_of step "$last")")" ] ||
    fail "other checkpoints: $(ls "$run")"

# mpirun passes USR1 and USR2 on.
start 3 --resume --set name=asked --set checkpoint.best=none
step=$(value_of step "$last")
kill -USR1 "$process"
until [ "$(value_of step "$last")" -gt "$step" ]; do
    kill -0 "$job" 2>/dev/null || fail "USR1 to mpirun ended it: $(cat "$scratch/output")"
    sleep 0.01
done
kill -USR2 "$process"
stopped 75 SIGUSR2
run_ranks 2 "$scratch/train.yaml" "${options[@]}" --resume --set name=asked --set checkpoint.best=none ||
    fail "resumed: $(cat "$scratch/output")"
[ "$(value_of content_hash "$last")" = "$content" ] || fail "asked for checkpoints it ended elsewhere"

# What mpirun itself is ended by reaches the ranks as TERM, and mpirun's own status is 1. Until it does, a fast machine comes a
# long way: these runs have no end, and few lines, as mpirun reads none of them while it waits. Both at the same time.
declare -A jobs
for signal in TERM INT; do
    run=$scratch/runs/$signal
    OMPI_MCA_odls_base_sigkill_timeout=8 start 2 --set "name=$signal" --set train.epochs=1000000 --set model.hidden=256 \
        --set evaluate.every=0 --set checkpoint.best=none
    kill -"$signal" "$process"
    jobs[$signal]=$job
    mv "$scratch/output" "$scratch/output-$signal"
done
for signal in TERM INT; do
    run=$scratch/runs/$signal last=$run/last.h5 job=${jobs[$signal]}
    mv "$scratch/output-$signal" "$scratch/output"
    stopped 1 SIGTERM
done
run=$scratch/runs/small last=$run/last.h5

# Without mpirun; the first time nothing is there to resume.
for signal in INT TERM USR2 HUP XCPU ALRM; do
    start 0 --resume
    kill -"$signal" "$process"
    stopped 75 "SIG$signal"
done

# In an evaluation, which lasts long here: it is given up, and made up for when the run is resumed.
begin 2 --resume --set evaluate.draws=600000
while
    reported=$(wc -l <"$run/metrics.jsonl")
    shown=$(sed -nE 's|^epoch ([0-9]+)/.*|\1|p' "$scratch/output" | tail -n 1)
    [ $((shown % 20)) -ne 0 ] || [ "${shown:-0}" -le "$reported" ]
do
    lives
done
kill -TERM $(ranks_of "$job")
stopped 75 SIGTERM
[ "$(value_of epoch "$last")" = $((shown - 1)) ] || fail "it stopped in epoch $(value_of epoch "$last"), not $shown"
[ "$(wc -l <"$run/metrics.jsonl")" -eq $((shown - 1)) ] || fail "the epoch was reported without its evaluation"
# As if it had been killed after it had reported the epoch, and before the next checkpoint.
printf '{"epoch": %d, "step": %d}\n' "$shown" "$(value_of step "$last")" >>"$run/metrics.jsonl"

# To the end: the numbers of the run that nobody asked for anything.
run_ranks 3 "$scratch/train.yaml" "${options[@]}" --resume || fail "resumed: $(cat "$scratch/output")"
[ "$(value_of content_hash "$last")" = "$content" ] || fail "it ended elsewhere"
[ "$(readlink "$run/best.h5")" = "$best" ] || fail "best.h5 leads to $(readlink "$run/best.h5"), not $best"
rows | sed -E 's/"(gaussian[a-z_]*|draws|(refined_)?agreement)": ?[^,}]*//g' >"$scratch/rows_resumed"
sed -E 's/"(gaussian[a-z_]*|draws|(refined_)?agreement)": ?[^,}]*//g' "$scratch/rows" | diff - "$scratch/rows_resumed" >&2 || fail "other metrics"

# A second INT ends a rank at once, wherever it is: here it waits for one that is stopped.
rm -r "$run"
start 2
mapfile -t ranks < <(ranks_of "$job")
kill -STOP "${ranks[1]}"
kill -INT "${ranks[0]}"
sleep 0.3
# Two that wait at the same time are one.
until awk '/^(SigPnd|ShdPnd):/ {waits += substr($2, length($2)) ~ /[2367abef]/} END {exit waits > 0}' "/proc/${ranks[0]}/status"; do
    lives
done
kill -0 "${ranks[0]}" || fail "the first INT ended it"
kill -INT "${ranks[0]}"
status=0
wait "$job" || status=$?
[ "$status" -eq 130 ] || fail "the second INT: status $status, not 130: $(cat "$scratch/output")"
is_gone "${ranks[1]}"

# The rest of a run without an end: status 75 and a checkpoint, which the folder $run then holds.
endless=("$scratch/train.yaml" "${options[@]}" --set train.epochs=1000000 --set evaluate.every=0 --set checkpoint.best=none)
saved() { [ -e "$run/last.h5" ] || fail "$1: no checkpoint: $(cat "$scratch/output")"; }

# The reader of what it prints goes away: before the first step, in the middle, and later.
for lines in 0 1 20; do
    run=$scratch/runs/reader-$lines
    { env --default-signal=PIPE timeout --foreground 120 "$program" "${endless[@]}" --set "name=reader-$lines" 2>&1 || echo $? \
        >"$scratch/status"; } | head -n "$lines" >"$scratch/output"
    [ "$(cat "$scratch/status")" = 75 ] || fail "without a reader: status $(cat "$scratch/status")"
    saved "without a reader"
done

# Who reads nothing does not keep it from ending: here the pipe is full.
run=$scratch/runs/full
mkfifo "$scratch/pipe"
exec 9<>"$scratch/pipe"
env --default-signal=PIPE timeout --foreground 120 "$program" "${endless[@]}" --set name=full --set model.hidden=4 2>&9 &
job=$!
until [ -s "$run/metrics.jsonl" ]; do lives; done
before=
until [ "$before" = "$(wc -l <"$run/metrics.jsonl")" ]; do
    before=$(wc -l <"$run/metrics.jsonl")
    sleep 1
done
kill -TERM "$(pgrep -P "$job")"
status=0
wait "$job" || status=$?
exec 9>&-
[ "$status" -eq 75 ] || fail "TERM while its output was stuck: status $status"
saved "TERM while its output was stuck"

# on_terminal NAME COMMAND...: the command's training has shown an epoch on a terminal of its own, which then closes.
on_terminal() {
    run=$scratch/runs/$1
    shift
    script -qc "exec env --default-signal=HUP $(printf '%q ' "$@" "${endless[@]}" --set "name=${run##*/}")" /dev/null \
        </dev/null >"$scratch/output" 2>&1 &
    job=$!
    until [ -s "$run/metrics.jsonl" ]; do lives; done
    mapfile -t ranks < <(ranks_of "$job")
    kill -KILL "$job"
    wait "$job" 2>/dev/null || true
}
for ranks in 0 2; do
    launcher=()
    [ "$ranks" -eq 0 ] || launcher=(mpirun -np "$ranks")
    on_terminal "terminal-$ranks" ${launcher[@]+"${launcher[@]}"} "$program"
    for rank in "${ranks[@]}"; do is_gone "$rank"; done
    saved "its terminal closed"
done
# After nohup it goes on, on a terminal that is no more.
on_terminal nohup sh -c 'trap "" HUP; exec "$@"' - "$program"
before=$(wc -l <"$run/metrics.jsonl")
until [ "$(wc -l <"$run/metrics.jsonl")" -gt $((before + 3)) ]; do
    kill -0 "${ranks[0]}" 2>/dev/null || fail "HUP ended it after nohup"
    sleep 0.01
done
kill -TERM "${ranks[0]}"
is_gone "${ranks[0]}"
saved "TERM without a terminal"
