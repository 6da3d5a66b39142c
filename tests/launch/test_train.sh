#!/usr/bin/env bash
# What launch/train.sh starts, with stand-ins for the build and mpirun: by which words, under which of its names, from folders of
# any name, and whatever the shell that calls it has set.
. "$(dirname "$0")/../support/shell.sh"
if is_sanitized; then
    echo "skipped: a script, which the sanitizers say nothing about" >&2
    exit 77
fi
write_config "$scratch/train.yaml"
mkdir -p "$scratch/project/build" "$scratch/bin"
cp -r "$project/launch" "$scratch/project"
ln -s "$program" "$scratch/project/build/cvae_mpi"
# Nothing is installed and nothing is built; this machine has many cores.
printf '#!/bin/sh\necho install ok installed\n' >"$scratch/bin/dpkg-query"
printf '#!/bin/sh\n' >"$scratch/bin/cmake"
printf '#!/bin/sh\necho 64\n' >"$scratch/bin/nproc"
says_call() { printf '#!/bin/sh\nprintf "%%s\\n" "$*" >"%s"\n' "$scratch/call" >"$scratch/bin/mpirun"; }
says_call
chmod +x "$scratch"/bin/*

# starts EXPECTED ARGUMENT...: train.sh with the arguments calls mpirun so.
starts() {
    local expected=$1
    shift
    PATH=$scratch/bin:$PATH "$scratch/project/launch/train.sh" "$@" >"$scratch/output" 2>&1 || fail "$*: $(cat "$scratch/output")"
    [ "$(cat "$scratch/call")" = "$expected" ] || fail "$*: mpirun $(cat "$scratch/call")"
    rm "$scratch/call"
}
started=$scratch/project/build/cvae_mpi

# As many ranks as there are cores, but no more than there are shards, which is said; what was asked for stays.
starts "-np 8 $started $scratch/train.yaml" "$scratch/train.yaml"
grep -q '^8 ranks for 64 cores: ' "$scratch/output" || fail "$(cat "$scratch/output")"
starts "-np 30 $started $scratch/train.yaml --set train.micro_batch=2 --resume" \
    --set train.micro_batch=2 "$scratch/train.yaml" --resume
starts "-np 64 $started $scratch/train.yaml --set=train.micro_batch=2 --set train.batch_size=200" \
    "$scratch/train.yaml" --set=train.micro_batch=2 --set train.batch_size=200
[ ! -s "$scratch/output" ] || fail "$(cat "$scratch/output")"
starts "-np 20 $started $scratch/train.yaml" "$scratch/train.yaml" -np 20
starts "-np 4 $started $scratch/project/launch/train.yaml --overwrite" --overwrite
# What is wrong the training says.
starts "-np 64 $started $scratch/none.yaml" "$scratch/none.yaml"

for arguments in --set '--overwrite --timing' '-np' '-np x'; do
    # shellcheck disable=SC2086
    expect_status 64 "$scratch/project/launch/train.sh" $arguments 2>"$scratch/output"
    grep -q '^train.sh: .*; the use: ' "$scratch/output" || fail "$arguments: $(cat "$scratch/output")"
done

# mpirun ends by HUP even where it is ignored, as after nohup: there it has a process group of its own, to which the script, which
# stays, passes signals on.
cat >"$scratch/bin/mpirun" <<'SH'
#!/bin/sh
trap 'exit 7' TERM
[ "$(ps -o pgid= -p $$ | tr -d ' ')" = $$ ] || exit 3
kill -TERM "$PPID"
while :; do sleep 0.1; done
SH
status=0
(trap '' HUP && PATH=$scratch/bin:$PATH exec "$scratch/project/launch/train.sh" "$scratch/train.yaml" >"$scratch/output" 2>&1) ||
    status=$?
[ "$status" -eq 7 ] || fail "HUP ignored: status $status: $(cat "$scratch/output")"
says_call

# One error, one line: mpirun is quiet, and what no rank can have said the launcher says.
# ends_with STATUS LINE COMMAND: of an mpirun that does this; LINE may be empty.
ends_with() {
    local status=0
    printf '#!/bin/sh\n[ "$OMPI_MCA_orte_execute_quiet" = 1 ] || exit 99\n%s\n' "$3" >"$scratch/bin/mpirun"
    PATH=$scratch/bin:$PATH "$scratch/project/launch/train.sh" -np 2 "$scratch/train.yaml" >"$scratch/output" 2>&1 || status=$?
    [ "$status" -eq "$1" ] && [ "$(cat "$scratch/output")" = "$2" ] || fail "$3: $status $(cat "$scratch/output")"
}
goes_on='the same command with --resume, not --overwrite, goes on from the last checkpoint'
ends_with 0 '' 'exit 0'
ends_with 78 '' 'exit 78'
ends_with 137 "train.sh: a rank was killed by KILL, as where memory is out; $goes_on" 'exit 137'
ends_with 139 "train.sh: a rank was killed by SEGV; $goes_on" 'exit 139'
ends_with 132 'train.sh: mpirun ended with status 132; OMPI_MCA_orte_execute_quiet=0 has it say why' 'exit 132'
ends_with 1 'train.sh: mpirun ended with status 1; OMPI_MCA_orte_execute_quiet=0 has it say why' 'exit 1'
ends_with 143 '' 'trap "exit 143" TERM; kill -TERM $PPID; while :; do sleep 0.1; done'
# So it is with mpirun itself, and a rank that fails or is killed.
status=0
CVAE_PROGRAM=$program "$project/launch/train.sh" -np 2 "$scratch/none.yaml" >"$scratch/output" 2>&1 || status=$?
[ "$status" -eq 66 ] && [ "$(wc -l <"$scratch/output")" -eq 1 ] && grep -q '^cvae_mpi: .*none.yaml: No such file' "$scratch/output" ||
    fail "$status $(cat "$scratch/output")"
printf '#!/bin/sh\n[ "$1" = folder ] && echo 2 && exit\n[ "$OMPI_COMM_WORLD_RANK" = 0 ] || kill -KILL $$\nsleep 60\n' >"$scratch/killed"
chmod +x "$scratch/killed"
status=0
CVAE_PROGRAM=$scratch/killed "$project/launch/train.sh" -np 2 "$scratch/train.yaml" >"$scratch/output" 2>&1 || status=$?
[ "$status" -eq 137 ] && [ "$(cat "$scratch/output")" = "train.sh: a rank was killed by KILL, as where memory is out; $goes_on" ] ||
    fail "$status $(cat "$scratch/output")"
says_call

# The word `help` is a question, and who has to wait for the first build is told.
PATH=$scratch/bin:$PATH "$scratch/project/launch/train.sh" help | grep -q '^Trains under mpirun' || fail "train.sh help"
rm "$scratch/project/build/cvae_mpi"
status=0
PATH=$scratch/bin:$PATH "$scratch/project/launch/train.sh" -np 1 >"$scratch/output" 2>&1 || status=$?
[ "$status" -eq 127 ] && [ "$(head -n 1 "$scratch/output")" = "building $scratch/project/build/cvae_mpi" ] ||
    fail "$status: $(cat "$scratch/output")"
ln -s "$program" "$scratch/project/build/cvae_mpi"

# All options of the program's training, with and without a value, as words of the launcher.
"$program" train --help >"$scratch/help"
mapfile -t known < <(sed -nE 's/^ +(-., )?(--[a-z-]+)(=.*)?( .*|$)/\2\3/p' "$scratch/help" | sed -E 's/=.*/=a=1/')
[ "${#known[@]}" -ge 12 ] || fail "options of the training: ${known[*]}"
for option in "${known[@]}"; do
    PATH=$scratch/bin:$PATH "$scratch/project/launch/train.sh" "$option" "$scratch/train.yaml" >"$scratch/output" 2>&1 ||
        fail "$option: $(cat "$scratch/output")"
