#!/usr/bin/env bash
# eval --course and --repeats: what they count is counted here once more, from the words and the file.
. "$(dirname "$0")/../support/shell.sh"

# Two lines stand in the table more than once. The model is small enough for a second, and its draws hit rows.
cat >"$scratch/table.txt" <<'TABLE'
# no line of the table
walk walks walking walked
go goes going went
sing sings singing sang
walk walks walking walked
take takes taking took

help helps helping helped
buy buys buying bought
sing sings singing sang
jump jumps jumping jumped
eat eats eating ate
walk walks walking walked
find finds finding found
drive drives driving drove
TABLE
printf 'walk walked\nsing singing\ntook take\nran runs' >"$scratch/test.txt"
cat >"$scratch/train.yaml" <<'YAML'
name: tiny
seed: 3
data: {train: table.txt, holdout: 0, pairs: random}
model: {hidden: 32, latent: 4, embedding: 12, condition: 4}
train: {epochs: 250, batch_size: 16, micro_batch: 16, kl_weight: {schedule: linear, to: 1, over: 0.7}}
optimizer: {name: adam, lr: 0.01, clip: 1}
evaluate:
  every: 0
  draws: 300
  test: test.txt
  test_pairs: [[simple-present, past], [simple-present, progressive], [past, simple-present], [past, third-person]]
checkpoint: {directory: runs, every: 0, keep: 1}
YAML
"$program" "$scratch/train.yaml" 2>"$scratch/errors" || fail "training: $(cat "$scratch/errors")"
model=$scratch/runs/tiny/last.h5

# evaluates ARGUMENT...: the program's eval of the model into $scratch/output.
evaluates() {
    "$program" eval "$model" "$@" >"$scratch/output" 2>"$scratch/errors" || fail "eval $*: $? $(cat "$scratch/errors")"
}

# calculate EXPRESSION [FORMAT]: its value.
calculate() {
    awk "BEGIN { printf \"${2:-%.17g}\", $1 }"
}

# near A B WHAT: two numbers differ by rounding at most.
near() {
    [ -n "$1" ] && [ -n "$2" ] && [ "$(calculate "($1 - ($2)) ^ 2 < 1e-18")" = 1 ] || fail "$1 is not $2: $3"
}

# number PATTERN: what stands in the JSON behind the text, which is a regular expression.
number() {
    grep -oE -m 1 "$1-?[0-9.e-]+" "$scratch/output" | head -n 1 | grep -oE -- '-?[0-9.e-]+$' || fail "no $1"
}

# count DRAWS: lines hit, draws that are rows, different rows; line by line of the file, draw by draw.
count() {
    "$program" generate "$model" -n "$1" --plain | tr '\t' ' ' |
        awk 'NR == FNR { line[FNR] = $0; next }
             { hit = 0; for (i in line) hit += line[i] == $0; lines += hit; rows += hit > 0; if (hit) seen[$0] }
             END { print lines, rows, length(seen) }' <(grep -v -e '^#' -e '^$' "$scratch/table.txt") -
}

# The scores, of 100 draws and of all. The table has rows with two and three lines, and they are hit.
read -r lines rows distinct <<<"$(count 100)"
read -r all_lines all_rows all_distinct <<<"$(count 300)"
[ "$rows" -gt 5 ] && [ "$lines" -gt "$rows" ] && [ "$distinct" -gt 2 ] || fail "only $lines lines, $rows rows, $distinct"
evaluates --json
cp "$scratch/output" "$scratch/plain.json"
bleu4=$(number '"bleu4": ')
evaluates --course --json
grep -q -F "$(sed 's/}$//' "$scratch/plain.json")" "$scratch/output" || fail "--course changes the other scores"
near "$(number '"draws": 100, "as_the_course_counts": ')" "$lines / 100" "the course's count of 100"
near "$(number '"draws": 300, "as_the_course_counts": ')" "$all_lines / 300" "the course's count of 300"
grep -qE '"draws": 100, [^}]*"strict": [0-9.]*, "distinct": '"$distinct"', "held_back": 0}' "$scratch/output" &&
    grep -qE '"draws": 300, [^}]*"strict": [0-9.]*, "distinct": '"$all_distinct"', "held_back": 0}' "$scratch/output" ||
    fail "the distinct rows are not $distinct and $all_distinct"
