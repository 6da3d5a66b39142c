#!/usr/bin/env bash
# launch/sweep.py: means, deviations and the front as computed here; recorded runs are not repeated, interrupted ones end as they would
# have, one that fails leaves the others; SWEEP.yaml, Slurm's arrays with a stand-in for sbatch, mistakes, the page in a browser.
# shellcheck disable=SC2054 # lists of values have commas
. "$(dirname "$0")/../support/shell.sh"
. "$(dirname "$0")/../support/install.sh"
! is_sanitized || skip "a script; what it runs has tests of its own"
needs "python3-minimal libpython3-stdlib" python3
python3 -c 'import yaml' 2>/dev/null || skip "no yaml for Python here (Debian: python3-yaml)"
write_config "$scratch/train.yaml"
cd "$scratch"
out=$scratch/out
# Writes down what it is asked for, and the CPUs that it has.
mkdir bin
cat >bin/cvae_mpi <<SCRIPT
#!/usr/bin/env bash
[[ \$1 == folder || \$* == */dev/null/none ]] || echo "\$(sed -n 's/^Cpus_allowed_list:\t//p' /proc/self/status) \$*" >>"$scratch/calls"
exec "$program" "\$@"
SCRIPT
chmod +x bin/cvae_mpi
cp "$(dirname "$program")/page.html" bin
export CVAE_PROGRAM=$scratch/bin/cvae_mpi

# sweep STATUS ARGUMENT...: its standard output is in $scratch/output, what it says in $scratch/errors, what was run in $scratch/calls.
# Tables take 80 columns, or $columns.
sweep() {
    local expected=$1 status=0
    shift
    : >"$scratch/calls"
    timeout 240 env ${columns:+COLUMNS="$columns"} "$project/launch/sweep.py" "$@" >"$scratch/output" 2>"$scratch/errors" || status=$?
    [ "$status" -eq "$expected" ] || fail "status $status, not $expected: $* ($(cat "$scratch/errors"))"
    [ "$(wc -L <"$scratch/output")" -le "${columns:-80}" ] || fail "more than ${columns:-80} columns: $(cat "$scratch/output")"
}
says() { grep -q -e "$1" "$scratch/errors" || fail "not said: $1; but: $(cat "$scratch/errors")"; }
prints() { grep -q -e "$1" "$scratch/output" || fail "not printed: $1; but: $(cat "$scratch/output")"; }
calls() { grep -c -e "$1" "$scratch/calls" || true; }
# holds EXPRESSION: of Python, on sweep.json and the lines of sweep.csv.
holds() {
    python3 -B - "$1" <<PYTHON || fail "does not hold: $1"
import csv, json, sys
found = json.load(open("$out/sweep.json"))
variants = {one["variant"]: one for one in found["variants"]}
lines = {line["variant"]: line for line in csv.DictReader(open("$out/sweep.csv"))}
front = [name for name in variants if variants[name]["front"]]
sys.exit(not eval(sys.argv[1]))
PYTHON
}

# Two lists, in one of them a mapping with a comma; two seeds.
four=(--vary optimizer.lr=0.01,0.02 --vary "train.kl_weight={schedule: linear, to: 0.05},0.2" --eval "--draws 60 --repeats 2")
columns=200 sweep 0 train.yaml "${four[@]}" --seeds 1,2 --output out --front=-cross_entropy,kl
[ "$(cd out && echo *)" = "outcomes runs said sweep.csv sweep.html sweep.json" ] || fail "$(ls out)"
[ "$(ls out/runs | wc -l)" -eq 8 ] && [ "$(calls --resume)" -eq 8 ] && [ "$(calls ' eval ')" -eq 8 ] || fail "$(cat calls)"
# All variants with the first seed come first, each on a CPU of its own.
[ "$(grep -e --resume calls | sed -E 's/.*seed=([0-9]+).*/\1/' | xargs)" = '1 1 1 1 2 2 2 2' ] || fail "$(cat calls)"
[ "$(nproc)" -eq 1 ] || [ "$(grep -e --resume calls | cut -d ' ' -f 1 | sort | uniq -c | grep -c '^ *[0-9]* [0-9]*$')" -ge 2 ] ||
    fail "not each on a CPU of its own: $(cat calls)"
