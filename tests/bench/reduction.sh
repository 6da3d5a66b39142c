#!/usr/bin/env bash
# How the ranks' sums are made, measured: shared memory, and MPI_Allreduce with each of Open MPI's algorithms and several bucket
# sizes, of 64 and 32 bits, for several models, in turn. Prints a table for each model and width: milliseconds a step in the
# reduction alone (the slowest rank's; waiting for the others is not in it), words a second, and those as a share of the first
# row's of the same round. All runs of a model and a width must end with the same parameters.
#   tests/bench/reduction.sh [PROGRAM]    build/cvae_mpi, built first, when left out
#   RANKS=2 STEPS=20 ROUNDS=3   ranks, measured steps of a run, runs of each kind
#   MODELS="256,1 512,1 1024,2" hidden,layers of each model
#   SUMS="exact exact32"        compute.sum
#   KINDS="0 1 3"               only these rows, from 0 on: shared memory, MPI_Allreduce, buckets of 65,536
#   HOSTS=2                     on as many hosts over TCP, a rank each: network namespaces of this machine, which root may make
. "$(dirname "${BASH_SOURCE[0]}")/measure.sh" "$@"
ranks=${RANKS:-2} steps=${STEPS:-20} rounds=${ROUNDS:-3} models=${MODELS:-256,1 512,1 1024,2} sums=${SUMS:-exact exact32}
. "$project/launch/packages.sh"
install_packages jq
host_count=${HOSTS:-0}
if [ "$host_count" -gt 0 ]; then
    fail() { echo "$*" >&2 && exit 1; }
    export CVAE_TEST_INSTALL=1 CVAE_PROGRAM=$program
    # The hosts have the same cores, and must not bind their ranks to the same one.
    . "$project/launch/mpi_environment.sh" 2 1
    . "$project/tests/launch/network.sh"
    ranks=$host_count
    start_hosts "$host_count"
    for ((i = 1; i <= host_count; i++)); do echo "host$i slots=1"; done >"$scratch/hostfile"
    train() { on_host 1 env -C "$scratch" "$project/launch/hosts.sh" "$scratch/hostfile" "$@"; }
else
    . "$project/launch/mpi_environment.sh" "$ranks"
    train() { mpirun -np "$ranks" "$program" "$@"; }
fi

# What is compared: a name, the program's settings, and Open MPI's (the numbers are those of `ompi_info --param coll tuned -l 9`).
kinds=(
    "shared memory|compute.reduction=shared|"
    "MPI_Allreduce, as Open MPI chooses|compute.reduction=allreduce compute.bucket=0|"
    "in buckets of 16,384|compute.reduction=allreduce compute.bucket=16384|"
    "in buckets of 65,536|compute.reduction=allreduce compute.bucket=65536|"
    "in buckets of 262,144|compute.reduction=allreduce compute.bucket=262144|"
    "recursive doubling|compute.reduction=allreduce compute.bucket=0|3"
    "ring|compute.reduction=allreduce compute.bucket=0|4"
    "segmented ring|compute.reduction=allreduce compute.bucket=0|5"
    "Rabenseifner|compute.reduction=allreduce compute.bucket=0|6"
)

# run MODEL SUM NUMBER: one training of that kind; adds "ms words/s hash" to its results.
run() {
    local hidden=${1%,*} layers=${1#*,} settings algorithm keys setting
    IFS='|' read -r _ settings algorithm <<<"${kinds[$3]}"
    keys=(--set "compute.sum=$2")
    for setting in $settings; do
        keys+=(--set "$setting")
    done
    if [ -n "$algorithm" ]; then
        export OMPI_MCA_coll_tuned_use_dynamic_rules=1 OMPI_MCA_coll_tuned_allreduce_algorithm=$algorithm
    fi
    local status=0
    train "$project/launch/train.yaml" --overwrite "${measured[@]}" --set checkpoint.directory="$scratch/run" \
        --set "model.hidden=$hidden" --set "model.layers=$layers" --set data.holdout=0.5 --set evaluate.every=0 \
        --set checkpoint.every=0 "${keys[@]}" --stop-after $((steps + 5)) --warmup 5 --timing "$scratch/timing.json" \
        >"$scratch/errors" 2>&1 || status=$?
    unset OMPI_MCA_coll_tuned_use_dynamic_rules OMPI_MCA_coll_tuned_allreduce_algorithm
    [ "$status" -eq 75 ] || { cat "$scratch/errors" >&2; exit 1; }
    jq -r '.steps as $steps | (.phases | index("allreduce")) as $phase |
        "\([.per_rank[].seconds[$phase]] | max * 1000 / $steps) \(.words_per_second) \(.parameter_hash)"' \
        "$scratch/timing.json" >>"$scratch/$1-$2-$3"
}

for kind in "${!kinds[@]}"; do
    [[ " ${KINDS:-$kind} " == *" $kind "* ]] || unset "kinds[$kind]"
done
[ "$host_count" -eq 0 ] || unset 'kinds[0]' # which is the same as the second, a rank a host
[ "${#kinds[@]}" -gt 0 ] || { echo "KINDS: none of the rows" >&2; exit 64; }
echo "$ranks ranks, ${HOSTS:+a host each, }$steps steps, medians of $rounds rounds"
for model in $models; do
    for ((round = 1; round <= rounds; round++)); do
        for kind in "${!kinds[@]}"; do
            for sum in $sums; do
                run "$model" "$sum" "$kind"
            done
        done
    done
    for sum in $sums; do
        printf '\n| hidden %s, %s layers, %s | ms a step | words/s | of the first |\n| --- | ---: | ---: | ---: |\n' \
            "${model%,*}" "${model#*,}" "$sum"
        first=
        for kind in "${!kinds[@]}"; do
            results=$model-$sum-$kind first=${first:-$results}
            paste "$scratch/$first" "$scratch/$results" | awk '{print $5 / $2}' >"$scratch/shares"
            printf '| %s | %.2f | %.0f | %.3f |\n' "${kinds[$kind]%%|*}" "$(column "$results" 1)" "$(column "$results" 2)" \
                "$(column shares 1)"
        done
        [ "$(awk '{print $3}' "$scratch/$model-$sum"-* | sort -u | wc -l)" -eq 1 ] ||
            { echo "the parameters of hidden,layers $model, $sum, are not always the same" >&2; exit 1; }
    done
done
