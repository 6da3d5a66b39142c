#!/usr/bin/env bash
# The command line as a user meets it: what it prints and leaves. What bad use ends with is in test_bad_use.sh.
. "$(dirname "$0")/../support/shell.sh"
write_config "$scratch/train.yaml"

# prints PATTERN ARGUMENT...: the program succeeds and has the pattern on standard output.
prints() {
    local pattern=$1
    shift
    "$program" "$@" >"$scratch/output" || fail "status $?: $*"
    grep -q -e "$pattern" "$scratch/output" || fail "'$pattern' is not printed by $*"
}

prints '^Usage: cvae_mpi \[train\] CONFIG.yaml' --help
prints '^Exit status:' -h
# Every command has help of its own, which fits a terminal, wherever --help stands; the command may stand behind its options.
for command in '' train eval convert generate export inspect import schedule invent report verify folder; do
    prints "^Usage: cvae_mpi $command" $command --help
    [ "$(wc -l <"$scratch/output")" -le 40 ] && [ "$(wc -L <"$scratch/output")" -le 79 ] || fail "help: $(cat "$scratch/output")"
done
cp "$scratch/output" "$scratch/folder"
prints '^Usage: cvae_mpi folder' --set name=x -h folder a.yaml b.yaml
cmp "$scratch/folder" "$scratch/output"
prints '^Usage: cvae_mpi train' a.yaml --resume --help
prints '^Usage: cvae_mpi verify' verify --help --no-such --resume
prints '^cvae_mpi [0-9.]*$' --version
prints 'train.batch_size' --help-config

status=0
CVAE_ISA=sse9 "$program" a.yaml 2>"$scratch/errors" || status=$?
[ "$status" -eq 64 ] && grep -q 'CVAE_ISA=sse9: this program has avx512bf16, avx512, avx2 and portable' "$scratch/errors" ||
    fail "CVAE_ISA: $status $(cat "$scratch/errors")"

# Every fault of a configuration at once, each with its place.
printf 'data: {trian: x, holdout: 2}\ntrain: {epochs: many}\n' >"$scratch/bad.yaml"
status=0
"$program" "$scratch/bad.yaml" 2>"$scratch/errors" || status=$?
[ "$status" -eq 78 ] || fail "a bad configuration ends with $status"
for place in 1:1: 1:8: 1:27: 2:17:; do
    grep -q -F "cvae_mpi: $scratch/bad.yaml:$place" "$scratch/errors" || fail "no fault at $place: $(cat "$scratch/errors")"
done

# The schedules, without training: a header, a line an epoch, a drawing.
lines_of_epochs() {
    awk '$1 ~ /^[0-9]+$/ && NF == 7' "$scratch/output"
}
cyclic=(--set 'train.kl_weight={schedule: linear, to: 0.5, over: 0.5, by: epoch, cycles: 2}' --set train.epochs=8)
"$program" schedule "$scratch/train.yaml" "${cyclic[@]}" >"$scratch/output" 2>"$scratch/errors"
[ ! -s "$scratch/errors" ] || fail "schedule says: $(cat "$scratch/errors")"
[ ! -e "$scratch/runs" ] || fail "schedule leaves a run"
steps=$(sed -nE '1s/^small: 8 epochs of ([0-9]+) steps, [0-9]+ steps$/\1/p' "$scratch/output")
[ -n "$steps" ] || fail "schedule's first line: $(head -n 1 "$scratch/output")"
epoch=0
expected=$(for weight in 0 0.25 0.5 0.5 0 0.25 0.5 0.5; do
    echo "$((++epoch)) $(((epoch - 1) * steps + 1)) $weight 0.6"
done)
[ "$(lines_of_epochs | awk '{print $1, $2, $4, $5}')" = "$expected" ] || fail "schedule's table: $(cat "$scratch/output")"
grep -q '^KL weight  *▁▁*▅▅*██*▁▁*▅▅*██*  0 to 0.5$' "$scratch/output" &&
    grep -q '^teacher forcing  ▁▁*  0.6$' "$scratch/output" || fail "schedule's drawing: $(tail -n 3 "$scratch/output")"
