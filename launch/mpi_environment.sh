# The settings of Open MPI that this program wants, in one place. To be sourced: . launch/mpi_environment.sh [RANKS [CORES]]
# CORES: this machine's when left out, or the Slurm job's. mpirun hands all OMPI_* variables on to the ranks of other hosts.

# mpirun refuses to run as root (in containers) and to start more ranks than there are cores, unless told otherwise.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1
# Shared memory without cross-process reads, which containers forbid ("Read -1, expected N").
export OMPI_MCA_btl_vader_single_copy_mechanism=none
# Where files have a size limit: PMIx's data and the ranks' messages go without files of several MB. mpirun that cannot make one
# does not end (its PMIx waits for a lock that it holds itself).
if [ "$(ulimit -f)" != unlimited ]; then
    export PMIX_MCA_gds=${PMIX_MCA_gds:-hash} OMPI_MCA_shmem=${OMPI_MCA_shmem:-sysv}
fi
# Messages of all ranks, not only of the first.
export OMPI_MCA_orte_base_help_aggregate=0

# slurm_total LIST: the sum of a list in Slurm's form, a number for each host: 8(x2),4 is 20.
slurm_total() {
    local part parts total=0
    IFS=, read -ra parts <<<"$1"
    for part in "${parts[@]}"; do
        if [[ $part =~ ^([0-9]+)(\(x([0-9]+)\))?$ ]]; then
            total=$((total + BASH_REMATCH[1] * ${BASH_REMATCH[3]:-1}))
        fi
    done
    printf '%s\n' "$total"
}
# The cores of all hosts that there are for the ranks: in a Slurm job those of the allocation, otherwise those of this machine that
# this process may run on, or as many whole ones as the CPU time that control groups leave it (docker --cpus, Kubernetes
# limits). Whole ones only, but at least one: the group's ranks all stand still once its time is used up, so that one more rank
# than there are whole cores would have each step wait for the next period.
mpi_cores() {
    [ -z "${SLURM_JOB_CPUS_PER_NODE:-}" ] || { slurm_total "$SLURM_JOB_CPUS_PER_NODE"; return; }
    # nproc goes by OpenMP's variables, which say nothing of ranks. CVAE_SYSTEM_ROOT: tests have files of their own.
    local system=${CVAE_SYSTEM_ROOT:-} cores mounts='' line field point within folder quota period
    cores=$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc)
    if [ -r "$system/proc/self/mountinfo" ] && [ -r "$system/proc/self/cgroup" ]; then
        mounts=$(<"$system/proc/self/mountinfo")
    fi
    while read -r line; do
        # ID PARENT DEVICE ROOT POINT OPTIONS ... - TYPE SOURCE OPTIONS; blanks in a path are \040.
        IFS=' ' read -ra field <<<"$line"
        case "${line##* - } " in
        "cgroup2 "*) within=$(sed -n 's/^0:://p' "$system/proc/self/cgroup") ;;
        "cgroup "*[\ ,]cpu[\ ,]*) within=$(sed -nE 's/^[0-9]+:([^:]*,)?cpu(,[^:]*)?://p' "$system/proc/self/cgroup") ;;
        *) continue ;;
        esac
        printf -v point %b "$system${field[4]}"
        # The group as seen from the mount; where it stands elsewhere, the mount is all that can be seen.
        [ "${field[3]}" = / ] || within=${within#"${field[3]}"}
        folder=$point${within%/}
        [ -d "$folder" ] || folder=$point
        while [[ $folder/ == "$point"/* ]]; do
            quota=max
            [ ! -r "$folder/cpu.max" ] || read -r quota period <"$folder/cpu.max" || true
            [ ! -r "$folder/cpu.cfs_quota_us" ] || quota=$(<"$folder/cpu.cfs_quota_us") period=$(<"$folder/cpu.cfs_period_us")
            if [[ $quota =~ ^[1-9][0-9]*$ && ${period:=100000} =~ ^[1-9][0-9]*$ ]] && [ $((quota / period)) -lt "$cores" ]; then
                cores=$((quota < period ? 1 : quota / period))
            fi
            [ "$folder" != "$point" ] || break
            folder=${folder%/*}
        done
    done <<<"$mounts"
    echo "$cores"
}
# Ranks that wait give the core away, and none is bound to one, when there are more ranks than cores.
# Sourced without a number, it sees those of its caller's arguments.
if [[ ${1:-} =~ ^[0-9]+$ ]] && [ "$1" -gt "${2:-$(mpi_cores)}" ]; then
    export OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_hwloc_base_binding_policy=none
fi
# A host that is gone, or whose link is, ends the job. TCP by itself finds out only when there is something to send, and then
# after a quarter of an hour. mpirun's connections to its daemons are quiet: they are probed, and given up after 10 + 4 * 5 s.
# Nobody probes while something is under way, such as a signal passed on; but mpirun also keeps an ssh session to each host,
# which is given up after 40 s. No daemon stands behind another one, who would not pass on that it is gone.
export OMPI_MCA_routed_radix=${OMPI_MCA_routed_radix:-1024}
export OMPI_MCA_oob_tcp_keepalive_time=${OMPI_MCA_oob_tcp_keepalive_time:-10}
export OMPI_MCA_oob_tcp_keepalive_intvl=${OMPI_MCA_oob_tcp_keepalive_intvl:-5}
export OMPI_MCA_oob_tcp_keepalive_probes=${OMPI_MCA_oob_tcp_keepalive_probes:-4}
if [[ ${OMPI_MCA_plm_rsh_args:-} != *ServerAlive* ]]; then
    OMPI_MCA_plm_rsh_args+="${OMPI_MCA_plm_rsh_args:+ }-o ServerAliveInterval=10 -o ServerAliveCountMax=3"
    export OMPI_MCA_plm_rsh_args
fi
