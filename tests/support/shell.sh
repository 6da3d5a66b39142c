# For test scripts: . shell.sh PROGRAM. Sets $program, $project and $scratch (a folder that is removed at the end), the MPI
# settings, and a few helpers. A script fails at its first unexpected status, and says which command had it.
# The script, not this file, begins once more, without the caller's functions, options and BASH_ENV; so do the scripts that it calls.
[[ $- == *p* ]] || while read -r _ _ function; do unset -f "$function"; done < <(declare -Fx)
[[ $- == *p* ]] || exec env -u BASH_ENV -u ENV -u SHELLOPTS -u BASHOPTS bash -p -- "$0" "$@"
unset CDPATH POSIXLY_CORRECT GREP_OPTIONS COLUMNS
# Messages and numbers are those that the scripts look for, whatever language is set.
export LC_ALL=C.UTF-8
set -Eeuo pipefail
trap 'echo "FAILED: line $LINENO: status $? of $BASH_COMMAND" >&2' ERR
program=$1
project=$(readlink -f -- "${BASH_SOURCE[0]}")
project=${project%/*/*/*}
scratch=$(mktemp -d)
# remove_scratch: what still writes there has it fail, which is no result of the test's.
remove_scratch() { rm -rf "$scratch" 2>/dev/null || { sleep 1 && rm -rf "$scratch"; } || true; }
trap remove_scratch EXIT
. "$project/launch/mpi_environment.sh" 5
# Tests run side by side: on a machine of many cores, too, none is bound to one that another test has.
export OMPI_MCA_hwloc_base_binding_policy=none

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# Whether the program was built with the address sanitizer, and is many times slower.
is_sanitized() { grep -q __asan_init "$program"; }

# A small training that has everything: uneven shards, a last batch that is not full, free-running words, clipping.
# write_config FILE [KEY...]: extra lines of YAML may follow on standard input.
write_config() {
    head -n 103 "$project/data/verbs.txt" >"$scratch/verbs.txt"
    cat >"$1" <<'YAML'
name: small
seed: 7
data: {train: verbs.txt, holdout: 0.1, pairs: random}
model: {hidden: 24, latent: 8, embedding: 12, condition: 4}
train: {epochs: 2, batch_size: 60, micro_batch: 8, teacher_forcing: 0.6, kl_weight: 0.2}
optimizer: {name: adam, lr: 0.01, clip: 1.0, lr_schedule: {schedule: cosine, warmup_steps: 3, to: 0.1}}
evaluate: {every: 1, draws: 50}
checkpoint: {directory: runs, every: 1, every_steps: 0, keep: 3}
YAML
}

# For a script that CTest runs once for each instruction set (see tests/CMakeLists.txt): ends it as skipped where
# the CPU lacks the one that CVAE_ISA names.
isa_start() {
    local status=0
    "$program" --version >"$scratch/output" 2>&1 || status=$?
    [ "$status" -ne 0 ] || return 0
    case $CVAE_ISA in
        avx2 | avx512 | avx512bf16)
            grep -q "of which this CPU has" "$scratch/output" && sed 's/^/skipped: /' "$scratch/output" >&2 && exit 77
            ;;
    esac
    fail "$(cat "$scratch/output")"
}

# run_ranks RANKS ARGUMENT...: the program under mpirun, silently; its output is in $scratch/output.
run_ranks() {
    local ranks=$1
    shift
    timeout 300 mpirun -np "$ranks" "$program" "$@" >"$scratch/output" 2>&1
}

# shares_memory: whether the ranks of this host have memory together. Some containers forbid it, and the program does without.
shares_memory() {
    write_config "$scratch/probe.yaml"
    run_ranks 2 "$scratch/probe.yaml" --set name=probe --set train.epochs=1 || fail "$(cat "$scratch/output")"
    ! grep -q 'warning: no memory is shared' "$scratch/output"
}

# ranks_of JOB: the process ids of the ranks among what the process JOB has started, one a line.
ranks_of() {
    local child
    for child in $(pgrep -P "$1" || true); do
        if [ "$(readlink "/proc/$child/exe")" = "$(readlink -f "$program")" ]; then
            echo "$child"
        fi
        ranks_of "$child"
    done
}

# kill_at_checkpoint STEP WORD...: trains with 2 ranks, WORD... behind the program's name, and kills both where they write that
# step's checkpoint. STEP has 10 digits. Clears $scratch/runs first.
kill_at_checkpoint() {
    local step=$1 job victims
    shift
    rm -rf "$scratch/runs" "$scratch/hold.held"
    LD_PRELOAD=$(dirname "$program")/tests/fault_shim.so FAULT_CALL=rename FAULT_NAME=step-$step FAULT_HOLD=$scratch/hold \
        timeout 60 mpirun -np 2 "$program" "$@" >"$scratch/output" 2>&1 &
    job=$!
    until [ -e "$scratch/hold.held" ]; do
        kill -0 "$job" || fail "it ended before step $step: $(cat "$scratch/output")"
        sleep 0.01
    done
    mapfile -t victims < <(ranks_of "$job")
    [ "${#victims[@]}" -eq 2 ] || fail "the ranks are ${victims[*]}"
    # mpirun may be faster with the second one.
    kill -KILL "${victims[@]}" || true
    ! wait "$job" || fail "it was not killed but finished"
}

# is_gone PROCESS: fails unless it ends within seconds. One whose status nobody asks for has ended, too.
is_gone() {
    local waited
    for waited in {1..100}; do
        [[ $(ps -o stat= -p "$1") =~ ^(Z|$) ]] && return
        sleep 0.1
    done
    fail "process $1 is left behind"
}

# value_of KEY FILE: a string or number of `inspect --json`.
value_of() {
    "$program" inspect "$2" --json | sed -E 's/.*"'"$1"'": "?([^",}]*).*/\1/'
}

# expect_status STATUS COMMAND...: fails unless the command ends with that status.
expect_status() {
    local expected=$1 status=0
    shift
    "$@" || status=$?
    [ "$status" -eq "$expected" ] || { cat "$scratch/output" >&2 2>/dev/null || true; fail "status $status, not $expected: $*"; }
}

# train_speller: a model that has learnt to spell a little, in seconds; its checkpoint is $model, its data $scratch/verbs.txt.
train_speller() {
    write_config "$scratch/speller.yaml"
    "$program" "$scratch/speller.yaml" --set name=speller --set train.epochs=40 --set train.kl_weight=0.02 \
        --set train.teacher_forcing=1 --set train.batch_size=16 --set train.micro_batch=16 --set optimizer.lr_schedule=1 \
        --set evaluate.every=0 --set checkpoint.every=0 2>"$scratch/errors" || fail "training: $(cat "$scratch/errors")"
    model=$scratch/runs/speller/last.h5
}

# ends STATUS TEXT ARGUMENT...: the program, with the script's standard input, ends with STATUS and says TEXT on standard
# error, on one line of its own. Its output is in $scratch/output.
ends() {
    local expected=$1 text=$2 status=0
    shift 2
    "$program" "$@" >"$scratch/output" 2>"$scratch/errors" || status=$?
    [ "$status" -eq "$expected" ] || fail "status $status, not $expected: $* ($(cat "$scratch/errors"))"
    grep -q -F -x -- "cvae_mpi: $text" "$scratch/errors" || fail "not said: $text; but: $(cat "$scratch/errors")"
}
