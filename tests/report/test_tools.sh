#!/usr/bin/env bash
# What launch/README.md has for pandas, jq and gnuplot runs as it stands there, on two small runs. A tool that is missing is named.
. "$(dirname "$0")/../support/shell.sh"
. "$project/tests/support/install.sh"
manual=$project/launch/README.md
write_config "$scratch/train.yaml"
cd "$scratch"
for name in verbs other; do
    "$program" train.yaml --set name=$name --set checkpoint.directory=checkpoints 2>errors || fail "$(cat errors)"
done
ln -s "$(dirname "$program")" build

# block LANGUAGE [SECTION]: the lines that the manual has for it.
block() {
    sed -n "/^## ${2:-Reports}/,/^## [^${2:-R}]/p" "$manual" | awk -v fence="\`\`\`$1" '$0 == "```" { on = 0 } on { print } $0 == fence { on = 1 }'
}
command=$(sed -nE 's/^    \$ (.* report --csv .*)/\1/p' "$manual")
bash -euc "$command" || fail "$command"
[ "$(wc -l <curves.csv)" -eq 5 ] || fail "curves.csv: $(cat curves.csv)"

missing=()
if /usr/bin/python3 -c 'import pandas' 2>/dev/null; then
    block python | /usr/bin/python3 - >output || fail "pandas: $(block python)"
    [ "$(grep -cE '^[12] +[0-9.]+ +[0-9.]+$' output)" -eq 2 ] || fail "pandas: $(cat output)"
else
    missing+=(python3-pandas)
fi
if command -v jq >/dev/null; then
    block sh >lines
    [ "$(wc -l <lines)" -eq 3 ] || fail "jq: $(cat lines)"
    bash -eu -o pipefail lines >output || fail "jq: $(cat lines)"
    [ "$(grep -cE $'^[12]\t[0-9.]+\t[0-9.]+$' output)" -eq 2 ] && grep -q '^{"epoch":[12],"step":.*,"exact_match":.*,"time":".*Z"}$' output &&
        grep -q '^{"source":".*,"produced":".*"}$' output || fail "jq: $(cat output)"
    # The errors of an evaluation.
    command=$(sed -nE 's|^    \$ (.* --output checkpoints/errors.jsonl .*)|\1|p' "$manual")
    bash -euc "$command" 2>errors || fail "$command: $(cat errors)"
    block sh Evaluating >lines
    bash -eu -o pipefail lines >output || fail "jq: $(cat lines)"
    [ -s output ] && ! grep -vE $'^ +[0-9]+ [a-z-]+\t(swapped|ending|stem)$' output || fail "jq: $(cat output)"
else
    missing+=(jq)
fi
if command -v gnuplot >/dev/null; then
    block gnuplot >lines
    gnuplot lines 2>errors || fail "gnuplot: $(cat errors)"
    [ ! -s errors ] && grep -q '>verbs<' curves.svg && grep -q '>other<' curves.svg || fail "gnuplot: $(cat errors)"
else
    missing+=(gnuplot-nox)
fi
[ "${#missing[@]}" -eq 0 ] || skip "the manual's lines for tools that are missing here (Debian: ${missing[*]})"
