#!/usr/bin/env -S bash -p --
# Measures the speed of training: installs what is missing, builds, and calls bench.py with the arguments.
#   tests/bench/run.sh [--peers] [ARGUMENT...]
# --peers: installs PyTorch, oneDNN and perf first; without it they take part where they are installed already.
#   BUILD=folder   where to build (default: build/)
[[ $- == *p* ]] || exec bash -p -- "$0" "$@" # without the caller's functions, options and BASH_ENV
unset CDPATH POSIXLY_CORRECT
set -euo pipefail
bench=$(readlink -f -- "${BASH_SOURCE[0]}")
bench=${bench%/*}
project=${bench%/*/*}
. "$project/launch/packages.sh"
. "$project/launch/mpi_environment.sh" 1

install_packages "$BUILD_PACKAGES" "$TEST_PACKAGES" python3-minimal libpython3-stdlib
if [ "${1:-}" = --peers ]; then
    shift
    install_packages python3-torch libdnnl-dev linux-perf
fi
build=${BUILD:-$project/build}
cmake -S "$project" -B "$build" -DCMAKE_BUILD_TYPE=Release -DCVAE_TESTS=ON >/dev/null
cmake --build "$build" --parallel "$(mpi_cores)" --target bench >/dev/null
exec /usr/bin/python3 -B "$bench/bench.py" --build "$build" "$@"
