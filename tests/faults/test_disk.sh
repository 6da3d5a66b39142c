#!/usr/bin/env bash
# A disk that fails under a training: what was there before is still good, the training goes on or stops as configured, and
# resumed it ends as though nothing had happened. (Full and read-only disks: test_disk_full.sh.)
. "$(dirname "$0")/faults.sh"
root=$scratch/runs
train 0 2 plain
[ "$(value_of step "$root/plain/last.h5")" -eq "$steps" ] || fail "it has $(value_of step "$root/plain/last.h5") steps"
expected=$(value_of content_hash "$root/plain/last.h5")

# broken CALL FROM TO: from now on, until mended, the disk fails in those calls on the checkpoints of steps.
broken() {
    export FAULT_CALL=$1 FAULT_NAME=${4:-step-} FAULT_FROM=$2 FAULT_TO=$3 LD_PRELOAD=$shim
}
mended() {
    unset LD_PRELOAD FAULT_CALL FAULT_NAME FAULT_FROM FAULT_TO FAULT_HOLD
}

# One call that fails costs one checkpoint. (A checkpoint takes one of each of these calls.)
for call in write fsync rename; do
    broken "$call" 3 3
    train 0 2 "once-$call"
    mended
    said "warning: $(file_of "$root/once-$call" 3): cannot be written: Input/output error; the training goes on"
    [ ! -e "$(file_of "$root/once-$call" 3)" ] || fail "$call: step 3 is there"
    good_steps "$root/once-$call" 4 "$steps"
    [ "$(value_of content_hash "$root/once-$call/last.h5")" = "$expected" ] || fail "$call: another end"
done

# A file that is larger than the user may write, here than a quarter of what one takes, is no other fault, and no signal's end.
# Nor does mpirun wait for ever for files of its own, which would be larger.
blocks=$(($(stat -L -c %s "$root/plain/last.h5") / 1024 / 4))
for ranks in 0 2; do
    launcher=()
    [ "$ranks" -eq 0 ] || launcher=(mpirun -np "$ranks")
    status=0
    (
        ulimit -f "$blocks"
        . "$project/launch/mpi_environment.sh" 5
        exec timeout -k 5 120 ${launcher[@]+"${launcher[@]}"} "$program" "$scratch/train.yaml" "${settings[@]}" \
            --set checkpoint.directory="$root" --set "name=limited-$ranks"
    ) >"$scratch/output" 2>&1 || status=$?
    [ "$status" -eq 73 ] || fail "limited, $ranks ranks: status $status: $(cat "$scratch/output")"
    said "$(file_of "$root/limited-$ranks" "$steps"): cannot be written: File too large"
    resumed 2 "limited-$ranks"
done

# From the eighth checkpoint on for good: 73 at the end, by then with a warning for each.
broken write 8 0
train 73 2 broken
mended
said "$(file_of "$root/broken" "$steps"): cannot be written: Input/output error"
[ "$(grep -c "warning: .*step-.*: cannot be written: Input/output error; the training goes on" "$scratch/output")" -eq \
    $((steps - 8)) ] || fail "other warnings: $(cat "$scratch/output")"
good_steps "$root/broken" 1 7
resumed 3 broken

# The last one before a stop that was asked for: 73, not 75.
broken fsync 8 0
train 73 1 stopped --stop-after 9
mended
good_steps "$root/stopped" 1 7
resumed 2 stopped

# With `stop` the training ends there.
broken write 3 0
train 73 2 strict --set checkpoint.on_error=stop
mended
said "$(file_of "$root/strict" 3): cannot be written: Input/output error"
good_steps "$root/strict" 1 2
resumed 2 strict

