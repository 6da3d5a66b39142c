#!/usr/bin/env bash
# invent: which rows it prints, the same as a training takes, and what it refuses.
. "$(dirname "$0")/../support/shell.sh"
write_config "$scratch/train.yaml"
head -n 400 "$project/data/verbs.txt" >"$scratch/verbs.txt"
settings=(--set data.train="$scratch/verbs.txt" --set data.holdout=0.1 --set data.invent=0.5)
invent() {
    "$program" invent "$scratch/train.yaml" "${settings[@]}" "$@" >"$scratch/output" 2>"$scratch/errors" ||
        fail "invent: $(cat "$scratch/errors")"
    [ ! -s "$scratch/errors" ] || fail "invent says $(cat "$scratch/errors")"
}
rows() {
    grep -v '^#' "$scratch/output"
}

invent
[ "$(rows | wc -l)" -eq 10 ] || fail "the default is not 10: $(cat "$scratch/output")"
[ "$(rows | awk -F'\t' 'NF == 5 && $5 ~ /^# as [a-z]+$/' | wc -l)" -eq 10 ] || fail "invent prints $(cat "$scratch/output")"
read -r _ usable _ train _ _ _ _ _ _ _ _ invented _ _ _ < <(tr -d '()' <"$scratch/output")
says='# '"$usable"' of '"$train"' training rows serve as patterns; epoch 1 invents '"$invented"' of its [0-9]+ pairs \(data.invent: 0.5\)'
grep -qxE "$says" "$scratch/output" || fail "the first line is $(head -n 1 "$scratch/output")"
# As many as the share and the stems make likely: five standard errors of about 1,400 coins are under a tenth.
awk -v invented="$invented" -v usable="$usable" \
    'BEGIN { likely = 4 * usable * 0.5; exit invented > 1.1 * likely || invented < 0.9 * likely }' ||
    fail "$invented pairs invented after $usable rows"
rows >"$scratch/ten"
invent -n 10
rows | cmp - "$scratch/ten" || fail "invent prints other rows the second time"
invent --set seed=2
rows | cmp -s - "$scratch/ten" && fail "two seeds invent the same rows"
invent -n 100000
[ "$(rows | wc -l)" -eq $((4 * usable)) ] || fail "of all pairs $(rows | wc -l) are invented, $usable rows serve"

# Every one is the row it is made after with another stem: the letters that differ between forms are that row's.
rows | awk -F'\t' 'NR == FNR { split($0, form, " "); progressive[form[1]] = form[3]; next }
    { sub(/^# as /, "", $5); pattern = progressive[$5]; if (!pattern || substr($3, length($3) - 4) != substr(pattern, length(pattern) - 4)) bad++ }
    END { exit bad > 0 }' "$scratch/verbs.txt" - || fail "progressives end otherwise than those of the rows they are made after"
# None is made after a held-back row: as many verbs occur as the first line counts.
[ "$(rows | cut -f 5 | sort -u | wc -l)" -eq "$usable" ] || fail "invented after $(rows | cut -f 5 | sort -u | wc -l) verbs"

invent -n 2 --json
[ "$(grep -cxE '\{"forms": \["[a-z]+"(, "[a-z]+"){3}\], "as": "[a-z]+"\}' "$scratch/output")" -eq 2 ] ||
    fail "--json prints $(cat "$scratch/output")"

# The start of a training says how many, with three of them.
ASAN_OPTIONS=detect_leaks=0 expect_status 75 run_ranks 2 "$scratch/train.yaml" "${settings[@]}" --stop-after 1
grep -qE "^         about [0-9]+ of them invented, after $usable of $train rows: [a-z]+( [a-z]+){3}(, [a-z]+( [a-z]+){3}){2}\$" \
    "$scratch/output" || fail "the start says $(cat "$scratch/output")"
# Where no row can be a pattern a training says so, and invents nothing.
printf 'go goes going went\nbe is being was\n' >"$scratch/none.txt"
settings=(--set data.train="$scratch/none.txt" --set data.holdout=0 --set data.invent=0.5)
invent
[ -z "$(rows)" ] && grep -q '^# 0 of 2 training rows serve as patterns; epoch 1 invents 0 of its 8 pairs ' "$scratch/output" ||
    fail "without patterns it prints $(cat "$scratch/output")"
expect_status 75 "$program" "$scratch/train.yaml" "${settings[@]}" --set name=none --stop-after 1 2>"$scratch/errors"
grep -q '^warning: data.invent is 0.5, but no row is invented: ' "$scratch/errors" || fail "the start says $(cat "$scratch/errors")"

# data.copies: the targets become the sources, of all pairs as of those of data.pairs: same.
for pairs in 'same copies=0' 'random copies=1'; do
    "$program" "$scratch/train.yaml" --overwrite --set name=copies --set data.pairs="${pairs% *}" --set data."${pairs#* }" 2>"$scratch/errors" ||
        fail "copies: $(cat "$scratch/errors")"
    value_of parameter_hash "$scratch/runs/copies/last.h5"
done >"$scratch/hashes"
[ "$(sort -u "$scratch/hashes" | wc -l)" -eq 1 ] || fail "copies are not what data.pairs: same makes: $(cat "$scratch/hashes")"

settings=()
expect_status 64 "$program" invent "$scratch/train.yaml" 2>"$scratch/errors"
grep -q '^cvae_mpi: invent: data.invent is 0 in .*; --set data.invent=0.8 shows some$' "$scratch/errors" ||
    fail "without data.invent it says $(cat "$scratch/errors")"
