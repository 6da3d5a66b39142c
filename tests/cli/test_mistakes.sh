#!/usr/bin/env bash
# Mistakes that people make: what is typed, the one line that answers it, and the exit status. Each answer names the remedy.
# tests/cli/test_bad_use.sh has what is plainly wrong.
. "$(dirname "$0")/../support/shell.sh"
write_config "$scratch/small.yaml"
cd "$scratch"
"$program" small.yaml 2>"$scratch/errors" || fail "training: $(cat "$scratch/errors")"
model=$(readlink -f runs/small/last.h5)
printf 'seed: 3\nvary: {optimizer.lr: 1}\n' >sweep.yaml
printf 'data:\n\ttrain: verbs.txt\n' >tab.yaml
printf 'data:\n  train: verbs.txt\n \tholdout: 0.1\n' >mixed.yaml
printf 'name: caf\xe9\ndata: {train: verbs.txt}\n' >latin1.yaml
printf 'caf\xe9 caf\xe9s caf\xe9ing caf\xe9ed\n' >latin1.txt
printf '\xff\xfea\0b\0' >utf16.txt
printf 'abate,abates,abating,abated\n' >comma.txt
# As h5repack leaves it: the seal, and behind it a superblock of another version and other bytes.
cp "$model" repacked.h5
printf '\0' | dd of=repacked.h5 bs=1 seek=520 conv=notrunc status=none
printf more >>repacked.h5

cvae_mpi() { "$program" "$@"; }
launch() { CVAE_PROGRAM=$program "$project/launch/$1" "${@:2}"; }

