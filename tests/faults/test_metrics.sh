#!/usr/bin/env bash
# metrics.jsonl has each epoch once and whole, however often a run is killed and resumed, and from whichever checkpoint.
. "$(dirname "$0")/faults.sh"
root=$scratch/runs
metrics=$root/killed/metrics.jsonl
train 0 2 plain
expected=$(value_of content_hash "$root/plain/last.h5")

# fields FILE: its lines, which are JSON, without what the clock says. An epoch's seconds are those of the process that ended it.
fields() {
    python3 - "$1" <<'PYTHON' || fail "$1: $(cut -c 1-60 "$1")"
import json, sys
for line in open(sys.argv[1], encoding="utf-8"):
    assert line.endswith("\n"), line[:60]
    record = json.loads(line)
    for key in "words_per_second", "seconds", "checkpoints", "checkpoint_pause", "time":
        record.pop(key)
    print(json.dumps(record))
PYTHON
}
# whole TEXT: the run's lines are those of the run that nobody interrupted.
whole() {
    fields "$metrics" | cmp - <(fields "$root/plain/metrics.jsonl") || fail "$1"
}

# kill_in CALL FROM ARGUMENT...: starts the training, and kills it in that call on metrics.jsonl.
kill_in() {
    local call=$1 from=$2
    shift 2
    rm -f "$scratch"/hold.*
    FAULT_CALL=$call FAULT_NAME=killed/metrics.jsonl FAULT_FROM=$from FAULT_HOLD=$scratch/hold LD_PRELOAD=$shim "$program" \
        "$scratch/train.yaml" "${settings[@]}" --set checkpoint.directory="$root" --set name=killed "$@" >"$scratch/output" 2>&1 &
    wait_for "$scratch/hold.held" $!
    kill -KILL $!
    wait $! 2>/dev/null || true
}

# In the middle of the third epoch's write, and behind it, before anything else is: no checkpoint has that epoch as reported.
for call in write fdatasync; do
    rm -rf "$root/killed"
    kill_in "$call" 3
    if [ "$call" = write ]; then
        [ "$(tail -c 1 "$metrics" | wc -l)" -eq 0 ] && [ "$(wc -l <"$metrics")" -eq 2 ] || fail "no half line: $(cat "$metrics")"
    else
        [ "$(wc -l <"$metrics")" -eq 3 ] || fail "no third line: $(cat "$metrics")"
    fi
    # What reads the run meanwhile passes over the half line.
    "$program" report --csv "$root/killed" >"$scratch/csv" || fail "report of a killed run"
    [ "$(wc -l <"$scratch/csv")" -eq $(($(wc -l <"$metrics") + 1)) ] || fail "report of a killed run: $(cat "$scratch/csv")"
    resumed 2 killed
    whole "killed in $call"
done

# Killed while a resume puts the new file in the place of the old one: before it, the old one is whole.
rm "$(file_of "$root/killed" "$steps")" "$root/killed/last.h5"
kill_in rename 1 --resume
whole "killed in rename"
# Twice in a row, in the middle of the same epoch's line.
kill_in write 1 --resume
kill_in write 1 --resume
resumed 1 killed
whole "killed twice"

# From an older checkpoint, of the middle of an epoch and of the end of one; resumed when it is complete; and with a line that is cut
# off but for its newline.
for last in $((2 * epoch_steps - 3)) $((2 * epoch_steps)) "$steps"; do
    for ((step = last + 1; step <= steps; step++)); do
        rm -f "$(file_of "$root/killed" "$step")"
    done
    truncate -s -1 "$metrics"
    resumed 2 killed
    whole "from step $last"
    cp "$metrics" "$scratch/before"
    resumed 2 killed
    cmp "$metrics" "$scratch/before" || fail "a complete run's metrics change"
done
