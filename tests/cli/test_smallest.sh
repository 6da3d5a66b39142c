#!/usr/bin/env bash
# Every count at its smallest: one condition, row, pair, letter, word of a step, number of a layer, epoch, draw; and what each
# command makes of the run.
. "$(dirname "$0")/../support/shell.sh"
cd "$scratch"
cat >train.yaml <<'YAML'
data: {train: one.txt, conditions: [only], alphabet: data, max_length: 1}
model: {hidden: 1, latent: 1, embedding: 1, condition: 1}
train: {epochs: 1, batch_size: 1, micro_batch: 1}
evaluate: {every: 1, draws: 1, examples: 1}
checkpoint: {directory: runs, every: 1}
YAML
printf 'a\n' >one.txt
printf 'a a\n' >row.txt
printf 'a only a only\n' >pair.txt
printf 'aa\nab\nba\nbb\naab\nbba\nabab\nbaba\n' >eight.txt

# has TEXT: it stands in the output.
has() { grep -qF -- "$1" output || fail "not said: $1; but: $(cat output)"; }
# try ARGUMENT...: the program succeeds and says something, and no number is none.
try() {
    "$program" "$@" >output 2>&1 || fail "$*: $(cat output)"
    [ -s output ] || fail "$*: it says nothing"
    ! grep -qiE '(^|[^a-z])(nan|inf)([^a-z]|$)' output || fail "$*: $(cat output)"
}
# train NAME ARGUMENT...: trains, then every command that reads a run or a checkpoint.
train() {
    local name=$1
    shift
    try train.yaml --set "name=$name" "$@"
    cp output "$name.log"
    try schedule "runs/$name/config.yaml"
    try eval "runs/$name/last.h5"
    try convert "runs/$name/last.h5" --from only --to only a
    try convert "runs/$name/last.h5" --from only --top 2 a
    try generate "runs/$name/last.h5" -n 1
    try generate "runs/$name/last.h5" --between a a --steps 2
    try inspect "runs/$name/last.h5"
    try verify "runs/$name"
    try report "runs/$name" --output page.html
    grep '<script id="data" type="application/json">' page.html >page.json
    grep -q '"title"' page.json || fail "$name: no data in the page"
    ! grep -qiE '(^|[^a-z])(nan|inf)([^a-z]|$)' page.json "runs/$name/metrics.jsonl" || fail "$name: no number"
    try train.yaml --set "name=$name" "$@" --resume
}

train one
try eval runs/one/last.h5 --conversions 1 --rule --likelihood 1 --repeats 2
has '  conversions of 1 training row'
! grep -q '1 training rows' output || fail "one is more: $(cat output)"
has '  model, posterior mean '
has '  longest-suffix rule    1.0000 ± '
has 'BLEU-4 of samples of z, 1 training pair '
train two --set data.train=row.txt --set 'data.conditions=[only, other]'
train pair --set data.train=pair.txt --set data.format=pairs
try eval runs/pair/last.h5 --conversions 1 --rule
has '  conversions of 1 training source word'
train test --set evaluate.test=row.txt --set 'evaluate.test_pairs=[[only, only]]' --set evaluate.draws=0
train gru --set model.cell=gru --set model.bidirectional=true --set model.condition=onehot \
    --set 'train.kl_weight={schedule: linear, to: 1, over: 0.01}' --set 'optimizer.lr_schedule={schedule: cosine, to: 0, warmup_steps: 1}'

# No message of a training or an evaluation has a plural of one.
! grep -hE "(^|[^0-9.])1 ([a-z-]+ )?(rows|pairs|words|epochs|steps|shards|letters|forms|lemmas|duplicates|references|draws|evaluations|ranks|hosts|samples|runs|lines|checkpoints) " \
    ./*.log output || fail "a plural of one"

# More ranks than words.
ASAN_OPTIONS=detect_leaks=0 expect_status 78 run_ranks 2 train.yaml --set name=ranks
grep -q '^cvae_mpi: 2 ranks, but 1 word a step in shards of 1 .* is only 1 shard: start at most 1$' output || fail "$(cat output)"

# Of one row none can be held back: that is said.
try train.yaml --set name=none --set data.holdout=0.9
has 'warning: data.holdout is 0.9, but nothing is held back of so few rows: the training rows are evaluated'

# One condition: the held-back words, each to itself, are evaluated, select, and end the training.
eight=(--set data.train=eight.txt --set data.max_length=4 --set data.holdout=0.5)
train held "${eight[@]}" --set checkpoint.best=cross_entropy --set train.patience=2 --set train.epochs=1000 --set optimizer.lr=1
held_back=$(sed -nE 's/^data .*, ([0-9]+) held back.*/\1/p' held.log)
[ "$held_back" -gt 0 ] || fail "nothing is held back: $(cat held.log)"
cp held.log output
has "($held_back held-back pairs)"
has 'stopped early'
try eval runs/held/best.h5 --json --conversions 0
has "\"pairs\": $held_back, \"pairs_from\": \"held-back\", \"bleu4_from\": \"held-back\", \"bleu4_pairs\": $held_back,"
[ "$(sed -E 's/.*"exact_match": ([^,]*),.*/\1/' output)" = "$(sed -E 's/.*"conversions": ([^,]*),.*/\1/' output)" ] ||
    fail "the same conversions have two scores: $(cat output)"
[ "$(sed -E 's/.*"conversion_rows": ([^,]*),.*/\1/' output)" = "$held_back" ] || fail "$(cat output)"

# A word of two letters that is right has 0.316, as NLTK has it, and is counted.
printf 'aa\n' >short.txt
try train.yaml --set name=short --set data.train=short.txt --set data.max_length=2 --set train.epochs=150 --set optimizer.lr=0.05 \
    --set model.hidden=8 --set evaluate.every=0
try eval runs/short/last.h5
has '  exact match 1.0000 '
has '  BLEU-4 0.3162 ± 0.0000  (training pairs; 1 of 1 reference is shorter than 4 letters)'
try eval runs/short/last.h5 --json
has '"bleu4_pairs": 1, "bleu4_short_references": 1'