near "$(number '"draws": 100, [^}]*"strict": ')" "$rows / 100" "the strict count of 100"
near "$(number '"draws": 300, [^}]*"strict": ')" "$all_rows / 300" "the strict count of 300"
[ "$(grep -o '"lines": [0-9]*' "$scratch/output" | awk '{ sum += $2 } END { print NR, sum }')" = "100 $lines" ] ||
    fail "the lines of the draws"
[ "$(grep -o '"row": "training"' "$scratch/output" | wc -l)" -eq "$rows" ] || fail "the marks in --json"
[ "$(grep -o '{"source": [^}]*"bleu4": [0-9.]*}' "$scratch/output" | wc -l)" -eq 4 ] || fail "four pairs"
grep -qF '{"source": "took", "source_condition": "past", "target_condition": "simple-present", "expected": "take"' \
    "$scratch/output" || fail "the third pair"
grep -qF '"test_words": 8, "test_words_in_training": 6' "$scratch/output" || fail "the words of the test"

# The same for a person: the draws are those of generate, marked as there.
evaluates --course
cp "$scratch/output" "$scratch/course.txt"
sed -n '/^  the first 100 draws$/,/^  draws z/p' "$scratch/output" | sed '1d;$d' >"$scratch/draws"
sed -E 's/^  //; s/ +training(, [0-9]+ lines)?$//; s/ +/\t/g' "$scratch/draws" | cmp - <("$program" generate "$model" -n 100 --plain) ||
    fail "the draws are not generate's"
cmp <(grep -n ' training' "$scratch/draws" | cut -d: -f1) \
    <("$program" generate "$model" -n 100 | grep -n ' training' | cut -d: -f1) || fail "the marks are not generate's"
grep -qE '^  walk  *walks  *walking  *walked  *training, 3 lines$' "$scratch/draws" || fail "walk has three lines"
grep -E '^  (go|take|buy|jump) ' "$scratch/draws" | grep 'lines' && fail "a row with one line"
awk -v wanted="$bleu4" '/^  from +input/ { table = 1; next } /^  BLEU-4/ { table = 0 } table { sum += $NF; pairs++ }
    END { mean = sum / pairs; exit !(pairs == 4 && mean - wanted < 1e-4 && wanted - mean < 1e-4) }' \
    <(sed 1,3d "$scratch/output") || fail "the pairs' BLEU-4 is not $bleu4 in the mean: $(head -n 10 "$scratch/output")"
grep -qE '^  past +took +-> simple-present take +take +1.0000$' "$scratch/output" || fail "the pair took: it was learnt"
grep -qxF "  6 of the test's 8 words stand in training rows: these measure memory" "$scratch/output" ||
    fail "what the test measures"
grep -qE "as the course's script counts +$(calculate "$lines / 100" %.4f) +$(calculate "$all_lines / 300" %.4f)\$" \
    "$scratch/output" || fail "the scores: $(tail -n 4 "$scratch/output")"
printf 'walk simple-present walks third-person\n' >"$scratch/known.txt"
evaluates --course --set evaluate.test="$scratch/known.txt" --set 'evaluate.test_pairs=[]'
grep -qxF "  2 of the test's 2 words stand in training rows: this BLEU-4 measures memory" "$scratch/output" || fail "2 of 2"
printf 'walk past walks simple-present\n' >"$scratch/unknown.txt"
evaluates --course --set evaluate.test="$scratch/unknown.txt" --set 'evaluate.test_pairs=[]'
grep -qxF "  0 of the test's 2 words stand in training rows" "$scratch/output" || fail "0 of 2"
# A configuration with fewer draws has 100.
evaluates --course --json --set evaluate.draws=5
[ "$(grep -o '"draws": 100' "$scratch/output" | wc -l)" -eq 3 ] || fail "fewer than 100 draws"

