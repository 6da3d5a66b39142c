# Builds the program in build/ and installs what that needs. To be sourced, with $project set; its status says whether there is a
# program. A folder that is there keeps its other settings, so that who has built the tests keeps them.
. "$project/launch/packages.sh"
. "$project/launch/mpi_environment.sh" 1

build_program() {
    local settings=(-DCMAKE_BUILD_TYPE=Release)
    [ -e "$project/build/CMakeCache.txt" ] || settings+=(-DCVAE_TESTS=OFF)
    install_packages "$BUILD_PACKAGES" || return
    [ -e "$project/build/cvae_mpi" ] || echo "building $project/build/cvae_mpi" >&2
    cmake -S "$project" -B "$project/build" "${settings[@]}" >/dev/null &&
        cmake --build "$project/build" --parallel "$(mpi_cores)" --target cvae_mpi >/dev/null && return
    # shellcheck disable=SC2016 # the two characters
    if [[ $project == *[]\"\\\;:\|[]* || $project == *'$('* ]]; then
        echo "CMake and make build in no folder that has one of \" \\ ; : | [ ] \$( in its name, as this one has: $project" >&2
        echo "move the project to another folder, or name a program that was built elsewhere: CVAE_PROGRAM=PATH" >&2
    fi
    return 69
}
build_program