done
rm -f "$scratch/call"

# refuses STATUS TEXT ARGUMENT...: nothing is started, and one line says why. $launcher is another one's path.
refuses() {
    local expected=$1 text=$2 status=0 path=${launcher:-$scratch/project/launch/train.sh}
    shift 2
    PATH=$scratch/bin:$PATH "$path" "$@" >"$scratch/output" 2>&1 || status=$?
    [ "$status" -eq "$expected" ] || fail "status $status, not $expected: ${path##*/} $* ($(cat "$scratch/output"))"
    [[ $(cat "$scratch/output") = "${path##*/}: $text"* ]] || fail "$*: not '$text' but '$(cat "$scratch/output")'"
    [ "$(wc -l <"$scratch/output")" -eq 1 ] && [ ! -e "$scratch/call" ] || fail "$*: $(cat "$scratch/output")"
}
# The same words under each name.
export CVAE_PROGRAM=$program
for name in train.sh supervise.sh hosts.sh; do
    launcher=$scratch/project/launch/$name
    hostfile=()
    [ "$name" != hosts.sh ] || hostfile=(--hostfile "$scratch/train.yaml")
    refuses 64 "two configurations: a.yaml and b.yaml" "${hostfile[@]}" a.yaml --resume b.yaml
    refuses 64 "-np is given twice: 2 and 3" "${hostfile[@]}" -np 2 --np=3
    refuses 64 "unknown option --restart: did you mean --restarts?" "${hostfile[@]}" --restart 3
    refuses 64 "--resume and --overwrite exclude each other" --resume "${hostfile[@]}" --overwrite
    refuses 64 "-np needs a whole number from 1: '0'" "${hostfile[@]}" -np0
    refuses 64 "--np needs a whole number from 1: ''" "${hostfile[@]}" --np=
    refuses 64 "--pause needs a whole number from 0: '0.5'" "${hostfile[@]}" --pause 0.5
    refuses 64 "--on-stop needs end or resume: 'go'" "${hostfile[@]}" --on-stop go
    refuses 64 "--timing needs a value" "${hostfile[@]}" --timing
    refuses 64 "--init needs a value" "${hostfile[@]}" --init
    refuses 64 "--answering=no: " "${hostfile[@]}" --answering=no
    refuses 64 "an empty word stands " "${hostfile[@]}" ""
    refuses 64 "--set is missing before name=x" "${hostfile[@]}" name=x
    # shellcheck disable=SC1083 # as a shell splits it
    refuses 64 "the shell has split '--set train.kl_weight={schedule:' before 'linear,': " "${hostfile[@]}" \
        --set train.kl_weight={schedule: linear, to: 0.1}
    "$launcher" --help >"$scratch/output" || fail "--help"
    [ "$(wc -l <"$scratch/output")" -le 24 ] && ! grep -q '.\{81\}' "$scratch/output" || fail "$(cat "$scratch/output")"
