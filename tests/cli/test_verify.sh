#!/usr/bin/env bash
# cvae_mpi verify: a line for each checkpoint, and a status that says whether all are good; and the same line from every
# command that reads one.
. "$(dirname "$0")/../support/shell.sh"
write_config "$scratch/train.yaml"
run=$scratch/runs/small
"$program" "$scratch/train.yaml" --set checkpoint.every_steps=5 --set checkpoint.keep=0 2>/dev/null
first=$run/step-0000000005.h5
good=$(readlink -f "$run/last.h5")
[ "$(cd "$run" && echo step-*)" != "step-*" ] && [ "$good" != "$first" ] || fail "there are only: $(ls "$run")"

# verify STATUS EXPECTED FILE...: the status, and the whole of standard output.
verify() {
    local expected=$1 text=$2 status=0
    shift 2
    "$program" verify "$@" >"$scratch/output" 2>"$scratch/errors" || status=$?
    [ "$status" -eq "$expected" ] || fail "status $status, not $expected: verify $*"
    [ "$(cat "$scratch/output")" = "$text" ] || fail "verify $* says: $(cat "$scratch/output")"
    [ "$(wc -l <"$scratch/errors")" -eq $((expected > 0)) ] || fail "verify $* on standard error: $(cat "$scratch/errors")"
}
says() {
    echo "$1: good, step $(value_of step "$1"), content hash $(value_of content_hash "$1")"
}

verify 0 "$(says "$good")" "$good"
verify 0 "$(says "$run/last.h5")" "$run/last.h5"
verify 0 "$(for file in "$run"/step-*.h5; do says "$file"; done)" "$run"
verify 0 "{\"file\": \"$good\", \"verdict\": \"good\", \"step\": $(value_of step "$good"), \
\"epoch\": 2, \"epoch_step\": 0, \"content_hash\": \"$(value_of content_hash "$good")\"}" --json "$good"

# What is not good: cut off, a bit flipped at the end, in another format, of somebody else, empty.
size=$(stat -c %s "$good")
head -c 5000 "$good" >"$scratch/cut.h5"
cp "$good" "$scratch/flipped.h5"
last=$(tail -c 1 "$good" | od -An -tu1)
printf "\\x$(printf %x $((last ^ 1)))" | dd of="$scratch/flipped.h5" bs=1 seek=$((size - 1)) conv=notrunc status=none
sed '1,2s/^format 1$/format 2/' "$good" >"$scratch/newer.h5"
cp "$project/tests/checkpoint/fixtures/foreign.h5" "$scratch/foreign.h5"
: >"$scratch/empty.h5"
declare -A wrong=(
    [cut]="cut off: it has 5000 bytes, $size were written"
    [flipped]='damaged: its bytes do not have the hash that they were written with'
    [newer]='written in format 2, this program reads format 1'
    [foreign]='an HDF5 file, but not a checkpoint of cvae_mpi'
    [empty]='the file is empty'
)
for name in "${!wrong[@]}"; do
    file=$scratch/$name.h5
    verify 77 "$file: ${wrong[$name]}" "$file"
    verify 77 "{\"file\": \"$file\", \"verdict\": \"bad\", \"error\": \"$file: ${wrong[$name]}\"}" --json "$file"
    for command in eval "convert --from past" generate inspect; do
        read -ra words <<<"$command"
        ends 77 "$file: ${wrong[$name]}" "${words[0]}" "$file" "${words[@]:1}" </dev/null
        [ "$(wc -l <"$scratch/errors")" -eq 1 ] || fail "$command: more than a line: $(cat "$scratch/errors")"
    done
done

# Whole, but no training's.
file=$project/tests/checkpoint/fixtures/by_h5py.h5
verify 77 "$file: array 'config/text' is missing" "$file"
ends 77 "$file: array 'config/text' is missing" eval "$file"

# All are looked at; a bad one weighs more than one that cannot be read.
cannot="$scratch/none.h5: cannot be read: No such file or directory"
verify 66 "$(echo "$cannot" && says "$good")" "$scratch/none.h5" "$good"
verify 77 "$(echo "$cannot" && echo "$scratch/empty.h5: the file is empty" && says "$good")" \
    "$scratch/none.h5" "$scratch/empty.h5" "$good"
grep -q -x -F 'cvae_mpi: of 3, 1 is not good and 1 cannot be read' "$scratch/errors" || fail "$(cat "$scratch/errors")"
mkdir "$scratch/nothing"
verify 66 "$scratch/nothing: no checkpoint is in this folder" "$scratch/nothing"
cp "$scratch/flipped.h5" "$first"
verify 77 "$(echo "$first: ${wrong[flipped]}" && for file in "$run"/step-*.h5; do [ "$file" = "$first" ] || says "$file"; done)" "$run"

ends 64 'verify: a checkpoint or a folder is needed, or several; see cvae_mpi verify --help' verify
ends 64 '--resume does not go with verify; see cvae_mpi verify --help' verify "$good" --resume
status=0
"$program" verify "$good" >/dev/full 2>/dev/null || status=$?
[ "$status" -eq 73 ] || fail "a full standard output ends with $status"

# folder: where the run goes.
[ "$("$program" folder "$scratch/train.yaml" --set name=b)" = "$scratch/runs/b" ] || fail "folder"
ends 66 "$scratch/none.yaml: No such file or directory" folder "$scratch/none.yaml"
# And how many ranks share it: one more is refused. What Open MPI never frees is not ours to find.
[ "$("$program" folder "$scratch/train.yaml" --ranks --set train.micro_batch=23)" = 3 ] || fail "ranks"
[ "$("$program" folder "$scratch/train.yaml" --ranks --set train.micro_batch=1000)" = 1 ] || fail "ranks of one shard"
ASAN_OPTIONS=detect_leaks=0 run_ranks 3 "$scratch/train.yaml" --overwrite --set train.micro_batch=23 || fail "$(cat "$scratch/output")"
ASAN_OPTIONS=detect_leaks=0 expect_status 78 run_ranks 4 "$scratch/train.yaml" --overwrite --set train.micro_batch=23
ends 64 '--ranks does not go with verify; see cvae_mpi verify --help' verify "$scratch/train.yaml" --ranks
