#!/usr/bin/env bash
# A table of forms, from the file to conversions: the same bits for any ranks and after an interruption, every command, what is
# refused, and other scripts.
# Time limit: 900 s
. "$(dirname "$0")/../support/shell.sh"
cd "$scratch"

# Turkish nouns with six tags each, some with blanks in the forms.
while read -r lemma low high; do
    printf "$lemma\\t%s\\t%s\\n" "${lemma}l${low}r" 'N;NOM(PL)' "$lemma$low" 'N;DAT(SG)' "$lemma${high}m" 'N;PSS1S' \
        "${lemma}d$low" 'N;LOC' "$lemma değil" 'N;NEG' "$lemma m$high" 'N;Q'
done >table.tsv <<'LEMMAS'
ev e i
gün e ü
göz e ü
köy e ü
şehir e i
kız a ı
koyun a u
dağ a ı
yıl a ı
yol a u
ağaç a ı
söz e ü
LEMMAS
# Of the test's lines, the tags of one are unknown, and a letter of two; of these one has it in both words.
printf 'ev\teve\tN;DAT(SG)\nev\tevler\tN;NOM(PL)\nev\tevden\tN;ABL\nwagon\tvagona\tN;DAT(SG)\nwağ\twağa\tN;DAT(SG)\n' >test.tsv
cat >train.yaml <<'YAML'
name: nouns
seed: 5
data: {train: table.tsv, format: unimorph, invent: 0.3}
model: {hidden: 48, latent: 24, embedding: 16, condition: 8}
train: {epochs: 60, batch_size: 12, micro_batch: 4, kl_weight: 0.001}
optimizer: {name: adam, lr: 0.01, clip: 1}
evaluate: {every: 30, test: test.tsv, draws: 20, examples: 4}
checkpoint: {directory: runs, every: 0, keep: 1}
YAML
train() { "$program" train.yaml "$@" 2>errors || fail "training: $*: $(cat errors)"; }
said() { grep -qF -- "$1" errors || fail "not said: $1; but: $(cat errors)"; }
python() { python3 -c "import json, sys; record = json.load(open('output')); $1" || fail "$1: $(cat output)"; }

train
said "data     $scratch/table.tsv: 72 forms of 12 lemmas in 6 conditions, 72 train, 0 held back; 0 duplicates left out"
said '24 letters found: the space and '
said '; U+FFFD stands for others'
said ' of them invented, after 72 of 72 forms: '
said '; 2 more are wrong: the data lack their tags or letters'
model=runs/nouns/last.h5
expected=$(value_of parameter_hash $model)

# The same on two ranks, and interrupted.
# What Open MPI never frees is not ours to find.
ASAN_OPTIONS=detect_leaks=0 run_ranks 2 train.yaml --set name=two || fail "two ranks: $(cat output)"
[ "$(value_of parameter_hash runs/two/last.h5)" = "$expected" ] || fail "two ranks train other numbers than one"
expect_status 75 "$program" train.yaml --set name=stopped --stop-after 101 2>errors
train --set name=stopped --resume
said 'resumed  '
[ "$(value_of parameter_hash runs/stopped/last.h5)" = "$expected" ] || fail "resumed, it ended elsewhere"
# Other names of tags are other data, and other conditions.
sed 's/N;Q/N;INT/' table.tsv >other.tsv
expect_status 75 "$program" train.yaml --set name=renamed --stop-after 20 2>errors
expect_status 65 "$program" train.yaml --set name=renamed --set data.train=other.tsv --resume 2>errors
said 'it was trained on other data than'

# What it holds. Its configuration reads back as one that trains the same.
"$program" inspect $model >output
diff <(printf '%s\n' lemma 'N;DAT(SG)' 'N;LOC' 'N;NEG' 'N;NOM(PL)' 'N;PSS1S' 'N;Q') \
    <(sed -n '/^conditions /,/^  p/p' output | cut -c17- | head -n 7) || fail "inspect's conditions: $(cat output)"