"$program" schedule "$scratch/train.yaml" "${cyclic[@]}" --json >"$scratch/output"
grep -q -F '{"epoch": 6, "step": '$((5 * steps + 1))', "learning_rate": ' "$scratch/output" &&
    [ "$(grep -o '"kl_weight": 0.25' "$scratch/output" | wc -l)" -eq 2 ] || fail "schedule --json: $(cat "$scratch/output")"
# Of many epochs 40 lines, the first and the last among them.
"$program" schedule "$scratch/train.yaml" --set train.epochs=1000 >"$scratch/output"
[ "$(lines_of_epochs | wc -l)" -eq 40 ] && [ "$(lines_of_epochs | awk 'NR % 39 == 1 {print $1}' | xargs)" = '1 1000' ] ||
    fail "schedule of 1000 epochs: $(cat "$scratch/output")"
# It says what the training does.
one_step=(--set train.batch_size=1000 --set 'train.kl_weight={schedule: sigmoid, to: 1, centre: 1, width: 0.3}'
    --set 'train.word_dropout={schedule: linear, from: 0.1, to: 0.4}' --set train.kl_target=2.5)
"$program" schedule "$scratch/train.yaml" "${one_step[@]}" --json >"$scratch/schedule.json"
"$program" "$scratch/train.yaml" "${one_step[@]}" 2>/dev/null
for key in learning_rate kl_weight kl_target teacher_forcing word_dropout; do
    said=$(grep -o "\"$key\": [0-9.e-]*" "$scratch/schedule.json")
    [ "$(wc -l <<<"$said")" -eq 2 ] && [ "$said" = "$(grep -o "\"$key\": [0-9.e-]*" "$scratch/runs/small/metrics.jsonl")" ] ||
        fail "schedule and training differ in $key: $said"
done
rm -r "$scratch/runs"
# Every recipe can be read.
for recipe in "$project"/launch/*.yaml; do
    data=(--set data.train="$scratch/verbs.txt")
    # Its data are a table of forms, and stand where it says.
    [ "${recipe##*/}" != inflection.yaml ] || data=()
    prints '^KL weight  *▁' schedule "$recipe" "${data[@]}"
done

# A training leaves what it promises.
"$program" "$scratch/train.yaml" >"$scratch/output" 2>"$scratch/errors"
[ -s "$scratch/output" ] && fail "a training prints on standard output"
for text in 'run small, seed 7' '103 rows of 4 forms' 'shards of 8' 'epoch 2/2 ' 'exact match' 'BLEU-4' 'Gaussian score'; do
    grep -q -F -- "$text" "$scratch/errors" || fail "a training does not say '$text'"
done
run=$scratch/runs/small
[ "$(readlink "$run/last.h5")" = "$(basename "$(ls "$run"/step-*.h5 | tail -n 1)")" ] || fail "last.h5"
[ "$(wc -l <"$run/metrics.jsonl")" -eq 2 ] || fail "metrics.jsonl"
for key in epoch step loss cross_entropy kl kl_weight kl_target teacher_forcing word_dropout learning_rate \
    gradient_norm skipped_steps words_per_second seconds bleu4 exact_match gaussian gaussian_distinct draws agreement \
    refined_agreement; do
    [ "$(grep -c "\"$key\": " "$run/metrics.jsonl")" -eq 2 ] || fail "metrics.jsonl lacks $key"
done

# The resolved configuration trains the same again.
"$program" "$run/config.yaml" --set name=again 2>/dev/null
[ "$(value_of content_hash "$scratch/runs/again/last.h5")" = "$(value_of content_hash "$run/last.h5")" ] ||
    fail "config.yaml trains something else, or the name is part of the content"

# eval, as text and as JSON; twice the same; the same as at the end of the training.
prints 'exact match' eval "$run/last.h5"
"$program" eval "$run/last.h5" --json >"$scratch/1.json"
"$program" eval "$run/last.h5" --json >"$scratch/2.json"
cmp "$scratch/1.json" "$scratch/2.json" || fail "eval gives other numbers the second time"
for key in bleu4 exact_match gaussian gaussian_distinct draws cross_entropy kl agreement seed pairs_active_units \
    refined_rounds refined_gaussian; do
    grep -q "\"$key\": " "$scratch/1.json" || fail "eval --json lacks $key"
