#!/usr/bin/env bash
# Nothing that a person reads is wider than 80 columns, or than a terminal that is narrower: the help of each command and launcher
# anywhere, all else on a terminal. A pipe gets lines as they are.
. "$(dirname "$0")/../support/shell.sh"
command -v script >/dev/null || { echo 'skipped: no script(1)' >&2 && exit 77; }
export ASAN_OPTIONS=detect_leaks=0 CVAE_PROGRAM=$program
train_speller
write_config "$scratch/small.yaml"
cd "$scratch"
"$program" small.yaml 2>errors || fail "$(cat errors)"

# fits COLUMNS WHAT: none of the lines in $scratch/output takes more.
fits() {
    local widest
    widest=$(tr '\r' '\n' <"$scratch/output" | sed 's/\x1b\[K//g' | wc -L)
    [ "$widest" -gt 0 ] && [ "$widest" -le "$1" ] || fail "$2: $widest columns of $1: $(cat "$scratch/output")"
}
mapfile -t commands < <("$program" --help | sed -nE 's/^  ([a-z]+) +[A-Z].*/\1/p')
[ "${#commands[@]}" -ge 12 ] || fail "commands of the overview: ${commands[*]}"
for words in --help --help-config "${commands[@]/%/ --help}" "${commands[@]/#/help }"; do
    # shellcheck disable=SC2086
    "$program" $words >"$scratch/output" || fail "$words: status $?"
    fits 80 "$words"
done
for launcher in train.sh hosts.sh supervise.sh train.sbatch; do
    "$project/launch/$launcher" --help >"$scratch/output" || fail "$launcher --help: status $?"
    fits 80 "$launcher --help"
done
if command -v python3 >/dev/null && python3 -c 'import yaml' 2>/dev/null; then
    for driver in scaling.py sweep.py predict.py; do
        COLUMNS=80 "$project/launch/$driver" --help >"$scratch/output" || fail "$driver --help: status $?"
        fits 80 "$driver --help"
    done
fi

# shown COLUMNS WORD...: what the program shows on a terminal, in $scratch/output.
shown() {
    local columns=$1
    shift
    script -qc "stty cols $columns; $(printf '%q ' "$program" "$@")" /dev/null </dev/null | sed 's/\r$//' >"$scratch/output"
    fits "$columns" "$*"
}
for columns in 80 60; do
    shown "$columns" small.yaml --overwrite
    shown "$columns" small.yaml --dry-run
    shown "$columns" --version --verbose
    shown "$columns" eval runs/small
    shown "$columns" eval runs/small --likelihood 5
    shown "$columns" verify runs/small
    shown "$columns" convert runs/speller --from past --to progressive abated
    shown "$columns" convert runs/speller --from past --top 3 --beam 3 abated
    shown "$columns" invent small.yaml -n 3
    shown "$columns" small.yaml --set optimizer.learning_rate=0.1 --set train.kl_weight=cyclical
    shown "$columns" small.yaml
done
shown 80 inspect runs/small
shown 80 schedule small.yaml
shown 80 generate runs/speller -n 3
shown 80 generate runs/speller --between abated abated --steps 2
# A wide terminal is used, and one error is one line elsewhere.
shown 200 small.yaml
[ "$(wc -l <"$scratch/output")" -eq 1 ] || fail "a wide terminal: $(cat "$scratch/output")"
expect_status 64 "$program" small.yaml 2>"$scratch/output"
[ "$(wc -l <"$scratch/output")" -eq 1 ] || fail "no terminal: $(cat "$scratch/output")"
"$program" inspect runs/small | cat >piped
"$program" inspect runs/small >whole
cmp piped whole
[ "$("$program" --version --verbose | wc -l)" -eq 6 ] || fail "no terminal: $("$program" --version --verbose)"
