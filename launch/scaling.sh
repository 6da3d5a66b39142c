#!/usr/bin/env -S bash -p --
# Measures how training scales: many short trainings in turn, then tables, scaling.csv, scaling.json and scaling.html.
#   launch/scaling.sh [OPTION...] [CONFIG.yaml] [--set KEY=VALUE]...
# CONFIG.yaml: launch/train.yaml when left out. Lists are in quotes: --ranks "1 2 4".
#   --mode LIST           strong (the same batch for any number of ranks), weak (as large a batch for each rank), micro-batch
#                         (shards of several sizes, on the most ranks that have cores and shards), all; "strong weak" when left out
#   --ranks LIST          1, 2, 4 and so on, and the cores, when left out; more than cores are fine, and marked
#   --batches LIST        words a step: of all ranks (strong), of each (weak); the configuration's when left out
#   --micro-batches LIST  words in a shard ("8 16 32 64 128")
#   --models LIST         such as "hidden=256 hidden=1024,layers=2": keys of model; the configuration's when left out
#   --rounds N            each of them so many times (3), one after the other in each round
#   --steps N, --warmup N steps that are measured (20), after those that are not (5)
#   --no-separate         without the runs of one rank each at the same time, which show what the machine does at most
#   --hostfile FILE       for mpirun, with slots for each host: its cores; without separate runs. This host is one of them, the
#                         first: rank 0 writes here what is measured. Ranks get CVAE_* and OPENBLAS_* variables.
#   --cores N             cores of all hosts together, where the hostfile does not say
#   --output FOLDER       checkpoints/scaling when left out; --overwrite where it holds an experiment already
# More ranks than a step has shards are left out, and so are shards larger than a step; standard error says which.
# Under Slurm: sbatch --exclusive --nodes=2 --ntasks-per-node=16 --wrap "launch/scaling.sh --output FOLDER ...", with a task a
# core; mpirun finds the job's nodes. The cores are the job's; on several nodes there are no separate runs.
# Evaluations and checkpoints are off, unless --set asks for them: then the shares of time count them too, and the checkpoint that
# ends each run, which else they do not. The experiment ends with 65 when runs of equal work did not end with equal parameters.
# CVAE_PROGRAM: another program than build/cvae_mpi, which is built first.
[[ $- == *p* ]] || exec bash -p -- "$0" "$@" # without the caller's functions, options and BASH_ENV
unset CDPATH POSIXLY_CORRECT
set -euo pipefail
# Numbers are written with a point.
export LC_ALL=C
project=$(readlink -f -- "${BASH_SOURCE[0]}")
project=${project%/*/*}

modes="strong weak"
ranks=
batches=
micro_batches="8 16 32 64 128"
models=
rounds=3
steps=20
warmup=5
separate=yes
hostfile=
cores=
output=$project/checkpoints/scaling
overwrite=
config=
sets=()

fail() {
    echo "scaling.sh: ${*:2}" >&2
    exit "$1"
}
usage() {
    fail 64 "$*"
}
# numbers OPTION TEXT: one or more of them, from 1.
numbers() {
    [[ ${2:-} =~ ^\ *[1-9][0-9]{0,8}(\ +[1-9][0-9]{0,8})*\ *$ ]] || usage "$1 needs numbers from 1: \"${2:-}\""
}
number() {
    [[ ${2:-} =~ ^[1-9][0-9]{0,8}$ ]] || usage "$1 needs a whole number from 1"
}
while [ $# -gt 0 ]; do
    case $1 in
    --mode)
        [[ " ${2:-} " =~ ^\ *((strong|weak|micro-batch|all)\ +)+$ ]] || usage "$1 needs strong, weak, micro-batch or all"
        modes=${2/all/strong weak micro-batch} && shift ;;
    --ranks) numbers "$@" && ranks=$2 && shift ;;
    --batches) numbers "$@" && batches=$2 && shift ;;
    --micro-batches) numbers "$@" && micro_batches=$2 && shift ;;
    --models)
        [[ " ${2:-} " =~ ^\ *([a-z_.]+=[^\ ,=]+(,[a-z_.]+=[^\ ,=]+)*\ +)+$ ]] || usage "$1 needs models, as hidden=512,layers=2"
        models=$2 && shift ;;
    --rounds) number "$@" && rounds=$2 && shift ;;
    --steps) number "$@" && steps=$2 && shift ;;
    --warmup) [ "${2:-}" = 0 ] || number "$@" && warmup=$2 && shift ;;
    --cores) number "$@" && cores=$2 && shift ;;
    --no-separate) separate= ;;
    --hostfile) [ -r "${2:-}" ] || usage "$1 needs a file" && hostfile=$2 && shift ;;
    --output) [ -n "${2:-}" ] || usage "$1 needs a folder" && output=$2 && shift ;;
    --overwrite) overwrite=yes ;;
    --set) [ $# -gt 1 ] || usage "$1 needs a value" && sets+=("$1" "$2") && shift ;;
    --set=*) sets+=("$1") ;;
    -*) usage "$1 is not known here" ;;
    *) [ -z "$config" ] || usage "\"$1\" is one word too many: lists are in quotes" && config=$1 ;;
    esac
    shift
done
config=${config:-$project/launch/train.yaml}
whole=
[[ " ${sets[*]-}" =~ \ (--set=)?(evaluate\.every|checkpoint\.every|checkpoint\.best|train\.patience) ]] && whole=--whole

if [ -z "${CVAE_PROGRAM:-}" ]; then
    . "$project/launch/build.sh"
fi
program=${CVAE_PROGRAM:-$project/build/cvae_mpi}

# Where a host has no slots it is not known how many cores there are.
. "$project/launch/mpi_environment.sh" 1
if [ -n "$hostfile" ]; then
    separate=
    . "$project/launch/on_hosts.sh"
    read_hostfile "$hostfile"
    if [ -z "$cores" ] && [[ ! " ${slots[*]} " =~ \ \  ]]; then
        for slot in "${slots[@]}"; do cores=$((${cores:-0} + slot)); done
    fi
    [ -n "$cores$ranks" ] || usage "--hostfile: a host of $hostfile has no slots: --ranks or --cores is needed"
else
    cores=${cores:-$(mpi_cores)}
    # They would all run on this node.
    [ "${SLURM_JOB_NUM_NODES:-1}" -eq 1 ] || separate=
fi
if [ -z "$ranks" ]; then
    for ((n = 1; n < cores; n *= 2)); do ranks+="$n "; done
    ranks+=$cores
fi

# has_measurements: whether some stand in the output. compgen -G would take the folder's name for a pattern.
has_measurements() {
    local file
    for file in "$output"/runs/*.json; do
        [ -e "$file" ] && return
    done
    return 1
}
mkdir -p -- "$output"
output=$(readlink -f -- "$output")
if has_measurements; then
    [ -n "$overwrite" ] || usage "$output holds an experiment already: --overwrite begins anew, --output FOLDER keeps both"
fi
work=$(mktemp -d "$output/work.XXXXXX")
# mpirun takes what Windows puts into lines for parts of names.
if [ -n "$hostfile" ] && grep -q $'[\r\xef]' <"$hostfile"; then
    printf '%s\n' "${host_lines[@]}" >"$work/hostfile"
    hostfile=$work/hostfile
fi

# The tables of what was measured so far; when nothing was, there are none to be had.
begun=
say_tables() {
    if [ -n "$begun" ] && has_measurements; then
        printf 'scaling.sh: what was measured until then is kept; its tables: %q scaling %q/runs/*.json --output %q%s%s\n' \
            "$program" "$output" "$output" "${cores:+ --cores $cores}" "${whole:+ $whole}" >&2
    fi
}

# stop STATUS: ends what is running, and then this.
running=()
stop() {
    trap '' INT TERM
    if [ ${#running[@]} -gt 0 ]; then
        kill "${running[@]}" 2>/dev/null || true
        wait "${running[@]}" 2>/dev/null || true
    fi
    say_tables
    exit "$1"
}
trap 'rm -rf "$work"' EXIT
trap 'stop 130' INT
trap 'stop 143' TERM

# value KEY FILE: a number of a training's account of its time.
value() {
    sed -nE 's/.*"'"$1"'": ?([0-9.eE+-]+).*/\1/p' "$2" | head -n 1
}

