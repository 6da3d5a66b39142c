# Where a run is and how far it has come. To be sourced, with $program set.

# run_folder CONFIG ARGUMENT...: the folder of the training with these arguments. Where they are wrong it says so and fails.
run_folder() {
    local config=$1 overrides=()
    shift
    while [ $# -gt 0 ]; do
        case $1 in
        --set=*) overrides+=("$1") ;;
        --set)
            overrides+=("$1" "${2:-}")
            [ $# -gt 1 ] && shift
            ;;
        esac
        shift
    done
    "$program" folder "$config" ${overrides[@]+"${overrides[@]}"}
}

# newest_step FOLDER: the step of the newest checkpoint, -1 where there is none. A file has this name only when it is whole.
newest_step() {
    local name
    name=$(readlink "$1/last.h5" 2>/dev/null) && [[ $name =~ ^step-0*([0-9]+)\.h5$ ]] && echo "${BASH_REMATCH[1]}" || echo -1
}
