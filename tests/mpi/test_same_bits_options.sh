#!/usr/bin/env bash
# Promise 1 for each option of training that is off by default: the same bits for any number of ranks and any place of
# interruption, and others than without it.
. "$(dirname "$0")/../support/shell.sh"
export ASAN_OPTIONS=detect_leaks=0
write_config "$scratch/train.yaml"

# check_option NAME SETTING...: where SETTING is KEY=VALUE. The settings before "--" are those of the plain run, too.
# It is interrupted after $stop steps.
stop=3
check_option() {
    local name=$1 file=$scratch/runs/$1/last.h5 common=() settings=() setting
    shift
    for setting in "$@"; do
        if [ "$setting" = -- ]; then
            common=("${settings[@]}")
        else
            settings+=(--set "$setting")
        fi
    done
    run_ranks 1 "$scratch/train.yaml" --overwrite --set "name=$name" "${common[@]}" ||
        fail "$name, plain: $(cat "$scratch/output")"
    local plain
    plain=$(value_of parameter_hash "$file")
    for ranks in 1 3; do
        run_ranks "$ranks" "$scratch/train.yaml" --overwrite --set "name=$name" "${settings[@]}" ||
            fail "$name, $ranks ranks: $(cat "$scratch/output")"
        cp "$file" "$scratch/$name$ranks.h5"
    done
    cmp "$scratch/${name}1.h5" "$scratch/${name}3.h5" || fail "$name: 3 ranks wrote another file than 1"
    [ "$(value_of parameter_hash "$file")" != "$plain" ] || fail "$name does nothing"
    expect_status 75 run_ranks 2 "$scratch/train.yaml" --overwrite --set "name=$name" "${settings[@]}" --stop-after "$stop"
    run_ranks 3 "$scratch/train.yaml" --resume --set "name=$name" "${settings[@]}" ||
        fail "$name, resumed: $(cat "$scratch/output")"
    cmp "$scratch/${name}1.h5" "$file" || fail "$name: resumed it wrote another file"
}

check_option invented data.invent=0.7
check_option copies data.copies=0.3
check_option decay optimizer.weight_decay=0.1
check_option decay-sgd optimizer.name=sgd optimizer.momentum=0.9 -- optimizer.weight_decay=0.1
check_option free-bits train.free_bits=0.05
check_option target 'train.kl_target={schedule: linear, to: 5}'
check_option word-dropout 'train.word_dropout={schedule: linear, from: 0.1, to: 0.5}'
# In the middle of an epoch in which draws had words.
stop=19 check_option consistency train.epochs=6 -- train.consistency=0.5 train.consistency_from=0.3
grep '"epoch": 3,' "$scratch/runs/consistency/metrics.jsonl" | grep -q '"consistency_words": [1-9]' || fail "all draws were left out"
# Steps of several windows.
check_option windows "data.train=$project/data/verbs.txt" data.holdout=0.01 evaluate.every=0 train.epochs=1 train.micro_batch=100 \
    train.consistency=0.3 train.consistency_from=0 -- train.batch_size=6000
check_option dropout model.layers=3 -- model.dropout=0.3
check_option gru model.cell=gru
check_option bidirectional model.layers=2 -- model.bidirectional=true
check_option all model.layers=2 model.encoder_markers=true -- model.cell=gru model.bidirectional=true model.dropout=0.3 \
    train.word_dropout=0.2 train.kl_target=4 optimizer.weight_decay=0.01
