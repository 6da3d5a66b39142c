#!/usr/bin/env bash
# The run's folder: a training removes, moves and replaces what it has set aside or written itself, and nothing else; the folder,
# or one above it, may be a link.
. "$(dirname "$0")/../support/shell.sh"
cd "$scratch"
write_config train.yaml
run=runs/small

# train STATUS ARGUMENT...: a training; what it says is in errors.
train() {
    local expected=$1 status=0
    shift
    "$program" train.yaml --set train.epochs=1 --set evaluate.draws=0 --set optimizer.lr_schedule=1 "$@" 2>errors || status=$?
    [ "$status" -eq "$expected" ] || fail "status $status, not $expected: $* ($(cat errors))"
}
said() { grep -q -F -- "$1" errors || fail "not said: $1; but: $(cat errors)"; }
unsaid() { ! grep -q -F -- "$1" errors || fail "said: $(cat errors)"; }
# state_of FOLDER...: all that is there, with its content.
state_of() { find "$@" | sort && find "$@" -type f | sort | xargs -r sha256sum; }

# Folders that are called as one that is set aside: copies, an empty one, one that is locked, a file, a dangling link.
train 0
for name in replaced replaced-2 replaced-7; do cp -r "$run" "$run.$name"; done
mkdir "$run.replaced-3"
echo mine >"$run.replaced-4"
ln -s nowhere "$run.replaced-5"
touch "$run.replaced-7/.step-0000000003.h5.tmp-123"
before=$(state_of "$run".replaced*)
exec 9<"$run.replaced-7"
flock 9
for arguments in --overwrite --resume "--resume --set train.epochs=2"; do
    train 0 $arguments
    [ "$(state_of "$run".replaced*)" = "$before" ] || fail "$arguments: $(ls -a "$run".replaced*)"
done
rm -r "$run"
train 0
[ "$(state_of "$run".replaced*)" = "$before" ] || fail "a first training: $(ls "$run".replaced*)"
said "$run.replaced is there from before and stays"
train 0 --overwrite
said "small.replaced-6 is removed"
exec 9<&-
rm -r "$run".replaced*

# Their names are nobody's.
for name in a.replaced a.replaced-2 a.replaced-12 a.replaced.replaced; do
    train 78 --set name=$name
    said "name: \"$name\" is what --overwrite calls"
done
[ ! -e runs/a.replaced ] || fail "a folder is made all the same"
train 0 --set name=a.replaced-by-b
train 0 --set name=replaced-2

# What an overwriting that ended early had set aside stays, and is named.
train 76 --overwrite --set optimizer.name=sgd --set optimizer.lr=1e30 --set optimizer.clip=0
before=$(state_of "$run.replaced")
train 0
said "$run.replaced is there from before and stays"
[ "$(state_of "$run.replaced")" = "$before" ] || fail "it is touched"
rm -r "$run.replaced"

# Another run's checkpoints in the folder, older and newer ones: neither retention nor --overwrite removes them.
train 0 --set name=other --set seed=8 --set checkpoint.every_steps=1 --set checkpoint.keep=0
rm -r "$run"
train 75 --stop-after 4
cp runs/other/step-0000000001.h5 "$run"
cp runs/other/step-0000000006.h5 "$run"
cp runs/other/step-0000000006.h5 "$run/step-0000000099.h5"
train 0 --resume --set checkpoint.every_steps=1 --set checkpoint.keep=2
[ "$(cd "$run" && echo step-*)" = "step-0000000001.h5 step-0000000006.h5 step-0000000006.h5.passed-over step-0000000007.h5 \
step-0000000099.h5 step-0000000099.h5.passed-over" ] || fail "retention: $(ls "$run")"
cmp "$run/step-0000000001.h5" runs/other/step-0000000001.h5
cmp "$run/step-0000000006.h5.passed-over" runs/other/step-0000000006.h5
train 0 --overwrite
said "$run.replaced stays, without what the replaced run had written"
[ "$(cd "$run.replaced" && echo *)" = "step-0000000001.h5 step-0000000006.h5.passed-over step-0000000099.h5 \
step-0000000099.h5.passed-over" ] || fail "--overwrite: $(ls "$run.replaced")"
rm -r "$run.replaced"

# A newest checkpoint that is damaged is not lost when its step comes again.
rm -r "$run"
train 75 --stop-after 5
train 75 --resume --stop-after 6
truncate -s 1000 "$run/step-0000000006.h5"
train 0 --resume --set checkpoint.every_steps=1
[ "$(stat -c %s "$run/step-0000000006.h5.passed-over")" -eq 1000 ] || fail "$(ls "$run")"

