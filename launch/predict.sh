#!/usr/bin/env bash
# Predicts how training scales on clusters that are not here: measures what a step costs on this machine, and lets SimGrid
# simulate 8 to 1,024 ranks on the networks of launch/cluster.xml. Takes minutes; let nothing else run meanwhile.
#   launch/predict.sh [--quick] [--rounds N] [--hidden SIZE...]     tests/bench/README.md says what is predicted and how
# The results are in build/predict/: predict.md, predict.csv and calibration.json.
set -euo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$project/launch/packages.sh"

install_packages $BUILD_PACKAGES $TEST_PACKAGES libsimgrid-dev python3-minimal libpython3-stdlib
build=${BUILD:-$project/build}
cmake -S "$project" -B "$build" -DCMAKE_BUILD_TYPE=Release -DCVAE_TESTS=ON >/dev/null
cmake --build "$build" --parallel "$(nproc)" --target bench >/dev/null
# The unmodified sources once more, with SMPI in the place of MPI.
cmake -S "$project" -B "$build/smpi" --toolchain "$project/launch/smpi.cmake" -DCMAKE_BUILD_TYPE=Release \
    -DCVAE_TESTS=OFF >/dev/null
cmake --build "$build/smpi" --parallel "$(nproc)" --target cvae_mpi >/dev/null
exec /usr/bin/python3 -B "$project/tests/bench/predict.py" --build "$build" "$@"
