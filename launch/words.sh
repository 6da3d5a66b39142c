# The command line of every launcher. To be sourced, with $project and $self (the launcher's file, such as train.sh) set.

# fail STATUS WORD...: ends the launcher with a line that says why.
fail() {
    echo "$self: ${*:2}" >&2
    exit "$1"
}
usage() {
    fail 64 "$*; the use: launch/$self --help"
}
# print_help: the comment that the launcher's file begins with.
print_help() {
    sed -n '2,/^[^#]/{/^#SBATCH/d; s/^# \{0,1\}//p}' -- "$project/launch/$self"
}

# find_program: sets $program to CVAE_PROGRAM, or to what was built in the project, or installed with this script.
find_program() {
    program=${CVAE_PROGRAM:-$project/build/cvae_mpi}
    if [ -z "${CVAE_PROGRAM:-}" ] && [ ! -e "$project/launch/build.sh" ]; then
        program=$(readlink -f -- "$project/../../bin/cvae_mpi")
        [ -x "$program" ] || program=$(command -v cvae_mpi) || fail 127 "cvae_mpi is neither in PATH nor beside $project"
    fi
    [[ $program == /* ]] || program=$PWD/$program
}

# refuse_option WORD: hands an option that the launcher does not know to the program, which answers it (--version) or says what was
# likely meant.
refuse_option() {
    local said program
    find_program
    [[ -x $program && ! -d $program ]] || usage "$1 is not known"
    if said=$("$program" train "$1" 2>&1); then
        printf '%s\n' "$said"
        exit 0
    fi
    said=${said#cvae_mpi: } said=${said/ launch\/train.sh --/ --} said=${said/mpirun -np N cvae_mpi CONFIG.yaml/-np N}
    fail 64 "${said/%see cvae_mpi train --help/the use: launch/$self --help}"
}

# once NAME VALUE: notes an option of the launcher, which is given once.
once() {
    [ -z "${given[$1]+given}" ] || usage "$1 is given twice: ${given[$1]} and $2"
    given[$1]=$2
}
# whole_number NAME VALUE LEAST: the value without leading zeros, in $number.
whole_number() {
    if [[ ! $2 =~ ^[0-9]{1,6}$ ]] || [ "$((10#$2))" -lt "$3" ]; then
        usage "$1 needs a whole number from $3: '$2'"
    fi
    number=$((10#$2))
}
# refuse_split WORD: where it is no file, but the rest of a value behind --set that the shell has split at its blanks.
refuse_split() {
    if [ -n "$split" ] && [ ! -e "$1" ]; then
        usage "the shell has split '--set $split' before '$1': put the value in quotes"
    fi
}

# read_words WORD...: sets $config, $hostfile, $answering, $ranks, $restarts (empty: no supervision), $fewer_ranks, $pause, $on_stop,
# $begin (--resume, --overwrite or empty), $dry (nothing is trained), ${arguments[@]} (the program's other options) and ${supervision[@]} (the launcher's options
# about restarts). Ends the launcher where they are wrong.
read_words() {
    local word name value number attached split='' no_options='' words=()
    local -A given=()
    config='' hostfile='' answering='' ranks='' restarts='' fewer_ranks='' pause=1 on_stop=end begin='' dry=''
    arguments=() supervision=()
    [[ $self != supervise.sh && $self != train.sbatch ]] || restarts=3
    while [ $# -gt 0 ]; do
        word=$1 name=$1 value='' attached=''
        shift
        if [ -n "$no_options" ] || [[ $word != -?* ]]; then
            words+=("$word")
            continue
        fi
        case $word in
        --*=* | -np=* | -n=*) name=${word%%=*} value=${word#*=} attached=yes ;;
        -np[0-9]* | -n[0-9]*) name=${word%%[0-9]*} value=${word#"$name"} attached=yes ;;
        esac
        case $name in
        -n | -np | --np | --hostfile | --restarts | --pause | --on-stop | \
            --init | --set | --stop-after | --timing | --warmup | --trace | --trace-steps)
            if [ -z "$attached" ]; then
                [ $# -gt 0 ] || usage "$name needs a value"
                value=$1
                shift
            fi
            ;;
        --answering | --fewer-ranks) [ -z "$attached" ] || usage "$word: $name takes no value" ;;
        *) [ -z "$attached" ] || refuse_option "$word" ;;
        esac
        case $name in
        -n | -np | --np)
            once -np "$value"
            whole_number "$name" "$value" 1
            ranks=$number
            ;;
        --hostfile)
            once "$name" "$value"
            [ -n "$value" ] || usage "$name needs a file"
            hostfile=$value
            ;;
        --answering) answering=yes ;;
        --restarts)
            once "$name" "$value"
            whole_number "$name" "$value" 0
            restarts=$number
            supervision+=("$name" "$number")
            ;;
        --pause)
            once "$name" "$value"
            whole_number "$name" "$value" 0
            pause=$number
            supervision+=("$name" "$number")
            ;;
        --on-stop)
            once "$name" "$value"
            [[ $value =~ ^(end|resume)$ ]] || usage "$name needs end or resume: '$value'"
            on_stop=$value
            supervision+=("$name" "$value")
            ;;
        --fewer-ranks)
            fewer_ranks=yes
            supervision+=("$name")
            ;;
        --init | --set | --stop-after | --timing | --warmup | --trace | --trace-steps)
            [[ $name != --set || $value == *=* ]] ||
                usage "--set $value: expected KEY=VALUE, one word without blanks around the \"=\""
            [[ $name != --set || $value != *['{[']* || $value == *['}]']* ]] || split=$value
            if [ -n "$attached" ]; then
                arguments+=("$word")
            else
                arguments+=("$name" "$value")
            fi
            ;;
        --resume | --overwrite)
            [ "${begin:-$name}" = "$name" ] || usage "--resume and --overwrite exclude each other"
            begin=$name
            ;;
        --force) arguments+=("$name") ;;
        --dry-run | --dump-config)
            dry=yes
            arguments+=("$name")
            ;;
        -h | --help)
            print_help
            exit 0
            ;;
        --) no_options=yes ;;
        *) refuse_option "$word" ;;
        esac
    done
    if [ "$self" = hosts.sh ] && [ -z "$hostfile" ]; then
        [ -n "${words[0]:-}" ] || usage "a hostfile is needed"
        hostfile=${words[0]}
        words=("${words[@]:1}")
    fi
    if [ "${words[*]}" = help ] && [ ! -e help ]; then
        print_help
        exit 0
    fi
    if [ ${#words[@]} -gt 1 ]; then
        refuse_split "${words[0]}"
        refuse_split "${words[1]}"
        usage "two configurations: ${words[0]} and ${words[1]}"
    fi
    config=$project/launch/train.yaml
    if [ ${#words[@]} -eq 1 ]; then
        [ -n "${words[0]}" ] || usage "an empty word stands where a configuration is expected"
        refuse_split "${words[0]}"
        [ -e "${words[0]}" ] || [[ ! ${words[0]} =~ ^[a-z_.]+= ]] || usage "--set is missing before ${words[0]}"
        config=${words[0]}
        # The program would take it for an option or a command.
        [[ $config == [!-]*[/.]* || $config == /* ]] || config=./$config
    fi
    [ -z "$answering" ] || [ -n "$hostfile" ] || usage "--answering goes with --hostfile"
    [ -z "$fewer_ranks" ] || [ -z "$hostfile" ] || [ -n "$ranks" ] || usage "--fewer-ranks of a hostfile needs -np"
    [ -z "$dry" ] || { restarts='' && return; }
    [ ${#supervision[@]} -eq 0 ] || restarts=${restarts:-3}
}