# metrics.jsonl: half a line that could not be written is not there, the others are. report.html: one warning.
broken write 2 2 metrics.jsonl
train 0 2 metrics --set evaluate.every=1
said "warning: $root/metrics/metrics.jsonl: cannot be appended to: Input/output error; the training goes on without this line"
[ "$(grep -c '^{"epoch": [134],.*}$' "$root/metrics/metrics.jsonl")" -eq 3 ] &&
    [ "$(wc -l <"$root/metrics/metrics.jsonl")" -eq 3 ] || fail "metrics.jsonl: $(cut -c 1-40 "$root/metrics/metrics.jsonl")"
mended
broken write 2 2 metrics.jsonl
train 73 2 strict-metrics --set checkpoint.on_error=stop
mended
said "$root/strict-metrics/metrics.jsonl: cannot be appended to: Input/output error"
broken rename 1 2 report.html
train 0 2 page --set evaluate.every=1
mended
said "warning: no report for now: "
[ -e "$root/page/report.html" ] || fail "report.html was not tried again"

# held NAME CALL NAME_OF_FILE FROM ARGUMENT...: starts a training of two ranks that stays in that call; $job is its process.
held() {
    local name=$1
    broken "$2" "$4" "$4" "$3"
    shift 4
    export FAULT_HOLD=$scratch/$name
    timeout 100 mpirun -np 2 "$program" "$scratch/train.yaml" "${settings[@]}" --set checkpoint.directory="$root" --set "name=$name" \
        "$@" >"$scratch/output" 2>&1 &
    job=$!
    mended
    wait_for "$scratch/$name.held" "$job"
}

# go NAME STATUS: lets it go on, until it ends with that status.
go() {
    local status=0
    : >"$scratch/$1.go"
    wait "$job" || status=$?
    [ "$status" -eq "$2" ] || fail "$1: status $status, not $2: $(cat "$scratch/output")"
}

# While the first checkpoint is held, at the end of epoch 1, the training goes on: to the end of epoch 2, whose checkpoint waits.
own=(--set checkpoint.every_steps=0)
held goes-on fsync "step-$(printf %010d "$epoch_steps")" 1 "${own[@]}"
until grep -q '"epoch": 2' "$root/goes-on/metrics.jsonl" 2>/dev/null; do
    kill -0 "$job" 2>/dev/null || fail "it ended: $(cat "$scratch/output")"
    sleep 0.01
done
[ ! -e "$root/goes-on/last.h5" ] || fail "it was not held"
go goes-on 0
[ "$(value_of content_hash "$root/goes-on/last.h5")" = "$expected" ] || fail "goes-on: another end"
[ "$(wc -l <"$root/goes-on/metrics.jsonl")" -eq 4 ] || fail "metrics of goes-on"

# A folder that goes away in the middle of a write, and comes back.
held vanished rename step- 6
mv "$root/vanished" "$root/elsewhere"
go vanished 73
grep -q "warning: $(file_of "$root/vanished" 6): cannot be written: No such file or directory; the training goes on" \
    "$scratch/output" || fail "no warning: $(cat "$scratch/output")"
[ ! -e "$root/vanished" ] || fail "it was made anew"
mv "$root/elsewhere" "$root/vanished"
for ((step = 1; step <= 5; step++)); do
    "$program" inspect "$(file_of "$root/vanished" "$step")" >/dev/null || fail "step $step is not good"
done
[ "$(readlink "$root/vanished/last.h5")" = "$(basename "$(file_of "$root/vanished" 5)")" ] || fail "vanished: last.h5"
resumed 3 vanished
good_steps "$root/vanished" 1 "$steps"

# Killed in the middle of a write: nothing half is taken for a checkpoint, and it is tidied up.
held killed write step- 4
mapfile -t ranks < <(ranks_of "$job")
kill -KILL "${ranks[@]}" || true
wait "$job" && fail "it was not killed but finished"
[ -n "$(find "$root/killed" -name '.step-0000000004.h5.tmp-*')" ] || fail "it was not in the middle of a write"
[ "$(readlink "$root/killed/last.h5")" = step-0000000003.h5 ] || fail "killed: last.h5"
resumed 3 killed
good_steps "$root/killed" 1 "$steps"
