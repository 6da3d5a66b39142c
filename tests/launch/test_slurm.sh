#!/usr/bin/env bash
# launch/train.sbatch under a real Slurm: a job comes to the end of a direct run, also if it is stopped by USR1, requeued and has
# a rank killed; one that is cancelled leaves a checkpoint of where it was; an array is a run for each seed.
. "$(dirname "$0")/../support/shell.sh"
. "$(dirname "$0")/../support/install.sh"
! is_sanitized || skip "Slurm and scripts, which the sanitizers say nothing about"
. "$(dirname "$0")/slurm.sh"
start_slurm
shim=$(dirname "$program")/tests/fault_shim.so
cd "$scratch"
write_config train.yaml
export CVAE_PROGRAM=$program OMPI_MCA_orte_tmpdir_base=$scratch
# Half of the time between TERM and KILL to a rank.
export OMPI_MCA_odls_base_sigkill_timeout=2
only=(--set evaluate.every=0 --set checkpoint.every=0)
endless=("${only[@]}" --set train.epochs=20000)
long=("${only[@]}" --set train.epochs=100 --set model.hidden=96)
# Long enough to be met in the middle, without work for the machine: each step waits for its checkpoint.
slow=("${long[@]}" --set checkpoint.every_steps=1 --set checkpoint.background=false)

# submit OPTION... -- ARGUMENT...: prints the job's number.
submit() {
    local options=()
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    sbatch --parsable "${options[@]}" "$project/launch/train.sbatch" train.yaml "${@:2}"
}
# epochs_of NAME: so many the run has reported.
epochs_of() { [ -e "runs/$1/metrics.jsonl" ] && wc -l <"runs/$1/metrics.jsonl" || echo 0; }
# lives JOB: it has not ended. To be called again and again; it doesn't look each time.
looks=0
lives() {
    sleep 0.02
    ((++looks % 20)) || [[ $(state_of "$1") =~ ^(PENDING|CONFIGURING|RUNNING|COMPLETING)$ ]] ||
        fail "it ended by itself: $(cat "$(log_of "$1")")"
}
# goes_on JOB NAME: waits until the job's run has come through a few epochs more.
goes_on() {
    local epochs
    epochs=$(epochs_of "$2")
    until [ "$(epochs_of "$2")" -gt $((epochs + 3)) ]; do lives "$1"; done
}
ends_at() { [ "$(value_of content_hash "runs/$2/last.h5")" = "$1" ] || fail "$2 ended elsewhere: $(ls "runs/$2")"; }
says() { grep -q -e "$2" "$(log_of "$1")" || fail "job $1 does not say '$2': $(tail -n 60 "$(log_of "$1")")"; }

# Cancelled, it has a checkpoint of where it was, and none of before: also if that takes a while.
cancelled=$(
    export LD_PRELOAD=$shim FAULT_CALL=rename FAULT_NAME=cancelled/step- FAULT_HOLD=$scratch/slow
    OMPI_MCA_odls_base_sigkill_timeout=5 submit --ntasks=2 -- --set name=cancelled "${endless[@]}"
)
goes_on "$cancelled" cancelled
reported=$(epochs_of cancelled)
scancel "$cancelled"
until [ -e "$scratch/slow.held" ]; do lives "$cancelled"; done
sleep 1
touch "$scratch/slow.go"
ends_as CANCELLED "$cancelled"
[ -e runs/cancelled/last.h5 ] || fail "no checkpoint: $(cat "$(log_of "$cancelled")")"
step=$(value_of step runs/cancelled/last.h5)
epoch=$(value_of epoch runs/cancelled/last.h5)
[ "$epoch" -ge "$reported" ] || fail "the checkpoint is of epoch $epoch, but it had come through $reported"
[ "$(ls runs/cancelled | grep -c '^step-')" -eq 1 ] || fail "$(ls runs/cancelled)"

# USR1: a checkpoint, the end, and the job is requeued. It goes on from that checkpoint, and one of its ranks is killed.
stopped=$(submit --ntasks=2 -- --set name=stopped "${slow[@]}")
goes_on "$stopped" stopped
scancel --signal=USR1 --batch "$stopped"
until grep -q '^resumed ' "$(log_of "$stopped")"; do lives "$stopped"; done
goes_on "$stopped" stopped
kill -KILL "$(pgrep -f "^$program train.yaml .*name=stopped " | tail -n 1)"

# Meanwhile an array, and what it and this one should come to.
array=$(submit --ntasks=2 --array=3,11 -- --set name=array)
for seed in 3 11; do
    "$program" train.yaml --set name=direct-$seed --set seed=$seed 2>/dev/null
done
"$program" train.yaml --set name=direct "${long[@]}" 2>/dev/null
expected=$(value_of content_hash runs/direct/last.h5)
ends_as COMPLETED "${array}_3" "${array}_11"
for seed in 3 11; do
    ends_at "$(value_of content_hash "runs/direct-$seed/last.h5")" "array-seed-$seed"
done
[ "$(value_of content_hash runs/direct-3/last.h5)" != "$(value_of content_hash runs/direct-11/last.h5)" ] || fail "one seed"

ends_as COMPLETED "$stopped"
ends_at "$expected" stopped
says "$stopped" "^train.sbatch: status 75; requeued\$"
says "$stopped" "^train.sbatch: job $stopped, start 2, on "
says "$stopped" " ended with status 137, .* restart 1 of 3 "

# The job that was cancelled goes on by the same command, with another number of ranks. USR2: a checkpoint and the end.
cancelled=$(submit --ntasks=1 -- --set name=cancelled "${endless[@]}")
goes_on "$cancelled" cancelled
says "$cancelled" "^resumed .* step $step\$"
scancel --signal=USR2 --batch "$cancelled"
ends_as FAILED "$cancelled"
[ "$(value_of step runs/cancelled/last.h5)" -gt "$step" ] || fail "it did not go on: $(ls runs/cancelled)"
[ -z "$(squeue --noheader)" ] || fail "jobs are left: $(squeue)"