done
launcher=$scratch/project/launch/hosts.sh
refuses 64 "a hostfile is needed"
launcher=
refuses 64 "--answering goes with --hostfile" --answering
unset CVAE_PROGRAM
starts "-np 3 $started $scratch/train.yaml" -np3 "$scratch/train.yaml"
starts "-np 3 $started ./-x.yaml --set name=a" --set name=a --np=3 -- -x.yaml
starts "-np 3 $started ./eval" -n=3 eval
starts "-np 2 $started $scratch/train.yaml --resume" --restarts=0 -n 2 "$scratch/train.yaml"
starts "-np 2 $started $scratch/train.yaml --resume --init m.npz" --resume --restarts=0 --init m.npz -n 2 "$scratch/train.yaml"
starts "-np 2 $started $scratch/train.yaml --overwrite --timing t" --on-stop resume "$scratch/train.yaml" -np 2 --timing t --overwrite

# Hostfiles: what is wrong is said with its line, and Windows' line ends and mark at the beginning are none of a host's name.
hostfile() { printf "$@" >"$scratch/hostfile"; }
hostfile 'localhost slots=2\n# nobody\n\tnode slots=x\n'
refuses 65 "$scratch/hostfile:3: slots needs a number from 1: slots=x" --hostfile "$scratch/hostfile"
hostfile 'localhost\r\n\r\nnode 4\r\n'
refuses 65 "$scratch/hostfile:3: 4 is not known; " --hostfile="$scratch/hostfile"
hostfile 'slots=4\n'
refuses 65 "$scratch/hostfile:1: no host stands before slots=4" --hostfile "$scratch/hostfile"
hostfile 'node\n-oProxyCommand=x\n'
refuses 65 "$scratch/hostfile:2: " --hostfile "$scratch/hostfile"
hostfile 'node\n\xff\n'
refuses 65 "$scratch/hostfile:2: \$'\\377' is no host's name" --hostfile "$scratch/hostfile"
refuses 66 "$scratch: a folder, " --hostfile "$scratch"
printf '#!/bin/sh\nprintf "%%s\\n" "$*" >"%s"\ncat "$2" >"%s"\n' "$scratch/call" "$scratch/hosts" >"$scratch/bin/mpirun"
for text in '\xef\xbb\xbflocalhost\tslots = 2 # here\r\n' 'localhost slots=2 max_slots=3'; do
    hostfile "$text"
    PATH=$scratch/bin:$PATH "$scratch/project/launch/train.sh" --hostfile "$scratch/hostfile" -np 3 "$scratch/train.yaml" --resume \
        >"$scratch/output" 2>&1 || fail "$(cat "$scratch/output")"
    [[ $(cat "$scratch/call") = "--hostfile "*" -np 3 "*"$started $scratch/train.yaml --resume" ]] || fail "$(cat "$scratch/call")"
    [[ $(cat "$scratch/hosts") = "localhost slots=2"?( max_slots=3) ]] || fail "$(od -c "$scratch/hosts")"
