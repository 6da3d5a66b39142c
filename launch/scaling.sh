#!/usr/bin/env bash
# Measures how training scales: many short trainings in turn, then tables, scaling.csv, scaling.json and scaling.html.
#   launch/scaling.sh [OPTION...] [CONFIG.yaml] [--set KEY=VALUE]...
# CONFIG.yaml: launch/train.yaml when left out. Lists are in quotes: --ranks "1 2 4".
#   --mode LIST           strong (the same batch for any number of ranks), weak (as large a batch for each rank), micro-batch
#                         (shards of several sizes, on the most ranks that have cores), all; "strong weak" when left out
#   --ranks LIST          1, 2, 4 and so on up to the cores when left out; more than cores are fine, and marked
#   --batches LIST        words a step: of all ranks (strong), of each (weak); the configuration's when left out
#   --micro-batches LIST  words in a shard ("8 16 32 64 128")
#   --models LIST         such as "hidden=256 hidden=1024,layers=2": keys of model; the configuration's when left out
#   --rounds N            each of them so many times (3), one after the other in each round
#   --steps N, --warmup N steps that are measured (20), after those that are not (5)
#   --no-separate         without the runs of one rank each at the same time, which show what the machine does at most
#   --hostfile FILE       for mpirun, with slots for each host: its cores; without separate runs
#   --cores N             cores of all hosts together, where the hostfile does not say
#   --output FOLDER       checkpoints/scaling when left out; --overwrite where it holds an experiment already
# Evaluations and checkpoints are off, unless --set asks for them: then the shares of time count them too, and the checkpoint that
# ends each run, which else they do not. The experiment ends with 65 when runs of equal work did not end with equal parameters. CVAE_PROGRAM: another program than build/cvae_mpi, which is built first.
set -euo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

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
config=$project/launch/train.yaml
sets=()

usage() {
    echo "scaling.sh: $*" >&2
    exit 64
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
    *) config=$1 ;;
    esac
    shift
done

if [ -z "${CVAE_PROGRAM:-}" ]; then
    . "$project/launch/build.sh"
fi
program=${CVAE_PROGRAM:-$project/build/cvae_mpi}

# Where a host has no slots it is not known how many cores there are.
if [ -n "$hostfile" ]; then
    separate=
    cores=${cores:-$(sed 's/#.*//' "$hostfile" | awk 'NF { if (match($0, /slots *= *[0-9]+/)) {
        text = substr($0, RSTART, RLENGTH); sub(/.*= */, "", text); sum += text } else unknown = 1 }
        END { if (!unknown) print sum }')}
else
    cores=${cores:-$(nproc)}
fi
if [ -z "$ranks" ]; then
    for ((n = 1; n <= ${cores:-1}; n *= 2)); do ranks+="$n "; done
fi

mkdir -p "$output"
output=$(cd "$output" && pwd)
if compgen -G "$output/runs/*.json" >/dev/null; then
    [ -n "$overwrite" ] || usage "$output holds an experiment already: --overwrite begins anew, --output FOLDER keeps both"
    rm "$output"/runs/*.json
fi
mkdir -p "$output/runs"
work=$(mktemp -d "$output/work.XXXXXX")

# stop STATUS: ends what is running, and then this.
running=()
stop() {
    if [ ${#running[@]} -gt 0 ]; then
        kill "${running[@]}" 2>/dev/null || true
        wait "${running[@]}" 2>/dev/null || true
    fi
    exit "$1"
}
trap 'rm -rf "$work"' EXIT
trap 'stop 130' INT
trap 'stop 143' TERM

# value KEY FILE: a number of a training's account of its time.
value() {
    sed -nE 's/.*"'"$1"'": ?([0-9.eE+-]+).*/\1/p' "$2" | head -n 1
}

# prepare STEPS WARMUP KEY=VALUE...: what the next trainings are started with, in ${training[@]}.
prepare() {
    local setting
    wanted=$1
    training=("$program" "$config" --set checkpoint.every=0 --set checkpoint.every_steps=0 --set checkpoint.best=none
        --set evaluate.every=0 --set train.patience=0 ${sets[@]+"${sets[@]}"} --set "checkpoint.directory=$work/runs"
        --overwrite --stop-after $(($1 + $2)) --warmup "$2")
    shift 2
    for setting in "$@"; do training+=(--set "$setting"); done
    running=()
}

