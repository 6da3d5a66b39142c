#!/usr/bin/env bash
# Bad use: the message and the exit status, case by case. Each `try` is a row of the table; the script prints it.
. "$(dirname "$0")/../support/shell.sh"
train_speller
cd "$scratch"
model=runs/speller/last.h5
tenses='simple-present, third-person, progressive, past'
fixtures=$project/tests/checkpoint/fixtures
said=$scratch/said # what the program says: no file of its own
mkdir "$said"
exec </dev/null

# Every file and folder, with its size and its time of change; without those that are not for us.
files() {
    find . \( -path ./said -o -path ./locked \) -prune -o -printf '%p %y %s %T@ %l\n' | sort
}

# say_row STATUS TEXT COMMAND...: a row of the table; what is long is cut.
say_row() {
    local command="${*:3}" text=${2//$'\n'/ / }
    command=${command//$'\n'/ } text=${text//$scratch\//}
    [ "${#command}" -le 90 ] || command=${command:0:87}...
    [ "${#text}" -le 160 ] || text=${text:0:157}...
    printf '%s\t%s\t%s\n' "$command" "$text" "$1"
}

# try STATUS TEXT ARGUMENT...: the program ends with STATUS and says TEXT, each line of it with the program's name in front,
# on standard error, and nothing else there. `lines=N try ...`: it prints so many lines on standard output, else none at all.
# `makes=FILE try ...`: it leaves that file. Nothing else is made, changed or removed.
try() {
    local expected=$1 text=$2 status=0 expected_lines=${lines:-0} file=${makes:-}
    shift 2
    files >"$said/before"
    timeout 100 "$program" "$@" >"$said/output" 2>"$said/errors" || status=$?
    [ "$status" -eq "$expected" ] || fail "status $status, not $expected: $* ($(head -c 2000 "$said/errors"))"
    printf '%s' "$text${text:+$'\n'}" | sed -E '/^warning: |: [0-9]+ runs?$/!s/^/cvae_mpi: /' | cmp -s - "$said/errors" ||
        fail "$* says: $(head -c 2000 "$said/errors") and not: $text"
    [ "$(wc -l <"$said/output")" -eq "$expected_lines" ] && { [ "$expected_lines" -gt 0 ] || [ ! -s "$said/output" ]; } ||
        fail "$* prints: $(head -c 2000 "$said/output")"
    [ -z "$file" ] || rm "$file" || fail "$* does not make $file"
    files | grep -v '^\. ' | diff <(grep -v '^\. ' "$said/before") - >&2 || fail "$* leaves other files"
    say_row "$status" "$text" "$@"
}

# flip_bit FILE BYTE
flip_bit() {
    local byte
    byte=$(od -An -tu1 -j "$2" -N1 "$1")
    printf "\\x$(printf %02x $((byte ^ 4)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

mkdir folder norun
: >empty
: >norun/config.yaml
cp "$fixtures/foreign.h5" foreign.h5
cp "$fixtures/by_h5py.h5" other.h5
head -c 300 "$model" >start.h5
head -c -1 "$model" >cut.h5
cp "$model" flipped.h5 && flip_bit flipped.h5 100000
cp "$model" seal.h5 && flip_bit seal.h5 70
sed '2s/format 1/format 2/' "$model" >newer.h5
size=$(stat -c %s "$(readlink -f "$model")")
printf 'data: {train: verbs.txt}\ntrain: {epoch: 3}\nseeds: 1\n' >unknown.yaml
unknown=$(printf 'unknown.yaml:2:9: unknown key "train.epoch": did you mean "train.epochs"?\n%s' \
    'unknown.yaml:3:1: unknown key "seeds": did you mean "seed"?')

# No argument, one too many, and options: what is wrong with the command line is said before any file is read.
try 64 "train: one configuration file is needed, none was given; see cvae_mpi --help"
try 64 "train: one configuration file is needed, none was given; see cvae_mpi train --help" train
try 64 "train: one configuration file is needed, 2 words were given; see cvae_mpi train --help" a.yaml b.yaml
for command in eval convert generate inspect; do
    try 64 "$command: one checkpoint file is needed, none was given; see cvae_mpi $command --help" "$command"
done
try 64 "eval: one checkpoint file is needed, 2 words were given; see cvae_mpi eval --help" eval a.h5 b.h5
try 64 "schedule: one configuration file is needed, none was given; see cvae_mpi schedule --help" schedule
try 64 "report: the folder of a run is needed, or several; see cvae_mpi report --help" report
for command in train eval convert generate inspect schedule report; do
    try 64 "unknown option --no-such; see cvae_mpi $command --help" "$command" none --no-such
    try 64 "unknown option -q; see cvae_mpi $command --help" "$command" none -q
done
try 64 "unknown option --resum-e: did you mean --resume?" --resum-e a.yaml
try 64 "-n does not go with train: did you mean mpirun -np N cvae_mpi CONFIG.yaml?" a.yaml -np 2
try 64 "--json does not go with train; see cvae_mpi train --help" a.yaml --json
try 64 "--resume does not go with eval; see cvae_mpi eval --help" eval none.h5 --resume
try 64 "--plain does not go with convert; see cvae_mpi convert --help" convert none.h5 --from past --plain abate
try 64 "--top does not go with generate; see cvae_mpi generate --help" generate none.h5 --top 3
try 64 "--likelihood does not go with inspect; see cvae_mpi inspect --help" inspect none.h5 --likelihood 3
try 64 "--resume does not go with schedule; see cvae_mpi schedule --help" schedule a.yaml --resume
try 64 "--stop-after does not go with schedule; see cvae_mpi schedule --help" schedule a.yaml --stop-after 3
try 64 "--json does not go with report; see cvae_mpi report --help" report norun --json
try 64 "--overwrite has to be written out; see cvae_mpi train --help" a.yaml --over
try 64 "--json=3: it takes no value; see cvae_mpi eval --help" eval none.h5 --json=3
try 64 "--set needs a value; see cvae_mpi train --help" a.yaml --set
try 64 "-n needs a value; see cvae_mpi generate --help" generate none.h5 -n
try 64 "--from needs a value; see cvae_mpi convert --help" convert none.h5 --from
try 64 "--course does not go with generate; see cvae_mpi generate --help" generate none.h5 --course
try 64 "--timing does not go with eval; see cvae_mpi eval --help" eval none.h5 --timing t.json
try 64 "--trace does not go with schedule; see cvae_mpi schedule --help" schedule a.yaml --trace t.json
try 64 '--warmup goes with --timing only' a.yaml --warmup 3
try 64 '--trace-steps goes with --trace only' a.yaml --timing t.json --trace-steps 3:4
try 64 '--timing and --trace need a file each, not both t.json' a.yaml --timing t.json --trace t.json
try 64 '--course takes 100 draws, --draws 99 is fewer' eval none.h5 --course --draws 99
try 64 '--resume and --overwrite exclude each other' a.yaml --resume --overwrite
try 64 "convert: --from CONDITION is needed, the words' condition; see cvae_mpi convert --help" convert none.h5 abate
try 64 "generate: \"abate\" is one word too many; see cvae_mpi generate --help" generate none.h5 abate
try 64 'generate --between: two words are needed, 1 word was given' generate none.h5 --between abate
try 64 '-n and --between exclude each other' generate none.h5 -n 3 --between abate abort
try 64 '--steps goes with --between only' generate none.h5 --steps 3
try 64 '--from goes with --between only' generate none.h5 --from past
try 64 '--plain and --json exclude each other' generate none.h5 --plain --json

# number OPTION VALUE LEAST MOST ARGUMENT...: a value that is out of range, or no number.
number() {
    try 64 "$1: \"$2\" is not a whole number from $3 to $4" "${@:5}" "$1" "$2"
}
number --stop-after 0 1 9223372036854775807 a.yaml
number --stop-after 2x 1 9223372036854775807 a.yaml
number --refine -1 0 1000 generate none.h5
number --refine 1001 0 1000 eval none.h5
number --warmup -1 0 1000000000 a.yaml --timing t.json
steps() {
    try 64 "--trace-steps: \"$1\" is not FIRST:LAST, two whole numbers from 1, for at most 1000 steps" \
        a.yaml --trace t.json --trace-steps "$1"
}
for text in '' 3 3: :3 0:3 4:3 3-4 3:4x ' 3:4' -3:4 3:+4 1:1001 1:18446744073709551616 9223372036854775808:9223372036854775809; do
    steps "$text"
done
number --draws -1 0 10000000 eval none.h5
number --draws 1e3 0 10000000 eval none.h5
number --conversions x 0 100000 eval none.h5
number --likelihood 0 1 1000000 eval none.h5
number --repeats 1 2 1000 eval none.h5
number --repeats 1001 2 1000 eval none.h5
for command in 'eval none.h5' 'convert none.h5 --from past --sample' 'generate none.h5'; do
    number --seed x 0 18446744073709551615 $command
    number --seed '' 0 18446744073709551615 $command
    number --seed -1 0 18446744073709551615 $command
    number --seed 18446744073709551616 0 18446744073709551615 $command
done
number --beam 0 1 100 convert none.h5 --from past
number --top 101 1 100 convert none.h5 --from past
number --top 99999999999999999999999 1 100 convert none.h5 --from past
try 64 '--top 3 is more than --beam 2 keeps' convert none.h5 --from past --beam 2 --top 3 abate
try 64 '--seed goes with --sample only: without it nothing is drawn' convert none.h5 --from past --seed 3 abate
try 64 "unknown option -ä; see cvae_mpi train --help" a.yaml -ä
number -n 0 1 1000000000 generate none.h5
number -n -3 1 1000000000 generate none.h5
number -n 1000000001 1 1000000000 generate none.h5
number --steps 1 2 1000000000 generate none.h5 --between abate abort

# What is no checkpoint, or no whole one.
for command in eval 'convert --from past' generate inspect; do
    try 66 'none.h5: cannot be read: No such file or directory' $command none.h5
    try 66 'empty/x.h5: cannot be read: Not a directory' $command empty/x.h5
    try 66 'folder: no checkpoint is in this folder' $command folder
    try 77 'empty: the file is empty' $command empty
    try 77 'verbs.txt: not a checkpoint of cvae_mpi' $command verbs.txt
    try 77 'foreign.h5: an HDF5 file, but not a checkpoint of cvae_mpi' $command foreign.h5
    try 77 'start.h5: cut off: it ends after 300 bytes' $command start.h5
    try 77 "cut.h5: cut off: it has $((size - 1)) bytes, $size were written" $command cut.h5
    try 77 'flipped.h5: damaged: its bytes do not have the hash that they were written with' $command flipped.h5
    try 77 'seal.h5: damaged: its bytes do not have the hash that they were written with' $command seal.h5
    try 77 'newer.h5: written in format 2, this program reads format 1' $command newer.h5
    [ "$command" = inspect ] || try 77 "other.h5: array 'config/text' is missing" $command other.h5
done

# What is no configuration.
for command in train schedule; do
    try 66 'none.yaml: No such file or directory' $command none.yaml
    try 66 'empty/x.yaml: Not a directory' $command empty/x.yaml
    try 66 "folder: a folder, where a configuration was expected, such as a run's config.yaml" $command folder
    try 78 'empty:1:1: missing key "data.train", expected a path' $command empty
    try 78 'verbs.txt:1:1: "aah aahs aahing aahed abacinate abacinates abacinating abaci..." is not a mapping of keys' \
        $command verbs.txt
    try 78 'foreign.h5:1:1: not readable as text: invalid leading UTF-8 octet; a configuration is UTF-8 (of Latin-1, iconv -f latin1 -t utf8 makes it)' \
        $command foreign.h5
    try 78 "$unknown" $command unknown.yaml
    try 78 '--set train.epoch=3: unknown key "train.epoch": did you mean "train.epochs"?' $command speller.yaml --set train.epoch=3
    try 78 '--set train.epochs=0: 0 is out of range (1 to 1000000)' $command speller.yaml --set train.epochs=0
    try 66 "data.train (--set data.train=PATH where it is elsewhere): $scratch/folder: Is a directory" $command speller.yaml --set name=new --set data.train=folder
    try 65 "$scratch/unknown.yaml:1: 3 forms, 4 were expected (${tenses//,/}); read as data: | {train: | verbs.txt} (no tab: \
columns between spaces): data.conditions names the columns of a row, a file of pairs needs data.format: pairs" $command speller.yaml --set name=new \
        --set data.train=unknown.yaml
done
try 78 '--set train.kl_weight.cycles=0: 0 is out of range (1 to 1000000)' schedule speller.yaml \
    --set 'train.kl_weight={schedule: linear, to: 1}' --set train.kl_weight.cycles=0

# What a training does not write over, or cannot write.
try 64 "$scratch/runs/speller already holds a run: --resume goes on with it, --overwrite begins anew, another name (--set name=...) keeps both" \
    speller.yaml --set name=speller
try 78 '--set name=..: ".." is not a name of at most 63 of a-z, A-Z, 0-9, '"'.', '_' and '-', no '.' first" \
    speller.yaml --set name=..
try 73 "$scratch/empty: cannot be created: Not a directory" speller.yaml --set checkpoint.directory=empty
try 73 'none/t.json: cannot be written: No such file or directory' speller.yaml --set name=new --timing none/t.json
try 73 'folder: cannot be written: Is a directory' speller.yaml --set name=new --timing folder
try 73 'empty/t.json: cannot be written: Not a directory' speller.yaml --set name=new --timing t.json --trace empty/t.json

# eval: another model, other data.
try 78 '--set nokey=1: unknown key "nokey"' eval "$model" --set nokey=1
try 77 "runs/speller/last.h5: array 'parameters/encoder.lstm.weight_ih_l0' has the shape [96, 12], [128, 12] was expected" \
    eval "$model" --set model.hidden=32
try 77 "runs/speller/last.h5: array 'parameters/condition.weight' is none of the model that its configuration makes" eval "$model" --set model.condition=onehot
try 66 "evaluate.test (--set evaluate.test=PATH where it is elsewhere): $scratch/none.txt: No such file or directory" \
    eval "$model" --set evaluate.test=none.txt
try 64 '--course: the configuration names no test pairs; --set evaluate.test=FILE says where they are' eval "$model" --course
try 65 "$scratch/empty:1: the file ends without a row, at least one was expected (blank lines and comments do not count)" \
    eval "$model" --set data.train=empty

# Tenses.
try 64 "--from: no condition \"present\", the model has $tenses" convert "$model" --from present abate
try 64 "--from: no condition \"\", the model has $tenses" convert "$model" --from '' abate
try 64 "--to: no condition \"Past\", the model has $tenses: did you mean \"past\"?" convert "$model" --from past --to Past abate
try 64 "--from: no condition \"x\", the model has $tenses" generate "$model" --between abate abort --from x

# Words as arguments: one that is none leaves an empty line, so that lines stay side by side.
long=$(head -c 131000 /dev/zero | tr '\0' a) # the kernel allows no longer argument
refused() { printf '%s\n%s' "$1" "$2 word$([[ $2 == *' of 1' ]] || echo s) could not be converted"; }
lines=1 try 65 "$(refused 'word 1: it is empty, a word was expected' '1 of 1')" convert "$model" --from past ''
lines=1 try 65 "$(refused 'word 1: more than the 32 letters that data.max_length allows' '1 of 1')" convert "$model" --from past "$long"
lines=3 try 65 "$(refused "word 2, letter 1: 'A' (U+0041) is not in the model's alphabet: try 'a'" '1 of 3')" \
    convert "$model" --from past --json a Abate b
lines=1 try 65 "$(refused "word 1, letter 3: malformed UTF-8 (byte 0xFF), UTF-8 was expected: iconv -f utf16 -t utf8 makes it of UTF-16" '1 of 1')" convert "$model" --from past $'ab\xffte'
lines=1 try 65 "$(refused "word 1, letter 2: U+000A (a control character) is not in the model's alphabet" '1 of 1')" convert "$model" --from past $'a\nb'
try 65 "word 2, letter 3: '1' (U+0031) is not in the model's alphabet" generate "$model" --between abate ab1te
try 65 'word 1: it is empty, a word was expected' generate "$model" --between '' abate
try 65 'word 2: more than the 32 letters that data.max_length allows' generate "$model" --between abate "$long"

# Words on standard input. The last of them stand for what is no bad use: no newline at the end, and CRLF.
convert=(convert "$model" --from past --to past)
# input LINES TEXT PRINTF-TEXT: the only word that is refused is that in TEXT.
input() {
    printf "$3" | lines=$1 try 65 "$(refused "standard input:$2" "1 of $1")" "${convert[@]}"
}
input 1 "1:4: 'ä' (U+00E4) is not in the model's alphabet" 'abaäte\n'
input 2 "2:1: 'A' (U+0041) is not in the model's alphabet: try 'a'" 'abate\nAbate\n'
input 1 "1:3: '1' (U+0031) is not in the model's alphabet" 'ab1te'
input 1 "1:2: ' ' (U+0020) is not in the model's alphabet" 'a b\n'
input 1 "1:2: U+0000 (a control character) is not in the model's alphabet" 'a\0b\n'
input 3 '2: it is empty, a word was expected' 'abate\n\nabate\n'
input 1 '1: it is empty, a word was expected' '\n'
input 2 '1: it is empty, a word was expected' '\r\nabate\r\n'
input 1 '1:3: malformed UTF-8 (byte 0xFF), UTF-8 was expected: iconv -f utf16 -t utf8 makes it of UTF-16' 'ab\xff\n'
input 1 '1:3: malformed UTF-8 (byte 0xC3), UTF-8 was expected: iconv -f latin1 -t utf8 makes it of Latin-1' 'ab\xc3'
input 1 '1:1: malformed UTF-8 (byte 0xED), UTF-8 was expected: iconv -f latin1 -t utf8 makes it of Latin-1' '\xed\xa0\x80\n' # a surrogate
input 1 '1:1: malformed UTF-8 (byte 0xC0), UTF-8 was expected: iconv -f latin1 -t utf8 makes it of Latin-1' '\xc0\x80\n'     # NUL in two bytes
{ head -c 1000000 /dev/zero | tr '\0' a && printf '\nabate\n'; } >"$said/input"
lines=2 try 65 "$(refused 'standard input:1: more than the 32 letters that data.max_length allows' '1 of 2')" "${convert[@]}" \
    <"$said/input"
head -c 1000000 /dev/zero >"$said/input"
lines=1 try 65 "$(refused "standard input:1:1: U+0000 (a control character) is not in the model's alphabet" '1 of 1')" "${convert[@]}" <"$said/input"
try 65 'standard input is empty, words were expected, one a line' "${convert[@]}"
try 65 'standard input is empty, words were expected, one a line' convert "$model"
try 65 'standard input is empty, words were expected, one a line' "${convert[@]}" --json
try 66 'standard input: Is a directory' "${convert[@]}" <folder
try 66 'standard input: Bad file descriptor' "${convert[@]}" <&-
printf 'abate\nabate' | lines=2 try 0 '' "${convert[@]}"
printf 'abate\r\nabate\r\n' | lines=2 try 0 '' "${convert[@]}"

# generate: data that are none.
try 66 'none.txt: No such file or directory' generate "$model" --data none.txt
try 66 'folder: Is a directory' generate "$model" --data folder
try 65 'empty:1: the file ends without a row, at least one was expected (blank lines and comments do not count)' \
    generate "$model" --data empty
try 64 '--data: the path is too long' generate "$model" --data "$long"

# report: what is no run, and where no page can go.
mkdir odd broken strange
printf '{"epoch": 1}\nbroken {\n{"epoch": 2}\n{"epo' >odd/metrics.jsonl
printf '{"epoch": 1}\n\n[]\n{"epoch": "2"}\n' >broken/metrics.jsonl
cp foreign.h5 strange/metrics.jsonl
expected='a JSON object with a whole "epoch" was expected'
try 66 'none/metrics.jsonl: No such file or directory' report none
try 66 'norun/metrics.jsonl: No such file or directory' report norun
try 66 'none/metrics.jsonl: No such file or directory' report runs/speller none
try 66 'empty/x/metrics.jsonl: Not a directory' report empty/x
makes=report.html try 0 "warning: odd/metrics.jsonl:2: left out, $expected"$'\nreport.html: 1 run' report odd
makes=report.html try 0 "warning: broken/metrics.jsonl: 3 lines left out, the first is line 2: $expected"$'\nreport.html: 1 run' \
    report broken
try 65 "strange/metrics.jsonl:1: $expected, and no other line is one" report strange
try 65 "strange/metrics.jsonl:1: $expected, and no other line is one" report runs/speller strange
try 73 'none/x.html: cannot be written: No such file or directory' report runs/speller --output none/x.html
try 73 'folder: cannot be written: Is a directory' report runs/speller --output folder
try 73 'empty/x.html: cannot be written: Not a directory' report runs/speller --output empty/x.html

# Files that are there, but not for us.
if [ "$(id -u)" -ne 0 ]; then
    cp "$model" locked.h5
    cp speller.yaml locked.yaml
    mkdir locked
    chmod 0 locked.h5 locked.yaml locked
    for command in eval 'convert --from past' generate inspect; do
        try 66 'locked.h5: cannot be read: Permission denied' $command locked.h5
    done
    for command in train schedule; do
        try 66 'locked.yaml: Permission denied' $command locked.yaml
    done
    try 66 'locked/metrics.jsonl: Permission denied' report locked
    try 73 'locked/x.html: cannot be written: Permission denied' report runs/speller --output locked/x.html
fi

# Standard output that is full, closed, or read no longer: the last with SIGPIPE, as any program, or where that is ignored
# with a message.
# output_fails REASON ARGUMENT...: status 73 with the reason, into the standard output that the script has.
output_fails() {
    local status=0
    "$program" "${@:2}" 2>"$said/errors" || status=$?
    [ "$status" -eq 73 ] && [ "$(cat "$said/errors")" = "cvae_mpi: standard output cannot be written$1" ] ||
        fail "$* into a standard output that is full, closed or gone: $status $(cat "$said/errors")"
    say_row "$status" "standard output cannot be written$1" "${@:2}" >&3
}
exec 3>&1
for command in "eval $model" "inspect $model" "convert $model --from past --to past abate" "generate $model" 'schedule speller.yaml'; do
    for json in '' --json; do
        output_fails ': No space left on device' $command $json >/dev/full
        output_fails ': Bad file descriptor' $command $json >&-
    done
done
output_fails ': No space left on device' convert "$model" --from past --top 3 abate >/dev/full
output_fails ': No space left on device' --version >/dev/full
output_fails ': No space left on device' --help-config >/dev/full
for command in '' train convert; do
    output_fails ': No space left on device' $command --help >/dev/full
done
output_fails ': No space left on device' generate "$model" -n 1000000000 >/dev/full # at once, not a billion draws later
(trap '' PIPE && output_fails ': Broken pipe' generate "$model" --plain -n 100000) | head -n 1 >"$said/output"
[ "$(wc -l <"$said/output")" -eq 1 ] || fail "generate prints no first line"
# reader_leaves ARGUMENT...: ended by SIGPIPE, without a word, also where it would read and write for ever.
reader_leaves() {
    local status
    { yes abate 2>/dev/null || true; } | {
        timeout 60 env --default-signal=PIPE "$program" "$@" 2>"$said/errors" || echo "$?" >"$said/status"
    } | head -n 1 >"$said/output"
    status=$(cat "$said/status")
    [ "$status" -eq 141 ] && [ ! -s "$said/errors" ] && [ "$(wc -l <"$said/output")" -eq 1 ] ||
        fail "$* whose reader leaves: $status $(cat "$said/errors")"
    rm "$said/status"
    say_row "$status" '' "$@" '| head -n 1'
}
reader_leaves generate "$model" -n 1000000000
reader_leaves generate "$model" -n 1000000000 --json
reader_leaves "${convert[@]}"
reader_leaves "${convert[@]}" --json

# Under mpirun: one message, of rank 0 where it is rank 0 that cannot, and the status. The rest is mpirun's.
export ASAN_OPTIONS=detect_leaks=0 # what Open MPI never frees is not ours to find
# ranks STATUS TEXT ARGUMENT...
ranks() {
    local status=0
    run_ranks 2 "${@:3}" || status=$?
    [ "$status" -eq "$1" ] && [ "$(grep -c 'cvae_mpi: ' "$scratch/output")" -eq 1 ] &&
        grep -q -F -x -- "cvae_mpi: $2" "$scratch/output" || fail "two ranks of ${*:3}: $status $(cat "$scratch/output")"
    say_row "$status" "$2" mpirun -np 2 "${@:3}"
}
rank="rank 0 on $(hostname): "
ranks 66 "${rank}none.h5: cannot be read: No such file or directory" eval none.h5
ranks 77 "${rank}flipped.h5: damaged: its bytes do not have the hash that they were written with" inspect flipped.h5
ranks 64 "${rank}--from: no condition \"present\", the model has $tenses" convert "$model" --from present abate
ranks 64 "unknown option --no-such; see cvae_mpi eval --help" eval "$model" --no-such
