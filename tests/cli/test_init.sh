#!/usr/bin/env bash
# cvae_mpi CONFIG --init FILE: a training starts from the parameters of another model and from nothing else of it, with the same bits for any
# number of ranks and from any kind of file; what it started from is in its checkpoints; a model that does not fit is refused.
. "$(dirname "$0")/../support/shell.sh"
# What Open MPI never frees is not ours to find.
export ASAN_OPTIONS=detect_leaks=0
cd "$scratch"
write_config train.yaml
"$program" train.yaml --set name=first 2>errors || fail "$(cat errors)"
source=runs/first/$(readlink runs/first/last.h5)
hash=$(value_of parameter_hash "$source")
"$program" export "$source" first.safetensors 2>errors
"$program" export "$source" first.npz 2>errors
"$program" import first.npz first.h5 2>errors

# train STATUS ARGUMENT...: a training; what it says is in errors.
train() {
    local expected=$1 status=0
    shift
    "$program" train.yaml "$@" 2>errors || status=$?
    [ "$status" -eq "$expected" ] || fail "status $status, not $expected: $* ($(cat errors))"
}
said() { grep -q -F -- "$1" errors || fail "not said: $1; but: $(cat errors)"; }

# From each kind of file, on one rank and on three.
expected=
for file in runs/first runs/first/last.h5 first.safetensors first.npz first.h5; do
    train 0 --set name=warm --set checkpoint.keep=0 --overwrite --init "$file"
    [[ $file == runs/* ]] && origin=$PWD/$source || origin=$PWD/$file
    said "start    parameters of $origin, hash $hash"
    expected=${expected:-$(value_of content_hash runs/warm)}
    [ "$(value_of content_hash runs/warm)" = "$expected" ] || fail "$file leads elsewhere"
    for step in 0 7 14; do
        checkpoint=$(printf 'runs/warm/step-%010d.h5' "$step")
        [ "$(value_of init_file "$checkpoint") $(value_of init_parameter_hash "$checkpoint")" = "$origin $hash" ] ||
            fail "step $step started from $(value_of init_file "$checkpoint")"
    done
    "$program" verify runs/warm >output || fail "$(cat output)"
done
run_ranks 3 train.yaml --set name=three --init first.npz || fail "$(cat output)"
[ "$(value_of content_hash runs/three)" = "$expected" ] || fail "three ranks lead elsewhere"
# At the beginning there are the model's parameters, and a training's beginning; without --init it is another training.
[ "$(value_of parameter_hash runs/warm/step-0000000000.h5)" = "$hash" ] || fail "it begins with other parameters"
"$program" inspect runs/warm/step-0000000000.h5 | grep -v -e init -e hash -e '^/\|^runs' -e config >began
"$program" inspect first.h5 | grep -v -e init -e hash -e '^first' -e config >beginning
cmp began beginning || fail "it does not begin as a training does"
[ "$(value_of step runs/warm/step-0000000000.h5)" = 0 ] || fail "it begins at another step"
[ "$(value_of parameter_hash runs/first)" != "$(value_of parameter_hash runs/warm)" ] || fail "it has not trained"
[ "$(value_of init_file runs/first)" = null ] || fail "the first run started from a file"
# The first checkpoint is deleted like any other, but not before there is another one.
train 0 --set name=short --set checkpoint.keep=1 --init first.npz
[ "$(cd runs/short && echo step-*)" = step-0000000014.h5 ] || fail "kept: $(ls runs/short)"

# Stopped and resumed: by the same command with --resume, where FILE is not read again, or without --init.
for again in "--init gone.npz" ""; do
    rm -rf runs/stopped
    cp first.npz gone.npz
    train 75 --set name=stopped --init gone.npz --stop-after 5
    rm gone.npz
    # shellcheck disable=SC2086
    train 0 --set name=stopped --resume $again
    [ "$(value_of content_hash runs/stopped)" = "$expected" ] || fail "resumed, it leads elsewhere"
    if [ -n "$again" ]; then
        said "start    --init is not read: the run goes on, which started from $PWD/gone.npz"
    else
        said "start    parameters of $PWD/gone.npz, hash $hash"
    fi
done
train 0 --set name=first --resume --init none.npz
said "start    --init is not read: the run goes on, which started from random parameters"
train 75 --set name=late --resume --init first.npz --stop-after 3
said "nothing to resume in $PWD/runs/late: beginning"
said "start    parameters of $PWD/first.npz, hash $hash"
# Killed before its first step it has a checkpoint already: --resume alone does not begin elsewhere.
rm runs/late/step-0000000003.h5
train 0 --set name=late --resume
[ "$(value_of content_hash runs/late)" = "$expected" ] || fail "from its first checkpoint it leads elsewhere"

# --overwrite: FILE may be in the folder that is replaced, which stays until there is a step; one that is refused costs nothing.
cp -r runs/first runs/own
train 0 --set name=own --overwrite --init runs/own
[ "$(value_of content_hash runs/own)" = "$expected" ] || fail "from the run that it replaces it leads elsewhere"
[ "$(echo runs/own*)" = runs/own ] || fail "there is $(echo runs/own*)"
before=$(find runs/first -type f -print0 | sort -z | xargs -0 sha256sum)
refused() {
    local status=$1 text=$2
    shift 2
    train "$status" --set name=first --overwrite "$@"
    grep -q -F -x -- "cvae_mpi: $text" errors || fail "not said: $text; but: $(cat errors)"
    [ "$(wc -l <errors)" -eq 1 ] || fail "more than a line: $(cat errors)"
    [ "$(find runs/first -type f -print0 | sort -z | xargs -0 sha256sum)" = "$before" ] || fail "$text: the run that is there is touched"
    [ ! -e runs/first.replaced ] || fail "$text: the run that is there is set aside"
}
keys="the run's keys under model: have to be those that the model was trained with"
for file in first.npz first.safetensors first.h5; do
    refused 78 "--init $file: tensor encoder.lstm.weight_ih_l0 is float32 [96, 12], the run's is float32 [80, 12]: $keys" --init $file --set model.hidden=20
    refused 78 "--init $file: tensor condition.weight is none of the run's: $keys" --init $file --set model.condition=onehot
    refused 78 "--init $file: tensor encoder.lstm.weight_ih_l0_reverse is missing: $keys" --init $file --set model.bidirectional=true
    refused 78 "--init $file: tensor encoder.lstm.weight_ih_l0 is none of the run's: $keys" --init $file --set model.cell=gru
    refused 78 "--init $file: letter 27 of its alphabet is none, of the run's 'é' (U+00E9): set data.alphabet to the model's letters, --set 'data.alphabet=abcdefghijklmnopqrstuvwxyz'" \
        --init $file --set data.alphabet=abcdefghijklmnopqrstuvwxyzé
    refused 78 "--init $file: letter 1 of its alphabet is 'a' (U+0061), of the run's ' ' (U+0020): set data.alphabet to the model's letters, --set 'data.alphabet=abcdefghijklmnopqrstuvwxyz'" \
        --init $file --set "data.alphabet= abcdefghijklmnopqrstuvwxyz"
    refused 78 "--init $file: condition 3 of the model is progressive, of the run gerund: the run has to have the model's conditions, in their order" \
        --init $file --set 'data.conditions=[simple-present, third-person, gerund, past]'
done
# Letters that a shell would drop or interpret are quoted, so that the remedy can be typed.
printf '%s\t%s\t%s\t%s\n' "a b" "it's" 'x"c' d >odd.txt
train 0 --set name=odd --set data.train=odd.txt --set data.alphabet=data --set data.holdout=0
status=0
"$program" train.yaml --set name=odder --init runs/odd 2>errors || status=$?
[ "$status" -eq 78 ] || fail "status $status: $(cat errors)"
letters=$(sed "s/.*letters, --set //" errors)
[ "$letters" = "'data.alphabet= \"'\\''abcdistx'" ] || fail "the letters are said as $letters"
eval "train 0 --set name=odder --set data.train=odd.txt --set data.holdout=0 --init runs/odd --set $letters"
refused 66 "none.npz: No such file or directory" --init none.npz
refused 66 "none: cannot be read: No such file or directory" --init none
head -c 1000 first.npz >cut.npz
refused 77 "cut.npz: cut off, damaged, or no .npz file: Not a zip archive" --init cut.npz
cp verbs.txt verbs.safetensors
refused 77 "verbs.txt: not a checkpoint of cvae_mpi" --init verbs.txt
{ head -c -4 first.safetensors && printf '\0\0\300\177'; } >nan.safetensors
refused 78 "--init nan.safetensors: the numbers of tensor decoder.output.bias are not finite or too large: nothing can be trained from them" \
    --init nan.safetensors
ends 64 '--init does not go with eval; see cvae_mpi eval --help' eval first.h5 --init first.h5
# All ranks end.
expect_status 78 run_ranks 3 train.yaml --set name=other --init first.npz --set model.hidden=20
[ ! -e runs/other ] || fail "a folder is made for a training that is refused"

# A run that diverges goes back to the model's parameters, not to random ones: here every step is too long, and after it none is.
diverging=(--set name=back --init first.npz --set optimizer.name=sgd --set optimizer.lr=1e20 --set optimizer.lr_schedule=1 --set train.go_back=1
    --set train.go_back_factor=1e-45 --set checkpoint.every=0)
train 0 "${diverging[@]}"
said "gone back to the initial weights, step 0, time 1 of 1"
[ "$(value_of parameter_hash runs/back)" = "$hash" ] || fail "it went back to other parameters"
# Where their checkpoint is gone there is nothing to go back to.
skipping=(--set name=nothing --set train.go_back=1 --set train.max_gradient_norm=1e-9)
train 75 "${skipping[@]}" --init first.npz --stop-after 1
rm runs/nothing/step-0000000000.h5
train 76 "${skipping[@]}" --resume
said "training diverged, and there is nothing to go back to: the checkpoint of step 0, with the parameters that --init gave, is not there"
