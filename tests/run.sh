#!/usr/bin/env bash
# Runs every test: installs what is missing, builds, and calls CTest. Arguments go to CTest (for instance -R checkpoint).
#   BUILD=folder   where to build (default: build/); CMAKE_OPTIONS=... further options of the configuration
set -euo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$project/launch/packages.sh"

install_packages $BUILD_PACKAGES $TEST_PACKAGES
build=${BUILD:-$project/build}
cmake -S "$project" -B "$build" -DCMAKE_BUILD_TYPE="${BUILD_TYPE:-Release}" -DCVAE_TESTS=ON ${CMAKE_OPTIONS:-} >/dev/null
cmake --build "$build" --parallel "$(nproc)" >/dev/null
ctest --test-dir "$build" --parallel "$(nproc)" --output-on-failure "$@"
