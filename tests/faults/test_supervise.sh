#!/usr/bin/env bash
# launch/supervise.sh: starts again after a crash and comes to the uninterrupted run's end; gives up where there is no
# progress; does not start again what would end the same; passes signals on.
. "$(dirname "$0")/../support/shell.sh"
if is_sanitized; then
    echo "skipped: scripts, which the sanitizers say nothing about" >&2
    exit 77
fi
write_config "$scratch/train.yaml"
run=$scratch/runs/small
options=(--set model.hidden=96 --set train.epochs=40 --set checkpoint.every_steps=1 --set evaluate.every=0)
export CVAE_PROGRAM=$program
job=
trap '[ -z "$job" ] || kill "$job" 2>/dev/null || true; remove_scratch' EXIT

# supervise ARGUMENT...: in the background, its job is $job. With job control: without, bash has it ignore INT.
supervise() {
    set -m
    "$project/launch/supervise.sh" --pause 0 "$@" >"$scratch/output" 2>&1 &
    job=$!
    set +m
}
# ended STATUS: it ends with that status.
ended() {
    local status=0
    wait "$job" || status=$?
    job=
    [ "$status" -eq "$1" ] || fail "status $status, not $1: $(cat "$scratch/output")"
}
starts() { grep -c ' starting ' "$scratch/output"; }
logs() { grep -q -e "$1" "$run/supervisor.log" || fail "not in the log: $1; but: $(cat "$run/supervisor.log")"; }

run_ranks 2 "$scratch/train.yaml" "${options[@]}" || fail "$(cat "$scratch/output")"
expected=$(value_of content_hash "$run/last.h5")
rm -r "$run"