says '^sweep.py: 8/8: lr=0.0[12], kl_weight=.*, seed 2: exact_match .*, gaussian .*, cross_entropy .*, seconds .*, words 736$'
prints '^[ *] lr=0.02, kl_weight={schedule: linear, to: 0.05}  *2  '
prints '^\* on the Pareto front of -cross_entropy and kl$'
# The scores are those of eval; mean and deviation of two are half of their sum and of their difference, times the root of 2.
for seed in 1 2; do
    "$program" eval --draws 60 --repeats 2 --json out/runs/lr-0.02-kl_weight-0.2-*-seed-$seed >record-$seed 2>errors || fail "$(cat errors)"
done
read -r one two <<<"$(sed -E 's/.*"cross_entropy": ([0-9.]+).*/\1/' record-1 record-2 | xargs)"
holds "abs(float(lines['lr=0.02, kl_weight=0.2']['cross_entropy']) - ($one + $two) / 2) < 1e-9"
holds "abs(float(lines['lr=0.02, kl_weight=0.2']['cross_entropy_deviation']) - abs($one - $two) / 2**0.5) < 1e-9"
printed=$(awk "BEGIN { printf \"%.2f ± %.2f\", ($one + $two) / 2, sqrt(($one - $two)^2 / 2) }")
grep -e 'lr=0.02, kl_weight=0.2 ' output | grep -q -e "$printed" || fail "not $printed: $(cat output)"
holds "lines['lr=0.01, kl_weight=0.2']['optimizer.lr'] == '0.01' and lines['lr=0.01, kl_weight=0.2']['runs'] == '2'"
holds "variants['lr=0.01, kl_weight={schedule: linear, to: 0.05}']['settings']['train.kl_weight'] == '{schedule: linear, to: 0.05}'"
holds "all(name in lines['lr=0.01, kl_weight=0.2'] for name in ('repeats.gaussian.mean', 'training.loss', 'seconds', 'words'))"
grep -q '^  to: 0.05$\|^    to: 0.05$' out/runs/lr-0.01-kl_weight-schedule-*-seed-1/config.yaml || fail "the mapping has not arrived"

# What is recorded is not repeated. More seeds and values, in another order, add to it.
sweep 0 train.yaml "${four[@]}" --seeds 1,2 --output out
[ ! -s calls ] && [ ! -s errors ] || fail "$(cat calls errors)"
# Long names take several lines, of half the width.
prints '^  lr=0.02, kl_weight={schedule: linear,     2 '
prints '^    to: 0.05}$'
sweep 0 train.yaml --vary "train.kl_weight=0.20,0.3" --vary optimizer.lr=1e-2 --eval "--draws 60 --repeats 2" --seeds 3,2 --output out
[ "$(calls --resume)" -eq 3 ] || fail "$(cat calls)"
# Another evaluation is made of the same training, whose words and seconds stay.
before=$(cat out/outcomes/lr-0.01-*-seed-2.json | grep -e '"seconds"' | head -n 1)
sweep 0 train.yaml --vary optimizer.lr=0.01 --vary train.kl_weight=0.2 --eval "--draws 61" --seeds 2 --output out
[ "$(calls ' eval .*--draws 61')" -eq 1 ] && grep -q 'the run is complete' out/said/lr-0.01-kl_weight-0.2-*-seed-2.txt || fail "$(cat calls)"
grep -q -F -e "${before%,}" out/outcomes/lr-0.01-kl_weight-*-seed-2.json || fail "other seconds than $before"
# Another configuration is another sweep; where checkpoints go is none. The run that was evaluated otherwise is evaluated once more.
sweep 64 train.yaml "${four[@]}" --seeds 1,2 --output out --set train.epochs=3
says 'it is of another configuration or --set: --output FOLDER keeps both$'
sed -i 's/^train: {/train: {word_dropout: 0.1, /' train.yaml
sweep 64 train.yaml "${four[@]}" --seeds 1,2 --output out
sed -i 's/word_dropout: 0.1, //; s/keep: 3/keep: 2/; 1i # A remark.' train.yaml
sweep 0 train.yaml "${four[@]}" --seeds 2,1 --output out --set checkpoint.every=2
[ "$(calls --resume)" -eq 1 ] || fail "$(cat calls)"

# The front, of points made by hand. More is better; less is; equal points are both on it.
rm -rf out
places=(--variant "name: a, model.latent: 1" --variant "name: b, model.latent: 2" --variant "name: c, model.latent: 3"
    --variant "name: d, model.latent: 4" --variant "name: e, model.latent: 5" --seeds 1,2,3)
