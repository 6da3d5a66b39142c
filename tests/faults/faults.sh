# For the scripts of this folder: . faults.sh PROGRAM. As tests/support/shell.sh, and a small training of 4 epochs with a
# checkpoint a step, all of which are kept; a disk that fails on request.
. "$(dirname "${BASH_SOURCE[0]}")/../support/shell.sh"
# In a build with the sanitizers: what Open MPI never frees is not ours to find, and the shim comes before them.
export ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0
shim=$(dirname "$program")/tests/fault_shim.so
write_config "$scratch/train.yaml"
settings=(--set train.epochs=4 --set checkpoint.every_steps=1 --set checkpoint.keep=0 --set evaluate.draws=0)
# An epoch has so many steps.
epoch_steps=7
steps=$((4 * epoch_steps))

file_of() {
    printf '%s/step-%010d.h5' "$1" "$2"
}

# train STATUS RANKS NAME ARGUMENT...: a training of that name, into $root/NAME, that ends with that status.
train() {
    local expected=$1 ranks=$2 name=$3 status=0
    shift 3
    run_ranks "$ranks" "$scratch/train.yaml" "${settings[@]}" --set checkpoint.directory="$root" --set "name=$name" "$@" || status=$?
    [ "$status" -eq "$expected" ] || fail "status $status, not $expected: $name $* ($(cat "$scratch/output"))"
}

# said TEXT: it stands in the output exactly once.
said() {
    [ "$(grep -c -F -- "$1" "$scratch/output")" -eq 1 ] || fail "'$1' is not there once: $(cat "$scratch/output")"
}

# good_steps FOLDER FIRST LAST: those steps' checkpoints are there and good, last.h5 is the last of them, nothing is half.
good_steps() {
    local step
    for ((step = $2; step <= $3; step++)); do
        "$program" inspect "$(file_of "$1" "$step")" >/dev/null || fail "step $step is not good"
    done
    [ "$(readlink "$1/last.h5")" = "$(basename "$(file_of "$1" "$3")")" ] || fail "last.h5 is $(readlink "$1/last.h5")"
    [ -z "$(find "$1" -name '.step-*')" ] || fail "something half is left: $(ls -A "$1")"
}

# resumed RANKS NAME: resumed, it ends as though nothing had happened.
resumed() {
    train 0 "$1" "$2" --resume
    [ "$(value_of content_hash "$root/$2/last.h5")" = "$expected" ] || fail "$2: resumed it ended elsewhere"
}

# wait_for FILE PROCESS: until the file is there, which the process is to make.
wait_for() {
    until [ -e "$1" ]; do
        kill -0 "$2" 2>/dev/null || fail "it ended without $1: $(cat "$scratch/output")"
        sleep 0.01
    done
}
