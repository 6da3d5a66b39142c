#!/usr/bin/env bash
# convert: order, batches, tenses, columns, alternatives, what is refused, and how it ends.
. "$(dirname "$0")/../support/shell.sh"
train_speller
tenses='simple-present third-person progressive past'

# convert ARGUMENT...: the program's convert with the model, its standard input the script's.
convert() {
    "$program" convert "$model" "$@"
}

# same TEXT: the two files 1 and 2 are equal.
same() {
    cmp "$scratch/1" "$scratch/2" || fail "$1"
}

# A thousand words: 10 times those of the data and more. One line each, in their order, whatever the batch.
cut -d' ' -f1 "$scratch/verbs.txt" >"$scratch/present"
for _ in 1 2 3 4 5 6 7 8 9 10; do cat "$scratch/present"; done >"$scratch/many"
convert --from simple-present --to past <"$scratch/many" >"$scratch/pasts"
[ "$(wc -l <"$scratch/pasts")" -eq "$(wc -l <"$scratch/many")" ] || fail "lines in, lines out"
[ "$(sort -u "$scratch/pasts" | wc -l)" -gt 50 ] || fail "all words become the same"
right=$(paste -d' ' <(cut -d' ' -f4 "$scratch/verbs.txt") <(head -n 103 "$scratch/pasts") | awk '$1 == $2' | wc -l)
[ "$right" -gt 20 ] || fail "only $right of 103 are right: nothing was learnt, or the order is lost"
head -n 103 "$scratch/pasts" >"$scratch/1"
sed -n '928,$p' "$scratch/pasts" >"$scratch/2"
same "a word's conversion depends on its batch"
while read -r word; do convert --from simple-present --to past "$word"; done < <(head -n 20 "$scratch/many") >"$scratch/1"
head -n 20 "$scratch/pasts" >"$scratch/2"
same "a word alone is not what it is among others"
convert --from simple-present --to past $(cat "$scratch/present") >"$scratch/1"
head -n 103 "$scratch/pasts" >"$scratch/2"
same "arguments give something else than standard input"

# Written slowly, each word is answered at once; a last line needs no newline; blanks and CRLF do not count.
coproc convert --from simple-present --to past
# Bash forgets COPROC_PID as soon as it has seen the end.
converter=$COPROC_PID
for _ in 1 2 3; do
    echo abate >&"${COPROC[1]}"
    read -r -t 20 answer <&"${COPROC[0]}" || fail "a word that was written is not answered"
    [ "$answer" = "$(convert --from simple-present --to past abate)" ] || fail "the answer is '$answer'"
done
eval "exec ${COPROC[1]}>&-"
wait "$converter"
printf '\xEF\xBB\xBFabate\r\n \tabide  \nabort' | convert --from simple-present --to past >"$scratch/1"
convert --from simple-present --to past abate abide abort >"$scratch/2"
same "blanks count"

# Every tense: the four columns are the four conversions. The data's own columns convert, too.
convert --from simple-present <"$scratch/present" >"$scratch/all"
number=1
for tense in $tenses; do
    cut -f"$number" "$scratch/all" >"$scratch/1"
    convert --from simple-present --to "$tense" <"$scratch/present" >"$scratch/2"
    same "column $number is not the $tense"
    cut -d' ' -f"$number" "$scratch/verbs.txt" | convert --from "$tense" --to simple-present >"$scratch/1"
    [ "$(wc -l <"$scratch/1")" -eq 103 ] || fail "from $tense"
    number=$((number + 1))
done
cut -d' ' -f4 "$scratch/verbs.txt" | convert --from past --to simple-present >"$scratch/1"
cut -d' ' -f4 "$scratch/verbs.txt" | convert --from third-person --to simple-present >"$scratch/2"
cmp -s "$scratch/1" "$scratch/2" && fail "--from makes no difference"

