#!/usr/bin/env bash
# launch/scaling.py: every setting in each round, once; equal parameters for equal work; tables, CSV, JSON and a page.
. "$(dirname "$0")/../support/shell.sh"
if is_sanitized; then
    echo "skipped: a script; what it runs has tests of its own" >&2
    exit 77
fi
. "$(dirname "$0")/../support/install.sh"
needs "python3-minimal libpython3-stdlib" python3
export ASAN_OPTIONS=detect_leaks=0 CVAE_PROGRAM=$scratch/cvae_mpi
ln -s "$program" "$CVAE_PROGRAM"
echo '<script id="data">@DATA@</script>' >"$scratch/page.html"
figures=
if command -v gnuplot >/dev/null; then figures=' scaling.pdf scaling.svg'; fi
write_config "$scratch/train.yaml"
out=$scratch/out

# scaling STATUS ARGUMENT...: its standard output, of 80 columns or $columns, is in $scratch/output, what it says in $scratch/errors.
scaling() {
    local expected=$1 status=0
    shift
    timeout 120 env ${columns:+COLUMNS="$columns"} "$project/launch/scaling.py" "$@" >"$scratch/output" 2>"$scratch/errors" || status=$?
    sed -i '/ not drawn: gnuplot is not installed /d' "$scratch/errors"
    [ "$status" -eq "$expected" ] || fail "status $status, not $expected: $* ($(cat "$scratch/errors"))"
    [ "$(wc -L <"$scratch/output")" -le "${columns:-80}" ] || fail "more than ${columns:-80} columns: $(cat "$scratch/output")"
}
says() { grep -q -e "$1" "$scratch/errors" || fail "not said: $1; but: $(cat "$scratch/errors")"; }
prints() { grep -q -e "$1" "$scratch/output" || fail "not printed: $1; but: $(cat "$scratch/output")"; }
# value KEY FILE: a number of an account.
value() { sed -nE 's/.*"'"$1"'": ?([0-9.]+).*/\1/p' "$2" | head -n 1; }

# Strong and weak scaling share the one rank and the separate runs.
# Where the system can make such a language, in one whose numbers have a comma.
language=C
if localedef -i de_DE -f UTF-8 "$scratch/de_DE.UTF-8" 2>"$scratch/errors"; then language=de_DE.UTF-8; fi
export LOCPATH=$scratch
LC_ALL=$language columns=200 scaling 0 --ranks "1 2" --rounds 2 --steps 3 --warmup 1 --cores 2 --output "$out" \
    "$scratch/train.yaml" --set seed=5
[ "$(cd "$out" && echo *)" = "runs scaling.csv scaling.html scaling.json$figures" ] || fail "$(ls "$out")"
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
[[ $(cat "$out/scaling.html") == '<script id="data">{"title": "Scaling", '*'}</script>' ]] || fail "$(cat "$out/scaling.html")"

