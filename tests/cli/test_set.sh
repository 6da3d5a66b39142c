#!/usr/bin/env bash
# --set KEY=VALUE: paths and names as they stand, in folders of any name; and values that the shell took apart.
. "$(dirname "$0")/../support/shell.sh"
write_config "$scratch/train.yaml"
cd "$scratch"

# The folder, the data, the test and the run have names that YAML, the shell, printf and HTML take for something else.
number=0
for name in 'a #2' 'a: b' '[x]' '{x: y}' "'q'" '"q"' '%s%n' 'a&b<i>' ' ends ' '~' 'null' '!tag' '-dash' 'Käse' 'a\nb' $'a\tb'; do
    number=$((number + 1))
    mkdir -- "./$name"
    head -n 20 verbs.txt >"./$name/$name.txt"
    head -n 2 verbs.txt | cut -d' ' -f1,4 >"./$name/test $name"
    "$program" train.yaml --set "checkpoint.directory=$name" --set "name=run$number" --set "data.train=$name/$name.txt" \
        --set "evaluate.test=$name/test $name" --set 'evaluate.test_pairs=[[simple-present, past]]' --set data.holdout=0 \
        --set train.epochs=1 2>errors || fail "$name: $(cat errors)"
    run=$scratch/$name/run$number
    grep -qF -- "run run$number, seed 7, into $run" errors || fail "$name: $(cat errors)"
    grep -qF -- "data     $scratch/$name/$name.txt: 20 rows" errors || fail "$name: $(cat errors)"
    [ "$("$program" folder "./$name/run$number/config.yaml"; echo .)" = "$run"$'\n.' ] || fail "$name: config.yaml"
    "$program" "$run/config.yaml" --resume 2>errors || fail "$name: $(cat errors)"
    "$program" eval "$run/last.h5" --json >output || fail "$name: eval"
    "$program" report "./$name/run$number" --output "$run/again.html" >output || fail "$name: report"
    ! grep -q 'a&b<i>' "$run/again.html" || fail "$name: the page's text is markup"
    "$program" verify "$run" >output || fail "$name: verify"
done

# What the shell made of a value without quotes: the arguments here are those that bash passes on.
# shellcheck disable=SC1083
ends 64 "the shell split the value of --set train.kl_weight at its blanks; it needs quotes: --set 'train.kl_weight={schedule: linear, to: 1}'" \
    train.yaml --set train.kl_weight={schedule: linear, to: 1}
# shellcheck disable=SC1083
ends 64 "the shell split the value of --set train.kl_weight at its blanks; it needs quotes: --set 'train.kl_weight={schedule: constant, from: -1}'" \
    schedule --set=train.kl_weight={schedule: constant, from: -1} train.yaml --json
ends 64 "the shell split the value of --set evaluate.test_pairs at its blanks; it needs quotes: --set 'evaluate.test_pairs=[[a, b], [c, d]]'" \
    folder --set evaluate.test_pairs=[[a, b], [c, d]] train.yaml
ends 64 "\"train.kl_weight=from:0\" stands without --set; where a shell made it of {...}, the value needs quotes: --set 'train.kl_weight={...}'" \
    train.yaml --set train.kl_weight={schedule:linear,from:0}
for words in 'train.epochs = 3' 'train.epochs =3' 'train.epochs 3'; do
    # shellcheck disable=SC2086
    ends 64 '--set train.epochs: expected KEY=VALUE, one word without blanks around the "=": --set train.epochs=3' \
        train.yaml --set $words
done
ends 64 "\"3\" behind --set train.epochs= is one word too many; a value with blanks needs quotes: --set 'train.epochs=3'" \
    train.yaml --set train.epochs= 3
ends 64 "\"run\" behind --set name=my is one word too many; a value with blanks needs quotes: --set 'name=my run'" \
    --set name=my run train.yaml
ends 64 "\"-b.txt\" behind --set data.train=a is one word too many; a value with blanks needs quotes: --set 'data.train=a -b.txt'" \
    train.yaml --set data.train=a -b.txt
ends 64 "\"train.epochs=3\" stands without --set: --set 'train.epochs=3'" train.yaml train.epochs=3
# A bracket that no word closes is part of a name.
ends 66 "data.train (--set data.train=PATH where it is elsewhere): $scratch/[a: No such file or directory" --set 'data.train=[a' train.yaml