# Standard error names the columns once, unless the output shows them anyway.
convert --from simple-present abate abide 2>"$scratch/errors" >/dev/null
[ "$(cat "$scratch/errors")" = "columns: ${tenses// / | }" ] || fail "the columns are named as $(cat "$scratch/errors")"
printf 'abate\tpast\tpast\nabate\tpast\nabide\tpast\n' | convert 2>"$scratch/errors" >/dev/null
[ "$(cat "$scratch/errors")" = "columns: ${tenses// / | }" ] || fail "columns of lines are named as $(cat "$scratch/errors")"
for options in '--to past' --json '--top 2'; do
    # shellcheck disable=SC2086
    convert --from simple-present $options abate 2>"$scratch/errors" >/dev/null
    [ ! -s "$scratch/errors" ] || fail "$options: $(cat "$scratch/errors")"
done

# A beam of one is greedy; alternatives are sorted, the first is what --beam prints, all together are at most certain.
convert --from simple-present --to past --beam 1 <"$scratch/present" >"$scratch/1"
head -n 103 "$scratch/pasts" >"$scratch/2"
same "--beam 1 is not greedy"
convert --from simple-present --to past --beam 7 --top 5 <"$scratch/present" >"$scratch/top"
[ "$(wc -l <"$scratch/top")" -eq 515 ] || fail "five alternatives of 103 words are $(wc -l <"$scratch/top") lines"
awk -F'\t' '
    NF != 4 || $2 != "past" || $4 < 0 || $4 > 1 { exit 1 }
    (NR - 1) % 5 == 0 { sum = 0; last = 2; delete seen }
    { sum += $4; if ($4 > last || sum > 1.00001 || $3 in seen) exit 1; last = $4; seen[$3] = 1 }
' "$scratch/top" || fail "the alternatives: $(head "$scratch/top")"
awk -F'\t' 'NR % 5 == 1 { print $3 }' "$scratch/top" >"$scratch/1"
convert --from simple-present --to past --beam 7 <"$scratch/present" >"$scratch/2"
same "--beam prints another word than the first alternative"
awk -F'\t' 'NR % 5 == 1 { print $1 }' "$scratch/top" | diff - "$scratch/present" || fail "the words of the alternatives"
convert --from simple-present --to past --top 5 abate >"$scratch/1"
convert --from simple-present --to past --beam 5 --top 5 abate >"$scratch/2"
same "--top alone is not a beam as wide"

# Corrections: more words are spelled as themselves, in any batch the same, and none that was before is not.
cut -d' ' -f4 "$scratch/verbs.txt" >"$scratch/words"
for rounds in 0 1 100; do
    convert --from past --to past --corrections "$rounds" <"$scratch/words" >"$scratch/corrected-$rounds"
    paste "$scratch/words" "$scratch/corrected-$rounds" | awk '$1 == $2 { print $1 }' >"$scratch/itself-$rounds"
done
convert --from past --to past <"$scratch/words" | cmp - "$scratch/corrected-0" || fail "the model corrects, and was not told to"
[ "$(wc -l <"$scratch/itself-100")" -gt "$(wc -l <"$scratch/itself-0")" ] || fail "corrections change nothing: $(wc -l "$scratch/"itself-*)"
for rounds in 0 1; do
    comm -23 <(sort "$scratch/itself-$rounds") <(sort "$scratch/itself-100") | (! grep .) || fail "100 rounds are worse than $rounds"
done
while read -r word; do convert --from past --to past --corrections 100 "$word"; done < <(head -n 20 "$scratch/words") |
    cmp - <(head -n 20 "$scratch/corrected-100") || fail "a word's corrections depend on its batch"
convert --from past --corrections 100 <"$scratch/words" | cut -f4 | cmp - "$scratch/corrected-100" || fail "every tense, corrected"
convert --from past --to past --sample --corrections 100 <"$scratch/words" >"$scratch/1"
convert --from past --to past --sample <"$scratch/words" >"$scratch/2"
same "corrections of a sample"

# --sample: the seed decides, and the word's place.
convert --from simple-present --to past --sample --seed 3 <"$scratch/many" >"$scratch/1"
convert --from simple-present --to past --sample --seed 3 <"$scratch/many" >"$scratch/2"
same "one seed gives two results"
convert --from simple-present --to past --sample --seed 3 <"$scratch/present" | cmp - <(head -n 103 "$scratch/1") ||
    fail "a sample depends on what comes behind it"