grep -qE 'parameters/condition_part.weight +float32 \[12, 8\]' output || fail "parts: $(cat output)"
"$program" inspect $model --json >output
python 'open("again.yaml", "w").write(record["config"]); assert "conditions: data\n" in record["config"]'
"$program" again.yaml --set name=again 2>errors || fail "the configuration does not read back: $(cat errors)"
[ "$(value_of parameter_hash runs/again/last.h5)" = "$expected" ] || fail "what reads back trains something else"

# Conversions, by the library, too.
"$program" convert $model --from lemma --to 'N;DAT(SG)' ev göz ağaç >dative
right=$(printf '%s\n' eve göze ağaça | paste - dative | awk '$1 == $2' | wc -l)
[ "$right" -ge 2 ] || fail "nothing was learnt: $(cat dative)"
"$(dirname "$program")/tests/library_user_static" 2 $model lemma 'N;DAT(SG)' ev göz ağaç | cmp - dative || fail "libcvae converts otherwise"
[ "$("$program" convert $model --from lemma ev | awk -F '\t' '{ print NF }')" -eq 7 ] || fail "not a form in every condition"
"$program" convert $model --from lemma --to 'N;NEG' --top 3 ev >output
[ "$(wc -l <output)" -eq 3 ] && grep -q 'ev.*değil' output || fail "--top: $(cat output)"
[ "$(printf 'ev\ngöz\n' | "$program" convert $model --from lemma --to 'N;DAT(SG)' --beam 4 | wc -l)" -eq 2 ] || fail "--beam"
ends 64 '--to: no condition "N;DAT", the model has lemma, N;DAT(SG), N;LOC, N;NEG, N;NOM(PL), N;PSS1S, N;Q' \
    convert $model --from lemma --to 'N;DAT' ev

# A letter that training has never seen is kept, by every way of reading a word; a word's result does not depend on the others.
train --set name=kept --set data.invent=0.8 --set data.unknown_letters=0.3 --set data.copies=0 --set train.epochs=150 --set evaluate.every=0 \
    --set evaluate.examples=5
kept=runs/kept/last.h5
grep -qE 'lemma +wağ +-> N;DAT\(SG\) +wağa +right' errors || fail "an example of the test: $(cat errors)"
words=(wız ev wyl 'X#ol' ağaç yWl köy Ωev $'u\u0308\u0327\u0323v')
"$program" convert $kept --from lemma --to 'N;DAT(SG)' "${words[@]}" >output 2>errors || fail "$(cat errors)"
right=$(printf '%s\n' wıza eve wyla 'X#ola' ağaça yWla köye Ωeve x | paste -d= - output | awk -F= '$1 == $2' | wc -l)
[ "$right" -ge 5 ] || fail "unknown letters are lost: $(cat output)"
"$(dirname "$program")/tests/library_user_static" 2 $kept lemma 'N;DAT(SG)' "${words[@]}" | cmp - output || fail "libcvae converts otherwise"
printf '%s\tlemma\tN;DAT(SG)\n' "${words[@]}" | "$program" convert $kept | cmp - output || fail "lines convert otherwise"
for options in '' '--beam 3' '--top 2' '--beam 200 --top 50'; do
    # shellcheck disable=SC2086
    for word in "${words[@]}"; do "$program" convert $kept --from lemma --to 'N;DAT(SG)' $options "$word"; done >alone 2>errors || true
    # shellcheck disable=SC2086
    [[ $options == *200* ]] || "$program" convert $kept --from lemma --to 'N;DAT(SG)' $options "${words[@]}" | cmp - alone ||
        fail "'$options': words depend on each other"
