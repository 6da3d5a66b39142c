#!/usr/bin/env bash
# eval --conversions and --rule: the numbers of the JSON against each other and against a count by hand.
. "$(dirname "$0")/../support/shell.sh"
cd "$scratch"

# All stems of three or four of a few letters, which can be learned from half of them, and two verbs that are not regular.
for stem in {a,k,o}{b,l,t,s}{a,e,o,u} {a,o}{l,t}{e,u}{p,t}; do
    echo "$stem ${stem}s ${stem}ing ${stem}d"
done >rows.txt
printf 'sing sings singing sang\ngo goes going went\n' >>rows.txt
cat >train.yaml <<'YAML'
name: rows
seed: 3
data: {train: rows.txt, holdout: 0.3, pairs: random}
model: {hidden: 48, latent: 16, embedding: 12, condition: 4}
train: {epochs: 150, batch_size: 16, micro_batch: 16, kl_weight: 0.001}
optimizer: {name: adam, lr: 0.01, clip: 1}
evaluate: {every: 0, draws: 0, examples: 0}
checkpoint: {directory: runs, every: 0, keep: 1}
YAML
"$program" train.yaml 2>errors || fail "training: $(cat errors)"
model=runs/rows/last.h5

# evaluates ARGUMENT...: the program's eval into output.
evaluates() { "$program" eval "$@" >output 2>errors || fail "eval $*: $? $(cat errors)"; }
# python CODE: with the JSON as `record`.
python() { python3 -c "import json, sys; record = json.load(open('output')); $1" || fail "$1: $(cat output)"; }

evaluates $model --json --seed 9 --conversions 2 --rule
python '
rows = record["conversion_rows"]; count = 12 * rows
errors = record["errors"]
assert [(group["from_letters"], group["to_letters"]) for group in errors] == [(1, 4), (5, 8), (9, 12), (13, None)]
kind = lambda name: sum(group[name] for group in errors)
assert kind("right") + kind("swapped") + kind("ending") + kind("stem") == count
assert abs(kind("right") / count - record["conversions"]) < 1e-12 and abs(record["conversions"] - record["exact_match"]) < 1e-12
assert 0 < record["conversions"] < 1 and 0 < record["conversions_error"] < 0.2, record
wrong = 1 - record["conversions"]
assert record["edit_distance"] >= wrong and record["edit_distance_error"] > 0
# Of shares of rows: the variance of n numbers 0 and 1.
share = record["paradigms"]
assert abs(record["paradigms_error"] ** 2 * (rows - 1) - share * (1 - share)) < 1e-12
assert record["sampled_conversions_error"] > 0
assert record["training_seed"] == 3 and record["seed"] == 9
assert record["copying"]["conversions"] == 0 and record["copying"]["paradigms_error"] == 0
assert record["rule"]["conversions"] > 0.9 and record["rule"]["edit_distance"] < record["copying"]["edit_distance"]'

# Without --rule all else is the same.
cp output with.json
evaluates $model --json --seed 9 --conversions 2
python 'both = json.load(open("with.json")); assert both.pop("rule") and both.pop("copying") and both == record'

# As text: the same numbers, beside the seeds.
evaluates $model --seed 9 --conversions 2 --rule
grep -qF '  seed 3 of the training, 9 of what is drawn here' output || fail "seeds: $(cat output)"
for key in conversions paradigms edit_distance; do
    for part in "" _error; do
        for name in model rule copying; do
            number=$(python3 -c "import json; record = json.load(open('with.json'))
print('%.4f' % ('$name' == 'model' and record or record['$name'])['$key$part'])")
            label=$name
            [ $name != rule ] || label=longest-suffix
            grep -qE "^  $label.* $number( |$)" output || fail "$name $key$part $number: $(cat output)"
        done
    done
done
grep -qE '^  model, 2 samples of z, seed 9 +0\.[0-9]{4} +0\.[0-9]{4}$' output || fail "samples: $(cat output)"
grep -qE '^  all +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+$' output || fail "errors: $(cat output)"
# --rule alone has the table, and nothing else of --conversions.
evaluates $model --rule
grep -q '^  longest-suffix rule ' output && grep -q '^  model, posterior mean ' output || fail "$(cat output)"
! grep -qE 'samples of z|from . to|errors by' output || fail "--rule alone: $(cat output)"

# Pairs: the same, by source word.
awk '{ print $1, "simple-present", $4, "past"; print $1, "simple-present", $3, "progressive" }' rows.txt >pairs.txt
"$program" train.yaml --set name=pairs --set data.format=pairs --set data.train=pairs.txt 2>errors || fail "pairs: $(cat errors)"
evaluates runs/pairs/last.h5 --json --conversions 1 --rule
python '
assert record["pairs"] == 2 * record["conversion_rows"], record
assert abs(record["conversions"] - record["exact_match"]) < 1e-12
assert record["rule"]["conversions"] > 0.9'