# What a person has put where a run writes: kept under another name.
rm -r "$run"
mkdir -p "$run"
echo '{"step": 5, "mine": true}' >"$run/metrics.jsonl"
{ echo '# mine' && cat train.yaml; } >"$run/config.yaml"
echo mine >"$run/report.html"
echo mine >"$run/metrics.jsonl.tmp"
train 0
grep -q mine "$run/metrics.jsonl.replaced" && grep -q mine "$run/config.yaml.replaced" && grep -q mine "$run/report.html" &&
    grep -q mine "$run/metrics.jsonl.tmp" || fail "$(ls "$run"; cat errors)"
said "no report for now: "
# A config.yaml that was edited since, of a run that goes on.
echo '# mine, too' >>"$run/config.yaml"
train 0 --resume
grep -q 'mine, too' "$run/config.yaml.replaced-2" || fail "$(ls "$run")"
train 0 --resume
[ ! -e "$run/config.yaml.replaced-3" ] || fail "it is kept again"
# A copy that has become the only one of its checkpoint.
mkdir runs/copied
cp -L "$run/last.h5" runs/copied
before=$(state_of runs/copied)
for arguments in "" --resume --overwrite; do
    train 64 --set name=copied $arguments
    [ "$(state_of runs/copied)" = "$before" ] || fail "$arguments: $(ls runs/copied)"
done

# Files that the program is told to write: no other kind is replaced.
cp verbs.txt mine.txt
for arguments in "--timing mine.txt" "--trace mine.txt --trace-steps 1:2"; do
    train 73 --set name=timed $arguments
    said "mine.txt: this file is there and is no "
done
status=0
"$program" report "$run" --output mine.txt 2>errors || status=$?
[ "$status" -eq 73 ] || fail "report: $status $(cat errors)"
cmp verbs.txt mine.txt
: >empty
train 0 --set name=timed --timing empty
train 0 --set name=timed --overwrite --timing empty
cp verbs.txt account.tmp
train 0 --set name=timed --overwrite --timing account
cmp verbs.txt account.tmp

# A folder in which another training is at work is not moved.
mkdir "$run/inner"
exec 9<"$run/inner"
flock 9
before=$(state_of "$run")
train 73 --overwrite
said "$run: it cannot be set aside while another training is at work in"
[ "$(state_of "$run")" = "$before" ] || fail "it is touched"
exec 9<&-

# The folder is a link: the run stays where it leads.
rm -r runs
mkdir -p runs disk/small
ln -s ../disk/small "$run"
train 0
for i in 1 2 3; do
    train 0 --overwrite
    [ -L "$run" ] && [ -e disk/small/last.h5 ] && [ "$(ls disk)" = small ] && [ "$(ls runs)" = small ] || fail "$(ls -l runs disk)"
done
said "disk/small.replaced is removed"
train 76 --overwrite --set optimizer.name=sgd --set optimizer.lr=1e30 --set optimizer.clip=0
[ -L "$run" ] && [ -e disk/small.replaced/last.h5 ] || fail "set aside: $(ls -l runs disk)"
train 0 --resume --set train.epochs=2
[ -e disk/small/last.h5 ] || fail "resumed: $(ls -l disk/small)"
# The folder above it is.
mv runs elsewhere
ln -s elsewhere runs
train 0 --overwrite
[ -L runs ] && [ -L "$run" ] && [ -e disk/small/last.h5 ] || fail "$(ls -l . elsewhere disk)"
# It leads nowhere, in a circle, to itself, to the folder that it is in.
rm -r elsewhere disk runs
mkdir runs
ln -s ../disk/small "$run"
train 73
said "$run: cannot be used: a dangling link, "
said "disk/small is not there; make that folder"
ln -sfn small "$run"
train 73
said "$run: cannot be used: this link leads round in a circle"
ln -sfn . "$run"
train 0
before=$(state_of runs)
train 73 --overwrite
said "$run: it leads to $(readlink -f runs), in which it is itself"
[ "$(state_of runs)" = "$before" ] || fail "it is touched"
ln -sfn verbs.txt there
train 73 --set checkpoint.directory=there
said "there: cannot be created: Not a directory"

# A configuration behind a linked folder: its ".." is where `ls` finds it.
mkdir -p far/configs far/data
sed 's,verbs.txt,../data/verbs.txt,; s,directory: runs,directory: ../new/../runs,' train.yaml >far/configs/train.yaml
cp verbs.txt far/data/
ln -s far/configs configs
[ "$("$program" folder configs/train.yaml)" = "$(readlink -f far)/runs/small" ] || fail "$("$program" folder configs/train.yaml)"
"$program" configs/train.yaml --set train.epochs=1 --stop-after 1 2>errors || status=$?
[ -e far/runs/small/last.h5 ] || fail "$(cat errors)"
[ "$("$program" folder train.yaml --set checkpoint.directory=configs/../runs)" = "$(readlink -f far)/runs/small" ] || fail "--set"