done
"$program" convert $kept --from lemma --sample --seed 3 wız ev >output && [ "$(wc -l <output)" -eq 2 ] || fail "--sample: $(cat output)"
"$program" convert $kept --from lemma --json wız >output
python 'assert record["word"] == "wız" and record["forms"]["N;DAT(SG)"] == "wıza", record'
# Such a line of a test can be right, and lemmas that differ in unknown letters alone are two: the scores of three words that do
# not depend on each other, of which the last is wrong.
printf 'wız\twıza\tN;DAT(SG)\nXız\tXıza\tN;DAT(SG)\nev\tve\tN;DAT(SG)\n' >kept.tsv
"$program" eval $kept --json --draws 0 --set evaluate.test=kept.tsv >output 2>errors || fail "$(cat errors)"
python 'assert abs(record["test_exact_match"] - 2 / 3) < 1e-12 and abs(record["test_exact_match_error"] - 1 / 3) < 1e-12, record'
# Nothing else is spelled with U+FFFD: draws, refined ones, what stands between two words, words without unknown letters.
{
    "$program" generate $kept -n 500 --plain && "$program" generate $kept -n 100 --plain --refine 2
    "$program" generate $kept --between wız Xev --steps 20 --plain
    cut -f1 table.tsv | "$program" convert $kept --from lemma --top 40
} >output 2>errors || fail "$(cat errors)"
! grep -q $'\uFFFD' output || fail "U+FFFD is spelled: $(grep -m3 $'\uFFFD' output)"
# What nobody can see is refused as ever; U+FFFD is the letter itself.
for word in $'e\u200bv' $'e\x01v' $'e\u200cv' $'\ue000v' $'e\u00a0v' $'e\u200dğ'; do
    expect_status 65 "$program" convert $kept --from lemma --to 'N;DAT(SG)' "$word" >output 2>errors
    said ") is not in the model's alphabet"
done
"$program" convert $kept --from lemma --to 'N;DAT(SG)' $'\uFFFDız' >output && grep -qx $'\uFFFDıza' output || fail "U+FFFD: $(cat output)"
# Without a share, or without invented rows, the alphabet has no such letter, and the data have one hash.
train --set name=without --set data.unknown_letters=0 --set train.epochs=1
ends 65 "word 1, letter 1: 'w' (U+0077) is not in the model's alphabet" convert runs/without --from lemma wız
said_hash=$(value_of data_hash runs/without/last.h5)
train --set name=uninvented --set data.invent=0 --set data.unknown_letters=0.5 --set train.epochs=1
[ "$(value_of data_hash runs/uninvented/last.h5)" = "$said_hash" ] || fail "without invented rows the alphabet is another"
[ "$(value_of data_hash $model)" != "$said_hash" ] || fail "the alphabet has no unknown letter"

# Evaluated: the test's three lines that can be asked, and the two others as wrong.
none="--set evaluate.test=null"
# shellcheck disable=SC2086
"$program" eval $model --json --conversions 1 --rule $none >output 2>errors || fail "$(cat errors)"
python '
directions = record["directions"]
assert set(directions) == {"lemma"} and set(directions["lemma"]) == {"N;DAT(SG)", "N;LOC", "N;NEG", "N;NOM(PL)", "N;PSS1S", "N;Q"}, directions
assert record["conversions"] > 0.5 and "rule" in record, record
assert abs(sum(directions["lemma"].values()) / 6 - record["conversions"]) < 1e-12
assert record["conversions_from"] == "training" and record["conversion_pairs"] == 72 and "conversion_pairs_unknown" not in record
assert record["rule"]["conversions"] == 1, record'
# shellcheck disable=SC2086
"$program" eval $model --conversions 1 --rule $none >output 2>errors || fail "$(cat errors)"
grep -qE '^  from \\ to +N;DAT\(SG\) +N;LOC +N;NEG +N;NOM\(PL\) +N;PSS1S +N;Q$' output || fail "directions: $(cat output)"
# The details are about the test, also those of the rule, which has seen all other pairs.
printf 'kızak\tkızağa\tN;DAT(SG)\nkızak\tkızakda\tN;LOC\nyol\tyola\tN;DAT(SG)\nwagon\tvagona\tN;DAT(SG)\n' >details.tsv
for name in test.tsv details.tsv; do
    "$program" eval $model --json --conversions 1 --rule --set evaluate.test=$name --output each.csv >output 2>errors || fail "$(cat errors)"
    python '