convert --from simple-present --to past --sample --seed 4 <"$scratch/many" >"$scratch/2"
cmp -s "$scratch/1" "$scratch/2" && fail "two seeds give one result"
cmp -s "$scratch/1" "$scratch/pasts" && fail "--sample does not sample"
for _ in $(seq 200); do echo abate; done >"$scratch/input"
convert --from simple-present --sample <"$scratch/input" >"$scratch/output"
cmp -s <(head -n 64 "$scratch/output") <(sed -n '65,128p' "$scratch/output") && fail "every batch draws the same noise"
sed -i '2s/.*/1/' "$scratch/input"
ends 65 '1 of 200 words could not be converted' convert "$model" --from simple-present --sample <"$scratch/input"
for _ in $(seq 200); do echo abate; done | convert --from simple-present --sample | sed '2s/.*//' | cmp - "$scratch/output" ||
    fail "a refused word moves the noise of those behind it"

# --json: an object a line.
convert --from simple-present --json abate abide >"$scratch/output"
for tense in $tenses; do
    [ "$(grep -c "\"forms\": {.*\"$tense\": \"[a-z]*\"" "$scratch/output")" -eq 2 ] || fail "--json lacks $tense"
done
head -n 1 "$scratch/output" | grep -q '^{"word": "abate", "from": "simple-present", ' || fail "$(cat "$scratch/output")"
convert --from simple-present --to past --top 2 --json abate >"$scratch/output"
grep -q '{"past": \[{"spelling": "[a-z]*", "probability": [0-9.e-]*}, {"spelling"' "$scratch/output" ||
    fail "$(cat "$scratch/output")"

# What is refused is an empty line, so that lines stay side by side; the rest is converted all the same.
long=$(printf '%033d' 0 | tr 0 a)
printf 'abate\n\nab1te\nabat\xc3\xa9\n%s\n\xff\na b\nabate\n' "$long" >"$scratch/input"
past=$(convert --from simple-present --to past abate)
ends 65 '6 of 8 words could not be converted' convert "$model" --from simple-present --to past <"$scratch/input"
printf '%s\n\n\n\n\n\n\n%s\n' "$past" "$past" | cmp - "$scratch/output" || fail "lines do not stay side by side"
for text in "2: it is empty, a word was expected" "3:3: '1' (U+0031) is not in the model's alphabet" \
    "4:5: 'é' (U+00E9) is not in the model's alphabet" "5: more than the 32 letters that data.max_length allows" \
    "6:1: malformed UTF-8 (byte 0xFF), UTF-8 was expected: iconv -f utf16 -t utf8 makes it of UTF-16" "7:2: ' ' (U+0020) is not in the model's alphabet"; do
    grep -q -F -x "cvae_mpi: standard input:$text" "$scratch/errors" || fail "not said: $text ($(cat "$scratch/errors"))"
done
[ "$(wc -l <"$scratch/errors")" -eq 7 ] || fail "a line for each: $(cat "$scratch/errors")"
ends 65 "word 2, letter 1: 'A' (U+0041) is not in the model's alphabet: try 'a'" convert "$model" --from past --json a Abate b
[ "$(wc -l <"$scratch/output")" -eq 3 ] || fail "--json leaves a refused word out"
sed -n 2p "$scratch/output" | grep -q '{"word": null, "error": "word 2, letter 1: ' || fail "$(cat "$scratch/output")"
convert --from past --to past "${long:1}" >"$scratch/output" || fail "32 letters are refused"

# A line of 1 MB of blanks, before a word and within one.
{ head -c 1000000 /dev/zero | tr '\0' ' ' && printf '\nabate\n'; } >"$scratch/input"
ends 65 '1 of 2 words could not be converted' convert "$model" --from simple-present --to past <"$scratch/input"
[ "$(tail -n 1 "$scratch/output")" = "$past" ] || fail "the line behind a long one"
{ printf 'abate' && head -c 1000000 /dev/zero | tr '\0' ' ' && printf 'abate'; } >"$scratch/input"
ends 65 'standard input:1: the line is too long' convert "$model" --from simple-present --to past <"$scratch/input"

