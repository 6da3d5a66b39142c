#!/usr/bin/env bash
# Promise 3: all ranks fail together, within seconds, with one message.
. "$(dirname "$0")/../support/shell.sh"
# In a build with the sanitizers: what Open MPI never frees is not ours to find.
export ASAN_OPTIONS=detect_leaks=0
write_config "$scratch/train.yaml"

# said TEXT: the text stands in the output exactly once.
said() {
    [ "$(grep -c -F -- "$1" "$scratch/output")" -eq 1 ] || fail "'$1' is not there once: $(cat "$scratch/output")"
}

expect_status 66 run_ranks 3 "$scratch/absent.yaml"
said "rank 0 on $(hostname): $scratch/absent.yaml: No such file or directory"

expect_status 66 run_ranks 3 "$scratch/train.yaml" --set data.train="$scratch/absent.txt"
said "$scratch/absent.txt: No such file or directory"

printf 'one row of\n' >"$scratch/bad.txt"
expect_status 65 run_ranks 3 "$scratch/train.yaml" --set data.train="$scratch/bad.txt"
said "$scratch/bad.txt:1: 3 forms"

expect_status 78 run_ranks 3 "$scratch/train.yaml" --set train.epoch=3
said 'did you mean "train.epochs"'

expect_status 78 run_ranks 5 "$scratch/train.yaml" --set train.batch_size=32
said 'are only 4 shards: start at most 4'

# A value that is not finite: every rank stops, one says which tensor.
expect_status 76 run_ranks 3 "$scratch/train.yaml" --set optimizer.name=sgd --set optimizer.lr=1e30 --set optimizer.clip=0
said 'training diverged at step'

# A run is not overwritten by accident.
run_ranks 2 "$scratch/train.yaml" --set train.epochs=1
expect_status 64 run_ranks 2 "$scratch/train.yaml"
said 'already holds a run: --resume goes on with it'

# A folder that cannot be made.
: >"$scratch/file"
expect_status 73 run_ranks 2 "$scratch/train.yaml" --set checkpoint.directory="$scratch/file/runs"
said "rank 0 on $(hostname): "

# Only rank 0 reads: files that another rank cannot see hurt nobody.
mkdir "$scratch/elsewhere"
(
    cd "$scratch"
    timeout 120 mpirun -np 1 "$program" train.yaml --set name=seen : \
        -np 2 --wdir "$scratch/elsewhere" "$program" train.yaml --set name=seen
) >"$scratch/output" 2>&1 || fail "files that ranks 1 and 2 cannot see: $(cat "$scratch/output")"

# Ranks that were asked for different things do not wait for each other.
expect_status 64 timeout 60 mpirun -np 1 "$program" "$scratch/train.yaml" --set name=a : \
    -np 1 "$program" "$scratch/train.yaml" --set name=b >"$scratch/output" 2>&1
said 'it was started with other arguments than another rank'

# A rank that is killed ends the job within seconds.
timeout 60 mpirun -np 3 "$program" "$scratch/train.yaml" --set name=long --set train.epochs=100000 >"$scratch/output" 2>&1 &
job=$!
until [ -e "$scratch/runs/long/config.yaml" ]; do
    kill -0 "$job" || fail "it ended by itself: $(cat "$scratch/output")"
    sleep 0.05
done
victim=$(ranks_of "$job" | tail -n 1)
kill -KILL "$victim"
SECONDS=0
status=0
wait "$job" || status=$?
[ "$status" -eq 137 ] || fail "a killed rank ended the job with $status, not 137"
[ "$SECONDS" -le 20 ] || fail "a killed rank ended the job after $SECONDS s"
