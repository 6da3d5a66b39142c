#!/usr/bin/env bash
# eval --conversions, --rule and --compare: the numbers of the JSON against each other, and which comparisons are refused.
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
data: {train: rows.txt, holdout: 0.4, pairs: random}
model: {hidden: 48, latent: 16, embedding: 12, condition: 4}
train: {epochs: 80, batch_size: 16, micro_batch: 16, kl_weight: 0.001}
optimizer: {name: adam, lr: 0.01, clip: 1}
evaluate: {every: 0, draws: 0, examples: 0}
checkpoint: {directory: runs, every: 0, keep: 1}
YAML
train() { "$program" train.yaml "$@" 2>errors || fail "training: $*: $(cat errors)"; }
train
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
assert abs(record["exact_match_error"] - record["conversions_error"]) < 1e-12
assert all(record[name + "_error"] > 0 for name in ("bleu4", "cross_entropy", "kl"))
wrong = 1 - record["conversions"]
assert record["edit_distance"] >= wrong and record["edit_distance_error"] > 0
# Of shares of rows: the variance of n numbers 0 and 1.
share = record["paradigms"]
assert abs(record["paradigms_error"] ** 2 * (rows - 1) - share * (1 - share)) < 1e-12
assert record["sampled_conversions_error"] > 0
shares = [share for targets in record["directions"].values() for share in targets.values()]
assert len(shares) == 12 and abs(sum(shares) / 12 - record["conversions"]) < 1e-12
assert record["training_seed"] == 3 and record["seed"] == 9
assert record["copying"]["conversions"] == 0 and record["copying"]["paradigms_error"] == 0
assert record["rule"]["conversions"] > 0.9 and record["rule"]["edit_distance"] < record["copying"]["edit_distance"]'

# Without --rule all else is the same.
cp output with.json
evaluates $model --json --seed 9 --conversions 2
python 'both = json.load(open("with.json")); assert both.pop("rule") and both.pop("copying") and both == record'

# As text: the same numbers, beside the seeds.
evaluates $model --seed 9 --conversions 2 --rule
cp output with.text
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
grep -qE "^  model, 2 samples of z +0\.[0-9]{4} ± 0\.[0-9]{4}\$" output || fail "samples: $(cat output)"
grep -qE '^  all +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+$' output || fail "errors: $(cat output)"
# --rule alone has the table, and nothing else of --conversions.
evaluates $model --rule
grep -q '^  longest-suffix rule ' output && grep -q '^  model, posterior mean ' output || fail "$(cat output)"
! grep -qE 'samples of z|from . to|errors by' output || fail "--rule alone: $(cat output)"
! awk 'length > 80' with.text output | grep -vE '^  (exact match|BLEU-4) ' || fail "wider than 80 columns"

# Corrections change the spellings from the mean, but no sample.
evaluates $model --json --seed 9 --conversions 2 --set evaluate.corrections=30
python '
plain = json.load(open("with.json"))
assert plain["conversions"] != record["conversions"] and plain["sampled_conversions"] == record["sampled_conversions"], record'

# --output writes every conversion that the scores count, as CSV and as lines of JSON. A file of another kind is kept, and nothing is
# measured then.
evaluates $model --json --conversions 0 --output each.csv
[ "$(cat errors)" = "each.csv: $(($(wc -l <each.csv) - 1)) conversions" ] || fail "--output: $(cat errors)"
evaluates $model --output each.jsonl
grep -q '^  model, posterior mean ' output && ! grep -q 'errors by' output || fail "--output alone: $(cat output)"
evaluates $model --json --conversions 0 --output each.csv
python '
import csv
from collections import Counter
table = list(csv.DictReader(open("each.csv", newline="")))
lines = [json.loads(line) for line in open("each.jsonl")]
assert [{key: str(value) for key, value in line.items()} for line in lines] == table
assert list(lines[0]) == ["source", "source_condition", "target_condition", "expected", "produced", "kind", "edits"], lines[0]
assert len(lines) == record["conversion_pairs"] == 12 * record["conversion_rows"]
kinds = Counter(line["kind"] for line in lines)
for kind in "right", "swapped", "ending", "stem":
    assert kinds[kind] == sum(group[kind] for group in record["errors"]), kind