# A longer input gives the same.
for _ in 1 2 3 4 5 6 7 8 9 10; do cat "$scratch/many"; done | convert --from simple-present --to past >"$scratch/output"
sed -n '1031,2060p' "$scratch/output" | cmp - "$scratch/pasts" || fail "a longer input gives something else"

# Without --from a line says the direction itself: the same as with the options, whatever stands beside it in a batch.
number=0
for from in $tenses; do
    number=$((number + 1))
    cut -d' ' -f"$number" "$scratch/verbs.txt" >"$scratch/words"
    for to in $tenses; do
        sed "s/$/\t$from\t$to/" "$scratch/words" | paste - <(convert --from "$from" --to "$to" <"$scratch/words")
    done
    sed "s/$/\t$from\t/" "$scratch/words" | paste - <(convert --from "$from" <"$scratch/words" | tr '\t' '|')
done | awk -F'\t' '{ printf "%d\t%s\n", (NR * 7919) % 10007, $0 }' | sort -n | cut -f2- >"$scratch/pairs"
[ "$(wc -l <"$scratch/pairs")" -eq 2060 ] || fail "$(wc -l <"$scratch/pairs") lines of directions"
cut -f4 "$scratch/pairs" | tr '|' '\t' >"$scratch/2"
cut -f1-3 "$scratch/pairs" | convert >"$scratch/1"
same "columns give something else than --from and --to"
for to in $tenses; do
    awk -F'\t' -v to="$to" '$3 == to { print $1 "\t" $2 }' "$scratch/pairs" | convert --to "$to" >"$scratch/1"
    awk -F'\t' -v to="$to" '$3 == to { print $4 }' "$scratch/pairs" >"$scratch/2"
    same "one column of conditions gives something else than --from"
done
head -n 200 "$scratch/pairs" | cut -f1-3 >"$scratch/input"
convert --top 2 --beam 3 <"$scratch/input" >"$scratch/1"
while IFS=$'\t' read -r word from to _; do
    convert --from "$from" ${to:+--to "$to"} --top 2 --beam 3 "$word"
done < <(sed 's/\t$//' "$scratch/input") >"$scratch/2"
same "columns with --top give something else"
# The noise of a sample is that of the line's place, also where a batch has words for one tense and for every one.
convert --from simple-present --to past --sample <"$scratch/present" >"$scratch/one"
convert --from simple-present --sample <"$scratch/present" >"$scratch/every"
awk '{ print $0 "\tsimple-present" (NR % 3 ? "\tpast" : "") }' "$scratch/present" | convert --sample >"$scratch/1"
paste -d'|' "$scratch/one" "$scratch/every" | awk -F'|' '{ print NR % 3 ? $1 : $2 }' >"$scratch/2"
same "columns move the noise"
# Answered line by line, in any direction, a refused one by an empty line.
coproc convert 2>/dev/null
converter=$COPROC_PID
for line in $'abate\tsimple-present\tpast' $'abated\tpast\tprogressive' $'abated\tpsat\tprogressive' $'abates\tthird-person'; do
    echo "$line" >&"${COPROC[1]}"
    read -r -t 20 answer <&"${COPROC[0]}" || fail "a line that was written is not answered: $line"
    IFS=$'\t' read -r word from to <<<"$line"
    expected=$([ "$from" = psat ] || convert --from "$from" ${to:+--to "$to"} "$word")
    [ "$answer" = "$expected" ] || fail "the answer to '$line' is '$answer'"
