#!/usr/bin/env bash
# launch/scaling.sh: every setting in each round, once; equal parameters for equal work; tables, CSV, JSON and a page.
. "$(dirname "$0")/../support/shell.sh"
export ASAN_OPTIONS=detect_leaks=0 CVAE_PROGRAM=$program
write_config "$scratch/train.yaml"
out=$scratch/out

# scaling STATUS ARGUMENT...: its standard output is in $scratch/output, what it says in $scratch/errors.
scaling() {
    local expected=$1 status=0
    shift
    timeout 120 "$project/launch/scaling.sh" "$@" >"$scratch/output" 2>"$scratch/errors" || status=$?
    [ "$status" -eq "$expected" ] || fail "status $status, not $expected: $* ($(cat "$scratch/errors"))"
}
says() { grep -q -e "$1" "$scratch/errors" || fail "not said: $1; but: $(cat "$scratch/errors")"; }
prints() { grep -q -e "$1" "$scratch/output" || fail "not printed: $1; but: $(cat "$scratch/output")"; }
# value KEY FILE: a number of an account.
value() { sed -nE 's/.*"'"$1"'": ?([0-9.]+).*/\1/p' "$2" | head -n 1; }

# Strong and weak scaling share the one rank and the separate runs.
scaling 0 --ranks "1 2" --rounds 2 --steps 3 --warmup 1 --cores 2 --output "$out" "$scratch/train.yaml" --set seed=5
[ "$(cd "$out" && echo *)" = 'runs scaling.csv scaling.html scaling.json' ] || fail "$(ls "$out")"
[ "$(cd "$out/runs" && echo *)" = "$(for round in 001 002; do
    for run in batch120-shards8-together2 batch60-shards8-separate2 batch60-shards8-together1 batch60-shards8-together2; do
        echo "$round-$run.json"
    done
done | xargs)" ] || fail "$(ls "$out/runs")"
[ "$(wc -l <"$scratch/errors")" -eq 8 ] || fail "$(cat "$scratch/errors")"
# Interleaved: a round has every setting before the next begins.
[ "$(cut -d: -f1 "$scratch/errors" | xargs)" = "$(for round in 1 2; do
    for place in 1 2 3 4; do echo "round $round/2, $place/4"; done
done | xargs)" ] || fail "$(cat "$scratch/errors")"
says '^round 2/2, 2/4: 2 ranks, 60 words a step, shards of 8: [0-9]* words/s$'
run=$out/runs/001-batch60-shards8-together2.json
[ "$(value ranks "$run") $(value steps "$run") $(value warmup_steps "$run")" = '2 3 1' ] || fail "$(cat "$run")"
[ "$(grep -c '"ranks": 1,' "$out/runs/001-batch60-shards8-separate2.json")" -eq 2 ] || fail "not two separate runs"
prints 'strong scaling, 60 words a step: equal work to the last bit, parameter hash [0-9a-f]* after all 4 runs'
prints 'weak scaling, 60 words a step and rank$'
prints '^    2 separate runs '
[ "$(wc -l <"$out/scaling.csv")" -eq 9 ] || fail "$(cat "$out/scaling.csv")"
[ "$(grep -c '"kind":' "$out/scaling.json")" -eq 2 ] || fail "not two series"
xmllint --noout --nonet "$out/scaling.html"

# Not over an experiment that is there; models and micro-batches, one after another; more ranks than cores.
scaling 64 --ranks 1 --output "$out" "$scratch/train.yaml"
says 'holds an experiment already: --overwrite begins anew'
scaling 0 --mode "strong micro-batch" --ranks "1 2" --rounds 1 --steps 2 --cores 1 --no-separate --overwrite --output "$out" \
    --models "hidden=16 hidden=24,cell=gru" --micro-batches "8 20" "$scratch/train.yaml"
[ "$(ls "$out/runs" | wc -l)" -eq 6 ] || fail "$(ls "$out/runs")"
prints '^LSTM 1 x 16, '
prints '^GRU 1 x 24, '
prints '^    2 ranks on 1 core '
prints '^    shards of 20 '

# Parameters that are not equal: here through a seed that is another in each run.
cat >"$scratch/unequal" <<SCRIPT
#!/usr/bin/env bash
[ "\$1" = scaling ] && exec "$program" "\$@"
exec "$program" "\$@" --set seed=\$\$
SCRIPT
chmod +x "$scratch/unequal"
CVAE_PROGRAM=$scratch/unequal scaling 65 --mode strong --ranks 1 --rounds 2 --steps 2 --output "$scratch/unequal.out" "$scratch/train.yaml"
says '^cvae_mpi: equal work did not end with equal parameters, whose hash is '
[ -s "$scratch/unequal.out/scaling.html" ] || fail "nothing is written"

# What fails, fails at once with what the training says, and leaves nothing behind; a training that is over before the steps are.
scaling 78 --ranks 1 --output "$scratch/wrong" "$scratch/train.yaml" --set train.epoch=3
says 'unknown key "train.epoch"'
[ -z "$(ls "$scratch/wrong/runs")" ] && [ "$(ls "$scratch/wrong")" = runs ] || fail "$(ls -R "$scratch/wrong")"
scaling 78 --ranks 2 --models depth=2 --output "$scratch/wrong" "$scratch/train.yaml"
says 'unknown key "model.depth"'
scaling 65 --ranks 1 --steps 100 --output "$scratch/wrong" "$scratch/train.yaml"
says '[0-9]* of 100 steps were measured, the training is over'
for use in '--ranks 0' '--ranks x' '--mode fast' '--models hidden' '--rounds 0' '--cores' '--fast'; do
    read -ra words <<<"$use"
    scaling 64 "${words[@]}"
    says "^scaling.sh: ${words[0]} "
done

# TERM ends what is running too.
"$project/launch/scaling.sh" --ranks 2 --steps 1000 --output "$scratch/long" "$scratch/train.yaml" --set train.epochs=100000 \
    --set model.hidden=128 >/dev/null 2>&1 &
job=$!
trap 'kill "$job" 2>/dev/null || true; rm -rf "$scratch"' EXIT
ranks=
for waited in {1..300}; do
    ranks=$(ranks_of "$job")
    [ "$(wc -w <<<"$ranks")" -lt 2 ] || break
    sleep 0.1
done
[ "$(wc -w <<<"$ranks")" -eq 2 ] || fail "no two ranks are running"
kill "$job"
status=0
wait "$job" || status=$?
[ "$status" -eq 143 ] || fail "TERM ends it with $status"
for rank in $ranks; do is_gone "$rank"; done
[ "$(ls "$scratch/long")" = runs ] || fail "left behind: $(ls "$scratch/long")"
