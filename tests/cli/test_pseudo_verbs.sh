#!/usr/bin/env bash
# Tables of invented verbs: as many rows as wanted, the same for a seed, and good for a training.
. "$(dirname "$0")/../support/shell.sh"

# rows FILE ARGUMENT...
rows() {
    "$program" pseudo-verbs "${@:2}" >"$1" 2>"$scratch/errors" || fail "${*:2}: $(cat "$scratch/errors")"
    [ ! -s "$scratch/errors" ] || fail "${*:2} says: $(cat "$scratch/errors")"
}

rows "$scratch/ten"
rows "$scratch/one" -n 1
rows "$scratch/many" -n 100000 --seed 1
rows "$scratch/again" --seed 1 -n 100000
rows "$scratch/other" -n 100000 --seed 2
[ "$(wc -l <"$scratch/ten") $(wc -l <"$scratch/one") $(wc -l <"$scratch/many")" = '10 1 100000' ] || fail "other counts"
grep -v -x -E '([a-z]{2,20} ){3}[a-z]{2,20}' "$scratch/many" && fail "no rows of four forms"
[ "$(cut -d ' ' -f 1 "$scratch/many" | sort -u | wc -l)" -eq 100000 ] || fail "verbs stand there twice"
cmp "$scratch/many" "$scratch/again" || fail "the same seed gives other rows"
cmp -s "$scratch/many" "$scratch/other" && fail "another seed gives the same rows"
head -n 10 "$scratch/many" | cmp "$scratch/ten" - || fail "fewer rows are not the first of more, or the seed is not 1"
head -n 1 "$scratch/many" | cmp "$scratch/one" - || fail "one row is not the first of more"

write_config "$scratch/train.yaml"
"$program" "$scratch/train.yaml" --set data.train="$scratch/many" --stop-after 2 >"$scratch/output" 2>&1 && fail "it did not stop"
grep -q -F ': 100000 rows of 4 forms, ' "$scratch/output" && grep -q -F '; 0 duplicates left out' "$scratch/output" &&
    grep -q -F 'stopped after step 2' "$scratch/output" || fail "training on them: $(cat "$scratch/output")"
