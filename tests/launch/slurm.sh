# A Slurm of its own, on one node: . slurm.sh, behind shell.sh and install.sh, then start_slurm. Its configuration, its munge key
# and all that it writes are in $scratch, its ports are free ones; it ends with the script. Skips where that cannot be had.
[ "$(id -u)" -eq 0 ] || skip "not root, whom Slurm's daemons want"
needs "slurmctld slurmd slurm-client munge" slurmctld slurmd sbatch munged
! { pgrep -r D,R,S -x slurmctld || pgrep -r D,R,S -x slurmd; } >/dev/null || skip "a Slurm runs on this machine"

export SLURM_CONF=$scratch/slurm.conf
# All that is started from here on has this in its environment, the daemons, the jobs and their ranks: they are told by it.
processes_of_slurm() {
    local process
    for process in /proc/[0-9]*; do
        if grep -q -z -F -x "SLURM_CONF=$SLURM_CONF" "$process/environ" 2>/dev/null; then
            echo "${process#/proc/}"
        fi
    done
}
stop_slurm() {
    local signal waited left
    set +e
    scancel --user=root 2>/dev/null
    for signal in TERM KILL; do
        for waited in {1..50}; do
            # Jobs first, which clean up behind themselves; then the daemons.
            if [ "$signal" = TERM ] && [ "$waited" -lt 40 ] && [ -n "$(squeue --noheader 2>/dev/null)" ]; then
                sleep 0.2
                continue
            fi
            left=$(processes_of_slurm)
            [ -n "$left" ] || break 2
            kill "-$signal" $left 2>/dev/null
            sleep 0.2
        done
    done
    remove_scratch
}

# free_port [OTHER]: a port that nobody has, and that is not the OTHER.
free_port() {
    local port
    while port=$((20000 + RANDOM % 10000)) && { [ "$port" = "${1:-}" ] || (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }; do :; done
    echo "$port"
}

# start_slurm SETTING...: further lines of slurm.conf. A requeued job may begin again after cred_expire, 5 s at least; a job may
# have more cores than the machine.
start_slurm() {
    local node port
    node=$(hostname -s)
    port=$(free_port)
    chmod 755 "$scratch"
    mkdir "$scratch/state" "$scratch/spool"
    cat >"$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$(free_port "$port")
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$scratch/munge.socket,cred_expire=5
StateSaveLocation=$scratch/state
SlurmdSpoolDir=$scratch/spool
SlurmctldPidFile=$scratch/slurmctld.pid
SlurmdPidFile=$scratch/slurmd.pid
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0
ReturnToService=2
NodeName=$node NodeAddr=127.0.0.1 CPUs=16 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES State=UP
CONF
    printf '%s\n' "$@" >>"$SLURM_CONF"
    # Named, so that slurmd does not look for the cgroups that it does not use here.
    echo "CgroupPlugin=cgroup/v1" >"$scratch/cgroup.conf"
    (umask 077 && head -c 128 /dev/urandom >"$scratch/munge.key")
    trap stop_slurm EXIT
    daemon munged --foreground --force --socket="$scratch/munge.socket" --key-file="$scratch/munge.key" \
        --pid-file="$scratch/munged.pid" --seed-file="$scratch/munged.seed"
    until [ -S "$scratch/munge.socket" ]; do alive munged; done
    daemon slurmctld -D -i
    daemon slurmd -D
    until sinfo --noheader --states=idle 2>/dev/null | grep -q idle; do
        alive munged
        alive slurmctld
        alive slurmd
    done
}
# daemon NAME ARGUMENT...: in the background, what it says in $scratch/NAME.log. It ends if the script is killed, too.
declare -A daemons
daemon() {
    setsid setpriv --pdeathsig KILL "$@" >"$scratch/$1.log" 2>&1 &
    daemons[$1]=$!
}
alive() {
    sleep 0.1
    kill -0 "${daemons[$1]}" 2>/dev/null || fail "$1 has ended: $(tail -n 20 "$scratch/$1.log")"
}

# state_of JOB: PENDING, RUNNING, COMPLETED, ...
state_of() {
    scontrol show job "$1" | sed -nE 's/.*JobState=([A-Z_]+).*/\1/p'
}
# log_of JOB: the file that it writes to.
log_of() {
    scontrol show job "$1" | sed -nE 's/ *StdOut=//p'
}
# ends_as STATE JOB...: waits until the jobs have ended, all of them so.
ends_as() {
    local expected=$1 job state
    shift
    for job in "$@"; do
        while state=$(state_of "$job"); [[ $state =~ ^(PENDING|CONFIGURING|RUNNING|COMPLETING)$ ]]; do sleep 0.2; done
        [ "$state" = "$expected" ] || fail "job $job: $state, not $expected: $(tail -n 40 "$(log_of "$job")")"
    done
}