import csv
each = list(csv.DictReader(open("each.csv", encoding="utf-8", newline="")))
lines = [line.rstrip("\n").split("\t") for line in open("'$name'", encoding="utf-8")]
known = [line for line in lines if line[2] != "N;ABL" and line[0] not in ("wagon", "wağ")]
known += [line for line in lines if line[0] == "wağ"]
assert record["conversions_from"] == "test" and record["conversion_pairs"] == len(each) == len(known), record
assert record["conversion_pairs_unknown"] == len(lines) - len(known)
assert sorted((row["source"], row["expected"], row["target_condition"]) for row in each) == sorted(map(tuple, known)), each
right = sum(row["expected"] == row["produced"] for row in each)
assert right == sum(row["kind"] == "right" for row in each) == sum(row["edits"] == "0" for row in each)
assert abs(record["conversions"] - right / len(each)) < 1e-12
assert abs(record["test_exact_match"] - right / len(lines)) < 1e-12, record
assert sum(sum(error[kind] for kind in ("right", "swapped", "ending", "stem")) for error in record["errors"]) == len(each)'
done
python 'assert record["rule"]["conversions"] < 1 and list(record["directions"]["lemma"]) == ["N;DAT(SG)", "N;LOC"], record'
"$program" eval $model --conversions 1 --rule >output 2>errors || fail "$(cat errors)"
grep -qF '; 2 more are wrong: the data lack their tags or letters' output || fail "unknown lines: $(cat output)"
grep -qxF '  conversions of 2 test source words' output && grep -qxF '  without 2 pairs whose tags or letters the data lack' output ||
    fail "the test in detail: $(cat output)"

# Drawn, reported, invented.
"$program" generate $model -n 5 --plain >output 2>errors || fail "$(cat errors)"
[ "$(awk -F '\t' 'NF == 7' output | wc -l)" -eq 5 ] || fail "generate: $(cat output)"
"$program" generate $model -n 1 >output 2>errors
said "note: no marks, as $scratch/table.tsv is a table of forms and has no rows"
"$program" report runs/nouns >output 2>errors && grep -qF 'N;NOM(PL)' runs/nouns/report.html || fail "report: $(cat errors)"
"$program" invent train.yaml -n 3 >output 2>errors || fail "$(cat errors)"
[ "$(grep -c '# as ' output)" -eq 3 ] || fail "invent: $(cat output)"

# From the form to the lemma, and each form to others; of SIGMORPHON's order the same.
awk -F '\t' -v OFS='\t' '{ print $1, $3, $2 }' table.tsv >turned.tsv
short="--set evaluate.test=null --set evaluate.every=0 --set train.epochs=3"
# shellcheck disable=SC2086
for pairs in inflect lemmatize random cross all same; do
    train --set name=one-$pairs --set data.pairs=$pairs $short
    train --set name=other-$pairs --set data.pairs=$pairs $short --set data.train=turned.tsv
    [ "$(value_of parameter_hash runs/one-$pairs/last.h5)" = "$(value_of parameter_hash runs/other-$pairs/last.h5)" ] ||
        fail "$pairs: the order of columns plays a part"
    "$program" eval runs/one-$pairs --conversions 0 >output 2>errors || fail "$pairs: $(cat errors)"
done
# shellcheck disable=SC2086
train --set name=lemmas --set data.pairs=lemmatize $short --set evaluate.test=test.tsv
"$program" eval runs/lemmas --json --conversions 0 >output 2>errors || fail "$(cat errors)"
python 'assert sorted(record["directions"]) == ["N;DAT(SG)", "N;NOM(PL)"] and record["conversion_pairs"] == 3, record'
# shellcheck disable=SC2086
"$program" eval runs/lemmas --json --conversions 0 $none >output 2>errors || fail "$(cat errors)"
python 'assert len(record["directions"]) == 6 and all(list(targets) == ["lemma"] for targets in record["directions"].values())'