sweep 0 train.yaml "${places[@]}" --output out --set train.epochs=1 --set model.hidden=8 --set evaluate.draws=5
python3 -B - <<'PYTHON'
import glob, json
places = {"1": (1, 1), "2": (2, 0), "3": (0, 2), "4": (1, 0.5), "5": (2, 0)}
for file in glob.glob("out/outcomes/*.json"):
    outcome = json.load(open(file))
    x, y = places[outcome["settings"]["model.latent"]]
    seed = int(outcome["seed"])
    outcome["evaluation"].update(conversions=x + (seed - 2) / 10, gaussian=y - (seed - 2) * 2)
    json.dump(outcome, open(file, "w"))
PYTHON
front_is() {
    sweep 0 train.yaml "${places[@]}" --output out --set train.epochs=1 --set model.hidden=8 --set evaluate.draws=5 --collect --front="$1" \
        --scores "conversions gaussian"
    holds "front == list('$2')"
    [ "$(sed -n 's/^\* \([a-e]\) .*/\1/p' output | tr -d '\n')" = "$2" ] || fail "$(cat output)"
}
front_is conversions,gaussian abce
holds "lines['a']['front'] == '1' and lines['d']['front'] == '0'"
prints '^\* a     3  1.0000 ± 0.1000  1.0000 ± 2.0000  '
front_is -conversions,-gaussian bcde
front_is -conversions,gaussian c
front_is conversions,-gaussian be
# Many columns go on below, each once and with all of its cells, and each time with the variants and the front.
many=(train.yaml "${places[@]}" --output out --set train.epochs=1 --set model.hidden=8 --set evaluate.draws=5 --collect
    --front=conversions,gaussian --scores "bleu4 cross_entropy kl training.loss training.kl training.cross_entropy training.learning_rate")
cells() { sed 's/^[ *] [a-e] //' output | tr -s ' ' '\n' | sed '/^$/d' | sort; }
columns=300 sweep 0 "${many[@]}"
[ "$(wc -l <output)" -eq 7 ] && cells >cells-of-one && [ "$(grep -c '^learning_rate$\|^training\.' cells-of-one)" -eq 4 ] || fail "$(cat output)"
for columns in 80 100 40; do
    sweep 0 "${many[@]}"
    cells | cmp - cells-of-one || fail "$columns columns: $(cat output)"
    blocks=$(grep -c '^$' output) && [ "$blocks" -gt 0 ] || fail "$columns columns: $(cat output)"
    for variant in '\* a' '\* b' '\* c' '  d' '\* e'; do
        [ "$(grep -c -e "^$variant " output)" -eq $((blocks + 1)) ] || fail "$columns columns, not $blocks + 1 times $variant: $(cat output)"
    done
done
unset columns
front_is conversions,gaussian abce
# What a terminal would take for something else is escaped, and so is what the encoding lacks.
PYTHONIOENCODING=ascii sweep 0 train.yaml --variant 'name: "漢\t", optimizer.lr: 0.01' --seeds 1,2 --output escaped --set train.epochs=1
prints '^  \\u6f22\\t     2  [0-9.]* \\xb1 [0-9.]*  '
sweep 64 train.yaml "${places[@]}" --output out --set train.epochs=1 --set model.hidden=8 --set evaluate.draws=5 --front conversion,gaussian
says '^sweep.py: no score is called "conversion"; there are bleu4, .*, conversions, seconds, words, and training.NAME of metrics.jsonl$'

# One that fails leaves the others, and is tried once more.
sweep 76 train.yaml --vary optimizer.lr=1e30,0.01 --set optimizer.clip=0 --seeds 1,2 --output failing
says '^sweep.py: lr=1e30, seed 2: status 76: .*diverge.* (.*/failing/said/lr-1e-30-.*-seed-2.txt)$'
says '^sweep.py: 2 of 4 runs failed$'
prints '^  lr=0.01     2  '
prints '^  lr=1e30     0  *-  '
[ -s failing/sweep.html ] || fail "$(ls failing)"
sweep 76 train.yaml --vary optimizer.lr=1e30,0.01 --set optimizer.clip=0 --seeds 1,2 --output failing
[ "$(calls --resume)" -eq 2 ] || fail "$(cat calls)"

