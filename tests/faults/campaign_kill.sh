#!/usr/bin/env bash
# campaign_kill.sh [KILLS [SEED [PROGRAM]]]: that many trainings (200) at a random rank count from 1 to 5, each ended by
# SIGKILL of a random rank, of mpirun, or of all, at a random moment, every third while a checkpoint is being written; each is
# resumed at another random rank count, and has to end with the content hash of the uninterrupted run and each epoch's line once. Prints the counts;
# status 1 where a hash differs. The seed chooses ranks, victims and moments, which the machine's load then moves.
kills=${1:-200} seed=${2:-1}
[[ $- == *p* ]] || exec bash -p -- "$0" "$@" # without the caller's functions, options and BASH_ENV
. "$(dirname "$0")/../support/shell.sh" "${3:-$(dirname "$0")/../../build/cvae_mpi}"
export ASAN_OPTIONS=detect_leaks=0
# What Open MPI leaves behind when mpirun is killed goes with the scratch folder.
export TMPDIR=$scratch OMPI_MCA_btl_vader_backing_directory=$scratch
RANDOM=$seed
write_config "$scratch/train.yaml"
run=$scratch/runs/small
# A model large enough that a good part of the time goes to writing it.
options=(--set model.hidden=96 --set train.epochs=5 --set checkpoint.every_steps=1 --set evaluate.every=0)

job='' pids=()
trap '[ "${#pids[@]}" -eq 0 ] || kill -KILL "${pids[@]}" 2>/dev/null || true; rm -rf "$scratch"' EXIT

# start RANKS ARGUMENT...: the training in the background; $job is mpirun.
start() {
    local ranks=$1
    shift
    mpirun -np "$ranks" "$program" "$scratch/train.yaml" "${options[@]}" "$@" >"$scratch/output" 2>&1 &
    job=$!
    pids=("$job")
}
# find_ranks RANKS: waits until they are there; $pids is mpirun and they.
find_ranks() {
    local found=()
    until [ "${#found[@]}" -eq "$1" ]; do
        kill -0 "$job" 2>/dev/null || return 1
        mapfile -t found < <(ranks_of "$job")
    done
    pids=("$job" "${found[@]}")
}
# any_runs PROCESS...: whether one of them does. One that has ended, but that nobody waited for, has no program.
any_runs() {
    local process
    for process in "$@"; do
        [ ! -e "/proc/$process/exe" ] || return 0
    done
    return 1
}
milliseconds() { echo $((${EPOCHREALTIME/./} / 1000)); }
# A moment of the run, by its steps, so that it does not matter how fast the machine happens to be.
wait_for_step() {
    local files number=-1
    while [ "$number" -lt "$1" ] && kill -0 "$job" 2>/dev/null; do
        files=("$run"/step-*.h5)
        number=${files[-1]##*step-} number=${number%.h5}
        [ "$number" = "*" ] && number=-1 || number=$((10#$number))
    done
}
is_writing() {
    local files=("$run"/.step-*.tmp-*)
    [ -e "${files[0]}" ]
}

run_ranks 1 "$scratch/train.yaml" "${options[@]}" || fail "$(cat "$scratch/output")"
expected=$(value_of content_hash "$run/last.h5")
steps=$(value_of step "$run/last.h5")
first=$(milliseconds)

declare -A killed=([rank]=0 [mpirun]=0 [all]=0)
writing=0 leftovers=0 finished=0 equal=0 began_anew=0
for ((trial = 0; trial < kills; trial++)); do
    rm -rf "$run"
    ranks=$((RANDOM % 5 + 1)) again=$((RANDOM % 5 + 1)) victim=$((RANDOM % 5))
    kinds=(rank mpirun all)
    kind=${kinds[RANDOM % 3]}
    # From before the first checkpoint to before the last; then up to 100 ms more.
    moment=$((RANDOM % (steps - 1))) more=$((RANDOM % 100))
    start "$ranks"
    find_ranks "$ranks" || fail "it ended by itself: $(cat "$scratch/output")"
    [ "$moment" -eq 0 ] || wait_for_step "$moment"
    if [ $((trial % 3)) -eq 0 ]; then
        until is_writing || ! kill -0 "$job" 2>/dev/null; do :; done
    else
        sleep "0.0$((more / 10))$((more % 10))"
    fi
    seen=$(is_writing && echo 1 || echo 0)
    case $kind in
    rank) victims=("${pids[1 + victim % ranks]}") ;;
    mpirun) victims=("$job") ;;
    all) victims=("${pids[@]}") ;;
    esac
    kill -KILL "${victims[@]}" 2>/dev/null || true
    status=0
    wait "$job" 2>/dev/null || status=$?
    # Where only mpirun is gone the ranks notice, and go as well.
    for ((i = 0; i < 3000; i++)); do
        any_runs "${pids[@]:1}" || break
        sleep 0.01
    done
    ! any_runs "${pids[@]:1}" || fail "ranks go on without mpirun: $(cat "$scratch/output")"
    pids=()
    killed[$kind]=$((killed[$kind] + 1))
    writing=$((writing + seen))
    ! is_writing || leftovers=$((leftovers + 1))
    [ "$status" -ne 0 ] || finished=$((finished + 1))
    [ -e "$run/last.h5" ] || began_anew=$((began_anew + 1))
    verified=0
    [ ! -d "$run" ] || "$program" verify "$run" >"$scratch/verified" 2>&1 || verified=$?
    [ "$verified" -ne 77 ] || fail "trial $trial: not every checkpoint is whole: $(cat "$scratch/verified")"
    run_ranks "$again" "$scratch/train.yaml" "${options[@]}" --resume || fail "trial $trial: $(cat "$scratch/output")"
    [ "$(sed -E 's/^\{"epoch": ([0-9]+), .*"time": "[^"]*"(, "(schedules|evaluation)": .*\})?\}$/\1/' "$run/metrics.jsonl" | xargs)" = '1 2 3 4 5' ] ||
        fail "trial $trial: not each epoch once: $(cut -c 1-40 "$run/metrics.jsonl")"
    if [ "$(value_of content_hash "$run/last.h5")" = "$expected" ]; then
        equal=$((equal + 1))
    else
        echo "trial $trial: $ranks ranks, killed $kind at step $moment, resumed with $again: it ended elsewhere" >&2
    fi
done
echo "$kills kills in $((($(milliseconds) - first) / 1000)) s: of a rank ${killed[rank]}, of mpirun ${killed[mpirun]}, of all" \
    "${killed[all]}; of $steps steps of a run each"
echo "while a checkpoint was being written $writing, of which a half-written one was left by $leftovers;" \
    "before the first checkpoint $began_anew; too late, the run had ended, $finished"
echo "content hashes equal: $equal of $kills"
[ "$equal" -eq "$kills" ]