# convert warns once of a direction that was never trained, and names the trained ones; --json lists the targets, and libcvae tells. A
# model that was trained on random pairs never causes a warning.
never() {
    local pairs=$1 directions=$2 remedy=$3
    shift 3
    "$program" convert "runs/one-$pairs" "$@" >output 2>errors || fail "$(cat errors)"
    local which="from lemma"
    [ "$pairs" = inflect ] || which="from the others to lemma"
    [ "$(grep -v '^columns: ' errors)" = "warning: $directions: the model was never trained on such pairs, and its forms are likely to be wrong: it \
was trained with data.pairs: $pairs, $which; a training with $remedy learns them" ] || fail "$pairs $*: $(cat errors)"
}
silent() {
    "$program" convert "$@" >output 2>errors || fail "$(cat errors)"
    ! grep -q warning errors || fail "$*: $(cat errors)"
}
printf 'evi\tN;LOC\tlemma\nev\tlemma\tN;LOC\nevde\tN;LOC\tN;Q\n' >directions
never inflect 'N;LOC -> lemma' 'data.pairs: lemmatize (or random)' --from 'N;LOC' --to lemma evde gölde
never inflect 'N;LOC -> N;Q' 'data.pairs: random' --from 'N;LOC' --to 'N;Q' evde
never inflect 'N;LOC -> every condition' 'data.pairs: random' --from 'N;LOC' evde
never inflect 'N;LOC -> lemma' 'data.pairs: lemmatize (or random)' <directions
never lemmatize 'lemma -> N;LOC' 'data.pairs: inflect (or random)' --from lemma --to 'N;LOC' ev
never lemmatize 'lemma -> every condition' 'data.pairs: inflect (or random)' --from lemma ev
never lemmatize 'lemma -> N;LOC' 'data.pairs: inflect (or random)' <<<$'evde\tN;LOC\tlemma\nev\tlemma\tN;LOC'
silent runs/one-inflect --from lemma --to 'N;LOC' ev
silent runs/one-inflect --from lemma ev
silent runs/one-inflect --from lemma --to lemma ev # by data.copies
silent runs/one-lemmatize --from 'N;LOC' --to lemma evde
silent runs/one-lemmatize --from 'N;LOC' --to 'N;LOC' evde
for pairs in random cross all same; do silent runs/one-$pairs --from 'N;LOC' --to lemma evde; done
"$program" convert runs/one-inflect --from 'N;LOC' --json evde >output 2>errors
python 'assert len(record["untrained"]) == 7 and "lemma" in record["untrained"], record'
"$program" convert runs/one-inflect --from lemma --json ev >output 2>errors
python 'assert "untrained" not in record and len(record["forms"]) == 7, record'
matrix() { "$(dirname "$program")/tests/library_user_static" trained "runs/$1" | xargs; }
ones='1111111 1111111 1111111 1111111 1111111 1111111 1111111'
[ "$(matrix one-inflect/last.h5)" = '1111111 0000000 0000000 0000000 0000000 0000000 0000000' ] || fail "$(matrix one-inflect/last.h5)"
[ "$(matrix one-lemmatize/last.h5)" = '0000000 1100000 1010000 1001000 1000100 1000010 1000001' ] || fail "$(matrix one-lemmatize/last.h5)"
[ "$(matrix one-random/last.h5)" = "$ones" ] || fail "$(matrix one-random/last.h5)"

