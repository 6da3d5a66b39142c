#!/usr/bin/env bash
# generate: draws, marks, the way between two words, and how it ends.
. "$(dirname "$0")/../support/shell.sh"
train_speller

generate() {
    "$program" generate "$model" "$@"
}

# The number of an eval with other data, --draws 300.
eval_value() {
    "$program" eval "$model" --json --draws 300 --set data.train="$1" 2>/dev/null | sed -E 's/.*"'"$2"'": ([^,}]*).*/\1/'
}

# Four words a line; the seed decides; the first draws are the same however many there are.
generate -n 300 --plain >"$scratch/plain"
[ "$(awk -F'\t' 'NF == 4' "$scratch/plain" | wc -l)" -eq 300 ] || fail "--plain prints $(head "$scratch/plain")"
[ "$(sort -u "$scratch/plain" | wc -l)" -gt 30 ] || fail "all draws are the same"
generate -n 300 --plain --seed 7 | cmp - "$scratch/plain" || fail "the configuration's seed is not the default"
generate -n 70 --plain | cmp - <(head -n 70 "$scratch/plain") || fail "a draw depends on how many there are"
generate --plain | cmp - <(head -n 10 "$scratch/plain") || fail "the default is not 10"
generate -n 300 --plain --seed 8 >"$scratch/output"
cmp -s "$scratch/output" "$scratch/plain" && fail "two seeds give the same draws"

# --refine: a round is what convert makes of the first form; a draw whose first form is empty, or too long for convert, is
# left out here.
for rounds in 1 2 3; do
    generate -n 300 --plain --refine "$rounds" >"$scratch/refined"
    paste "$scratch/plain" "$scratch/refined" | awk -F'\t' 'length($1) > 0 && length($1) <= 32' >"$scratch/rounds"
    [ "$(wc -l <"$scratch/rounds")" -gt 250 ] || fail "only $(wc -l <"$scratch/rounds") words to compare"
    cut -f1 "$scratch/rounds" | "$program" convert "$model" --from simple-present | cmp - <(cut -f5- "$scratch/rounds") ||
        fail "--refine $rounds is not a round more than $((rounds - 1))"
    cut -f5- "$scratch/rounds" | cmp -s - <(cut -f1-4 "$scratch/rounds") && fail "--refine $rounds does nothing"
    mv "$scratch/refined" "$scratch/plain.$rounds"
    cp "$scratch/plain.$rounds" "$scratch/plain"
done
generate -n 70 --plain --refine 3 | cmp - <(head -n 70 "$scratch/plain") || fail "a refined draw depends on how many there are"
generate -n 300 --plain --refine 0 >"$scratch/plain"
generate -n 300 --plain | cmp - "$scratch/plain" || fail "--refine 0 is not the default"

# Marks: every second drawn row becomes the data. Those are training or held-back rows, the others new; and there are as
# many as eval's Gaussian score counts.
sort -u "$scratch/plain" | awk 'NF == 4 && length < 33 * 4 && NR % 2 { print }' | tr '\t' ' ' |
    awk '{ for (i = 1; i <= 4; i++) if (length($i) > 32) next; print }' >"$scratch/rows.txt"
generate -n 300 --data "$scratch/rows.txt" >"$scratch/output" 2>"$scratch/errors"
grep -q '^warning: .* is not the data that the checkpoint was trained on' "$scratch/errors" || fail "no warning"
sed -E 's/ +(training|held-back|new)$//; s/ +/ /g' "$scratch/output" | cmp - <(tr '\t' ' ' <"$scratch/plain") ||
    fail "the draws are others than --plain's: $(head -n 3 "$scratch/output")"
paste -d'|' <(tr '\t' ' ' <"$scratch/plain") <(grep -oE '(training|held-back|new)$' "$scratch/output") >"$scratch/marks"
awk -F'|' 'NR == FNR { row[$0]; next } ($1 in row) != ($2 != "new") { print; exit 1 }' "$scratch/rows.txt" "$scratch/marks" ||
    fail "a wrong mark"