done


# Folders and files of any name; launchers called by any path, through links and by PATH.
printf '#!/bin/sh\nfor word; do printf "<%%s>" "$word"; done >"%s"\n' "$scratch/call" >"$scratch/bin/mpirun"
# shellcheck disable=SC2016,SC2088 # names as they are
for name in 'a b' 'a # b' 'a: b' "it's" 'say "a"' '100%d' 'a&b' 'a[b]c' '*' '$HOME' 'a\b' 'Verbformen – größte' '-np' '~' 'a;b,c'; do
    there=$scratch/any/$name
    mkdir -p "$there/bin" "$there/data"
    cp -r "$project/launch" "$there"
    ln -s "$program" "$there/bin/program"
    cp "$scratch/train.yaml" "$there/data/$name.yaml"
    cp "$scratch/verbs.txt" "$there/data"
    printf 'localhost slots=2\n' >"$there/data/$name"
    ln -s ../launch/train.sh "$there/bin/train"
    ln -s train "$there/bin/again"
    training="<$there/data/../bin/program><./$name.yaml>"
    options="<--set><name=$name><--timing><$there/t>"
    # calls EXPECTED COMMAND...: from the data's folder mpirun is called so.
    calls() {
        local expected=$1
        shift
        rm -f "$scratch/call"
        (cd -- "$there/data" && CVAE_PROGRAM=../bin/program PATH=$scratch/bin:$there/bin:$PATH &&
            export CVAE_PROGRAM && "$@" --set "name=$name" --timing "$there/t" -- "./$name.yaml") >"$scratch/output" 2>&1 ||
            fail "$name: $*: $(cat "$scratch/output")"
        # shellcheck disable=SC2053 # a pattern
        [[ $(cat "$scratch/call") = $expected ]] || fail "$name: $*: mpirun $(cat "$scratch/call")"
    }
    plain=$(printf '<-np><2>%s%s' "$training" "$options" | sed 's/[][*?\\]/\\&/g')
    calls "$plain" "$there/launch/train.sh" -np 2
    calls "$plain" ../launch/train.sh -np 2
    calls "$plain" bash -u ../bin/again -np 2
    # A colon ends a folder in PATH.
    [[ $name = *:* ]] || calls "$plain" again -np 2
    calls "${plain/.yaml>/.yaml><--resume>}" ../launch/supervise.sh -np 2
    rm -r "$there/data/runs" 2>/dev/null || true
    TMPDIR=$there calls "<--hostfile>*<-np><2>*${plain#*<2>}" ../launch/hosts.sh --hostfile "$name" -np 2
