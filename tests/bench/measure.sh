# For the scripts here that measure the program under mpirun: . measure.sh [PROGRAM]. Sets $project, $program (build/cvae_mpi
# where none is named: it is built first) and $scratch, a folder for what a script leaves in lines of numbers; the script
# removes it at its end.
# The script, not this file, begins once more:
[[ $- == *p* ]] || exec bash -p -- "$0" "$@" # without the caller's functions, options and BASH_ENV
unset CDPATH POSIXLY_CORRECT
set -euo pipefail
project=$(readlink -f -- "${BASH_SOURCE[0]}")
project=${project%/*/*/*}
program=$(realpath -m "${1:-$project/build/cvae_mpi}")
[ -n "${1:-}" ] || . "$project/launch/build.sh"
scratch=$(mktemp -d)
remove_scratch() { rm -rf "$scratch"; }
trap remove_scratch EXIT

# The model and batch of the tables in tests/README.md, whatever launch/train.yaml has.
measured=(--set model.hidden=256 --set model.latent=64 --set model.bidirectional=false --set data.invent=0
    --set train.consistency=0 --set train.batch_size=256 --set train.micro_batch=32)

# median: of numbers on standard input, the lower middle one.
median() {
    sort -g | awk '{number[NR] = $1} END {print number[int((NR + 1) / 2)]}'
}

# column FILE NUMBER: its median over the lines of that file of $scratch, a line a round.
column() {
    awk -v number="$2" '{print $number}' "$scratch/$1" | median
}
