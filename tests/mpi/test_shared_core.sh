#!/usr/bin/env bash
# Two trainings that are bound to one core: the second says so, once; one that is bound to no core does not.
. "$(dirname "$0")/../support/shell.sh"
export ASAN_OPTIONS=detect_leaks=0 # what Open MPI never frees is not ours to find
core=$(taskset -pc $$ | sed -E 's/.*: ([0-9]+).*/\1/')
if [ "$(getconf _NPROCESSORS_ONLN)" -eq 1 ]; then
    echo "skipped: a machine of one core, to which nobody is bound" >&2
    exit 77
fi
write_config "$scratch/train.yaml"
# train NAME LAUNCHER...: a whole training.
train() {
    timeout 300 "${@:2}" "$program" "$scratch/train.yaml" --set train.epochs=1 --set "name=$1" >"$scratch/output" 2>&1 ||
        fail "$1: $(cat "$scratch/output")"
}
speaks() {
    [ "$(grep -c "^warning: core $core of .* is another training's as well, .* ($2 bound so); mpirun --bind-to none, " \
        "$scratch/output")" -eq 1 ] || fail "$1: $(cat "$scratch/output")"
}

taskset -c "$core" timeout --foreground 300 "$program" "$scratch/train.yaml" --set name=first --set train.epochs=1000000 \
    --set evaluate.every=0 >"$scratch/first" 2>&1 &
first=$!
trap 'kill "$first" 2>/dev/null; wait "$first" || true; remove_scratch' EXIT
until grep -q '^epoch' "$scratch/first"; do
    kill -0 "$first" 2>/dev/null || fail "$(cat "$scratch/first")"
    sleep 0.1
done
train bound taskset -c "$core" mpirun -np 2
speaks "two ranks" "2 of 2 ranks are"
train serial taskset -c "$core"
speaks "without mpirun" "1 of 1 rank is"
train unbound mpirun -np 2
! grep -q "another training's" "$scratch/output" || fail "ranks that are bound to none: $(cat "$scratch/output")"