# start COMMAND...: in the background; its run, its account and what it says have the number that it is started as.
start() {
    local number=${#running[@]}
    "$@" --set "name=run$number" --timing "$work/account$number" </dev/null >"$work/said$number" 2>&1 &
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
        measured=$(value steps "$work/account$number")
        if [ "${measured:-0}" -ne "$wanted" ]; then
            echo "scaling.sh: ${measured:-0} of $wanted steps were measured, the training is over: fewer --steps," \
                "or a longer one (--set train.epochs=N)" >&2
            stop 65
        fi
    done
    running=()
    rm -rf "$work/runs"
}

# under_mpirun RANKS COMMAND...: with more ranks than cores each gives its core away while it waits.
under_mpirun() {
    local ranks=$1 crowd=$1
    shift
    if [ -n "$hostfile" ]; then
        crowd=$((ranks > ${cores:-ranks} ? $(nproc) + 1 : 1))
    fi
    . "$project/launch/mpi_environment.sh" "$crowd"
    exec mpirun -np "$ranks" ${hostfile:+--hostfile "$hostfile"} "$@"
}

# measure KIND RANKS BATCH MICRO_BATCH MODEL: one training of so many ranks (together), or so many of one rank (separate),
# whose account is a list. $rate: words a second, all together.
measure() {
    local kind=$1 ranks=$2 keys=("train.batch_size=$3" "train.micro_batch=$4") key file number
    for key in ${5//,/ }; do
        [[ $key = *.*=* ]] || key=model.$key
        keys+=("$key")
    done
    file=$output/runs/$(printf '%03d' "$round")-${5:+${5//[^a-z0-9.]/-}-}batch$3-shards$4-$kind$2.json
    prepare "$steps" "$warmup" "${keys[@]}"
    if [ "$kind" = together ]; then
        start under_mpirun "$ranks" "${training[@]}"
        finish
        rate=$(value words_per_second "$work/account0")
        mv "$work/account0" "$file"
        return
    fi
    for ((number = 0; number < ranks; number++)); do start "${training[@]}"; done
    finish
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
    } >"$file"
}

# One step says what the configuration leaves to be known, and whether it is one.
prepare 1 0
start "${training[@]}"
finish
batches=${batches:-$(value batch_size "$work/account0")}
own_micro_batch=$(value micro_batch "$work/account0")

# What is measured: "KIND RANKS BATCH MICRO_BATCH MODEL", each once, though several modes ask for it.
settings=()
declare -A known
add() {
    [ -n "${known[$*]:-}" ] || settings+=("$*")
    known[$*]=yes
}
add_strong() {
    local n
    for n in $ranks; do add together "$n" "$1" "$own_micro_batch" "$2"; done
}
add_weak() {
    local n
    for n in $ranks; do add together "$n" $((n * $1)) "$own_micro_batch" "$2"; done
}
add_separate() {
    local n
    for n in $ranks; do
        if [ -n "$separate" ] && [ "$n" -gt 1 ] && [ "$n" -le "${cores:-0}" ]; then
            add separate "$n" "$1" "$own_micro_batch" "$2"
        fi
    done
}
add_micro_batches() {
    local n size most=
    for n in $ranks; do
        if [ -z "$most" ] || { [ "$n" -gt "$most" ] && [ "$n" -le "${cores:-$n}" ]; }; then most=$n; fi
    done
    for size in $micro_batches; do add together "$most" "$1" "$size" "$2"; done
}
[ -n "$models" ] || models=-
for model in $models; do
    for batch in $batches; do
        for mode in $modes; do
            case $mode in
            strong) add_strong "$batch" "${model#-}" && add_separate "$batch" "${model#-}" ;;
            weak) add_weak "$batch" "${model#-}" && add_separate "$batch" "${model#-}" ;;
            micro-batch) add_micro_batches "$batch" "${model#-}" ;;
            esac
        done
    done
done

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
whole=
[[ " ${sets[*]:-}" =~ \ (--set=)?(evaluate\.every|checkpoint\.every|checkpoint\.best|train\.patience) ]] && whole=--whole
"$program" scaling "$output"/runs/*.json --output "$output" ${cores:+--cores "$cores"} $whole
