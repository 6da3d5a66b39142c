#!/usr/bin/env bash
# What is said of a training that is not made: --dry-run, --dump-config; and of the program: --version --verbose.
. "$(dirname "$0")/../support/shell.sh"
write_config "$scratch/small.yaml"
cd "$scratch"

# files: every file and folder, with its time of change.
files() { find . ! -name . ! -name output ! -name errors ! -name listed -printf '%p %T@\n' | sort; }
# said LINE: a line of the last dry run, as a pattern.
said() { grep -q -x -E -- "$1" "$scratch/errors" || fail "not said: $1; but: $(cat "$scratch/errors")"; }
dry_run() {
    files >listed
    "$program" small.yaml --dry-run "$@" 2>"$scratch/errors" || fail "$*: $(cat "$scratch/errors")"
    files | cmp - listed || fail "$* writes"
}

dry_run
said 'data     .*: 103 rows of 4 forms, 92 train, 11 held back; 0 duplicates left out'
said 'model    10860 parameters: .*'
said 'shards   8 a step, of which a rank has 8; more than 8 ranks would have none'
said 'time     about 0:0[0-9]: 14 steps of [0-9.]+ ms \([0-9,]+ words/s\), 2 evaluations of [0-9.]+ s'
said 'nothing was written; without --dry-run the training begins'
ends 78 '--set train.micro_batch=0: 0 is out of range (1 to 4096)' small.yaml --dry-run --set train.micro_batch=0
ends 64 '--timing, --trace and --stop-after do not go with --dry-run: it makes no run' small.yaml --dry-run --timing t.json

# Ranks: three share eight shards, twelve are too many.
export ASAN_OPTIONS=detect_leaks=0
run_ranks 3 small.yaml --dry-run || fail "$(cat "$scratch/output")"
grep -q -x 'shards   8 a step, of which a rank has 3 or one less; more than 8 ranks would have none' "$scratch/output" ||
    fail "$(cat "$scratch/output")"
expect_status 78 run_ranks 12 small.yaml --dry-run
grep -q '12 ranks, but 60 words a step in shards of 8 .* are only 8 shards: start at most 8' "$scratch/output" ||
    fail "$(cat "$scratch/output")"
# Before the queue, without Slurm.
expect_status 78 env CVAE_PROGRAM="$program" "$project/launch/train.sbatch" -np 12 --dry-run small.yaml >"$scratch/output" 2>&1
grep -q 'are only 8 shards: start at most 8' "$scratch/output" || fail "$(cat "$scratch/output")"
[ ! -e runs ] || fail 'a run was made'

# A run that is there, and one that goes on.
"$program" small.yaml 2>"$scratch/errors"
dry_run
said 'folder   it holds a run, of 14 steps: --resume goes on with it, --overwrite begins anew, --set name=... keeps both'
dry_run --resume --set train.epochs=3 --set optimizer.lr_schedule=1
said 'time     about 0:0[0-9]: 7 steps of .*, 1 evaluation of .*'
dry_run --set name=other --init runs/small
ends 77 "verbs.txt: not a checkpoint of cvae_mpi" small.yaml --dry-run --set name=other --init verbs.txt

# The configuration in force: what a run keeps as config.yaml; read anew, the same.
"$program" small.yaml --dump-config | cmp - runs/small/config.yaml || fail 'not what the run keeps'
"$program" small.yaml --set 'train.kl_weight={schedule: sigmoid, to: 1, centre: 3, width: 1}' --set seed=9 \
    --set data.format=unimorph --set data.train='a # b' --dump-config >one.yaml
"$program" one.yaml --dump-config | cmp - one.yaml || fail 'it reads back to something else'
grep -q '^seed: 9$' one.yaml || fail 'an override is not in it'
ends 78 '--set seeds=9: unknown key "seeds": did you mean "seed"?' small.yaml --dump-config --set seeds=9

"$program" --version --verbose >"$scratch/output"
for line in 'cvae_mpi [0-9.]+' 'compiler  .+' 'MPI       Open MPI v[0-9.]+.*' 'HDF5      [0-9.]+' 'BLAS      OpenBLAS .+' \
    'kernels   (avx512bf16|avx512|avx2|portable)'; do
    grep -q -x -E "$line" "$scratch/output" || fail "$line: $(cat "$scratch/output")"
done
[ "$("$program" --verbose --version | wc -l)" -eq 6 ] && [ "$("$program" --version | wc -l)" -eq 1 ] || fail 'versions'
ends 64 '--verbose goes with --version only' small.yaml --verbose
