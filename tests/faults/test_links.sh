#!/usr/bin/env bash
# File systems without symbolic links, and without hard ones: a warning, and all else as ever. Copies of a run's folder in which
# last.h5 has become a file.
. "$(dirname "$0")/faults.sh"
root=$scratch/runs
settings=(--set train.epochs=4 --set evaluate.draws=0 --set checkpoint.best=exact_match)

# without CALLS ERRNO COMMAND...: these calls fail.
without() {
    local calls=$1 errno=$2
    shift 2
    LD_PRELOAD=$shim FAULT_CALL=$calls FAULT_NAME=/ FAULT_TO=0 FAULT_ERRNO=$errno "$@"
}
last_step=$(printf 'step-%010d.h5' "$steps")

train 0 1 plain
expected=$(value_of content_hash "$root/plain/last.h5")
number=0
for calls in symlink 'symlink link'; do
    # EOPNOTSUPP, EPERM, ENOSYS
    for errno in 95 1 38; do
        name=links$((++number))
        without "$calls" $errno train 0 1 "$name"
        said 'no symbolic links can be made there'
        [ "$(grep -c '^warning' "$scratch/output")" -eq 1 ] || fail "$calls $errno: $(cat "$scratch/output")"
        [ "$(find "$root/$name" -name 'step-*' | wc -l)" -le 4 ] || fail "retention: $(ls "$root/$name")"
        [ -z "$(find "$root/$name" -name '.*')" ] || fail "something is left: $(ls -A "$root/$name")"
        [ "$(value_of content_hash "$root/$name/$last_step")" = "$expected" ] || fail "$name ended elsewhere"
        if [ "$calls" = symlink ]; then
            cmp "$root/$name/last.h5" "$root/$name/$last_step"
            [ -e "$root/$name/best.h5" ] || fail "best.h5: $(ls "$root/$name")"
        fi
        without "$calls" $errno train 0 1 "$name" --resume
        said 'the run is complete: 4 epochs'
    done
done
# Resumed and begun anew there.
without 'symlink link' 95 train 75 1 stopped --stop-after 9
without 'symlink link' 95 train 0 1 stopped --resume
[ "$(value_of content_hash "$root/stopped")" = "$expected" ] || fail "resumed it ended elsewhere"
without symlink 95 train 0 1 links1 --overwrite
[ ! -e "$root/links1.replaced" ] || fail "replaced: $(ls "$root/links1.replaced")"
# Gone back to the initial weights: no hard link holds what is deleted.
without symlink 95 train 76 1 back --set optimizer.name=sgd --set optimizer.clip=0 --set optimizer.lr=100 --set train.go_back=1 \
    --set train.go_back_factor=0.9 --set checkpoint.every_steps=1
said 'gone back to the initial weights'
[ -z "$(find "$root/back" -name '*passed-over*')" ] || fail "$(ls -l "$root/back")"

# A copy that has followed the links, gone on with: last.h5 leads to the newest again, and nothing is kept twice.
train 75 1 first --stop-after 9
cp -rL "$root/first" "$root/copy"
"$program" verify "$root/copy" >"$scratch/output" || fail "$(cat "$scratch/output")"
train 0 1 copy --resume
[ "$(readlink "$root/copy/last.h5")" = "$last_step" ] && [ -z "$(find "$root/copy" -name '*passed-over*')" ] ||
    fail "$(ls -l "$root/copy")"
# One whose last.h5 has stayed behind: the files' names count.
cp -rL "$root/plain" "$root/stale"
cp "$root/first/step-0000000009.h5" "$root/stale/last.h5"
[ "$(value_of step "$root/stale")" -eq "$steps" ] || fail "inspect of a folder"
"$program" eval "$root/stale" --draws 0 >"$scratch/1" 2>/dev/null
"$program" eval "$root/plain/last.h5" --draws 0 >"$scratch/2" 2>/dev/null
cmp "$scratch/1" "$scratch/2"
echo sing | "$program" convert "$root/stale" --from simple-present --to past >/dev/null
"$program" generate "$root/stale" -n 1 >/dev/null
(. "$project/launch/run_folder.sh" && [ "$(newest_step "$root/stale")" -eq "$steps" ] &&
    [ "$(newest_step "$root")" -eq -1 ] && [ "$(newest_step "$root/none")" -eq -1 ]) || fail newest_step
# A finished run is not trained again.
rm "$root/stale/last.h5"
CVAE_PROGRAM=$program "$project/launch/supervise.sh" --np 1 --pause 0 "$scratch/train.yaml" "${settings[@]}" --set checkpoint.directory="$root" \
    --set name=stale >"$scratch/output" 2>&1 || fail "$(cat "$scratch/output")"
said "starting 1 ranks with --resume, step $steps"
said 'the run is complete: 4 epochs'
said "ended with status 0, step $steps: done"
# A last.h5 that is no checkpoint: kept.
cp -rL "$root/first" "$root/mixed"
echo mine >"$root/mixed/last.h5"
train 0 1 mixed --resume
[ "$(cat "$root/mixed/last.h5.passed-over")" = mine ] || fail "$(ls "$root/mixed")"
