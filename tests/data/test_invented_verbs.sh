#!/usr/bin/env bash
# Tables of invented verbs: as many rows as wanted, the same for a seed, and good for a training.
. "$(dirname "$0")/../support/shell.sh"

# rows FILE ARGUMENT...
rows() {
    /usr/bin/python3 "$project/data/make_verbs.py" "${@:2}" >"$1" 2>"$scratch/errors" || fail "${*:2}: $(cat "$scratch/errors")"
    [ ! -s "$scratch/errors" ] || fail "${*:2} says: $(cat "$scratch/errors")"
}

rows "$scratch/one" --invent 1
rows "$scratch/many" --invent 20000 --seed 1
rows "$scratch/again" --invent 20000
rows "$scratch/other" --invent 20000 --seed 2
[ "$(wc -l <"$scratch/one") $(wc -l <"$scratch/many")" = '1 20000' ] || fail "other counts"
grep -v -x -E '([a-z]{2,20} ){3}[a-z]{2,20}' "$scratch/many" && fail "no rows of four forms"
[ "$(cut -d ' ' -f 1 "$scratch/many" | sort -u | wc -l)" -eq 20000 ] || fail "verbs stand there twice"
cmp "$scratch/many" "$scratch/again" || fail "the same seed gives other rows, or the seed is not 1"
cmp -s "$scratch/many" "$scratch/other" && fail "another seed gives the same rows"
head -n 1 "$scratch/many" | cmp "$scratch/one" - || fail "fewer rows are not the first of more"
! /usr/bin/python3 "$project/data/make_verbs.py" --invent 0 2>"$scratch/errors" || fail "no rows are made"
grep -q 'a number of rows is needed, from 1' "$scratch/errors" || fail "$(cat "$scratch/errors")"

write_config "$scratch/train.yaml"
"$program" "$scratch/train.yaml" --set data.train="$scratch/many" --stop-after 2 >"$scratch/output" 2>&1 && fail "it did not stop"
grep -q -F ': 20000 rows of 4 forms, ' "$scratch/output" && grep -q -F '; 0 duplicates left out' "$scratch/output" &&
    grep -q -F 'stopped after step 2' "$scratch/output" || fail "training on them: $(cat "$scratch/output")"
