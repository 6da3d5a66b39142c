#!/usr/bin/env bash
# What launch/train.sh starts, with stand-ins for the build and mpirun.
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
printf '#!/bin/sh\nprintf "%%s\\n" "$*" >"%s"\n' "$scratch/call" >"$scratch/bin/mpirun"
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
starts "-np 8 $started $scratch/project/launch/train.yaml --overwrite" --overwrite
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