# Not over an experiment that is there; models and micro-batches, one after another; more ranks than cores.
scaling 64 --ranks 1 --output "$out" "$scratch/train.yaml"
says 'holds an experiment already: --resume goes on with it, --overwrite begins anew'
# Resumed, it measures what is not there; of the same training only.
rm "$out/runs/001-batch60-shards8-together2.json" "$out/runs/002-batch60-shards8-separate2.json"
touch -d '2001-01-01' "$out"/runs/*
scaling 0 --ranks "1 2" --rounds 2 --steps 3 --warmup 1 --cores 2 --resume --output "$out" "$scratch/train.yaml" --set seed=5
[ "$(cd "$out/runs" && find . -newermt 2020-01-01 -type f | sort | xargs)" = \
    './001-batch60-shards8-together2.json ./002-batch60-shards8-separate2.json' ] || fail "$(ls -l "$out/runs")"
[ "$(wc -l <"$out/scaling.csv")" -eq 9 ] || fail "$(cat "$out/scaling.csv")"
for other in "--steps 4 --set seed=5" "--steps 3 --set seed=6"; do
    read -ra words <<<"$other"
    scaling 64 --ranks "1 2" --rounds 2 --warmup 1 --cores 2 --resume --output "$out" "$scratch/train.yaml" "${words[@]}"
    says 'it is of another experiment: --overwrite begins anew'
done
scaling 0 --mode "strong micro-batch" --ranks "1 2" --rounds 1 --steps 2 --cores 1 --no-separate --overwrite --output "$out" \
    --models "hidden=16 hidden=24,cell=gru" --micro-batches "8 20" "$scratch/train.yaml"
[ "$(ls "$out/runs" | wc -l)" -eq 6 ] || fail "$(ls "$out/runs")"
prints '^LSTM 1 x 16, '
prints '^GRU 1 x 24, '
prints '^    2 ranks on 1 core '
prints '^    shards of 20 '

# Shards are what ranks are given: where there are fewer the setting is left out, and so are shards larger than a step. A model
# that differs in what decides the training only is another one.
scaling 0 --mode "strong micro-batch" --ranks "1 8" --batches 60 --micro-batches "20 60 64" --rounds 1 --steps 1 --warmup 0 \
    --cores 8 --no-separate --models "layers=2,dropout=0 layers=2,dropout=0.3" --output "$scratch/left" \
    "$scratch/train.yaml" --set train.micro_batch=20 --set compute.reduction=allreduce
says '^scaling.py: left out: 8 ranks: 60 words a step in shards of 20 are fewer shards$'
says '^scaling.py: left out: shards of 64: a step has 60 words$'
[ "$(grep -c 'left out' "$scratch/errors")" -eq 2 ] || fail "$(cat "$scratch/errors")"
[ "$(cd "$scratch/left/runs" && echo *)" = "$(for dropout in 0 0.3; do
    for run in shards20-together1 shards60-together1; do echo "001-layers-2-dropout-$dropout-batch60-$run.json"; done
done | xargs)" ] || fail "$(ls "$scratch/left/runs")"
[ "$(grep -c '^LSTM 2 x 24, .* parameters, training [0-9a-f]\{8\}; ' "$scratch/output")" -eq 2 ] || fail "$(cat "$scratch/output")"
# Where each has a shard all are run. Separate runs stop at the cores.
scaling 0 --mode "strong micro-batch" --ranks "1 8" --batches 60 --micro-batches "8 60" --rounds 1 --steps 1 --warmup 0 --cores 2 \
    --output "$scratch/left" --overwrite "$scratch/train.yaml"
[ "$(cd "$scratch/left/runs" && echo *)" = \
    "$(echo 001-batch60-{shards60-together1,shards8-{separate2,together1,together8}}.json)" ] || fail "$(ls "$scratch/left/runs")"
! grep -q 'left out' "$scratch/errors" || fail "$(cat "$scratch/errors")"
# The old experiment is kept until the new one is known to be right; then nothing of it stays, were there no new run either.
scaling 78 --ranks 1 --overwrite --output "$scratch/left" "$scratch/train.yaml" --set train.epoch=3
[ "$(ls "$scratch/left/runs" | wc -l)" -eq 4 ] && [ -e "$scratch/left/scaling.html" ] || fail "the old experiment is gone"
# A batch that the table has no pairs for is not what was asked for.
scaling 65 --mode weak --ranks "1 2" --batches 60000 --rounds 1 --steps 1 --warmup 0 --no-separate --overwrite \
    --output "$scratch/left" "$scratch/train.yaml" --set train.epochs=50
says '^scaling.py: 60000 words a step are asked for, the table has only [0-9]* pairs for them: fewer words or ranks, or a larger table, as data/make_verbs.py --invent N makes one$'
[ "$(ls "$scratch/left")" = runs ] && [ -z "$(ls "$scratch/left/runs")" ] || fail "$(ls -R "$scratch/left")"
# What fails later leaves what was measured, and sums it up.
mkdir "$scratch/wrapped"
cp "$scratch/page.html" "$scratch/wrapped"
cat >"$scratch/wrapped/failing" <<SCRIPT
#!/usr/bin/env bash
[ ! -e "$scratch/left/runs/001-batch60-shards8-together1.json" ] || exit 70
exec "$program" "\$@"
SCRIPT
chmod +x "$scratch/wrapped/failing"
CVAE_PROGRAM=$scratch/wrapped/failing scaling 70 --ranks 1 --rounds 2 --steps 1 --warmup 0 --cores 2 --output "$scratch/left" \
    "$scratch/train.yaml"
says "^scaling.py: what was measured until then is kept, and summed up in $scratch/left; --resume goes on\$"
[ "$(cd "$scratch/left" && echo *)" = 'runs scaling.csv scaling.html scaling.json' ] && [ "$(wc -l <"$scratch/left/scaling.csv")" -eq 2 ] ||
    fail "$(ls -R "$scratch/left")"
prints '^    1 rank, 60 words a step '

# Folders, files and values of any name that a shell or an option parser would take for something else.
odd="$scratch/-a 'b\" [c] \$d%&ü"
mkdir "$odd"
cp "$scratch/train.yaml" "$odd/-x y.yaml"
cp "$scratch/verbs.txt" "$odd"
(cd "$odd" && scaling 0 --mode strong --ranks "1 2" --rounds 1 --steps 1 --warmup 0 --cores 2 --output -o --set "name=it's" -- "-x y.yaml")
[ "$(cd "$odd/-o" && echo *)" = "runs scaling.csv scaling.html scaling.json$figures" ] || fail "$(ls -R "$odd")"
(cd "$odd/-o" && scaling 0 --from runs/*-together1.json runs/*-together2.json --output "../-p q")
cmp "$odd/-p q/scaling.html" <(sed 's/"cores", "2"/"cores", "not known"/; s/{"value": "2 separate runs"/&/' "$odd/-p q/scaling.html")
[ -s "$odd/-p q/scaling.json" ] || fail "$(ls -R "$odd")"

# Separate runs are each on a CPU of their own.
cat >"$scratch/wrapped/bound" <<SCRIPT
#!/usr/bin/env bash
grep Cpus_allowed_list /proc/self/status >>"$scratch/cpus"
exec "$program" "\$@"
SCRIPT
chmod +x "$scratch/wrapped/bound"
CVAE_PROGRAM=$scratch/wrapped/bound scaling 0 --mode strong --ranks 2 --rounds 1 --steps 1 --warmup 0 --cores 2 --overwrite \
    --output "$scratch/left" "$scratch/train.yaml"
[ "$(nproc)" -eq 1 ] || [ "$(tail -n 2 "$scratch/cpus" | grep -E '[[:space:]][0-9]+$' | sort -u | wc -l)" -eq 2 ] ||
    fail "$(cat "$scratch/cpus")"

# A hostfile is handed on, and with it the variables that ranks want.
mkdir "$scratch/bin"
cat >"$scratch/bin/mpirun" <<SCRIPT
#!/usr/bin/env bash
echo "\$@" >>"$scratch/mpirun"
exec "$(command -v mpirun)" "\$@"
SCRIPT
chmod +x "$scratch/bin/mpirun"
echo "localhost slots=2" >"$scratch/hosts"
PATH=$scratch/bin:$PATH OPENBLAS_NUM_THREADS=1 scaling 0 --mode strong --hostfile "$scratch/hosts" --rounds 1 --steps 1 --warmup 0 \
    --output "$scratch/left" --overwrite "$scratch/train.yaml"
for n in 1 2; do
    grep -q -e "^-np $n --hostfile $scratch/hosts .*-x OPENBLAS_NUM_THREADS .*$CVAE_PROGRAM" "$scratch/mpirun" ||
        fail "$(cat "$scratch/mpirun")"
done
[ "$(wc -l <"$scratch/mpirun")" -eq 2 ] || fail "$(cat "$scratch/mpirun")"
echo localhost >"$scratch/hosts"
scaling 64 --hostfile "$scratch/hosts" "$scratch/train.yaml"
says 'has no slots: --ranks or --cores is needed'
# The cores of a Slurm job are those of all its nodes, which separate runs would not be on. There is no Slurm here for mpirun.
cat >"$scratch/bin/mpirun" <<SCRIPT
#!/usr/bin/env bash
exec env -u SLURM_JOB_NUM_NODES -u SLURM_JOB_CPUS_PER_NODE "$(command -v mpirun)" "\$@"
SCRIPT
SLURM_JOB_CPUS_PER_NODE='1(x2)' SLURM_JOB_NUM_NODES=2 PATH=$scratch/bin:$PATH scaling 0 --mode strong --rounds 1 --steps 1 \
    --warmup 0 --output "$scratch/left" --overwrite "$scratch/train.yaml"
[ "$(cd "$scratch/left/runs" && echo *)" = "$(echo 001-batch60-shards8-together{1,2}.json)" ] || fail "$(ls "$scratch/left/runs")"

# Parameters that are not equal: here because each account says so. Its file is the last argument.
cat >"$scratch/wrapped/unequal" <<SCRIPT
#!/usr/bin/env bash
status=0
"$program" "\$@" || status=\$?
sed -i 's/"parameter_hash": "/&'\$\$/ "\${@: -1}"
exit "\$status"
SCRIPT
chmod +x "$scratch/wrapped/unequal"
CVAE_PROGRAM=$scratch/wrapped/unequal scaling 65 --mode strong --ranks 1 --rounds 2 --steps 2 --output "$scratch/unequal.out" "$scratch/train.yaml"
says '^scaling.py: equal work did not end with equal parameters, whose hash is '
[ -s "$scratch/unequal.out/scaling.html" ] || fail "nothing is written"

# What fails, fails at once with what the training says, and leaves nothing behind; a training that is over before the steps are.
scaling 78 --ranks 1 --output "$scratch/wrong" "$scratch/train.yaml" --set train.epoch=3
says 'unknown key "train.epoch"'
[ -z "$(ls "$scratch/wrong")" ] || fail "$(ls -R "$scratch/wrong")"
scaling 78 --ranks 2 --models depth=2 --output "$scratch/wrong" "$scratch/train.yaml"
says 'unknown key "model.depth"'
scaling 65 --ranks 1 --steps 100 --output "$scratch/wrong" "$scratch/train.yaml"
says '[0-9]* of 100 steps were measured, the training is over'
scaling 64 --ranks 1 2 "$scratch/train.yaml"
says '^scaling.py: "[^"]*train.yaml" is one word too many: lists are in quotes; see --help$'
for use in '--ranks 0' '--ranks x' '--mode fast' '--models hidden' '--rounds 0' '--cores'; do
    read -ra words <<<"$use"
    scaling 64 "${words[@]}"
    says "^scaling.py: ${words[0]}: .*; see --help$"
done
scaling 64 --fast
says '^scaling.py: unknown option --fast; see --help$'
scaling 0 --help
prints '^  --micro-batches LIST '

# TERM ends what is running too; and so does INT to the whole process group, as Ctrl-C sends it, which is not mpirun's: it would
# leave its ranks where the second signal comes from here.
for signal in TERM INT; do
    rm -rf "$scratch/long"
    set -m
    "$project/launch/scaling.py" --ranks 2 --steps 100000 --output "$scratch/long" "$scratch/train.yaml" --set train.epochs=100000 \
        --set model.hidden=128 >/dev/null 2>&1 &
    set +m
    job=$!
    trap 'kill "$job" 2>/dev/null || true; remove_scratch' EXIT
    ranks=
    for waited in {1..300}; do
        ranks=$(ranks_of "$job")
        [ "$(wc -w <<<"$ranks")" -lt 2 ] || break
        sleep 0.1
    done
    [ "$(wc -w <<<"$ranks")" -eq 2 ] || fail "no two ranks are running"
    group=$(ps -o pgid= -p "$(ps -o ppid= -p "$(head -n 1 <<<"$ranks")" | tr -d ' ')" | tr -d ' ')
    [ "$group" != "$job" ] || fail "mpirun is in the script's process group"
    if [ "$signal" = INT ]; then kill -INT -- "-$job"; else kill "$job"; fi
    # Long before the steps are done.
    for waited in {1..600}; do
        [[ ! $(ps -o stat= -p "$job") =~ ^(Z|$) ]] || break
        [ "$waited" -lt 600 ] || { kill -9 $ranks && fail "$signal does not end it"; }
        sleep 0.1
    done
    status=0
    wait "$job" || status=$?
    [ "$status" -eq $((128 + $(kill -l "$signal"))) ] || fail "$signal ends it with $status"
    for rank in $ranks; do is_gone "$rank"; done
    [ "$(ls "$scratch/long")" = runs ] || fail "left behind: $(ls "$scratch/long")"
done