done

# What the calling shell has set plays no part. (BASH_ENV does what it likes before a script that `bash` is called with.)
cat >"$scratch/environment" <<'SCRIPT'
set -o noclobber -o nounset -o noglob
shopt -s expand_aliases nocasematch failglob
alias local=false echo=false
IFS=/.
cd() { builtin cd "$@" && echo "now in $PWD"; }
echo() { builtin echo "echoed: $*"; }
nproc() { builtin echo 1; }
printf() { :; }
readonly IFS
SCRIPT
rm -rf "$scratch/any"
mkdir -p "$scratch/any/launch"
printf 'exit 3\n' | tee "$scratch/any/launch/words.sh" >"$scratch/any/launch/train.sh"
cd "$scratch/project"
cp "$scratch/train.yaml" "$scratch/verbs.txt" .
# surrounded SETTING... -- COMMAND...: with those variables mpirun is called as ever.
surrounded() {
    local settings=()
    while [ "$1" != -- ]; do
        settings+=("$1")
        shift
    done
    rm -f "$scratch/call"
    env "PATH=$scratch/bin:$PATH" "CVAE_PROGRAM=$program" "${settings[@]}" "${@:2}" train.yaml --set name=a >"$scratch/output" 2>&1 ||
        fail "${settings[*]}: ${*:2}: $(cat "$scratch/output")"
    [[ $(cat "$scratch/call") =~ ^'<-np><8><'"$program"'><train.yaml>'('<--resume>')?'<--set><name=a>'$ ]] ||
        fail "${settings[*]}: ${*:2}: mpirun $(cat "$scratch/call")"
}
for command in launch/train.sh 'bash launch/train.sh' launch/supervise.sh 'bash -u launch/supervise.sh'; do
    read -ra command <<<"$command"
    surrounded "CDPATH=$scratch/any:.:$HOME" -- "${command[@]}"
    surrounded "BASH_ENV=$scratch/environment" "ENV=$scratch/environment" -- "${command[@]}"
    surrounded 'BASH_FUNC_cd%%=() { builtin cd "$@" && builtin echo hook; }' 'BASH_FUNC_echo%%=() { :; }' -- "${command[@]}"
    surrounded SHELLOPTS=noclobber:nounset:noglob BASHOPTS=failglob:nocasematch POSIXLY_CORRECT=1 GLOBIGNORE='*' -- "${command[@]}"
    surrounded GREP_OPTIONS=-v GREP_COLORS='mt=01' GREP_COLOR=1 LC_ALL=de_DE.UTF-8 LANG=tr_TR LC_NUMERIC=fr_FR TZ=no/where -- "${command[@]}"
    surrounded "TMPDIR=$scratch/none" -- "${command[@]}"
    grep -q "TMPDIR is no folder to write to: $scratch/none; /tmp is used$" "$scratch/output" || fail "$(cat "$scratch/output")"
    [ ! -e "$scratch/none" ] || fail "TMPDIR was made"
done
# mpi_environment.sh is sourced by other shells, with what they have set.
# shellcheck disable=SC2016
bash -euo pipefail -O nocasematch -O failglob -c 'set -o noclobber; IFS=/x2; . "$1"; . "$1" 9; slurm_total "8(x2),4"' \
    - "$project/launch/mpi_environment.sh" >"$scratch/output" 2>&1 || fail "$(cat "$scratch/output")"
[ "$(cat "$scratch/output")" = 20 ] || fail "$(cat "$scratch/output")"

# Where CMake cannot build, it is said why.
mkdir "$scratch/a[b]"
cp -r "$project/launch" "$scratch/a[b]"
printf '#!/bin/sh\nexit 1\n' >"$scratch/bin/cmake"
status=0
PATH=$scratch/bin:$PATH "$scratch/a[b]/launch/train.sh" >"$scratch/output" 2>&1 || status=$?
[ "$status" -eq 69 ] || fail "status $status where CMake fails: $(cat "$scratch/output")"
grep -q '^CMake and make build in no folder that has one of ' "$scratch/output" || fail "$(cat "$scratch/output")"