done
for key in bleu4 exact_match gaussian gaussian_distinct agreement refined_agreement; do
    value=$(sed -E 's/.*"'$key'": ([^,}]*).*/\1/' "$scratch/1.json")
    tail -n 1 "$run/metrics.jsonl" | grep -q -F "\"$key\": $value" || fail "eval's $key is not the training's: $value"
done
prints '"draws": 7' eval "$run/last.h5" --json --draws 7
for key in likelihood_words elbo importance_bound bits_per_letter active_units mutual_information; do
    prints "\"$key\": " eval "$run/last.h5" --json --draws 0 --likelihood 3
done
for key in conversion_rows conversions paradigms sampled_conversions_deviation; do
    prints "\"$key\": " eval "$run/last.h5" --json --draws 0 --conversions 2
done
prints 'from \\ to' eval "$run/last.h5" --draws 0 --conversions 0
prints 'importance-weighted bound' eval "$run/last.h5" --draws 0 --likelihood 3
cp "$run/last.h5" "$scratch/moved.h5"
mv "$scratch/verbs.txt" "$scratch/elsewhere.txt"
status=0
"$program" eval "$scratch/moved.h5" >/dev/null 2>"$scratch/errors" || status=$?
[ "$status" -eq 66 ] && grep -q -- '--set data.train=PATH' "$scratch/errors" || fail "moved data: $status"
"$program" eval "$scratch/moved.h5" --json --set data.train="$scratch/elsewhere.txt" >"$scratch/2.json"
cmp "$scratch/1.json" "$scratch/2.json" || fail "moved data give other numbers"

# inspect
prints 'parameters/encoder.lstm.weight_ih_l0' inspect "$run/last.h5"
[[ $(value_of content_hash "$run/last.h5") =~ ^[0-9a-f]{32}$ ]] || fail "content_hash"
[[ $(value_of parameter_hash "$run/last.h5") =~ ^[0-9a-f]{32}$ ]] || fail "parameter_hash"

# Another configuration cannot resume: the differences are listed.
mv "$scratch/elsewhere.txt" "$scratch/verbs.txt"
status=0
"$program" "$scratch/train.yaml" --resume --set model.hidden=32 --set seed=9 2>"$scratch/errors" || status=$?
[ "$status" -eq 78 ] || fail "another configuration resumes: $status"
grep -q 'model.hidden: 24 before, 32 now' "$scratch/errors" && grep -q 'seed: 7 before, 9 now' "$scratch/errors" ||
    fail "the differences are not listed: $(cat "$scratch/errors")"

# Other data neither.
sed -i '1d' "$scratch/verbs.txt"
status=0
"$program" "$scratch/train.yaml" --resume 2>"$scratch/errors" || status=$?
[ "$status" -eq 65 ] && grep -q 'trained on other data' "$scratch/errors" || fail "other data resume: $status"

# A damaged newest checkpoint: the one before it serves, with a warning.
rm -r "$scratch/runs"
write_config "$scratch/train.yaml"
"$program" "$scratch/train.yaml" 2>/dev/null
newest=$(readlink -f "$run/last.h5")
good=$(value_of content_hash "$newest")
truncate -s -1 "$newest"
"$program" "$scratch/train.yaml" --resume 2>"$scratch/errors"
grep -q '^warning: .*: cut off: .*; trying an older one$' "$scratch/errors" || fail "no warning: $(cat "$scratch/errors")"
[ "$(value_of content_hash "$run/last.h5")" = "$good" ] || fail "from the older checkpoint it ended elsewhere"

# What --overwrite replaces stays until the new run has written a checkpoint.
before=$(value_of content_hash "$run/last.h5")
status=0
"$program" "$scratch/train.yaml" --overwrite --set optimizer.name=sgd --set optimizer.lr=1e30 --set optimizer.clip=0 \
    2>"$scratch/errors" || status=$?
