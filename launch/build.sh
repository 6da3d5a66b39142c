# Builds the program in build/ and installs what that needs. To be sourced, with $project set. A folder that is there keeps its
# other settings, so that who has built the tests keeps them.
. "$project/launch/packages.sh"
install_packages $BUILD_PACKAGES
settings=(-DCMAKE_BUILD_TYPE=Release)
[ -e "$project/build/CMakeCache.txt" ] || settings+=(-DCVAE_TESTS=OFF)
cmake -S "$project" -B "$project/build" "${settings[@]}" >/dev/null
cmake --build "$project/build" --parallel "$(nproc)" --target cvae_mpi >/dev/null
