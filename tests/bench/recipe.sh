#!/usr/bin/env bash
# Trains by one recipe with the program and with PyTorch, side by side: installs what is missing, builds, and calls
# recipe.py with the arguments.
#   tests/bench/recipe.sh RECIPE --train FILE --test FILE [--seeds N] [ARGUMENT...]
#   BUILD=folder   where to build (default: build/)
set -euo pipefail
bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$bench/../.." && pwd)
. "$project/launch/packages.sh"

install_packages $BUILD_PACKAGES python3-minimal libpython3-stdlib python3-torch python3-yaml
build=${BUILD:-$project/build}
cmake -S "$project" -B "$build" -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build "$build" --parallel "$(nproc)" --target cvae_mpi >/dev/null
exec /usr/bin/python3 -B "$bench/recipe.py" --build "$build" "$@"
