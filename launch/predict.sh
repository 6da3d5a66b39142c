#!/usr/bin/env -S bash -p --
# Predicts how training scales on clusters that are not here: measures what a step costs on this machine, and lets SimGrid
# simulate 8 to 1,024 ranks on the networks of launch/cluster.xml. Takes minutes; let nothing else run meanwhile.
#   launch/predict.sh [--quick] [--rounds N] [--hidden SIZE...]
#   --quick           one round, hidden 256 only, to see that it works
#   --rounds N        in which what is measured is repeated in turn (5)
#   --hidden SIZE...  256, 1024 or both, as when left out
#   BUILD=folder      where to build (default: build/)
# The results are in build/predict/: predict.md, predict.csv and calibration.json. tests/bench/README.md says what is predicted
# and how.
[[ $- == *p* ]] || exec bash -p -- "$0" "$@" # without the caller's functions, options and BASH_ENV
unset CDPATH POSIXLY_CORRECT
set -euo pipefail
project=$(readlink -f -- "${BASH_SOURCE[0]}")
project=${project%/*/*}
for argument in "$@"; do
    case $argument in
    -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && exit ;;
    esac
done
. "$project/launch/packages.sh"
. "$project/launch/mpi_environment.sh" 1

install_packages "$BUILD_PACKAGES" "$TEST_PACKAGES" libsimgrid-dev python3-minimal libpython3-stdlib
build=${BUILD:-$project/build}
mkdir -p -- "$build"
build=$(readlink -f -- "$build")
cmake -S "$project" -B "$build" -DCMAKE_BUILD_TYPE=Release -DCVAE_TESTS=ON >/dev/null
cmake --build "$build" --parallel "$(mpi_cores)" --target bench >/dev/null
# The unmodified sources once more, with SMPI in the place of MPI.
cmake -S "$project" -B "$build/smpi" --toolchain "$project/launch/smpi.cmake" -DCMAKE_BUILD_TYPE=Release \
    -DCVAE_TESTS=OFF >/dev/null
cmake --build "$build/smpi" --parallel "$(mpi_cores)" --target cvae_mpi >/dev/null
exec /usr/bin/python3 -B "$project/tests/bench/predict.py" --build "$build" "$@"
