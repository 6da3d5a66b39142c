#!/usr/bin/env bash
# Several hosts over ssh and TCP: launch/hosts.sh gives the bits of one host; says what is wrong with a host before anything
# begins; when one is cut off in mid-run the job ends, all of it, and is resumed with those left, by hand and by
# launch/supervise.sh, to the same end.
. "$(dirname "$0")/../support/shell.sh"
if is_sanitized; then
    echo "skipped: scripts, which the sanitizers say nothing about" >&2
    exit 77
fi
. "$(dirname "$0")/network.sh"
start_hosts 3

# Only host1 has the data, the configuration, the run and the folder that all is started in.
mkdir "$scratch/own" "$scratch/own/here"
for host in 2 3; do
    on_host "$host" mount -t tmpfs tmpfs "$scratch/own"
done
cd "$scratch/own/here"
write_config "$scratch/train.yaml"
mv "$scratch/train.yaml" "$scratch/verbs.txt" "$scratch/own"
config=../train.yaml
run=$scratch/own/runs/small
long=(--set train.epochs=25 --set checkpoint.every_steps=1 --set evaluate.every=0)
export CVAE_PROGRAM=$program
printf 'host%d slots=1\n' 1 2 3 >"$scratch/three"
head -n 2 "$scratch/three" >"$scratch/two"
output=$scratch/output

# run_script NAME ARGUMENT...: one of launch/, on host1.
run_script() { on_host 1 timeout -k 5 120 env -C "$PWD" "$project/launch/$1" "${@:2}" >"$output" 2>&1; }
launch() { run_script hosts.sh "$@"; }
says() { grep -q -e "$1" "$output" || fail "it does not say '$1': $(cat "$output")"; }
ends_at() { [ "$(value_of content_hash "$run/last.h5")" = "$1" ] || fail "$2 ended elsewhere: $(cat "$output")"; }

# The hashes of one host.
run_ranks 2 "$config" "${long[@]}" || fail "$(cat "$output")"
expected_long=$(value_of content_hash "$run/last.h5")
run_ranks 1 "$config" --overwrite || fail "$(cat "$output")"
expected=$(value_of content_hash "$run/last.h5")

expect_status 0 launch "$scratch/three" "$config" --overwrite
says "ranks    3 on 3 hosts"
ends_at "$expected" "three hosts"
expect_status 0 launch "$scratch/two" -np 5 "$config" --overwrite
says "ranks    5 on 2 hosts"
ends_at "$expected" "two hosts"
# Of the two ranks of a host, which share their state, and the one of another, which does not.
expect_status 75 launch "$scratch/two" -np 3 "$config" --overwrite --stop-after 3
expect_status 0 launch "$scratch/two" -np 3 "$config" --resume
says "ranks    3 on 2 hosts"
ends_at "$expected" "two hosts, resumed"

# No more ranks than a step has shards, and options wherever they stand.
expect_status 0 launch --set train.micro_batch=30 "$scratch/three" "$config" --overwrite
says "^2 ranks for 3 cores: "
says "ranks    2 on 2 hosts"
expect_status 78 launch "$scratch/three" "$config" --set train.micro_batch=30 --answering --resume -np 3
says "3 ranks, but 60 words a step in shards of 30 "

# What is wrong is said in one line, and nothing is started.
expect_status 64 launch
expect_status 66 launch nowhere "$config"
says "hosts.sh: nowhere: no such hostfile"
echo "# nobody" >"$scratch/empty"
expect_status 66 launch "$scratch/empty" "$config"
says "no host stands in it"
on_host 2 mount --bind /bin/true "$program"
printf 'host%d\n' 1 2 9 >"$scratch/wrong"
expect_status 69 launch "$scratch/wrong" "$config" --overwrite
says "^hosts.sh: host2 cannot be used: it says 'true .*' where this host says 'cvae_mpi"
says "^hosts.sh: host9 cannot be used: ssh: Could not resolve"
[ "$(wc -l <"$output")" -eq 2 ] || fail "$(cat "$output")"
on_host 2 umount "$program"

# is_left_alone N: no rank and no daemon is left there.
is_left_alone() {
    local waited
    for waited in {1..100}; do
        on_host "$1" ps -A -o args= | grep -E "^orted|^mpirun|^$program" >"$scratch/left" || return 0
        sleep 0.1
    done
    fail "left on host$1: $(cat "$scratch/left")"
}
# begin COMMAND...: a run anew in the background, through a few steps. Its job is $job.
begin() {
    rm -rf "$run"
    "$@" &
    job=$!
    until [[ $(readlink "$run/last.h5") > step-0000000004.h5 ]]; do
        kill -0 "$job" 2>/dev/null || fail "it ended by itself: $(cat "$output")"
        sleep 0.01
    done
}

# A variable reaches the ranks of other hosts, and so does a signal.
CVAE_ISA=portable begin launch "$scratch/three" "$config" "${long[@]}" --set train.epochs=1000000
on_host 3 cat "/proc/$(on_host 3 pgrep -o -f "^$program")/environ" | tr '\0' '\n' >"$scratch/environment"
grep -q -x CVAE_ISA=portable "$scratch/environment" || fail "host3 has $(cat "$scratch/environment")"
on_host 1 pkill -USR2 -o -f '^bash .*launch/hosts.sh'
expect_status 75 wait "$job"
says "stopped by SIGUSR2 after step"

# Cut off in mid-run.
begin launch "$scratch/three" "$config" "${long[@]}"
cut_link 2
SECONDS=0
expect_status 69 wait "$job"
took=$SECONDS
[ "$took" -le 60 ] || fail "it took $took s to end: $(cat "$output")"
says "^cvae_mpi: ended: no word from host2: ssh: "
[ "$(grep -c '^cvae_mpi: ended: ' "$output")" -eq 1 ] || fail "$(cat "$output")"
for host in 1 2 3; do
    is_left_alone "$host"
done
expect_status 0 "$program" verify "$run" >"$output"
at=$(value_of step "$run/last.h5")

expect_status 0 launch "$scratch/three" --answering "$config" "${long[@]}" --resume
says "^hosts.sh: goes on without host2: ssh: "
says "ranks    2 on 2 hosts"
ends_at "$expected_long" "the hosts left"
join_link 2

# The same by itself; here the link is given up sooner.
export OMPI_MCA_oob_tcp_keepalive_time=3 OMPI_MCA_oob_tcp_keepalive_intvl=1 OMPI_MCA_oob_tcp_keepalive_probes=3
begin run_script supervise.sh --hostfile "$scratch/three" --pause 0 "$config" "${long[@]}"
cut_link 3
expect_status 0 wait "$job"
says "supervise: .* ended with status 69, step [0-9]*: restart 1 of 3 in 0 s"
says "^hosts.sh: goes on without host3: ssh: "
ends_at "$expected_long" "the supervised run"
echo "cut off at step $at, it ended after $took s"