# prepare STEPS WARMUP MODEL KEY=VALUE...: what the next trainings are started with, in ${training[@]}.
prepare() {
    local setting model=$3
    wanted=$1
    rm -rf "$work/runs"
    training=("$program" "$config" --set checkpoint.every=0 --set checkpoint.every_steps=0 --set checkpoint.best=none
        --set evaluate.every=0 --set train.patience=0 ${sets[@]+"${sets[@]}"} --set "checkpoint.directory=$work/runs"
        --overwrite --stop-after $(($1 + $2)) --warmup "$2")
    shift 3
    for setting in "$@" ${model//,/ }; do
        [[ $setting = *.*=* ]] || setting=model.$setting
        training+=(--set "$setting")
    done
    running=()
}

# start COMMAND...: in the background; its run, its account and what it says have the number that it is started as.
# It has a process group of its own: Ctrl-C reaches it once, through stop(). mpirun leaves its ranks at a second signal.
start() {
    local number=${#running[@]}
    rm -f "$work/account$number"
    set -m
    "$@" --set "name=run$number" --timing "$work/account$number" </dev/null >"$work/said$number" 2>&1 &
    set +m
    running+=("$!")
}

# finish: waits for what was started; the accounts are whole then.
finish() {
    local number status measured
    for number in "${!running[@]}"; do
        status=0
        wait "${running[$number]}" || status=$?
        unset "running[$number]"
        if [ "$status" -ne 0 ] && [ "$status" -ne 75 ]; then
            cat "$work/said$number" >&2
            stop "$status"
        fi
        if [ ! -e "$work/account$number" ]; then
            echo "scaling.sh: rank 0 ran elsewhere, and wrote there: this host must be the first of ${hostfile:-the job}" >&2
            stop 65
        fi
        measured=$(value steps "$work/account$number")
        if [ "${measured:-0}" -ne "$wanted" ]; then
            echo "scaling.sh: ${measured:-0} of $wanted steps were measured, the training is over: fewer --steps," \
                "or a longer one (--set train.epochs=N)" >&2
            stop 65
        fi
    done
    running=()
}

# under_mpirun RANKS COMMAND...: with more ranks than cores each gives its core away while it waits.
under_mpirun() {
    local ranks=$1 crowd=$1 name variables=()
    shift
    for name in $(compgen -e | grep -E '^(CVAE|OPENBLAS)_'); do variables+=(-x "$name"); done
    if [ -n "$hostfile" ]; then
        crowd=$((ranks > ${cores:-ranks} ? $(mpi_cores) + 1 : 1))
    fi
    . "$project/launch/mpi_environment.sh" "$crowd"
    exec mpirun -np "$ranks" ${hostfile:+--hostfile "$hostfile"} ${variables[@]+"${variables[@]}"} "$@"
}

# check_batch BATCH: a step has no more words than there are pairs, whatever is asked for.
check_batch() {
    local batch
    batch=$(value batch_size "$work/account0")
    if [ "$batch" -ne "$1" ]; then
        echo "scaling.sh: $1 words a step are asked for, the table has only $batch pairs for them: fewer words or ranks, or a" \
            "larger table, as data/make_verbs.py --invent N makes them" >&2
        stop 65
    fi
}

# measure KIND RANKS BATCH MICRO_BATCH MODEL: one training of so many ranks (together), or so many of one rank (separate),
# whose account is a list. $rate: words a second, all together.
measure() {
    local kind=$1 ranks=$2 file number
    file=$output/runs/$(printf '%03d' "$round")-${5:+${5//[^a-z0-9.]/-}-}batch$3-shards$4-$kind$2.json
    prepare "$steps" "$warmup" "$5" "train.batch_size=$3" "train.micro_batch=$4"
    if [ "$kind" = together ]; then
        start under_mpirun "$ranks" "${training[@]}"
        finish
        check_batch "$3"
        rate=$(value words_per_second "$work/account0")
        mv "$work/account0" "$file"
        return
    fi
    for ((number = 0; number < ranks; number++)); do start "${training[@]}"; done
    finish
    check_batch "$3"
    rate=$(for ((number = 0; number < ranks; number++)); do value words_per_second "$work/account$number"; done |
        awk '{ sum += $1 } END { print sum }')
    {
        echo '['
        cat "$work/account0"
        for ((number = 1; number < ranks; number++)); do
            echo ,
            cat "$work/account$number"
        done
        echo ']'
    } >"$work/list"
    mv "$work/list" "$file"
}

# probe MODEL: one step says what the configuration leaves to be known, and whether it is one. $own_batch is what the data leaves
# of its batch, $own_micro_batch what it says.
probe() {
    prepare 1 0 "$1"
    start "${training[@]}"
    finish
    own_batch=$(value batch_size "$work/account0")
    own_micro_batch=$(sed -nE 's/^ +micro_batch: ([0-9]+)$/\1/p' "$work/runs/run0/config.yaml")
}

# What is measured: "KIND RANKS BATCH MICRO_BATCH MODEL", each once, though several modes ask for it.
settings=()
declare -A known
add() {
    [ -n "${known[$*]:-}" ] || settings+=("$*")
    known[$*]=yes
}
# leave_out WORD...: says it, once.
leave_out() {
    [ -n "${known[$*]:-}" ] || echo "scaling.sh: left out: $*" >&2
    known[$*]=yes
}
# fits RANKS BATCH MICRO_BATCH: whether each rank has a shard.
fits() {
    [ $((($2 + $3 - 1) / $3)) -ge "$1" ]
}
# add_together RANKS BATCH MICRO_BATCH MODEL
add_together() {
    if fits "$@"; then
        add together "$@"
    else
        leave_out "$1 ranks: $2 words a step in shards of $3 are fewer shards"
        return 1
    fi
}
# add_separate RANKS BATCH MICRO_BATCH MODEL: what so many ranks are compared with, at most one run a core.
add_separate() {
    local n=$(($1 > ${cores:-1} ? ${cores:-1} : $1))
    if [ -n "$separate" ] && [ "$n" -gt 1 ]; then
        add separate "$n" "${@:2}"
    fi
}
# micro_batch_of BATCH: the configuration's.
micro_batch_of() {
    echo $((own_micro_batch < $1 ? own_micro_batch : $1))
}
add_strong() {
    local n size
    size=$(micro_batch_of "$1")
    for n in $ranks; do
        if add_together "$n" "$1" "$size" "$2"; then add_separate "$n" "$1" "$size" "$2"; fi
    done
}
add_weak() {
    local n size
    for n in $ranks; do
        size=$(micro_batch_of $((n * $1)))
        if add_together "$n" $((n * $1)) "$size" "$2"; then add_separate "$n" "$1" "$(micro_batch_of "$1")" "$2"; fi
    done
}
# most_ranks BATCH SIZE...: that have a core each, and shards of two of the sizes, where there are so many.
most_ranks() {
    local n size count most='' fewest=''
    for n in $ranks; do
        count=0
        for size in "${@:2}"; do
            if fits "$n" "$1" "$size"; then count=$((count + 1)); fi
        done
        if [ -z "$fewest" ] || [ "$n" -lt "$fewest" ]; then fewest=$n; fi
        if [ "$count" -ge $(($# > 2 ? 2 : 1)) ] && [ "$n" -gt "${most:-0}" ] && [ "$n" -le "${cores:-$n}" ]; then most=$n; fi
    done
    echo "${most:-$fewest}"
}
add_micro_batches() {
    local size most sizes=()
    for size in $micro_batches; do
        if [ "$size" -le "$1" ]; then
            sizes+=("$size")
        else
            leave_out "shards of $size: a step has $1 words"
        fi
    done
    most=$(most_ranks "$1" ${sizes[@]+"${sizes[@]}"})
    for size in ${sizes[@]+"${sizes[@]}"}; do add_together "$most" "$1" "$size" "$2" || true; done
}
[ -n "$models" ] || models=-
for model in $models; do
    model=${model#-}
    probe "$model"
    for batch in ${batches:-$own_batch}; do
        for mode in $modes; do
            case $mode in
            strong) add_strong "$batch" "$model" ;;
            weak) add_weak "$batch" "$model" ;;
            micro-batch) add_micro_batches "$batch" "$model" ;;
            esac
        done
    done
done
[ ${#settings[@]} -gt 0 ] || usage "nothing is left to be measured"

# Only now: what was wrong until here has cost nothing.
mkdir -p "$output/runs"
rm -f "$output"/runs/*.json "$output"/scaling.{csv,json,html}
begun=yes

for ((round = 1; round <= rounds; round++)); do
    place=0
    for setting in "${settings[@]}"; do
        read -r kind n batch size model <<<"$setting"
        measure "$kind" "$n" "$batch" "$size" "$model"
        place=$((place + 1))
        what=rank
        [ "$kind" = together ] || what='separate run'
        [ "$n" -eq 1 ] || what+=s
        printf 'round %d/%d, %d/%d: %s%d %s, %d words a step, shards of %d: %.0f words/s\n' "$round" "$rounds" "$place" \
            "${#settings[@]}" "${model:+$model, }" "$n" "$what" "$batch" "$size" "$rate" >&2
    done
done
"$program" scaling "$output"/runs/*.json --output "$output" ${cores:+--cores "$cores"} $whole
