#!/usr/bin/env bash
# Trains on this machine: installs what is missing, builds, and runs mpirun.
#   launch/train.sh [-np RANKS] [CONFIG.yaml] [OPTION...], in any order
# RANKS: when left out as many as there are cores and the training can use; more than cores is fine. CONFIG.yaml:
# launch/train.yaml when left out. The options are those of cvae_mpi: --resume, --overwrite, --set KEY=VALUE, ...
set -euo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=$project/build/cvae_mpi
. "$project/launch/options.sh"

usage() {
    echo "train.sh: $*; the use: launch/train.sh [-np RANKS] [CONFIG.yaml] [OPTION...]" >&2
    exit 64
}
ranks=
config=$project/launch/train.yaml
options=()
while [ $# -gt 0 ]; do
    case $1 in
    -np | -n)
        ranks=${2:-}
        [[ $ranks =~ ^[1-9][0-9]*$ ]] || usage "$1 needs a number of ranks, from 1"
        shift
        ;;
    -*)
        options+=("$1")
        if takes_value "$1"; then
            [ $# -gt 1 ] || usage "$1 needs a value"
            options+=("$2")
            shift
        fi
        ;;
    *) config=$1 ;;
    esac
    shift
done

. "$project/launch/build.sh"
. "$project/launch/run_folder.sh"
[ -n "$ranks" ] || choose_ranks "$(nproc)" "$config" ${options[@]+"${options[@]}"}
. "$project/launch/mpi_environment.sh" "$ranks"
command=(mpirun -np "$ranks" "$program" "$config" ${options[@]+"${options[@]}"})
[ -n "$(trap -p HUP)" ] || exec "${command[@]}"
# HUP is ignored, as after nohup. mpirun would end by it all the same: it gets a process group that the terminal does not reach.
set +e
. "$project/launch/child.sh"
"${command[@]}" </dev/null &
wait_for "$!"
exit "$ended"