# A rank is killed, twice: with one rank less each time it ends where it would have ended.
supervise --np 3 --fewer-ranks "$scratch/train.yaml" "${options[@]}"
newest() {
    local name
    name=$(readlink "$run/last.h5") || name="step-0000000000.h5"
    name=${name#step-}
    echo $((10#${name%.h5}))
}
lives() {
    kill -0 "$job" 2>/dev/null || fail "it ended before kill $kill: $(cat "$scratch/output")"
    sleep 0.01
}
step=0
for kill in 1 2; do
    # Who, first: that takes a while, in which a fast machine comes a long way.
    until [ "$(starts)" -eq "$kill" ]; do lives; done
    until victim=$(ranks_of "$job" | tail -n 1) && [ -n "$victim" ]; do lives; done
    until [ "$(newest)" -gt $((step + 3)) ]; do lives; done
    kill -KILL "$victim"
    until [ "$(starts)" -gt "$kill" ]; do sleep 0.01; done
    step=$(newest)
done
ended 0
[ "$(value_of content_hash "$run/last.h5")" = "$expected" ] || fail "it ended elsewhere"
[ "$(starts)" -eq 3 ] || fail "$(starts) starts: $(cat "$scratch/output")"
logs '^20..-..-.. ..:..:.. starting 3 ranks with --resume, no checkpoint$'
logs ' ended with status 137, step [0-9]*: restart 1 of 3 in 0 s$'
logs ' starting 1 ranks with --resume, step [0-9]*$'
logs ' ended with status 0, step 280: done$'
# Both kills brought new checkpoints, so that the count began anew.
! grep -q 'restart 2 of' "$run/supervisor.log" || fail "$(cat "$run/supervisor.log")"

# What would end the same is not started again, and a configuration that is wrong leaves no folder.
supervise --np 2 "$scratch/train.yaml" --set name=wrong --set train.epoch=3
ended 78
[ "$(starts)" -eq 1 ] && [ ! -e "$scratch/runs/wrong" ] || fail "$(cat "$scratch/output")"
supervise --np 2 "$scratch/none.yaml"
ended 66
[ "$(starts)" -eq 1 ] || fail "$(cat "$scratch/output")"
supervise --restarts x "$scratch/train.yaml"
ended 64

# An mpirun that stands in for the real one: it writes down its arguments and does as $scratch/do says.
mkdir "$scratch/bin"
cat >"$scratch/bin/mpirun" <<'SCRIPT'
#!/usr/bin/env bash
printf '%s\n' "$*" >>"$FAKE/calls"
. "$FAKE/do"
SCRIPT
chmod +x "$scratch/bin/mpirun"
export FAKE=$scratch
# fake COMMANDS ARGUMENT...: supervises the fake.
fake() {
    echo "$1" >"$scratch/do"
    : >"$scratch/calls"
    shift
    PATH=$scratch/bin:$PATH supervise "$@"
}
calls() { wc -l <"$scratch/calls"; }

# Given up after N restarts without a new checkpoint.
fake 'exit 1' --np 2 --restarts 2 "$scratch/train.yaml"
ended 1
[ "$(calls)" -eq 3 ] || fail "given up after: $(cat "$scratch/calls")"
grep -q 'given up after 2 restarts without a new checkpoint' "$scratch/output" || fail "$(cat "$scratch/output")"
# With a new one each time the count begins anew.
fake "n=\$(wc -l <'$scratch/calls'); touch '$run'/step-00000004\$((n + 10)).h5; exit \$((n < 6 ? 1 : 0))" \
    --np 2 --restarts 1 "$scratch/train.yaml"
ended 0
[ "$(calls)" -eq 6 ] || fail "with progress: $(cat "$scratch/output")"

# --overwrite holds until the old run is set aside, and no longer.
fake "n=\$(wc -l <'$scratch/calls'); [ \$n -ne 2 ] || { mv '$run' '$run.old'; mkdir '$run'; }; exit \$((n < 3 ? 1 : 0))" \
    --np 2 "$scratch/train.yaml" --overwrite --set seed=7
ended 0
[ "$(sed 's/.*train.yaml //' "$scratch/calls")" = "--overwrite --set seed=7
--overwrite --set seed=7
--resume --set seed=7" ] || fail "overwriting: $(cat "$scratch/calls")"

# 75 ends it, or not, as asked.
fake 'exit 75' --np 2 "$scratch/train.yaml"
ended 75
[ "$(calls)" -eq 1 ] || fail "75: $(cat "$scratch/output")"
fake 'exit 75' --np 2 --restarts 1 --on-stop resume "$scratch/train.yaml"
ended 75
[ "$(calls)" -eq 2 ] || fail "75 to be resumed: $(cat "$scratch/output")"

# A status that `wait` has a meaning for, too: at the first start, and after another one.
fake 'exit 127' --np 2 "$scratch/train.yaml"
ended 127
[ "$(calls)" -eq 1 ] || fail "127: $(cat "$scratch/output")"
grep -q ' ended with status 127, .*: the same again would end the same$' "$scratch/output" || fail "$(cat "$scratch/output")"
fake "exit \$([ \$(wc -l <'$scratch/calls') -eq 1 ] && echo 137 || echo 127)" --np 2 "$scratch/train.yaml"
ended 127
[ "$(calls)" -eq 2 ] || fail "137 and 127: $(cat "$scratch/output")"

# Without a number as many ranks as there are cores, but no more than can share a step of 60 words in shards of 8.
printf '#!/bin/sh\necho 64\n' >"$scratch/bin/nproc"
chmod +x "$scratch/bin/nproc"
fake 'exit 0' "$scratch/train.yaml"
ended 0
[[ $(cat "$scratch/calls") == "-np 8 "* ]] || fail "called: $(cat "$scratch/calls")"
grep -q '^8 ranks for 64 cores: ' "$scratch/output" || fail "$(cat "$scratch/output")"
fake 'exit 0' "$scratch/train.yaml" --set train.micro_batch=1
ended 0
[[ $(cat "$scratch/calls") == "-np 60 "* ]] || fail "called: $(cat "$scratch/calls")"
rm "$scratch/bin/nproc"

# A signal that comes before anything is started: nothing is.
cat >"$scratch/bin/program" <<SCRIPT
#!/bin/sh
: >'$scratch/asked'
until [ -e '$scratch/go' ]; do sleep 0.01; done
echo '$run'
SCRIPT
chmod +x "$scratch/bin/program"
CVAE_PROGRAM=$scratch/bin/program fake 'exit 0' --np 2 "$scratch/train.yaml"
until [ -e "$scratch/asked" ]; do sleep 0.01; done
kill -TERM "$job"
touch "$scratch/go"
ended 143
[ "$(calls)" -eq 0 ] || fail "it was started: $(cat "$scratch/output")"
# One that comes while it is started reaches it. A few times: for a moment the new process would lose it.
for signal in TERM{,,,,,,,} USR2{,,,,,,,}; do
    status=0
    bash -c '. "$1" && kill "-$2" $$ && start_child sleep 20 && wait_for "$!" && exit "$ended"' - "$project/launch/child.sh" "$signal" \
        >/dev/null 2>&1 || status=$?
    [ "$(kill -l "$status")" = "$signal" ] || fail "$signal before the child: status $status"
done

# Signals reach mpirun once, HUP as TERM; after all but USR1 it is not started again.
for signal in USR1 USR2 TERM INT HUP; do
    got=${signal/HUP/TERM}
    rm -f "$scratch/ready" "$scratch/got"
    fake "trap 'echo $got >>\"\$FAKE/got\"; left=' $got; left=x; : >'$scratch/ready'
        for i in \$(seq 200); do [ -n \"\$left\" ] || break; sleep 0.05; done
        exit \$([ \$(wc -l <'$scratch/calls') -eq 1 ] && echo 75 || echo 0)" --np 2 --on-stop resume "$scratch/train.yaml"
    until [ -e "$scratch/ready" ]; do sleep 0.01; done
    kill "-$signal" "$job"
    until [ -e "$scratch/got" ]; do
        kill -0 "$job" 2>/dev/null || fail "$signal was not passed on: $(cat "$scratch/output")"
        sleep 0.01
    done
    if [ "$signal" = USR1 ]; then
        ended 0
        [ "$(calls)" -eq 2 ] || fail "after USR1: $(cat "$scratch/output")"
    else
        ended 75
        [ "$(calls)" -eq 1 ] || fail "after $signal: $(cat "$scratch/output")"
    fi
    [ "$(cat "$scratch/got")" = "$got" ] || fail "it got $(cat "$scratch/got")"
done