# Agreement: the forms of generate's draws, counted here once more by how the rows of the table are inflected.
agreement() {
    python3 - "$1" "$scratch/table.txt" <<'PYTHON'
import sys

def inflection(forms):
    first, shortest = forms[0], min(map(len, forms))
    for length in range(shortest, 2, -1):
        for i in range(len(first) - length + 1):
            stem = first[i:i + length]
            if 2 * length >= shortest and all(stem in form for form in forms):
                return stem[-1], [form.split(stem, 1) for form in forms]

rows = {tuple(line.split()) for line in open(sys.argv[2]) if line.strip() and line[0] != "#"}
known = [inflection(row) for row in rows]
draws = [tuple(line.rstrip("\n").split("\t")) for line in open(sys.argv[1])]
new = sum(draw not in rows and inflection(draw) is not None and inflection(draw) in known for draw in draws)
hit = sum(draw in rows for draw in draws)
most = max(map(draws.count, draws))
print(hit / len(draws), (hit + new) / len(draws), len(set(draws)), new, new / (hit + new), most / len(draws))
PYTHON
}
# scores PREFIX: the same six numbers as eval has them.
scores() {
    for key in gaussian agreement distinct_draws new_draws new_share commonest_share; do
        number "\"$1$key\": "
    done | xargs
}
for rounds in 1 3; do
    "$program" generate "$model" -n 300 --plain --refine "$rounds" >"$scratch/refined"
    evaluates --json --refine "$rounds"
    wanted=$(agreement "$scratch/refined") found=$(scores refined_)
    [ "$wanted" = "$found" ] || fail "refined by $rounds rounds: $found, not $wanted"
    "$program" generate "$model" -n 300 --plain >"$scratch/strict"
    wanted=$(agreement "$scratch/strict") found=$(scores '')
    [ "$(number '"refined_rounds": ')" = "$rounds" ] || fail "the rounds"
    [ "$wanted" = "$found" ] || fail "the strict draws: $found, not $wanted"
done
near "$(number '"agreement_error": ')" "sqrt($(number '"agreement": ') * (1 - $(number '"agreement": ')) / 300)" "its standard error"
near "$(number '"gaussian_error": ')" "sqrt($(number '"gaussian": ') * (1 - $(number '"gaussian": ')) / 300)" "its standard error"
grep -q '"seed": 3, ' "$scratch/output" || fail "the seed of the draws"
evaluates --json --seed 18446744073709551615
grep -q '"seed": "18446744073709551615", ' "$scratch/output" || fail "a seed above all integers of JSON"
evaluates --json --refine 0
! grep -q '"refined_' "$scratch/output" || fail "--refine 0"
evaluates
grep -qE '^  Gaussian score 0\.[0-9]{4} ± 0\.[0-9]{4}  \([0-9]+ of 300 draws .*; seed 3\)$' "$scratch/output" &&
    grep -qE '^  agreement 0\.[0-9]{4} ± 0\.[0-9]{4}  \([0-9]+ of 300 draws are different, [0-9]+ of the [0-9]+ ' "$scratch/output" &&
    grep -qE '^  after 1 round of refinement: Gaussian score 0\.[0-9]{4} ± .*  agreement 0\.[0-9]{4} ± ' "$scratch/output" ||
    fail "the lines on draws: $(cat "$scratch/output")"
evaluates --refine 2
grep -q '^  after 2 rounds of refinement: ' "$scratch/output" || fail "two rounds"

# Collapse: over 2% of these draws are one row, which is named. With one draw less than 100 nothing is said of it; a model
# that has learnt nothing has no active units.
evaluates
grep -qE '^warning: [0-9.]+% of the draws are the same, more than 2%: [a-z]+ [a-z]+ [a-z]+ing [a-z]+$' "$scratch/errors" ||
    fail "one row in many draws: $(cat "$scratch/errors")"