assert abs(sum(line["edits"] for line in lines) / len(lines) - record["edit_distance"]) < 1e-12
assert all((line["expected"] == line["produced"]) == (line["kind"] == "right") == (line["edits"] == 0) for line in lines)
words = {form for row in open("rows.txt") for form in row.split()}
assert all(line["source"] in words and line["expected"] in words for line in lines)
for source, targets in record["directions"].items():
    for target, share in targets.items():
        right = [line["kind"] == "right" for line in lines if (line["source_condition"], line["target_condition"]) == (source, target)]
        assert abs(sum(right) / len(right) - share) < 1e-12'
cp train.yaml mine.csv
for file in mine.csv none/each.csv .; do
    status=0
    "$program" eval $model --output $file >output 2>errors || status=$?
    [ $status -eq 73 ] && [ ! -s output ] && [ "$(wc -l <errors)" -eq 1 ] || fail "$file: $status $(cat output errors)"
done
cmp mine.csv train.yaml || fail "a file was replaced"

# Two models, and one with itself; the other one's letters have other numbers, its conversions come in the same order.
train --set name=other --set seed=7 --set data.alphabet=data
other=runs/other
evaluates $other --json --conversions 0
cp output other.json
evaluates $model --json --conversions 0
cp output model.json
evaluates $model --json --compare $other
python '
from math import comb
model, other = (json.load(open(name)) for name in ("model.json", "other.json"))
count = 12 * record["conversion_rows"]
compared = record["compared"]
both, this, that, neither = (compared[key] for key in ("both_right", "only_this_right", "only_other_right", "neither_right"))
assert this > 0 and that > 0, compared
assert both + this + that + neither == count
assert round(model["conversions"] * count) == both + this and round(other["conversions"] * count) == both + that
for key in "conversions", "paradigms", "edit_distance", "paradigms_error":
    assert compared[key] == other[key] and record[key] == model[key], key
assert abs(compared["difference"] - (this - that) / count) < 1e-12 and compared["difference_error"] > 0
better, worse = compared["rows_better"], compared["rows_worse"]
n = better + worse
p = min(1, 2 * sum(comb(n, i) for i in range(min(better, worse) + 1)) / 2 ** n)
assert 0 < n <= record["conversion_rows"] and abs(compared["sign_test"] - p) < 1e-12, compared'
cp output with.json
evaluates $other --json --compare $model
python '
one, other = json.load(open("with.json"))["compared"], record["compared"]
assert one["difference"] == -other["difference"] and one["difference_error"] == other["difference_error"]
assert one["rows_better"] == other["rows_worse"] and one["only_this_right"] == other["only_other_right"]
assert one["sign_test"] == other["sign_test"]'
evaluates $model --compare $model
grep -qx '  difference +0.0000, standard error 0.0000' output &&
    grep -qx '  more right in 0 rows, fewer in 0, sign test over these rows: p = 1' output || fail "a model with itself: $(cat output)"

# refuses TEXT ARGUMENT...: eval ends with 64 and this one line, and prints nothing.
refuses() {
    local text=$1 status=0
    shift
    "$program" eval "$@" >output 2>errors || status=$?
    [ $status -eq 64 ] && [ ! -s output ] && [ "$(cat errors)" = "cvae_mpi: $text" ] || fail "$*: $status $(cat output errors)"
}
differ="do not hold back the same words, so that one may have trained on what the other has not seen; both need the same data, \
conditions, data.holdout and data.holdout_from"
train --set name=less --set data.holdout=0.2 --set train.epochs=1
train --set name=none --set data.holdout=0 --set train.epochs=1
train --set name=from --set data.holdout_from=0.5 --set train.epochs=1
sed 's/^/t/' rows.txt >renamed.txt
train --set name=renamed --set data.train=renamed.txt --set train.epochs=1
train --set name=names --set 'data.conditions=[simple-present, third-person, past, progressive]' --set train.epochs=1
for name in less none from renamed names; do
    newest=$(readlink -f runs/$name/last.h5)
    refuses "--compare: $model and runs/$name/${newest##*/} $differ" $model --compare runs/$name
