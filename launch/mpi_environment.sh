# The settings of Open MPI that this program wants, in one place. To be sourced: . launch/mpi_environment.sh [RANKS [CORES]]
# CORES: this machine's when left out, or the Slurm job's. mpirun hands all OMPI_* variables on to the ranks of other hosts.

# mpirun refuses to run as root (in containers) and to start more ranks than there are cores, unless told otherwise.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1
# Shared memory without cross-process reads, which containers forbid ("Read -1, expected N").
export OMPI_MCA_btl_vader_single_copy_mechanism=none
# Messages of all ranks, not only of the first.
export OMPI_MCA_orte_base_help_aggregate=0

# slurm_total LIST: the sum of a list in Slurm's form, a number for each host: 8(x2),4 is 20.
slurm_total() {
    local part total=0
    for part in ${1//,/ }; do
        [[ $part =~ ^([0-9]+)(\(x([0-9]+)\))?$ ]] && total=$((total + BASH_REMATCH[1] * ${BASH_REMATCH[3]:-1}))
    done
    echo "$total"
}
# The cores of all hosts that there are for the ranks: in a Slurm job those of the allocation.
mpi_cores() {
    [ -z "${SLURM_JOB_CPUS_PER_NODE:-}" ] && nproc || slurm_total "$SLURM_JOB_CPUS_PER_NODE"
}
# Ranks that wait give the core away, and none is bound to one, when there are more ranks than cores.
if [ "${1:-1}" -gt "${2:-$(mpi_cores)}" ]; then
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
