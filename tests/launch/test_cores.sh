#!/usr/bin/env bash
# How many cores launch/mpi_environment.sh counts: control groups of both versions, made up here, under a machine of 8 cores.
. "$(dirname "$0")/../support/shell.sh"
if is_sanitized; then
    echo "skipped: a script, which the sanitizers say nothing about" >&2
    exit 77
fi
mkdir "$scratch/bin"
# shellcheck disable=SC2016
printf '#!/bin/sh\necho "${OMP_NUM_THREADS:-8}"\n' >"$scratch/bin/nproc"
chmod +x "$scratch/bin/nproc"
PATH=$scratch/bin:$PATH
unset SLURM_JOB_CPUS_PER_NODE
export CVAE_SYSTEM_ROOT=$scratch/system
v1='32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct'
v2='41 31 0:38 / /sys/fs/cgroup rw,nosuid,nodev - cgroup2 cgroup2 rw,nsdelegate'

# machine MOUNT GROUP: a new one, with that line of mountinfo and of /proc/self/cgroup.
machine() {
    rm -rf "$CVAE_SYSTEM_ROOT"
    mkdir -p "$CVAE_SYSTEM_ROOT/proc/self"
    printf '22 1 254:0 / / rw - ext4 /dev/vda rw\n33 31 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n%s\n' "$1" \
        >"$CVAE_SYSTEM_ROOT/proc/self/mountinfo"
    printf '3:cpuset:/other\n%s\n' "$2" >"$CVAE_SYSTEM_ROOT/proc/self/cgroup"
}
# v1_group, v2_group FOLDER QUOTA PERIOD
v1_group() {
    mkdir -p "$CVAE_SYSTEM_ROOT/sys/fs/cgroup/cpu,cpuacct$1"
    echo "$2" >"$CVAE_SYSTEM_ROOT/sys/fs/cgroup/cpu,cpuacct$1/cpu.cfs_quota_us"
    echo "$3" >"$CVAE_SYSTEM_ROOT/sys/fs/cgroup/cpu,cpuacct$1/cpu.cfs_period_us"
}
v2_group() {
    mkdir -p "$CVAE_SYSTEM_ROOT/sys/fs/cgroup$1"
    echo "$2 $3" >"$CVAE_SYSTEM_ROOT/sys/fs/cgroup$1/cpu.max"
}
# counts CORES WHAT
counts() {
    local cores
    cores=$(set -u && . "$project/launch/mpi_environment.sh" 1 && mpi_cores)
    [ "$cores" = "$1" ] || fail "$2: $cores cores, not $1"
}

machine "$v2" 0::/
counts 8 "no limit"
OMP_NUM_THREADS=1 counts 8 "OpenMP's threads"
SLURM_JOB_CPUS_PER_NODE='16(x2),4' counts 36 "a Slurm job"

for version in v1 v2; do
    none=max
    group=0::/a/b
    [ $version = v2 ] || none=-1 group=4:cpu,cpuacct:/a/b
    # quota, period, cores
    while read -r quota period cores; do
        machine "${!version}" "$group"
        ${version}_group /a/b "$quota" "$period"
        counts "$cores" "$version, $quota of $period"
    done <<LIMITS
$none 100000 8
50000 100000 1
100000 100000 1
150000 100000 1
200000 100000 2
25000 10000 2
750000 100000 7
6400000 100000 8
LIMITS
    # The least of the group's own and its parents'.
    ${version}_group /a 350000 100000
    ${version}_group "" "$none" 100000
    counts 3 "$version, a parent"
    ${version}_group /a/b 200000 100000
    counts 2 "$version, its own"
    ${version}_group "" 50000 100000
    counts 1 "$version, the root"
done

# A container sees its group as the mount's root, whatever its name outside.
machine "${v1/ \/ / \/docker\/0a1b }" 4:cpu,cpuacct:/docker/0a1b
v1_group "" 250000 100000
counts 2 "v1 in a container"
machine "$v2" 0::/../../elsewhere
v2_group "" 250000 100000
counts 2 "v2 in a container"

# No control groups at all, and files that cannot be understood.
rm -r "$CVAE_SYSTEM_ROOT"
counts 8 "no /proc"
machine "$v2" 0::/a
v2_group /a "" ""
counts 8 "an empty limit"