commonest=$("$program" generate "$model" -n 300 --plain | sort | uniq -c | sort -rn | sed -nE '1s/^ +[0-9]+ //p' | tr '\t' ' ')
grep -qF ": $commonest" "$scratch/errors" || fail "the commonest draw is $commonest: $(cat "$scratch/errors")"
evaluates --draws 99
! grep '^warning' "$scratch/errors" | grep -qv 'stand in the training data' || fail "a warning of 99 draws: $(cat "$scratch/errors")"
"$program" "$scratch/train.yaml" --set name=collapsed --set train.kl_weight=100 2>/dev/null
"$program" eval "$scratch/runs/collapsed/last.h5" >"$scratch/output" 2>"$scratch/errors"
grep -q "^warning: the model has collapsed: no latent number's posterior mean has a variance above 0.01 over the 120 training pairs" \
    "$scratch/errors" || fail "no active unit: $(cat "$scratch/errors")"

# Repetitions: of two, the first is eval's own score, and the mean and the deviation tell the second.
evaluates --json --repeats 2
score=$(number '"gaussian": ')
mean=$(number '"gaussian": \{"mean": ')
deviation=$(number '"gaussian": \{"mean": [0-9.e-]*, "deviation": ')
near "($score - $mean) ^ 2 * 2" "$deviation ^ 2" "the first of two repetitions is eval's score"
near "$score" "$all_rows / 300" "--repeats changes the score"
grep -q -F "$(sed 's/}$//' "$scratch/plain.json")" "$scratch/output" || fail "--repeats changes the other scores"
[ "$deviation" != 0.0 ] || fail "each repetition draws the same"
# --repeats measures the same conversions and samples as --conversions: the test's, or without a test the rows'.
for test in test_ ''; do
    of=()
    [ -n "$test" ] || of=(--set evaluate.test=null)
    evaluates --json --repeats 5 --conversions 3 "${of[@]}"
    cp "$scratch/output" "$scratch/both.json"
    sampled=$(number '"sampled_conversions": ')
    repeated=$(grep -o "\"${test}exact_match\": {[^}]*}" "$scratch/both.json")
    evaluates --json --repeats 5 "${of[@]}"
    [ "$(grep -o "\"${test}exact_match\": {[^}]*}" "$scratch/output")" = "$repeated" ] || fail "--conversions changes --repeats"
    evaluates --json --conversions 5 "${of[@]}"
    [ "$repeated" = "\"${test}exact_match\": {\"mean\": $(number '"sampled_conversions": '), \"deviation\": $(number '"sampled_conversions_deviation": ')}" ] ||
        fail "five samples are not five samples: $repeated"
    evaluates --json --conversions 3 "${of[@]}"
    [ "$(number '"sampled_conversions": ')" = "$sampled" ] || fail "--repeats changes --conversions"
    evaluates --json --repeats 3 --conversions 5 "${of[@]}"
    repeated=$(grep -o "\"${test}exact_match\": {[^}]*}" "$scratch/output")
    evaluates --json --repeats 3 "${of[@]}"
    [ "$(grep -o "\"${test}exact_match\": {[^}]*}" "$scratch/output")" = "$repeated" ] || fail "more samples than repetitions"
done
# Sampled z spells the test worse than the mean does, and not always the same.
evaluates --json --repeats 20
awk -v mean="$(number '"test_bleu4": \{"mean": ')" -v greedy="$bleu4" -v deviation="$(number '"test_bleu4": \{"mean": [0-9.e-]*, "deviation": ')" \
    'BEGIN { exit !(mean > 0.1 && mean < greedy && deviation > 0.001) }' || fail "BLEU-4 of samples: $(cat "$scratch/output")"