# SWEEP.yaml: its paths start from its folder, and the command line comes behind it. Two ranks; a score that is not there.
mkdir elsewhere
cat >elsewhere/sweep.yaml <<'YAML'
config: ../train.yaml
output: ../from-file
seeds: [1]
ranks: 2
set: {data.train: ../verbs.txt, train.epochs: 1, evaluate.test: }
vary:
  model.encoder_condition: [[hidden], [hidden, cell]]
variants:
  - name: plain
  - model.latent: 4
    train.kl_weight:
      schedule: linear
      to: 0.1
front: [exact_match, nonesuch]
eval: --draws 10
YAML
(cd / && sweep 64 "$scratch/elsewhere/sweep.yaml" --seeds 1,2)
says '1/8: plain, encoder_condition=\[hidden\], seed 1: recorded; no score is called "nonesuch"'
[ "$(ls from-file/outcomes | wc -l)" -eq 8 ] && [ "$(calls --resume)" -eq 16 ] || fail "$(ls from-file/outcomes; cat calls)"
(cd / && columns=200 sweep 0 "$scratch/elsewhere/sweep.yaml" --seeds 1,2 --front=-kl,exact_match)
prints '^[ *] latent=4, kl_weight={schedule: linear, to: 0.1}, encoder_condition=\[hidden, cell\]     2  '

# A terminal shows one line that is kept up to date, no wider than itself, and breaks the others; there are none elsewhere.
if command -v script >/dev/null; then
    # shown COLUMNS: what a terminal of that width shows of the sweep, in $scratch/shown.
    shown() {
        script -qec "stty cols $1; '$project/launch/sweep.py' train.yaml --variant 'name: 漢字漢字漢字漢字漢字漢字漢字漢字, optimizer.lr: 0.02' --output live" \
            /dev/null </dev/null >"$scratch/shown"
        widest=$(tr '\r' '\n' <"$scratch/shown" | sed 's/\x1b\[K//g' | wc -L)
        [ "$widest" -le "$1" ] || fail "$widest columns of $1: $(cat "$scratch/shown")"
    }
    shown 50
    grep -q $'\rsweep.py: 0/1, -:-- left; 漢字' "$scratch/shown" || fail "no live line: $(cat "$scratch/shown")"
    grep -q '^    字漢字漢字' "$scratch/shown" || fail "a long name is on one line: $(cat "$scratch/shown")"
    shown 200
    [ "$widest" -gt 80 ] || fail "a wide terminal is not used: $(cat "$scratch/shown")"
    table=$(sed -nE '/^  *runs /,$p' "$scratch/shown" | sed -E 's/^( *runs) .*/\1/; s/^(  漢字.* 1) .*/\1/')
    [ "$(head -n 1 <<<"$table" | wc -L)" -eq "$(tail -n +2 <<<"$table" | wc -L)" ] || fail "not in columns: $table"
    ! grep -q $'\r' "$scratch/errors" || fail "no terminal, but $(cat "$scratch/errors")"
fi

# Interrupted: the trainings write their checkpoints, and come to where they would have come. The same signal reaches all in the group, as
# Ctrl-C does.
only=(--set train.epochs=400 --set evaluate.every=0 --set checkpoint.every=0 --set evaluate.draws=5)
long=(train.yaml --vary optimizer.lr=0.01,0.02 --seeds 1 "${only[@]}" --jobs 2 --output long)
for signal in TERM INT; do
    set -m
    "$project/launch/sweep.py" "${long[@]}" >output 2>errors &
    set +m
    job=$!
    trap 'kill "$job" 2>/dev/null || true; remove_scratch' EXIT
    # Until both have begun: each start says so, and then epoch after epoch.
    for waited in {1..600}; do
        [ "$(tail -qn 1 long/said/* 2>/dev/null | grep -c '^epoch ')" -lt 2 ] || break
        sleep 0.05
    done
    ranks=$(ranks_of "$job")
    [ "$(wc -w <<<"$ranks")" -eq 2 ] || fail "no two trainings are running: $(cat errors long/said/*)"
    if [ "$signal" = INT ]; then kill -INT -- "-$job"; else kill "$job"; fi
    status=0
    wait "$job" || status=$?
    [ "$status" -eq $((128 + $(kill -l "$signal"))) ] || fail "$signal ends it with $status: $(cat errors)"
    says '^sweep.py: 0 of 2 runs are recorded in .*/long; the same command goes on$'
    for rank in $ranks; do is_gone "$rank"; done
    [ "$(tail -qn 1 long/said/* | grep -c '^cvae_mpi: stopped by SIGUSR2 after step ')" -eq 2 ] || fail "$(tail -n 3 long/said/*)"
