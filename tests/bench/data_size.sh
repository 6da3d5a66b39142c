#!/usr/bin/env bash
# What a large table costs: launch/train.yaml on invented verbs, at several rank counts. Prints how long reading and parsing take,
# and for each rank count the time until the first step can begin, and the memory of the ranks; medians of the rounds.
#   tests/bench/data_size.sh [PROGRAM]    build/cvae_mpi, built first, when left out
#   ROWS=1000000 RANKS="1 2 4" ROUNDS=3   rows of the table, rank counts, runs of each
#   DATA=FILE                             another table instead
. "$(dirname "${BASH_SOURCE[0]}")/measure.sh" "$@"
. "$project/launch/packages.sh"
install_packages time procps python3
rounds=${ROUNDS:-3}
read -ra counts <<<"${RANKS:-1 2 4}"
. "$project/launch/mpi_environment.sh" "${counts[-1]}"
job=
# A run that is still there gets the end it would get anyway.
trap '[ -z "$job" ] || kill -USR2 "$job" 2>/dev/null || true; wait; rm -rf "$scratch"' EXIT
data=${DATA:-$scratch/verbs.txt}
[ -n "${DATA:-}" ] || /usr/bin/python3 "$project/data/make_verbs.py" --invent "${ROWS:-1000000}" >"$data"
settings=("${measured[@]}" --set "data.train=$data" --set "checkpoint.directory=$scratch/runs" --set checkpoint.every=0
    --set checkpoint.every_steps=3 --set checkpoint.keep=1)
run=$scratch/runs/verbs

now() {
    date +%s%N
}

# seconds_since NANOSECONDS
seconds_since() {
    awk -v from="$1" -v to="$(now)" 'BEGIN {printf "%.2f", (to - from) / 1e9}'
}

# ranks_of JOB: the process ids of the ranks among what the process JOB has started, one a line.
ranks_of() {
    local child
    for child in $(pgrep -P "$1"); do
        [ "$(readlink "/proc/$child/exe")" != "$(readlink -f "$program")" ] || echo "$child"
        ranks_of "$child"
    done
}

# await FILE: until the job has made it.
await() {
    until [ -e "$1" ]; do
        kill -0 "$job" 2>/dev/null || { cat "$scratch/errors" >&2; exit 1; }
        sleep 0.01
    done
}

# megabytes KEY FILE: a line `KEY: N kB`.
megabytes() {
    awk -v key="$1:" '$1 == key {printf "%.0f\n", $2 * 1024 / 1e6}' "$2"
}

# measure RANKS: one training; adds a line "start-up, peak of rank 0, of the others, mean share of a rank, host" to a file of
# that name. A rank's share counts memory that n processes share as an n-th (Pss): shares add up.
measure() {
    local ranks=$1 begin startup process first others=0 peak share host=0
    rm -rf "$scratch/runs"
    begin=$(now)
    mpirun -np "$ranks" "$program" "$project/launch/train.yaml" "${settings[@]}" 2>"$scratch/errors" &
    job=$!
    # Written when all is ready for the first step.
    await "$run/config.yaml"
    startup=$(seconds_since "$begin")
    await "$run/last.h5"
    for process in $(ranks_of "$job" | sort -n); do
        peak=$(megabytes VmHWM "/proc/$process/status")
        share=$(megabytes Pss "/proc/$process/smaps_rollup")
        host=$((host + share))
        if grep -qzx OMPI_COMM_WORLD_RANK=0 "/proc/$process/environ"; then
            first=$peak
        elif [ "$peak" -gt "$others" ]; then
            others=$peak
        fi
    done
    kill -USR2 "$job"
    wait "$job" || true
    job=
    echo "$startup $first $others $((host / ranks)) $host" >>"$scratch/$ranks"
}

for ((round = 1; round <= rounds; round++)); do
    # Reads the data, to count the steps, and little else.
    /usr/bin/env time -f '%e %U %S' -a -o "$scratch/parsing" "$program" schedule "$project/launch/train.yaml" \
        --set "data.train=$data" >"$scratch/schedule"
    for ranks in "${counts[@]}"; do
        measure "$ranks"
    done
    begin=$(now)
    /usr/bin/env time -f %M -o "$scratch/peak" "$program" eval "$run/last.h5" --json >"$scratch/eval" 2>"$scratch/errors"
    echo "$(seconds_since "$begin") $(awk '{printf "%.0f", $1 * 1024 / 1e6}' "$scratch/peak")" >>"$scratch/evaluation"
done

printf '%s: %s rows, %s MB of text, read and parsed in %s s (%s s of it in the program)\n' "$(basename "$data")" "$(wc -l <"$data")" \
    "$(($(stat -c %s "$data") / 1000000))" "$(column parsing 1)" "$(column parsing 2)"
printf '%-8s %12s %16s %16s %16s %12s\n' ranks start-up peak-rank-0 peak-others share-of-a-rank host
for ranks in "${counts[@]}"; do
    printf '%-8s %10s s %13s MB %13s MB %13s MB %9s MB\n' "$ranks" "$(column "$ranks" 1)" "$(column "$ranks" 2)" \
        "$(column "$ranks" 3)" "$(column "$ranks" 4)" "$(column "$ranks" 5)"
done
echo "eval of a checkpoint: $(column evaluation 1) s, peak $(column evaluation 2) MB"