done
refuses "--compare: $scratch/rows.txt is not the data that runs/renamed/last.h5 was trained on, so the rows that it held back are \
unknown; --set data.train=FILE names the right file" $model --compare runs/renamed/last.h5 --set data.train=rows.txt
# More rows to train on are fair: nobody has seen those that are held back.
{ cat rows.txt; printf 'abba abbas abbaing abbad\n'; } >more.txt
train --set name=more --set data.train=more.txt --set train.epochs=1
evaluates $model --compare runs/more
status=0
"$program" eval $model --compare none.h5 >output 2>errors || status=$?
[ $status -eq 66 ] && [ ! -s output ] && grep -q '^cvae_mpi: none.h5: ' errors || fail "no file: $status $(cat errors)"

# With a test the models are compared on it, whatever they were trained on and however their letters are numbered.
printf 'sing simple-present sang past\nabb simple-present abbd past\nkol past kol simple-present\n' >pairs.test
evaluates $model --json --compare runs/less --set evaluate.test=pairs.test
python 'assert record["conversions_from"] == "test" and record["conversion_pairs"] == 3 and record["compared"]["neither_right"] <= 3, record'
evaluates $other --json --compare runs/renamed --set evaluate.test=pairs.test --set data.train=rows.txt
refuses "--compare: $model and runs/names/$(basename "$(readlink -f runs/names/last.h5)") do not read the same pairs of the test; both need the \
same conditions and data.pairs, and the same letters or data.unknown_letters" $model --compare runs/names --set evaluate.test=pairs.test

# A held-back row and a test pair share words with training rows: that is said, on standard error, and counted.
sed 's/ [^ ]*$/ shared/' rows.txt >shared.txt
train --set name=shared --set data.train=shared.txt --set train.epochs=1
printf 'sing simple-present shared past\nshared simple-present going progressive\n' >test.txt
evaluates runs/shared --json --set evaluate.test=test.txt
grep -qE '^warning: [0-9]+ of [0-9]+ words of the held-back rows stand in the training data in the same condition, as shared \(past\): ' errors &&
    grep -qE '^warning: [1-3] of 4 words of the test stands? in the training data in the same condition, as ' errors || fail "leaks: $(cat errors)"
python '
assert record["held_back_words"] == record["pairs"] / 3 and record["held_back_words_in_training"] == record["pairs"] / 12, record
assert record["test_words"] == 4 and 1 <= record["test_words_in_training"] <= 3'
evaluates $model --json
[ ! -s errors ] || fail "no leaks: $(cat errors)"

# Pairs: the same, by source word.
awk '{ print $1, "simple-present", $4, "past"; print $1, "simple-present", $3, "progressive" }' rows.txt >pairs.txt
train --set name=pairs --set data.format=pairs --set data.train=pairs.txt
evaluates runs/pairs/last.h5 --json --conversions 1 --rule --compare runs/pairs
python '
assert record["pairs"] == 2 * record["conversion_rows"], record
assert abs(record["conversions"] - record["exact_match"]) < 1e-12
assert abs(record["conversions_error"] - record["exact_match_error"]) < 1e-12
assert list(record["directions"]) == ["simple-present"] and list(record["directions"]["simple-present"]) == ["progressive", "past"]
assert record["rule"]["conversions"] > 0.9 and record["compared"]["conversions"] == record["conversions"]'