# Conditions of a list, in its order; the lemma's needs no place there. Rows by their first word.
# shellcheck disable=SC2086
{
    train --set name=listed --set data.conditions="[N;Q, 'N;NOM(PL)', 'N;DAT(SG)', N;PSS1S, N;LOC, N;NEG]" $short
    "$program" convert runs/listed --from lemma ev >output 2>errors || fail "a list without the lemma: $(cat errors)"
    diff <(printf '%s\n' 'N;Q' 'N;NOM(PL)' 'N;DAT(SG)' 'N;PSS1S' 'N;LOC' 'N;NEG' lemma) \
        <("$program" inspect runs/listed | sed -n '/^conditions /,/^  p/p' | cut -c17- | head -n 7) || fail "conditions of a list"
    cut -f2 table.tsv | grep -v ' ' | paste -d' ' - - - - >rows.txt
    for pairs in inflect lemmatize; do
        train --set name=rows-$pairs --set data.train=rows.txt --set data.format=rows --set data.pairs=$pairs \
            --set data.alphabet=data $short
        "$program" eval runs/rows-$pairs --json --conversions 1 --rule >output 2>errors || fail "rows $pairs: $(cat errors)"
        python 'assert record["pairs"] == 36 and sum(len(targets) for targets in record["directions"].values()) == 3'
    done
    [ "$(matrix rows-inflect/last.h5)" = '0111 0000 0000 0000' ] || fail "$(matrix rows-inflect/last.h5)"
    [ "$(matrix rows-lemmatize/last.h5)" = '0000 1000 1000 1000' ] || fail "$(matrix rows-lemmatize/last.h5)"
    "$program" convert runs/rows-inflect --from simple-present --to simple-present ev >output 2>errors
    said 'it was trained with data.pairs: inflect, from simple-present; a training with data.copies above 0 learns them'
}

# More than eight targets are not a table on the screen, but the worst of them.
for lemma in al bul gel gör kal; do for tag in {1..12}; do printf '%s\t%s%s\tV;T%d\n' $lemma $lemma "${tag//[02-9]/x}" $tag; done; done >many.tsv
# shellcheck disable=SC2086
train --set name=many --set data.train=many.tsv $short
"$program" eval runs/many --conversions 0 >output 2>errors || fail "$(cat errors)"
grep -qF '  of 12 directions the worst 12 (--json has all)' output || fail "directions: $(cat output)"
"$program" eval runs/many --json --conversions 0 >output
python 'assert len(record["directions"]["lemma"]) == 12'
# With more than twenty sources there is no matrix either: the worst directions, and the rest in one line. Long tags lose their middle,
# but no column is lost.
for lemma in al bul gel gör 語言; do
    for tag in {10..39}; do printf '%s\t%s%s\tV;PRS;IND;ACT;A_VERY_LONG_FEATURE;WITH_A_LONG_NAME;NOM(1,PL);T%d\n' $lemma $lemma "${tag//[02-9]/x}" "$tag"; done
done >sources.tsv
printf 'שמר\tשמרxו\tV;PRS;IND;ACT;A_VERY_LONG_FEATURE;WITH_A_LONG_NAME;NOM(1,PL);T11\n' >>sources.tsv
# shellcheck disable=SC2086
train --set name=sources --set data.train=sources.tsv --set data.pairs=lemmatize $short --set data.invent=0 --set evaluate.examples=400
"$program" eval runs/sources --conversions 2 --rule --set evaluate.examples=400 >output 2>errors.txt || fail "$(cat errors.txt)"
grep -qxF '  of 30 directions the worst 20 (--json has all)' output && grep -qE '^  [01]\.[0-9]{4} of +5[01]  in the 10 others$' output &&
    [ "$(grep -c '> lemma$' output)" -eq 20 ] || fail "directions of many sources: $(cat output)"
