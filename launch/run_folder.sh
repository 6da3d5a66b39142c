# Where a run is, how far it has come and how many ranks it can use. To be sourced, with $program set.

# ask_folder OPTION CONFIG ARGUMENT...: what the program's command `folder` says of the training with these arguments. OPTION may
# be empty.
ask_folder() {
    local option=$1 config=$2 overrides=()
    shift 2
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
    "$program" folder ${option:+"$option"} "$config" "${overrides[@]}"
}
# run_folder CONFIG ARGUMENT...: the folder of the training with these arguments. Where they are wrong it says so and fails.
run_folder() { ask_folder "" "$@"; }

# choose_ranks CORES CONFIG ARGUMENT...: sets $ranks to as many as there are cores, or fewer where the training with these arguments
# cannot use as many. Where they are wrong, that is for the training to say.
choose_ranks() {
    local most
    ranks=$1
    shift
    if most=$(ask_folder --ranks "$@" 2>/dev/null) && [ "$most" -lt "$ranks" ]; then
        echo "$most ranks for $ranks cores: a step of this configuration has no more shards (train.micro_batch)" >&2
        ranks=$most
    fi
}

# newest_step FOLDER: the step of the newest checkpoint, -1 where there is none. A file has this name only when it is whole; of
# last.h5 a copy of the folder may have made a file that stays behind.
newest_step() {
    local file newest=-1
    for file in "$1"/step-*.h5; do
        if [[ ${file##*/} =~ ^step-0*([0-9]+)\.h5$ ]] && [ -f "$file" ] && [ ! -L "$file" ] && [ "${BASH_REMATCH[1]}" -gt "$newest" ]; then
            newest=${BASH_REMATCH[1]}
        fi
    done
    echo "$newest"
}
