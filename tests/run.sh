#!/usr/bin/env -S bash -p --
# Runs every test: installs what is missing, builds, and calls CTest. Arguments go to CTest (for instance -R checkpoint).
#   BUILD=folder   where to build (default: build/); CMAKE_OPTIONS=... further options of the configuration
[[ $- == *p* ]] || exec bash -p -- "$0" "$@" # without the caller's functions, options and BASH_ENV
unset CDPATH POSIXLY_CORRECT
set -euo pipefail
project=$(readlink -f -- "${BASH_SOURCE[0]}")
project=${project%/*/*}
. "$project/launch/packages.sh"
. "$project/launch/mpi_environment.sh" 1

install_packages "$BUILD_PACKAGES" "$TEST_PACKAGES"
build=${BUILD:-$project/build}
# shellcheck disable=SC2086 # several options
cmake -S "$project" -B "$build" -DCMAKE_BUILD_TYPE="${BUILD_TYPE:-Release}" -DCVAE_TESTS=ON ${CMAKE_OPTIONS:-} >/dev/null
cmake --build "$build" --parallel "$(mpi_cores)" >/dev/null
# Two for each core: the tests that start processes spend much of their time waiting.
ctest --test-dir "$build" --parallel $((2 * $(mpi_cores))) --output-on-failure "$@"