"$program" eval runs/sources --json --conversions 0 >output.json && [ "$(python3 -c '
import json; print(len(json.load(open("output.json"))["directions"]))')" -eq 30 ] || fail "all directions"
# narrow FILE COLUMNS: fails if a line of a table is wider.
narrow() {
    python3 - "$@" <<'PYTHON' || fail "too wide"
import sys, unicodedata
def width(text):
    return sum(0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
lines = [line.rstrip("\n") for line in open(sys.argv[1], encoding="utf-8")]
tables = [line for line in lines if line.startswith("  ") and not line.startswith(("  exact match", "  BLEU-4"))]
wide = [line for line in tables if width(line) > int(sys.argv[2])]
assert len(tables) > 100 and any("…" in line for line in tables) and any("\u2068" in line for line in tables), tables
assert not wide, wide
PYTHON
}
narrow output 80
narrow errors 80
# On a terminal, tables are as wide as the terminal.
for columns in 70 250; do
    script -qec "stty cols $columns; exec '$program' eval runs/sources --conversions 0 --set evaluate.examples=400" /dev/null </dev/null |
        sed -E 's/\r$//; s/.*\r\x1b\[K//' >terminal
    if [ $columns -eq 70 ]; then narrow terminal 70; else ! grep -q '…' terminal || fail "elided on a wide terminal"; fi
done
grep -q 'A_VERY_LONG_FEATURE;WITH_A_LONG_NAME;NOM(1,PL);T11 .* -> lemma ' terminal || fail "the wide terminal: $(cat terminal)"

# If there are many conditions, the error names the nearest three.
for number in {1..9}; do printf '%s\t%s\tV;IND;PST;%d;SG\n%s\t%s\tV;IND;PRS;%d;SG\n' al ald $number al alr $number; done >tags.tsv
# shellcheck disable=SC2086
train --set name=tags --set data.train=tags.tsv $short --set train.epochs=1
has='the model has 19 conditions (`cvae_mpi inspect` lists them), the nearest are'
ends 64 "--to: no condition \"pst;2;sg\", $has V;IND;PST;2;SG, V;IND;PST;1;SG, V;IND;PST;3;SG" convert runs/tags --from lemma --to 'pst;2;sg' al
ends 64 "--to: no condition \"V;IND;PST;22;SG\", $has V;IND;PST;2;SG, V;IND;PST;1;SG, V;IND;PST;3;SG: did you mean \"V;IND;PST;2;SG\"?" \
    convert runs/tags --from lemma --to 'V;IND;PST;22;SG' al
ends 64 "--from: no condition \"Lemma \", $has lemma, V;IND;PRS;1;SG, V;IND;PRS;2;SG: did you mean \"lemma\"?" convert runs/tags --from 'Lemma ' al

# What people feed it. refused STATUS MESSAGE FILE
refused() {
    local status=0
    "$program" train.yaml --set name=refused --set data.train="$3" 2>errors || status=$?
    [ $status -eq "$1" ] && grep -qF -- "$2" errors || fail "$3: status $status: $(cat errors)"
    [ ! -e runs/refused ] || fail "$3: something was trained"
}
: >empty.tsv
mkdir folder
iconv -f UTF-8 -t ISO-8859-9 table.tsv >latin.tsv
iconv -f UTF-8 -t UTF-16 table.tsv >wide.tsv
{ printf 'lemma\tform\ttags\n' && cat table.tsv; } >header.tsv
sed 's/[^\t]*/"&"/g' table.tsv >quoted.tsv
sed 's/$/\tx/' table.tsv >four.tsv
sed 's/\t/,/g' table.tsv >comma.tsv
{ cat table.tsv && printf 'ev\t_\tN;ABL\n'; } >missing.tsv
refused 65 'empty.tsv:1: the file ends without a form' empty.tsv
refused 66 "$scratch/folder: " folder
refused 65 'latin.tsv:5:9: malformed UTF-8 (byte 0xF0), UTF-8 was expected' latin.tsv
refused 65 'wide.tsv:1:1: malformed UTF-8' wide.tsv
refused 65 'header.tsv:1: names of columns, a lemma with its form and tags was expected' header.tsv
refused 65 'quoted.tsv:1:14: "N;NOM(PL)" is in quotation marks, the text without them was expected' quoted.tsv
refused 65 'four.tsv:1: 4 columns, 3 were expected' four.tsv
refused 65 "comma.tsv:1: columns separated by commas, 3 between tabs were expected (lemma, form, tags, or lemma, tags, form): sed 's/, */\\t/g' FILE >NEW makes such a file" comma.tsv
sed 's/, */\t/g' comma.tsv | cmp - table.tsv || fail "the remedy does not make the table"
sed 's/\t/;/g' table.tsv >semicolon.tsv
refused 65 "semicolon.tsv:1: columns separated by semicolons, 3 between tabs were expected (lemma, form, tags, or lemma, tags, form): sed 's/; */\\t/; s/; */\\t/' FILE >NEW makes such a file" semicolon.tsv
sed 's/; */\t/; s/; */\t/' semicolon.tsv | cmp - table.tsv || fail "the remedy does not make the table"
# Several mistakes at once, and text that only looks like a mistake.
sed '3s/\t[^\t]*$//; 5s/$/\tx/; 9s/N;/"N;/; 9s/$/"/' table.tsv >three.tsv
refused 65 'three.tsv:3: 2 columns, 3 were expected' three.tsv
[ "$(grep -o 'three.tsv:[0-9:]*' errors | xargs)" = "three.tsv:3: three.tsv:5: three.tsv:9:11:" ] || fail "three mistakes: $(cat errors)"
sed -n '5p;7p' table.tsv | cat table.tsv - >twice.tsv
printf 'ev\tevden\tN;ABL\n' >>twice.tsv
"$program" train.yaml --set data.train=twice.tsv --set name=twice --dry-run 2>errors || fail "$(cat errors)"
said '0 held back; 2 duplicates left out'
said '         line 73 repeats line 5, line 74 repeats line 7'
said '         1 condition occurs once: N;ABL (line 75)'
refused 65 "missing.tsv:73:4: only '_' for the form, a form was expected: data.missing: skip leaves out" missing.tsv
# shellcheck disable=SC2086
{
    sed 's/$/\r/; 1s/^/\xEF\xBB\xBF/' table.tsv >windows.tsv
    train --set name=windows --set data.train=windows.tsv $short
    train --set name=skip --set data.train=missing.tsv --set data.missing=skip $short
    said '1 '
    [ "$(value_of parameter_hash runs/windows/last.h5)" = "$(value_of parameter_hash runs/skip/last.h5)" ] ||
        fail "a file of Windows trains other numbers"
}

# Tags may be composed or not, and have direction marks around them, in files, in lists and on the command line.
printf '%s\t%s\t%s\n' ev evi $'PRE\u0301S' göz gözü PRÉS kız kızı $'\u2067PRÉS\u2069' >marks.tsv
# shellcheck disable=SC2086
{
    train --set name=marks --set data.train=marks.tsv $short
    said '3 forms of 3 lemmas in 1 condition,'
    for tags in PRÉS $'PRE\u0301S' $'\u200ePRÉS'; do silent runs/marks --from lemma --to "$tags" ev; done
    "$program" convert runs/marks <<<$'ev\tlemma\tPRE\u0301S' >output 2>errors || fail "$(cat errors)"
    train --set name=marks-listed --set data.train=marks.tsv --set data.conditions=$'["PRE\u0301S"]' $short
    "$program" runs/marks-listed/config.yaml --set name=marks-again --set evaluate.test=null 2>errors || fail "$(cat errors)"
    [ "$(value_of parameter_hash runs/marks-again)" = "$(value_of parameter_hash runs/marks-listed)" ] || fail "the configuration reads back otherwise"
}

# Persian, with joiners inside of words; 3,000 different letters.
printf 'رفتن\tمی\u200cروم\tV;PRS;1\nرفتن\tمی\u200cرود\tV;PRS;3\nدیدن\tمی\u200cبینم\tV;PRS;1\nدیدن\tمی\u200cبیند\tV;PRS;3\n' >persian.tsv
# shellcheck disable=SC2086
train --set name=persian --set data.train=persian.tsv $short
"$program" convert runs/persian --from V\;PRS\;1 --to lemma $'می\u200cروم' >output 2>errors || fail "$(cat errors)"
ends 65 "word 1, letter 1: U+200C was expected between two letters only" \
    convert runs/persian --from lemma --to 'V;PRS;1' $'\u200cمی'
python3 -c '
for i in range(1500):
    print(chr(0x4E00 + 2 * i) + chr(0x4E01 + 2 * i), chr(0x4E00 + 2 * i) + "た", "V;PST", sep="\t")' >letters.tsv
# shellcheck disable=SC2086
train --set name=letters --set data.train=letters.tsv $short --set data.invent=0 --set train.epochs=1
said '         3003 symbols, '
"$program" convert runs/letters --from lemma --to 'V;PST' 一丁 >output 2>errors || fail "$(cat errors)"
