#!/usr/bin/env -S bash -p --
# Trains by one recipe with the program and with PyTorch, side by side: installs what is missing, builds, and calls
# recipe.py with the arguments.
#   tests/bench/recipe.sh RECIPE --train FILE --test FILE [--seeds N] [ARGUMENT...]
#   BUILD=folder   where to build (default: build/)
[[ $- == *p* ]] || exec bash -p -- "$0" "$@" # without the caller's functions, options and BASH_ENV
unset CDPATH POSIXLY_CORRECT
set -euo pipefail
bench=$(readlink -f -- "${BASH_SOURCE[0]}")
bench=${bench%/*}
project=${bench%/*/*}
. "$project/launch/packages.sh"
. "$project/launch/mpi_environment.sh" 1

install_packages "$BUILD_PACKAGES" python3-minimal libpython3-stdlib python3-torch python3-yaml
build=${BUILD:-$project/build}
cmake -S "$project" -B "$build" -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build "$build" --parallel "$(mpi_cores)" --target cvae_mpi >/dev/null
exec /usr/bin/python3 -B "$bench/recipe.py" --build "$build" "$@"