training=$(grep -c '|training$' "$scratch/marks")
held_back=$(grep -c '|held-back$' "$scratch/marks")
[ "$training" -gt 0 ] && [ "$held_back" -gt 0 ] || fail "$training training rows, $held_back held-back rows"
awk -v score="$(eval_value "$scratch/rows.txt" gaussian)" -v marks="$training" \
    'BEGIN { difference = score * 300 - marks; exit difference > 1e-6 || difference < -1e-6 }' ||
    fail "eval counts other training rows than $training"
[ "$(eval_value "$scratch/rows.txt" gaussian_held_back)" -eq "$held_back" ] || fail "eval counts other held-back rows"

# --json: an object a line, the same forms, the same marks.
generate -n 300 --data "$scratch/rows.txt" --json >"$scratch/json" 2>/dev/null
[ "$(grep -c '"mark": "training"}$' "$scratch/json")" -eq "$training" ] || fail "--json: other training rows"
[ "$(grep -c '"mark": "held-back"}$' "$scratch/json")" -eq "$held_back" ] || fail "--json: other held-back rows"
sed -E 's/.*"simple-present": "([^"]*)", "third-person": "([^"]*)", "progressive": "([^"]*)", "past": "([^"]*)".*/\1\t\2\t\3\t\4/' \
    "$scratch/json" | cmp - "$scratch/plain" || fail "--json: other forms"

# Between two words: begins with the one's conversions, ends with the other's.
generate --between abate abort --from simple-present --steps 5 --plain >"$scratch/between"
[ "$(wc -l <"$scratch/between")" -eq 5 ] || fail "five steps"
"$program" convert "$model" --from simple-present abate abort | cmp - <(sed -n '1p;5p' "$scratch/between") || fail "the ends"
for row in 1 11 21 31 41 51 61 71; do
    words=$(sed -n "${row}p;$((row + 5))p" "$scratch/verbs.txt" | cut -d' ' -f4)
    generate --between $words --from past --steps 2 --plain >>"$scratch/1"
    "$program" convert "$model" --from past $words >>"$scratch/2"
done
cmp "$scratch/1" "$scratch/2" || fail "the ends, from the past"
generate --between abate abort --steps 5 --plain --refine 1 | cmp - \
    <(cut -f1 "$scratch/between" | "$program" convert "$model" --from simple-present) || fail "--between --refine"
generate --between abate abort --plain | cmp - <(generate --between abate abort --steps 8 --plain) || fail "eight steps"
generate --between abated aborted --from past --steps 3 >"$scratch/output"
[ "$(cut -c1-5 "$scratch/output" | tr '\n' ' ')" = '0.000 0.500 1.000 ' ] || fail "$(cat "$scratch/output")"
generate --between abate abort --json --steps 3 | sed -n 2p | grep -q '^{"place": 0.5, "forms": ' || fail "place"

# Data that have moved: no marks, one note, and --data brings them back.
generate -n 20 >"$scratch/1"
grep -q -E '(training|held-back|new)$' "$scratch/1" || fail "no marks"
mv "$scratch/verbs.txt" "$scratch/moved.txt"
generate -n 20 >"$scratch/2" 2>"$scratch/errors" || fail "without the data it ends with $?"
[ "$(wc -l <"$scratch/errors")" -eq 1 ] && grep -q '^note: no marks, .*--data FILE' "$scratch/errors" ||
    fail "the note: $(cat "$scratch/errors")"
grep -q -E '(training|held-back|new)$' "$scratch/2" && fail "marks without data"
[ "$(generate -n 2 --json 2>/dev/null | grep -c '"mark": null}$')" -eq 2 ] || fail "--json marks without data"
generate -n 20 --plain >/dev/null 2>"$scratch/errors"
[ ! -s "$scratch/errors" ] || fail "--plain asks for the data: $(cat "$scratch/errors")"
generate -n 20 --data "$scratch/moved.txt" 2>"$scratch/errors" | cmp - "$scratch/1" || fail "--data gives other marks"
[ ! -s "$scratch/errors" ] || fail "--data: $(cat "$scratch/errors")"
