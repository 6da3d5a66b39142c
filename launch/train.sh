#!/usr/bin/env bash
# Trains on this machine: installs what is missing, builds, and runs mpirun.
#   launch/train.sh [-np RANKS] [CONFIG.yaml] [OPTION...], in any order
# RANKS: as many as there are cores when left out; more is fine. CONFIG.yaml: launch/train.yaml when left out. The options are
# those of cvae_mpi: --resume, --overwrite, --set KEY=VALUE, ...
set -euo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

ranks=$(nproc)
config=$project/launch/train.yaml
options=()
while [ $# -gt 0 ]; do
    case $1 in
    -np | -n)
        ranks=${2:-}
        [[ $ranks =~ ^[1-9][0-9]*$ ]] || { echo "$1 needs a number of ranks, from 1" >&2; exit 64; }
        shift
        ;;
    --set | --stop-after | --timing | --warmup | --trace | --trace-steps)
        [ $# -gt 1 ] || { echo "train.sh: $1 needs a value" >&2; exit 64; }
        options+=("$1" "$2")
        shift
        ;;
    -*) options+=("$1") ;;
    *) config=$1 ;;
    esac
    shift
done

. "$project/launch/build.sh"
. "$project/launch/mpi_environment.sh" "$ranks"
exec mpirun -np "$ranks" "$project/build/cvae_mpi" "$config" ${options[@]+"${options[@]}"}
