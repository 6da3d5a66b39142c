#!/usr/bin/env bash
# The main recipe, ended by TERM to mpirun at N random moments and resumed each time: does it leave a checkpoint of the step
# that it says it reached, in mpirun's second, and what is mpirun's status? A line for each, and the figures at the end.
#   tests/faults/campaign_term.sh [N [PROGRAM]]     20 moments and build/cvae_mpi when left out
#   RANKS=2   SEED=1 (of the moments)   OPTIONS="--set KEY=VALUE ..."
# Every epoch is evaluated, so that evaluations, which last about as long as an epoch, are hit too.
set -euo pipefail
count=${1:-20}
[[ $- == *p* ]] || exec bash -p -- "$0" "$@" # without the caller's functions, options and BASH_ENV
. "$(dirname "$0")/../support/shell.sh" "$(realpath "${2:-$(dirname "$0")/../../build/cvae_mpi}")"
ranks=${RANKS:-2}
. "$project/launch/mpi_environment.sh" "$ranks"
[ "$ranks" -gt "$(mpi_cores)" ] || unset OMPI_MCA_mpi_yield_when_idle OMPI_MCA_hwloc_base_binding_policy
RANDOM=${SEED:-1}
run=$scratch/runs/verbs
last=$run/last.h5
options=(--set checkpoint.directory="$scratch/runs" --set evaluate.every=1 ${OPTIONS:-})
good=0 evaluating=0 resume=--overwrite
declare -A statuses
latencies=()

for ((i = 1; i <= count; i++)); do
    rm -f "$run/config.yaml"
    mpirun -np "$ranks" "$program" "$project/launch/train.yaml" "${options[@]}" "$resume" >"$scratch/output" 2>&1 &
    job=$!
    # A signal before the training has begun ends it as it ends any program.
    until [ -e "$run/config.yaml" ]; do
        kill -0 "$job" 2>/dev/null || fail "it ended by itself: $(cat "$scratch/output")"
        sleep 0.01
    done
    delay=$((200 + RANDOM * RANDOM % 8000))
    sleep "$(printf '%d.%03d' $((delay / 1000)) $((delay % 1000)))"
    asked=$(date +%s%N)
    kill -TERM "$job"
    status=0
    wait "$job" || status=$?
    statuses[$status]=$((${statuses[$status]:-0} + 1))
    step=$(sed -nE 's/^cvae_mpi: stopped by SIGTERM after step ([0-9]+);.*/\1/p' "$scratch/output")
    verdict="NO CHECKPOINT: $(tail -n 1 "$scratch/output")"
    if [ -n "$step" ] && [ "$(value_of step "$last")" = "$step" ]; then
        good=$((good + 1))
        took=$((($(date -r "$(realpath "$last")" +%s%N) - asked) / 1000000))
        latencies+=("$took")
        verdict="step $step, written $took ms after TERM"
        # Stopped in an evaluation: at an epoch's end, where the epoch is not yet over.
        if [ "$(value_of epoch_step "$last")" = 119 ]; then
            evaluating=$((evaluating + 1))
            verdict+=", in an evaluation"
        fi
    fi
    echo "$i: after $delay ms, status $status, $verdict"
    resume=--resume
    [ "$status" -ne 0 ] || resume=--overwrite
done

mapfile -t sorted < <(printf '%s\n' "${latencies[@]}" | sort -n)
echo "$good of $count left a checkpoint of the step reached, $evaluating of them in an evaluation"
echo "written after ${sorted[0]:-} to ${sorted[-1]:-} ms, median ${sorted[${#sorted[@]} / 2]:-}"
for status in "${!statuses[@]}"; do
    echo "status $status: ${statuses[$status]} times"
done
[ "$good" -eq "$count" ]
