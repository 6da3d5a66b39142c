#!/usr/bin/env bash
# The ranks of a host have one copy of the data, and of each epoch's order; where no memory can be shared each has its own, with
# the same results.
. "$(dirname "$0")/../support/shell.sh"
# In a build with the sanitizers: what Open MPI never frees is not ours to find, and the shim comes before them.
export ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0
write_config "$scratch/train.yaml"
last=$scratch/runs/small/last.h5

# Rows twice, which the Gaussian score counts; a pairs file with a condition list and duplicates.
head -n 60 "$project/data/verbs.txt" | cat - <(head -n 20 "$project/data/verbs.txt") >"$scratch/twice.txt"
awk '{print $1, $2; print $3, $4; if (NR % 3 == 0) print $1, "simple-present", $4, "past"}' "$scratch/twice.txt" >"$scratch/pairs.txt"
pairs=(--set data.train="$scratch/pairs.txt" --set data.format=pairs
    --set 'data.pair_conditions=[[simple-present, third-person], [progressive, past]]')

# No memory to share: the system refuses it.
unshared=(LD_PRELOAD="$(dirname "$program")/tests/fault_shim.so" FAULT_CALL=memfd_create FAULT_NAME=cvae_mpi FAULT_TO=0)

# What the ranks of a host keep one copy of, where they can.
together=host
shares_memory || together=rank

# keeps WHOM ARGUMENT...: the last training was told of data that each WHOM (host, rank) keeps, and wrote $scratch/expected.h5.
keeps() {
    grep -q -E "^ranks .* MB of data a $1\$" "$scratch/output" || fail "${*:2}: not a copy a $1: $(cat "$scratch/output")"
    cmp "$scratch/expected.h5" "$last" || fail "${*:2}: a copy a $1, and another file"
}

# check RANKS ARGUMENT...: one training, by one rank, by numbers of ranks, and by three that have no memory to share.
check() {
    local counts=$1 ranks
    shift
    "$program" "$scratch/train.yaml" --overwrite "$@" >"$scratch/output" 2>&1 || fail "$*: $(cat "$scratch/output")"
    cp "$last" "$scratch/expected.h5"
    keeps rank "$@"
    for ranks in $counts; do
        run_ranks "$ranks" "$scratch/train.yaml" --overwrite "$@" || fail "$*, $ranks ranks: $(cat "$scratch/output")"
        keeps "$together" "$@"
    done
    (export "${unshared[@]}" && run_ranks 3 "$scratch/train.yaml" --overwrite "$@") || fail "unshared: $(cat "$scratch/output")"
    keeps rank "$@"
    [ "$(grep -c 'warning: no memory is shared' "$scratch/output")" -eq 2 ] || fail "not said of watch and sum: $(cat "$scratch/output")"
}
check '2 3 5'
check 3 --set data.train="$scratch/twice.txt" --set data.pairs=all
check 3 "${pairs[@]}"

# What is wrong with the data is everybody's fault.
printf 'one row of\n' >"$scratch/bad.txt"
expect_status 65 run_ranks 3 "$scratch/train.yaml" --overwrite --set data.train="$scratch/bad.txt"
grep -q -x -E "cvae_mpi: $scratch/bad.txt:1: 3 forms, 4 were expected .*" "$scratch/output" || fail "$(cat "$scratch/output")"

if [ "$together" = rank ]; then
    echo "no memory can be shared here: how much is was not looked at" >&2
    exit 0
fi
# The ranks' memory itself, at a table of many megabytes: the system rounds what a process has up by two of them.
/usr/bin/python3 "$project/data/make_verbs.py" --invent 100000 >"$scratch/many.txt"

# memory_of [SETTING...]: trains at three ranks, and once all are at work sets `own` to the kilobytes that the last rank has for
# itself, and `shared` to the files of more than 4 MB that ranks share, a line for each: file number, rank.
memory_of() {
    local job rank
    rm -rf "$scratch/runs"
    env "$@" timeout 100 mpirun -np 3 "$program" "$scratch/train.yaml" --set data.train="$scratch/many.txt" --set train.epochs=1000 \
        --set checkpoint.every_steps=2 --set evaluate.every=0 >"$scratch/output" 2>&1 &
    job=$!
    until [ -e "$last" ]; do
        kill -0 "$job" || fail "it ended by itself: $(cat "$scratch/output")"
        sleep 0.05
    done
    mapfile -t ranks < <(ranks_of "$job")
    [ "${#ranks[@]}" -eq 3 ] || fail "the ranks are ${ranks[*]}"
    own=
    shared=
    for rank in "${ranks[@]}"; do
        if grep -q -z -x OMPI_COMM_WORLD_RANK=2 "/proc/$rank/environ"; then
            own=$(awk '$1 == "RssAnon:" {print $2}' "/proc/$rank/status")
        fi
        shared+=$(awk -v rank="$rank" '/^[0-9a-f]+-[0-9a-f]+ / {file = $6 ~ /memfd:cvae_mpi/ ? $5 : 0}
            $1 == "Size:" && file && $2 > 4096 {print file, rank}' "/proc/$rank/smaps")$'\n'
    done
    kill -USR2 "${ranks[0]}"
    wait "$job" || true
}
memory_of
own_shared=$own
[ "$(grep -c . <<<"$shared")" -eq 3 ] || fail "not one large piece in each of three ranks: $shared"
[ "$(cut -d ' ' -f 1 <<<"$shared" | grep . | sort -u | wc -l)" -eq 1 ] || fail "three ranks, and not the same piece: $shared"
memory_of "${unshared[@]}"
[ "$(grep -c . <<<"$shared")" -eq 0 ] || fail "there should be nothing shared: $shared"
# The table's share of it is more than 10 MB.
[ "$own" -gt $((own_shared + 6000)) ] || fail "a rank has $own_shared kB for itself where data are shared, $own where not"
