#!/usr/bin/env bash
# What launch/train.sbatch decides, with stand-ins for Slurm and mpirun: when the job is requeued, what is passed on, which runs
# an array has. tests/launch/test_slurm.sh has a real Slurm.
. "$(dirname "$0")/../support/shell.sh"
if is_sanitized; then
    echo "skipped: scripts, which the sanitizers say nothing about" >&2
    exit 77
fi
write_config "$scratch/train.yaml"
run=$scratch/runs/small
mkdir -p "$run" "$scratch/bin" "$scratch/spool" "$scratch/else where"
cp "$project/launch/train.sbatch" "$scratch/spool/slurm_script"

# scontrol shows the job, and writes down what it is asked, although Slurm ends the job's processes for it; mpirun writes down
# its arguments and does as $scratch/do says; no time passes between supervise.sh's restarts.
cat >"$scratch/bin/scontrol" <<'SCRIPT'
#!/usr/bin/env bash
[ "$1" != show ] || exec echo "   Command=$SUBMITTED"
kill -TERM $$
printf '%s\n' "$*" >>"$STANDIN/asked"
SCRIPT
cat >"$scratch/bin/mpirun" <<'SCRIPT'
#!/usr/bin/env bash
printf '%s\n' "$*" >>"$STANDIN/calls"
. "$STANDIN/do"
SCRIPT
printf '#!/bin/sh\n' >"$scratch/bin/sleep"
chmod +x "$scratch"/bin/*
unset SLURM_ARRAY_JOB_ID SLURM_ARRAY_TASK_ID SLURM_RESTART_COUNT
export STANDIN=$scratch SLURM_JOB_ID=12 SLURM_JOB_NODELIST=node1 SLURM_TASKS_PER_NODE='2(x2),1' SLURM_SUBMIT_DIR=$scratch
export SUBMITTED CVAE_PROGRAM=$program

# batch COMMANDS ARGUMENT...: the job's script in the background as $job, with an mpirun that does the commands.
batch() {
    echo "$1" >"$scratch/do"
    rm -f "$scratch/ready"
    : >"$scratch/calls"
    : >"$scratch/asked"
    shift
    SUBMITTED="${script-$project/launch/train.sbatch} $*"
    (cd "$scratch" && PATH=$scratch/bin:$PATH exec bash "$scratch/spool/slurm_script" "$@") >"$scratch/output" 2>&1 &
    job=$!
}
# ended STATUS REQUEUED: with that status; and was the job requeued, what Slurm was asked.
ended() {
    local status=0
    wait "$job" || status=$?
    [ "$status" -eq "$1" ] || fail "status $status, not $1: $(cat "$scratch/output")"
    [ "$(cat "$scratch/asked")" = "$2" ] || fail "Slurm was asked '$(cat "$scratch/asked")', not '$2': $(cat "$scratch/output")"
}
calls() { wc -l <"$scratch/calls"; }
reaches() { touch "$run/step-000000000$1.h5"; }
# Until a signal comes, for STATUS after step STEP; USR2 alone is one.
stopped() {
    echo "trap 'touch \"\$STANDIN/runs/small/step-000000000$2.h5\"; exit $1' USR2; trap 'exit 99' USR1 TERM INT
        : >\"\$STANDIN/ready\"
        for i in {1..2000}; do /bin/sleep 0.01; done"
}
signal() {
    until [ -e "$scratch/ready" ]; do
        kill -0 "$job" 2>/dev/null || fail "it ended by itself: $(cat "$scratch/output")"
        /bin/sleep 0.01
    done
    kill "-$1" "$job"
}

# One rank for each task; resumed; the project found from the spool folder, from wherever the job was submitted.
here=$(realpath --relative-to="$scratch" "$project")
for script in "$project/launch/train.sbatch" "$here/launch/train.sbatch"; do
    batch 'exit 0' "train.yaml" --set "name=small"
    ended 0 ""
    [ "$(cat "$scratch/calls")" = "-np 5 $program train.yaml --resume --set name=small" ] || fail "called: $(cat "$scratch/calls")"
done
script=copy.sbatch
SLURM_SUBMIT_DIR=$project batch 'exit 0' "$scratch/train.yaml"
ended 0 ""
batch 'exit 0' train.yaml
ended 66 ""
unset script
batch 'exit 0' --set train.epochs=3
ended 0 ""
[ "$(cat "$scratch/calls")" = "-np 5 $program $project/launch/train.yaml --resume --set train.epochs=3" ] ||
    fail "called: $(cat "$scratch/calls")"

# The words of the other launchers, in any order, and their mistakes.
batch 'exit 75' --set name=small --restarts=1 -np 3 --pause 0 --on-stop resume train.yaml --resume
ended 75 ""
[ "$(sort -u "$scratch/calls")" = "-np 3 $program train.yaml --resume --set name=small" ] && [ "$(calls)" -eq 2 ] ||
    fail "called: $(cat "$scratch/calls")"
batch 'exit 0' train.yaml other.yaml
ended 64 ""
grep -q '^train.sbatch: two configurations: train.yaml and other.yaml; ' "$scratch/output" || fail "$(cat "$scratch/output")"

# USR1: a checkpoint, and the job goes on later; USR2 and TERM: the end.
reaches 1
batch "$(stopped 75 2)" train.yaml
signal USR1
ended 75 "requeue 12"
for name in USR2 TERM; do
    batch "$(stopped 75 3)" train.yaml
    signal "$name"
    ended 75 ""
done
batch "$(stopped 0 4)" train.yaml
signal USR1
ended 0 ""
# What was asked for otherwise ends it, and what would end the same again.
batch 'exit 75' train.yaml --stop-after 3
ended 75 ""
batch 'exit 76' train.yaml
ended 76 ""
# A crash that does not go away is tried elsewhere.
batch 'exit 137' train.yaml
ended 137 "requeue 12"
[ "$(calls)" -eq 4 ] || fail "restarts: $(cat "$scratch/output")"

# For ever only with new checkpoints.
export SLURM_RESTART_COUNT=2
batch "$(stopped 75 4)" train.yaml
signal USR1
ended 75 "requeue 12"
export SLURM_RESTART_COUNT=3
batch "$(stopped 75 4)" train.yaml
signal USR1
ended 75 ""
batch "$(stopped 75 5)" train.yaml
signal USR1
ended 75 "requeue 12"
unset SLURM_RESTART_COUNT

# An array's task: its own run, and only it is requeued.
export SLURM_ARRAY_JOB_ID=12 SLURM_ARRAY_TASK_ID=7
batch 'exit 137' train.yaml --set seed=5 --set name=mine
ended 137 "requeue 12_7"
[[ $(head -n 1 "$scratch/calls") == *" --set seed=5 --set name=mine --set seed=7 --set name=mine-seed-7" ]] ||
    fail "called: $(cat "$scratch/calls")"
unset SLURM_ARRAY_JOB_ID SLURM_ARRAY_TASK_ID

# What cannot be begun.
batch 'exit 0' train.yaml --overwrite
ended 64 ""
batch 'exit 0' train.yaml --set train.epoch=3
ended 78 ""
CVAE_PROGRAM=$scratch/none batch 'exit 0' train.yaml
ended 127 ""
grep -q "train.sbatch: $scratch/none is missing: in $project, cmake" "$scratch/output" || fail "$(cat "$scratch/output")"
SLURM_JOB_ID='' batch 'exit 0' train.yaml
ended 64 ""

# A Slurm job's cores are those of all its hosts.
yields() { (SLURM_JOB_CPUS_PER_NODE=$1 && unset OMPI_MCA_mpi_yield_when_idle && . "$project/launch/mpi_environment.sh" "$2" &&
    [ -n "${OMPI_MCA_mpi_yield_when_idle:-}" ]); }
! yields '600(x2),4' 1204 || fail "1,204 ranks have cores"
yields '600(x2),4' 1205 || fail "1,205 ranks have no cores"
