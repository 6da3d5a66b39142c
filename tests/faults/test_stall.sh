#!/usr/bin/env bash
# A rank that does not go on is named, once; after twice the time the job ends with a status of its own.
. "$(dirname "$0")/../support/shell.sh"
export ASAN_OPTIONS=detect_leaks=0
write_config "$scratch/train.yaml"
run=$scratch/runs/small
# Also long enough for a slow disk, which gets each epoch's report.
seconds=4
options=(--set train.stall_seconds="$seconds" --set train.epochs=100000 --set model.hidden=64 --set evaluate.every=0
    --set checkpoint.every=0 --set checkpoint.keep=1)

# start RANKS ARGUMENT...: a training in the background, through an epoch or more. Sets $job and the array $ranks.
start() {
    rm -f "$run/metrics.jsonl"
    timeout --foreground 120 mpirun -np "$1" "$program" "$scratch/train.yaml" "${options[@]}" "${@:2}" >"$scratch/output" 2>&1 &
    job=$!
    until [ -e "$run/metrics.jsonl" ]; do
        kill -0 "$job" 2>/dev/null || fail "it ended by itself: $(cat "$scratch/output")"
        sleep 0.01
    done
    mapfile -t ranks < <(ranks_of "$job")
    [ ${#ranks[@]} -eq "$1" ] || fail "the ranks are ${ranks[*]}"
}

# rank_of PROCESS: its rank.
rank_of() { tr '\0' '\n' <"/proc/$1/environ" | sed -n 's/^OMPI_COMM_WORLD_RANK=//p'; }

# Each rank in turn, rank 0 too.
for victim in 0 2; do
    start 3 --overwrite
    rank=$(rank_of "${ranks[victim]}")
    kill -STOP "${ranks[victim]}"
    status=0
    wait "$job" || status=$?
    [ "$status" -eq 69 ] || fail "status $status, not 69: $(cat "$scratch/output")"
    place="on $(hostname) has not got through step [0-9]* for"
    [ "$(grep -c "^warning: stalled: " "$scratch/output")" -eq 1 ] &&
        grep -q "^warning: stalled: rank $rank $place $seconds s: its process stands still\$" "$scratch/output" ||
        fail "rank $rank is not named once: $(cat "$scratch/output")"
    grep -q "^cvae_mpi: ended: rank $rank $place $((2 * seconds)) s" "$scratch/output" || fail "$(cat "$scratch/output")"
    is_gone "${ranks[victim]}"
done

# Where mpirun ends nothing, on the other side of a link that is gone, the ranks go by themselves.
start 3 --overwrite
mpirun=$(pgrep -P "$job")
kill -STOP "$mpirun" "${ranks[1]}"
for rank in "${ranks[0]}" "${ranks[2]}"; do
    for waited in {1..300}; do
        # Nobody asks for its status.
        [[ $(ps -o stat= -p "$rank") != Z* ]] || continue 2
        sleep 0.1
    done
    kill -CONT "$mpirun"
    fail "process $rank waits for mpirun: $(cat "$scratch/output")"
done
kill -CONT "$mpirun"
expect_status 69 wait "$job"
is_gone "${ranks[1]}"

# One that goes on in time: so does the run, and the next stall is named anew.
start 2 --overwrite
for time in 1 2; do
    kill -STOP "${ranks[1]}"
    until [ "$(grep -c "^warning: stalled: " "$scratch/output")" -eq "$time" ]; do
        kill -0 "$job" 2>/dev/null || fail "stall $time is not named: $(cat "$scratch/output")"
        sleep 0.05
    done
    kill -CONT "${ranks[1]}"
    lines=$(wc -l <"$run/metrics.jsonl")
    until [ "$(wc -l <"$run/metrics.jsonl")" -gt "$lines" ]; do
        kill -0 "$job" 2>/dev/null || fail "it did not go on: $(cat "$scratch/output")"
        sleep 0.01
    done
done
# A job that is stopped as a whole, as by a terminal's Ctrl-Z, stalls nobody.
kill -STOP "${ranks[@]}"
sleep $((2 * seconds + 1))
kill -CONT "${ranks[@]}"
lines=$(wc -l <"$run/metrics.jsonl")
until [ "$(wc -l <"$run/metrics.jsonl")" -gt $((lines + 1)) ]; do
    kill -0 "$job" 2>/dev/null || fail "a job that was stopped did not go on: $(cat "$scratch/output")"
    sleep 0.01
done
[ "$(grep -c stalled "$scratch/output")" -eq 2 ] || fail "$(cat "$scratch/output")"
kill -USR2 "${ranks[0]}"
expect_status 75 wait "$job"

# Without a watch nobody is named; the numbers are the same, whatever the watch.
options+=(--set train.epochs=3)
for stall_seconds in 0 60 300; do
    run_ranks 2 "$scratch/train.yaml" "${options[@]}" --set train.stall_seconds=$stall_seconds --overwrite ||
        fail "$(cat "$scratch/output")"
    content=$(value_of content_hash "$run/last.h5")
    [ "$content" = "${first:=$content}" ] || fail "train.stall_seconds decides the numbers"
done