[ "$status" -eq 76 ] || fail "a diverging run ends with $status"
[ "$(value_of content_hash "$run.replaced/last.h5")" = "$before" ] || fail "--overwrite lost the old run"
# The one that was replaced is still there afterwards: what another training has set aside is nobody else's.
"$program" "$scratch/train.yaml" --overwrite 2>"$scratch/errors"
[ "$(value_of content_hash "$run.replaced/last.h5")" = "$before" ] || fail "another run's is removed"
rm -r "$run.replaced"
"$program" "$scratch/train.yaml" --overwrite 2>"$scratch/errors"
[ ! -e "$run.replaced" ] && grep -q "^$run.replaced is removed" "$scratch/errors" || fail "the replaced run is still there"
[ "$(value_of content_hash "$run/last.h5")" = "$before" ] || fail "begun anew it ended elsewhere"
# What is no run's stays, and is in nobody's way.
for i in 1 2 3; do
    touch "$run/notes.txt"
    "$program" "$scratch/train.yaml" --overwrite 2>"$scratch/errors" || fail "--overwrite, time $i: $(cat "$scratch/errors")"
    ! grep warning "$scratch/errors" || fail "--overwrite, time $i"
done
[ "$(cd "$scratch/runs" && echo small.replaced*/*)" = \
    "small.replaced-2/notes.txt small.replaced-3/notes.txt small.replaced/notes.txt" ] || fail "$(ls "$run".replaced*)"
rm -r "$run".replaced*

# Weights that a last step ruined are not saved.
status=0
"$program" "$scratch/train.yaml" --set name=ruined --set train.epochs=1 --set train.batch_size=1000 \
    --set optimizer.name=sgd --set optimizer.lr=1e38 --set optimizer.clip=0 2>"$scratch/errors" || status=$?
[ "$status" -eq 76 ] || fail "ruined weights end with $status: $(cat "$scratch/errors")"
grep -q 'the weights of decoder.output.bias are not finite' "$scratch/errors" || fail "ruined weights: $(cat "$scratch/errors")"
[ ! -e "$scratch/runs/ruined/last.h5" ] || fail "ruined weights were saved"

# A batch larger than the data is the data.
"$program" "$scratch/train.yaml" --set name=whole --set train.batch_size=100000 2>"$scratch/errors"
grep -q 'epochs of 1 step,' "$scratch/errors" || fail "a large batch: $(cat "$scratch/errors")"

# One condition: nothing to convert between, but something to spell.
cut -d' ' -f1 "$scratch/verbs.txt" >"$scratch/one.txt"
"$program" "$scratch/train.yaml" --set name=one --set data.train="$scratch/one.txt" --set 'data.conditions=[only]' \
    --set data.pairs=same --set train.epochs=1 2>"$scratch/errors"
"$program" eval "$scratch/runs/one/last.h5" --json >"$scratch/output"
grep -q '"cross_entropy": [0-9]' "$scratch/output" || fail "one condition: $(cat "$scratch/output")"

# Two trainings in one folder.
"$program" "$scratch/train.yaml" --set name=twice --set train.epochs=100000 2>/dev/null &
first=$!
until [ -e "$scratch/runs/twice/config.yaml" ]; do sleep 0.01; done
status=0
"$program" "$scratch/train.yaml" --set name=twice 2>"$scratch/errors" || status=$?
kill -KILL "$first"
wait "$first" 2>/dev/null || true
[ "$status" -eq 73 ] && grep -q 'another training is at work in this folder' "$scratch/errors" ||
    fail "two trainings in one folder: $status $(cat "$scratch/errors")"

# Other instruction sets, and another core under OpenBLAS: the same weights.
for setting in CVAE_ISA=avx2 CVAE_ISA=portable OPENBLAS_CORETYPE=Haswell OPENBLAS_CORETYPE=Prescott; do
    [ "$setting" != CVAE_ISA=avx2 ] || grep -q avx2 /proc/cpuinfo || continue
    env "$setting" "$program" "$scratch/train.yaml" --overwrite 2>/dev/null
    [ "$(value_of content_hash "$run/last.h5")" = "$before" ] || fail "$setting gives other bits"
done

# On a terminal there is one line that is kept up to date.
if command -v script >/dev/null; then
    script -qec "$program $scratch/train.yaml --overwrite" /dev/null >"$scratch/output"
    # A terminal ends its lines with one, too.
    sed 's/\r$//' "$scratch/output" | grep -q $'\r' || fail "no progress line on a terminal"
fi