# In three columns: status, what is typed, what is said. (DIR: the folder, with a slash; MORE, ALL: bytes.)
count=0
while IFS='|' read -r expected typed text; do
    [[ -n $typed ]] || continue
    status=0
    eval "$typed" >"$scratch/output" 2>"$scratch/errors" </dev/null || status=$?
    said=$(cat "$scratch/output" "$scratch/errors")
    said=${said//$scratch\//DIR}
    said=${said//$(($(stat -c %s "$model") + 4)) bytes for $(stat -c %s "$model")/MORE bytes for ALL}
    [[ $status -eq $expected && $said == "$text" ]] || fail "$typed: $status|$said, not $expected|$text"
    count=$((count + 1))
done <<'TABLE'
64|cvae_mpi convrt runs/small|cvae_mpi: unknown command "convrt": did you mean "convert"? (A configuration file of that name is given as ./convrt)
64|cvae_mpi help evla|cvae_mpi: unknown command "evla": did you mean "eval"? (A configuration file of that name is given as ./evla)
64|cvae_mpi version|cvae_mpi: unknown command "version": did you mean "--version"? (A configuration file of that name is given as ./version)
64|cvae_mpi resume small.yaml|cvae_mpi: unknown command "resume": did you mean "--resume"? (A configuration file of that name is given as ./resume)
64|cvae_mpi sweep --help|cvae_mpi: unknown command "sweep": did you mean the script launch/sweep.py?
64|cvae_mpi convert runs/small --beams 3 --from past abate|cvae_mpi: unknown option --beams: did you mean --beam?
64|cvae_mpi generate runs/small 3|cvae_mpi: generate: "3" is one word too many: did you mean -n 3?
64|cvae_mpi small.yaml --overwrit|cvae_mpi: --overwrite has to be written out; see cvae_mpi train --help
64|cvae_mpi small.yaml --np 4|cvae_mpi: unknown option --np: did you mean mpirun -np N cvae_mpi CONFIG.yaml?
64|cvae_mpi small.yaml -n 4|cvae_mpi: -n does not go with train: did you mean mpirun -np N cvae_mpi CONFIG.yaml?
64|cvae_mpi small.yaml --epochs 3|cvae_mpi: unknown option --epochs: did you mean --set train.epochs=VALUE?
64|cvae_mpi small.yaml --batch-size=64|cvae_mpi: unknown option --batch-size=64: did you mean --set train.batch_size=VALUE?
64|cvae_mpi small.yaml --learning-rate 0.1|cvae_mpi: unknown option --learning-rate: did you mean --set optimizer.lr=VALUE?
64|cvae_mpi small.yaml --seed 3|cvae_mpi: --seed does not go with train: did you mean --set seed=VALUE?
64|cvae_mpi eval runs/small --data verbs.txt|cvae_mpi: --data does not go with eval: did you mean --set data.train=VALUE?
64|cvae_mpi eval runs/small --draw 3|cvae_mpi: --draws has to be written out; see cvae_mpi eval --help
64|cvae_mpi small.yaml --set train.epochs 3|cvae_mpi: --set train.epochs: expected KEY=VALUE, one word without blanks around the "=": --set train.epochs=3
78|cvae_mpi small.yaml --set optimizer.learning_rate=0.1|cvae_mpi: --set optimizer.learning_rate=0.1: unknown key "optimizer.learning_rate": did you mean "optimizer.lr"?
78|cvae_mpi small.yaml --set batch=64|cvae_mpi: --set batch=64: unknown key "batch": did you mean "train.batch_size"?
78|cvae_mpi small.yaml --set train.kl_weight=cyclical|cvae_mpi: --set train.kl_weight=cyclical: "cyclical" is not a number (at least 0) or a schedule, such as {schedule: linear, from: 0, to: 1, cycles: 4}; cvae_mpi --help-config has all forms
78|cvae_mpi small.yaml --set train.kl_weight=sigmoid|cvae_mpi: --set train.kl_weight=sigmoid: "sigmoid" is not a number (at least 0) or a schedule, such as {schedule: sigmoid, from: 0, to: 1, centre: 5, width: 5}; cvae_mpi --help-config has all forms
78|cvae_mpi small.yaml --set train.teacher_forcing=linear|cvae_mpi: --set train.teacher_forcing=linear: "linear" is not a number (0 to 1) or a schedule, such as {schedule: linear, from: 1, to: 0}; cvae_mpi --help-config has all forms
78|cvae_mpi small.yaml --set train.kl_weight='{schedule: cosin, to: 1}'|cvae_mpi: --set train.kl_weight={schedule: cosin, to: 1}: "cosin" is not one of constant, linear, step, cosine, sigmoid: did you mean "cosine"?
78|cvae_mpi small.yaml --set train.kl_weight.type=linear|cvae_mpi: --set train.kl_weight.type=linear: unknown key "train.kl_weight.type": a schedule has the keys schedule, from, to, over, centre, width, factor, every, since, by, first, cycles, reset, floor, ceiling, warmup_steps
78|cvae_mpi small.yaml --set 'train.teacher_forcing={schedule: linear, to: 0, steps: 5}'|cvae_mpi: --set train.teacher_forcing={schedule: linear, to: 0, steps: 5}: unknown key "train.teacher_forcing.steps": a schedule has the keys schedule, from, to, over, centre, width, factor, every, since, by, first, cycles, reset, floor, ceiling, warmup_steps
78|cvae_mpi small.yaml --set optimizer.lr_schedule.kind=cosine|cvae_mpi: --set optimizer.lr_schedule.kind=cosine: unknown key "optimizer.lr_schedule.kind": a schedule has the keys schedule, from, to, over, centre, width, factor, every, since, by, first, cycles, reset, floor, ceiling, warmup_steps
78|cvae_mpi small.yaml --set train.kl_weight.cycle=4|cvae_mpi: --set train.kl_weight.cycle=4: unknown key "train.kl_weight.cycle": did you mean "train.kl_weight.cycles"?
64|cvae_mpi convert runs/small --from past --to PROGRESSIV abate|cvae_mpi: --to: no condition "PROGRESSIV", the model has simple-present, third-person, progressive, past: did you mean "progressive"?
64|cvae_mpi convert runs/small --from PST abate|cvae_mpi: --from: no condition "PST", the model has simple-present, third-person, progressive, past: did you mean "past"?
65|cvae_mpi convert runs/small|cvae_mpi: standard input is empty, words were expected, one a line
64|cvae_mpi generate runs/small --between|cvae_mpi: generate --between: two words are needed, none was given
65|cvae_mpi small.yaml --set data.train=comma.txt|cvae_mpi: DIRcomma.txt:1: columns separated by commas, 4 between tabs or spaces were expected (simple-present third-person progressive past): sed 's/, */\t/g' FILE >NEW makes such a file
78|cvae_mpi small.yaml --set optimizer.lr=0,1|cvae_mpi: --set optimizer.lr=0,1: "0,1" is not a number (greater than 0): a fraction stands behind a point, as in 0.5
78|cvae_mpi tab.yaml|cvae_mpi: tab.yaml:2:1: the line begins with a tab: YAML is indented by blanks alone
78|cvae_mpi mixed.yaml|cvae_mpi: mixed.yaml:3:2: the line begins with a tab: YAML is indented by blanks alone
78|cvae_mpi latin1.yaml|cvae_mpi: latin1.yaml:1:11: not readable as text: invalid trailing UTF-8 octet; a configuration is UTF-8 (of Latin-1, iconv -f latin1 -t utf8 makes it)
65|cvae_mpi small.yaml --set data.train=latin1.txt|cvae_mpi: DIRlatin1.txt:1:4: malformed UTF-8 (byte 0xE9), UTF-8 was expected: iconv -f latin1 -t utf8 FILE makes it of Latin-1
65|cvae_mpi small.yaml --set data.train=utf16.txt|cvae_mpi: DIRutf16.txt:1:1: malformed UTF-8 (byte 0xFF), UTF-8 was expected: iconv -f utf16 -t utf8 FILE makes it of UTF-16
66|cvae_mpi small.yaml --set data.train=none.txt|cvae_mpi: data.train (--set data.train=PATH where it is elsewhere): DIRnone.txt: No such file or directory
66|cvae_mpi small.yaml --set evaluate.test=none.txt|cvae_mpi: evaluate.test (--set evaluate.test=PATH where it is elsewhere): DIRnone.txt: No such file or directory
66|cvae_mpi eval runs/small --set data.train=none.txt|cvae_mpi: rows and held-back words are those of the training data: data.train (--set data.train=PATH where it is elsewhere): DIRnone.txt: No such file or directory
78|cvae_mpi runs/small/last.h5|cvae_mpi: runs/small/last.h5: a checkpoint, where a configuration was expected: config.yaml in its folder is its run's
66|cvae_mpi runs/small|cvae_mpi: runs/small: a folder, where a configuration was expected, such as a run's config.yaml
66|cvae_mpi convert runs --from past abate|cvae_mpi: runs: no checkpoint is in this folder, but in runs/small
66|cvae_mpi inspect .|cvae_mpi: .: no checkpoint is in this folder
66|cvae_mpi eval runs/small --compare runs|cvae_mpi: runs: no checkpoint is in this folder, but in runs/small
66|cvae_mpi export runs model.npz|cvae_mpi: runs: no checkpoint is in this folder, but in runs/small
66|cvae_mpi report runs|cvae_mpi: runs: no run is in this folder, but in runs/small
77|cvae_mpi inspect repacked.h5|cvae_mpi: repacked.h5: another program (such as h5repack) has written it anew, with MORE bytes for ALL: only the file as cvae_mpi wrote it is a checkpoint
64|launch train.sh --set train.epochs 3|train.sh: --set train.epochs: expected KEY=VALUE, one word without blanks around the "="; the use: launch/train.sh --help
64|cvae_mpi help sweep.py|cvae_mpi: unknown command "sweep.py": did you mean the script launch/sweep.py?
64|cvae_mpi help small.yaml|cvae_mpi: help: "small.yaml" is no command; cvae_mpi --help lists them
64|cvae_mpi train.sh small.yaml|cvae_mpi: unknown command "train.sh": did you mean the script launch/train.sh?
64|cvae_mpi small.yaml --restart 3|cvae_mpi: unknown option --restart: did you mean launch/train.sh --restarts?
64|launch train.sh --beams 3|train.sh: unknown option --beams; the use: launch/train.sh --help
64|launch train.sh --host-file hosts|train.sh: unknown option --host-file: did you mean --hostfile?
64|launch supervise.sh --dry_run|supervise.sh: unknown option --dry_run: did you mean --dry-run?
64|launch train.sh --learning-rate=1|train.sh: unknown option --learning-rate=1: did you mean --set optimizer.lr=VALUE?
64|launch train.sh --ranks 3|train.sh: --ranks does not go with train: did you mean -np N?
65|launch scaling.py --from runs/small/last.h5|scaling.py: runs/small/last.h5: no JSON, as --timing or scaling.py --output writes it: 'utf-8' codec can't decode byte 0x89 in position 512: invalid start byte
64|launch scaling.py --ranks two|scaling.py: --ranks: "two" is not a whole number from 1; see --help
64|launch scaling.py --round 2|scaling.py: unknown option --round: did you mean --rounds?
64|launch scaling.py --np 2|scaling.py: unknown option --np: did you mean --ranks?
64|launch predict.py --quik|predict.py: unknown option --quik: did you mean --quick?
64|launch predict.py --zoom|predict.py: unknown option --zoom; see --help
64|launch predict.py 256|predict.py: "256" is one word too many; see --help
64|launch sweep.py --sed 3|sweep.py: unknown option --sed: did you mean --seeds?
78|launch sweep.py sweep.yaml|sweep.py: sweep.yaml:1:7: unknown key "seed": did you mean seeds?
TABLE
[ "$count" -ge 40 ] || fail "only $count mistakes were tried"
[ "$(ls -d -- runs/*)" = runs/small ] || fail "a mistake has made a run"

# What looks like a mistake and is none.
cvae_mpi help convert | grep -q '^Usage: cvae_mpi convert' || fail 'help convert'
cvae_mpi report runs/small/last.h5 --csv | grep -q '^small,2,' || fail 'report of a checkpoint'
cvae_mpi small.yaml --resume 2>&1 | grep -q '^resumed .*: all 2 epochs done, step 14$' || fail 'a run that is complete'
rm runs/small/*.h5
cp repacked.h5 runs/small/last.h5
[[ $(cvae_mpi inspect runs/small 2>&1) == *runs/small/last.h5:\ another\ program* ]] || fail 'a folder with last.h5 alone'