done
eval "exec ${COPROC[1]}>&-"
status=0
wait "$converter" || status=$?
[ "$status" -eq 65 ] || fail "a refused line ends with $status"
# Blanks around columns, tabs at the end, CRLF and a byte order mark do not count; the last line needs no newline.
printf '\xEF\xBB\xBFabate\tsimple-present\tpast\r\n  abides \t third-person\t progressive \t\t \r\nabated\tpast\t\r\nabate\tpast\tpast' |
    convert >"$scratch/1"
{
    convert --from simple-present --to past abate
    convert --from third-person --to progressive abides
    convert --from past abated
    convert --from past --to past abate
} >"$scratch/2"
same "blanks around columns count"
convert --json <<<$'abides\tthird-person\tpast' >"$scratch/1"
convert --json --from third-person --to past abides >"$scratch/2"
same "columns and --json"
grep -q '^{"word": "abides", "from": "third-person", "forms": {"past": "' "$scratch/1" || fail "$(cat "$scratch/1")"
# What is wrong with a line is said with its place; the others are converted.
lines=('abate\tsimple-present\tpast' '' abate 'abate simple-present past' '\tpast\tpast' 'ab1te\tpast\tpast' 'abate\tPast'
    'abate\tpast\tthird person' 'abate\t\tpast' 'abate\tpast\tpast\tpast' 'abate\t\x1b[1m' 'abate\tpa\0st' '{"word": "abate"}'
    "$long\tpast" "abate\t$(printf '%01500d' 0)" 'abate\tsimple-present\tpast')
printf "%b\n" "${lines[@]}" >"$scratch/input"
ends 65 '14 of 16 words could not be converted' convert "$model" <"$scratch/input"
{ echo "$past" && printf '\n%.0s' {1..14} && echo "$past"; } | cmp - "$scratch/output" || fail "lines do not stay side by side"
expected='a word, its condition and the condition to put it into were expected, tabs between them'
has="the model has ${tenses// /, }"
{
    echo "2: it is empty, a word was expected"
    echo "3: 1 column: $expected (--from CONDITION takes lines that are words)"
    echo "4: 1 column: $expected (--from CONDITION takes lines that are words)"
    echo "5: it is empty, a word was expected"
    echo "6:3: '1' (U+0031) is not in the model's alphabet"
    echo "7, column 2: no condition \"Past\", $has: did you mean \"past\"?"
    echo "8, column 3: no condition \"third person\", $has: did you mean \"third-person\"?"
    echo "9, column 2: no condition \"\", $has"
    echo "10: 4 columns: $expected"
    echo "11, column 2: no condition \"?[1m\", $has"
    echo "12:9: U+0000 (a control character) is not in the model's alphabet"
    echo "13: 1 column: $expected (--from CONDITION takes lines that are words)"
    echo "14: more than the 32 letters that data.max_length allows"
    echo "15: the line is too long"
} | sed 's/^/cvae_mpi: standard input:/' | diff - <(sed '$d' "$scratch/errors") || fail "other messages"
ends 65 'standard input:1: 3 columns: a word and its condition were expected, a tab between them (--to stands for the third column)' convert "$model" --to past \
    <<<$'abate\tpast\tpast'
tab='a tab: with --from a line is a word; without --from it is a word, its condition and the condition to put it into, tabs between them'
ends 65 "standard input:1:6: $tab" convert "$model" --from past <<<$'abate\tpast'
ends 65 "standard input:2:3: $tab" convert "$model" --from past --to past --json <<<$'abate\nab\tpast\tpast'
ends 65 "word 1, letter 6: a tab: a word of the command line has no columns, lines of standard input have them, without --from" \
    convert "$model" --from past $'abate\tpast'

# Words as they are written elsewhere: a space inside is a letter where the model has one, accents may stand apart, and what nobody
# sees is refused with its place.
printf 'go\tgoes\tgoing\twent on\ncaf\xc3\xa9\tcafe\xcc\x81s\tcaf\xc3\xa9ing\tcaf\xc3\xa9ed\n' >"$scratch/table.tsv"
"$program" "$scratch/speller.yaml" --set name=spaces --set data.train="$scratch/table.tsv" --set data.alphabet=data \
    --set data.holdout=0 --set train.epochs=1 --set evaluate.draws=0 >"$scratch/output" 2>&1 || fail "$(cat "$scratch/output")"
