#!/usr/bin/env bash
# Trains on this machine: installs what is missing, builds, and runs mpirun.
#   launch/train.sh [-np RANKS] [CONFIG.yaml] [OPTION...]
# RANKS: as many as there are cores when left out; more is fine. CONFIG.yaml: launch/train.yaml when left out. The options are
# those of cvae_mpi: --resume, --overwrite, --set KEY=VALUE, ...
set -euo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$project/launch/packages.sh"

ranks=$(nproc)
if [ "${1:-}" = -np ]; then
    ranks=${2:?"-np needs a number of ranks"}
    shift 2
fi
config=$project/launch/train.yaml
if [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; then
    config=$1
    shift
fi

install_packages $BUILD_PACKAGES
cmake -S "$project" -B "$project/build" -DCMAKE_BUILD_TYPE=Release -DCVAE_TESTS=OFF >/dev/null
cmake --build "$project/build" --parallel "$(nproc)" --target cvae_mpi >/dev/null
. "$project/launch/mpi_environment.sh" "$ranks"
exec mpirun -np "$ranks" "$project/build/cvae_mpi" "$config" "$@"