done
trap remove_scratch EXIT
sweep 0 "${long[@]}"
for lr in 0.01 0.02; do
    grep -q '^resumed ' long/said/lr-$lr-* || fail "begun anew: $(cat long/said/lr-$lr-*)"
    "$program" train.yaml --set optimizer.lr=$lr --set seed=1 "${only[@]}" --set name=whole-$lr 2>errors || fail "$(cat errors)"
    [ "$(value_of parameter_hash runs/whole-$lr/last.h5)" = "$(value_of parameter_hash long/runs/lr-$lr-*-seed-1/last.h5)" ] ||
        fail "lr=$lr: other parameters"
done
# All epochs have 368 words, the interrupted ones too.
grep -h -e '"words"' long/outcomes/* | sort -u | grep -q -x '  "words": 147200,' || fail "$(grep -h -e '"words"' long/outcomes/*)"

# Slurm, with a stand-in that writes down what is submitted; its tasks and the job that sums up.
cat >bin/sbatch <<SCRIPT
#!/usr/bin/env bash
printf '%s\n' "\$*" >>"$scratch/submitted"
for word; do case \$word in --wrap=*) printf '%s\n' "\${word#--wrap=}" >>"$scratch/wrapped" ;; esac; done
echo "\$((40 + \$(wc -l <"$scratch/wrapped")));cluster"
SCRIPT
chmod +x bin/sbatch
array=(train.yaml --vary "train.kl_weight={schedule: linear, to: 0.1},0.2" --seeds "1, 2" --output "an array" --set train.epochs=1)
sweep 0 "${array[@]}" --jobs 1 --vary train.kl_weight=0.2 --seeds 2
PATH=$scratch/bin:$PATH sweep 0 "${array[@]}" --submit "--time=1:00:00 --account='my own'"
[ ! -s calls ] || fail "$(cat calls)"
says "^sweep.py: job 41 makes 3 of 4 runs, job 42 sums up in $scratch/an array\$"
grep -q -e "^--parsable --signal=B:TERM@60 --output=$scratch/an array/said/slurm-%A_%a.txt --ntasks=1 --array=1,2,3 --time=1:00:00 --account=my own " \
    submitted && grep -q -e '--dependency=afterany:41 .*--wrap=.* --collect$' submitted || fail "$(cat submitted)"
: >calls
for task in 3 1; do SLURM_ARRAY_TASK_ID=$task sh -c "$(head -n 1 wrapped)" 2>errors || fail "$(cat errors)"; done
[ "$(grep -e --resume calls | sed -E 's/.*kl_weight=(\S+).* seed=(.).*/\1 \2/' | xargs)" = '{schedule: 2 {schedule: 1' ] || fail "$(cat calls)"
[ ! -e "an array/sweep.json" ] || [ "$(ls "an array/outcomes" | wc -l)" -eq 3 ] || fail "$(ls "an array"/*)"
sh -c "$(tail -n 1 wrapped)" >output 2>errors || fail "$(cat errors)"
prints '^  kl_weight={schedule: linear, to: 0.1}     2  '
prints '^  kl_weight=0.2     *1  '
sweep 64 "${array[@]}" --task 5
says '^sweep.py: --task: there are 4 runs, no number 5$'

# Mistakes: a line, before anything is trained.
while IFS='|' read -r status text arguments; do
    eval "sweep $status train.yaml --output wrong $arguments"
    [ "$(wc -l <errors)" -eq 1 ] || fail "not one line: $(cat errors)"
    says "$text"
done <<'MISTAKES'
64|^sweep.py: nothing varies: --vary, --variant or --seeds is needed; see --help$|
64|^sweep.py: --vary optimizer.lr: the list is empty$|--vary optimizer.lr=
64|^sweep.py: --vary optimizer.lr: no YAML: |--vary optimizer.lr=1,,2
64|^sweep.py: --vary optimizer.lr: 1e-3 is given twice$|--vary optimizer.lr=0.001,1e-3
64|^sweep.py: --vary optimizer.lr: a list without its brackets is needed, not "1\]: \[2"$|--vary "optimizer.lr=1]: [2"
64|^sweep.py: --vary: .* is needed, not "optimizer.lr"$|--vary optimizer.lr
64|^sweep.py: --vary: seed: --seeds says it$|--vary seed=1,2
64|^sweep.py: --set: checkpoint.directory: --output says it$|--seeds 1 --set checkpoint.directory=x
64|^sweep.py: --seeds: 1 is given twice$|--seeds 1,1
64|^sweep.py: the same variant twice: "latent=3" and "b"$|--variant "model.latent: 3" --variant "name: b, model.latent: 3.0"
64|^sweep.py: two variants are called "a": each needs a name of its own, or none$|--variant "name: a, model.latent: 3" --variant "name: a, model.latent: 4"
64|^sweep.py: --variant: model.latent is given twice$|--variant "model.latent: 3, model.latent: 4"
64|^sweep.py: --variant: keys with values are expected$|--variant "{model.latent: 3}"
64|^sweep.py: model.latent: --vary and --set both say it$|--vary model.latent=3 --set model.latent=3
64|^sweep.py: model.latent: --vary and --variant both say it$|--vary model.latent=3 --variant "model.latent: 4"
64|^sweep.py: --front: two scores are needed, as conversions,gaussian, not "a"; see --help$|--seeds 1 --front a
64|^sweep.py: --eval: --draws has to be written out; |--seeds 1 --eval "--draw 3"
64|^sweep.py: --eval: eval: one checkpoint file is needed, 2 words were given|--seeds 1 --eval 3
64|^sweep.py: --ranks: a step of as configured, seed 1 has shards for 8, not for 9 (train.micro_batch)$|--seeds 1 --ranks 9
64|^sweep.py: "other.yaml" is one word too many; see --help$|--seeds 1 other.yaml
78|^cvae_mpi: --set optimizer.rl=0.1: unknown key "optimizer.rl": did you mean "optimizer.lr"?$|--vary optimizer.rl=0.1
78|^cvae_mpi: --set optimizer.lr=fast: "fast" is not a number|--vary optimizer.lr=0.1,fast
64|^sweep.py: --vary optimizer.lr: no YAML: unacceptable character #x0001: .*|--vary optimizer.lr=$'\x01'
MISTAKES
[ ! -e wrong ] || fail "left behind: $(ls -R wrong)"
sweep 66 none.yaml --seeds 1
says '^sweep.py: .*/none.yaml: No such file or directory$'
while IFS='|' read -r text yaml; do
    printf "config: train.yaml\nseeds: [1]\n$yaml\n" >bad.yaml
    sweep 78 bad.yaml --output wrong
    says "^sweep.py: bad.yaml:$text"
done <<'MISTAKES'
3:9: unknown key "fronts": did you mean front?|fronts: 3
4:1: seeds is given twice$|ranks: 1\nseeds: [2]
5:3: model.latent is given twice$|vary:\n  model.latent: [1]\n  model.latent: [2]
3:7: keys with values are expected$|vary: [1]
5:1: no YAML: |vary: {a: [1\n
 a value contains itself, or lists stand too deep in each other$|vary: &a {b: *a}
MISTAKES
CVAE_PROGRAM=$scratch/none sweep 127 train.yaml --seeds 1 --output wrong
says "^sweep.py: $scratch/none: No such file or directory\$"

# The page in a browser: the front and each variant are curves of their own, and nothing is asked of a network.
command -v chromium >/dev/null || exit 0
cat >look.py <<'PYTHON'
import sys
from browser import Browser
with Browser("profile") as browser:
    browser.open("out/sweep.html")
    browser.wait("document.querySelectorAll('.chart canvas').length > 0 && document.querySelector('.chart').hasAttribute('aria-label')", "a chart")
    names = browser.run("[...document.querySelectorAll('.curves label')].map(label => label.textContent)")
    said = browser.run("document.querySelector('.chart').getAttribute('aria-label')")
    marked = browser.run("[...document.querySelectorAll('th.right')].map(cell => cell.textContent)")
    cell = browser.run("document.querySelector('tbody td:nth-child(3)').textContent")
    assert names == ["Pareto front", *"abcde", "mean", "seeds"], names
    assert said.startswith("gaussian and conversions (gaussian) by conversions. Pareto front, mean: 3 values, first 2 at 0, last 0 at 2."), said
    assert marked == [name + "on the front" for name in "abce"], marked
    assert cell == "1.0000± 0.1000", cell
    assert not browser.errors and len(browser.requests) == 1, (browser.errors, browser.requests)
PYTHON
PYTHONPATH=$project/tests/support PYTHONDONTWRITEBYTECODE=1 timeout 120 python3 look.py || fail "see above"