cp "$scratch/output" "$scratch/20.json"
evaluates --json --repeats 20
cmp "$scratch/output" "$scratch/20.json" || fail "the same seed gives something else"
evaluates --json --repeats 20 --seed 4
[ "$(grep -o '"repeats": .*' "$scratch/output")" != "$(grep -o '"repeats": .*' "$scratch/20.json")" ] || fail "the seed does nothing"
# With the course's: the first of two repetitions is its score, too; and the course's words come first.
evaluates --json --course --repeats 2
mean=$(number '"gaussian_as_the_course_counts": \{"mean": ')
deviation=$(number '"gaussian_as_the_course_counts": \{"mean": [0-9.e-]*, "deviation": ')
near "($lines / 100 - $mean) ^ 2 * 2" "$deviation ^ 2" "the first of two is the course's score"
[ "$(grep -o '"lines": [0-9]*' "$scratch/output" | awk '{ sum += $2 } END { print sum }')" -eq "$lines" ] || fail "other draws"
evaluates --course --repeats 2
head -n "$(wc -l <"$scratch/course.txt")" "$scratch/output" | cmp - "$scratch/course.txt" || fail "--repeats changes --course"
[ "$(sed "1,$(wc -l <"$scratch/course.txt")d" "$scratch/output" | wc -l)" -eq 8 ] || fail "eight lines of repetitions"
grep -qE '^  over 2 repetitions +mean +deviation$' "$scratch/output" || fail "$(cat "$scratch/output")"
evaluates --repeats 2 --draws 0
grep -q 'Gaussian' "$scratch/output" && fail "a Gaussian score of no draws"
evaluates --repeats 2 --set evaluate.test=null
grep -q 'test pairs' "$scratch/output" && fail "test pairs that are not there"

# No line is wider than 80 columns, except lines of words, which a terminal breaks.
evaluates --course --repeats 2 --conversions 2 --rule
awk 'length > 80 && !/^  (exact match|BLEU-4|Gaussian score|agreement|after) /' "$scratch/output" >"$scratch/wide"
[ ! -s "$scratch/wide" ] || fail "wide: $(cat "$scratch/wide")"

# Files that have moved.
mkdir "$scratch/elsewhere"
mv "$scratch/table.txt" "$scratch/test.txt" "$scratch/elsewhere"
ends 66 "rows and held-back words are those of the training data: data.train (--set data.train=PATH where it is elsewhere): \
$scratch/table.txt: No such file or directory" eval "$model" --course
data=(--set data.train="$scratch/elsewhere/table.txt")
ends 66 "evaluate.test (--set evaluate.test=PATH where it is elsewhere): $scratch/test.txt: No such file or directory" \
    eval "$model" --course "${data[@]}"
evaluates --course "${data[@]}" --set evaluate.test="$scratch/elsewhere/test.txt"
cmp "$scratch/output" "$scratch/course.txt" || fail "moved files give other numbers"

# Bad use.
no_test='--course: the configuration names no test pairs; --set evaluate.test=FILE says where they are'
ends 64 "$no_test" eval "$model" --course --set evaluate.test=null "${data[@]}"
ends 64 '--course takes 100 draws, --draws 99 is fewer' eval "$model" --course --draws 99
ends 64 '--repeats: "1" is not a whole number from 2 to 1000' eval "$model" --repeats 1
ends 64 '--course does not go with generate; see cvae_mpi generate --help' generate "$model" --course
printf 'walk simple-present walked past\ngo simple-present went past\n' >"$scratch/pairs.txt"
"$program" "$scratch/train.yaml" --set name=pairs --set data.format=pairs --set data.train="$scratch/pairs.txt" \
    --set evaluate.test=null --set train.epochs=1 2>"$scratch/errors" || fail "pairs: $(cat "$scratch/errors")"
model=$scratch/runs/pairs/last.h5
ends 64 '--course: the data are pairs, not rows of forms' eval "$model" --course --set evaluate.test="$scratch/known.txt"
ends 64 '--repeats: the data are pairs, not rows of forms, and there are no test pairs; --set evaluate.test=FILE says where they are' \
    eval "$model" --repeats 2
evaluates --repeats 2 --set evaluate.test="$scratch/pairs.txt"
[ "$(grep -c 'repetitions\|test pairs \|of the same' "$scratch/output")" -eq 3 ] || fail "pairs: $(cat "$scratch/output")"