grep -q '^         1 word normalized to NFC' "$scratch/output" || fail "not said: $(cat "$scratch/output")"
grep -q '^         14 letters found: the space and acdefginostwé$' "$scratch/output" || fail "not said: $(cat "$scratch/output")"
model=$(dirname "$(dirname "$model")")/spaces/last.h5
printf 'went on\ncaf\xc3\xa9\n' | convert --from past >"$scratch/1"
printf '  went on \r\ncafe\xcc\x81' | convert --from past >"$scratch/2"
same "two spellings of a word are two words"
convert <<<$'went on\tpast\ncaf\xc3\xa9\tpast' >"$scratch/2"
same "a word with a space in columns is another"
convert --from past 'went on' "$(printf 'cafe\xcc\x81')" >"$scratch/2"
same "arguments are spelled otherwise than lines"
printf 'went on\nwe\xe2\x80\x8bnt\ngo\ton\ncafe\xcc\x80\n' >"$scratch/input"
ends 65 '3 of 4 words could not be converted' convert "$model" --from past <"$scratch/input"
for text in "2:3: U+200B (an invisible format character) is not in the model's alphabet" "3:3: $tab" "4:4: 'è' (U+00E8) is not in the model's alphabet"; do
    grep -q -F -x "cvae_mpi: standard input:$text" "$scratch/errors" || fail "not said: $text"
done
# Direction marks around and inside words and columns are ignored, and are no word by themselves. Joiners and other marks are refused.
printf 'went on\ncaf\u00e9\n' | convert --from past --to past >"$scratch/1"
printf '\u2067went on\u2069\n\u200f caf\u200ee\u0301\u202c \r\n' | convert --from past --to past >"$scratch/2"
same "direction marks count on standard input"
convert --from $'\u2067past\u2069' --to $'past\u200e' $'\u2066went on\u2069' $'\u061ccaf\u00e9' >"$scratch/2"
same "direction marks count in arguments"
printf '\xEF\xBB\xBF\u202bwent on\u202c\t\u200fpast\u200f\tpa\u200est \u200e\n \u2068caf\u00e9\u2069 \tpast\tpast\n' | convert >"$scratch/2"
same "direction marks count in columns"
convert --from past --to past --json $'\u2067went on\u2069' | grep -q '^{"word": "went on", ' || fail "--json echoes marks"
ends 65 "word 1: it is empty, a word was expected" convert "$model" --from past $'\u200e\u200f'
ends 65 "word 1, letter 3: U+00AD (an invisible format character) is not in the model's alphabet" convert "$model" --from past $'g\u200e\u00ado'
ends 65 "word 1, letter 3: U+200D (an invisible format character) is not in the model's alphabet" convert "$model" --from past $'we\u200dnt'
# The remedies: another case that the alphabet has, another encoding.
ends 65 "word 1, letter 4: 'É' (U+00C9) is not in the model's alphabet: try 'é'" convert "$model" --from past 'cafÉ'
ends 65 "word 1, letter 1: 'Я' (U+042F) is not in the model's alphabet" convert "$model" --from past 'Я'
ends 65 'standard input:2:4: malformed UTF-8 (byte 0xE9), UTF-8 was expected: iconv -f latin1 -t utf8 makes it of Latin-1' \
    convert "$model" --from past < <(printf 'go\ncaf\xe9\n')
ends 65 "word 1, letter 2: U+00AD (an invisible format character) is not in the model's alphabet" convert "$model" --from past "$(printf 'g\xc2\xado')"
# Whoever gives no words at a terminal is told that they are read from there; nobody else is.
if command -v script >/dev/null; then
    script -qc "$(printf '%q ' "$program" convert "$model" --from past)" /dev/null </dev/null >"$scratch/1" || true
    grep -q '^words are read from the terminal, one a line; Ctrl-D ends' "$scratch/1" || fail "at a terminal: $(cat "$scratch/1")"
fi
printf 'went on\n' | convert --from past 2>"$scratch/2" >/dev/null
! grep -q terminal "$scratch/2" || fail "a pipe: $(cat "$scratch/2")"
