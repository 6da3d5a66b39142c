#!/usr/bin/env bash
# Trains under mpirun and starts again after a crash, from the newest good checkpoint:
#   launch/supervise.sh [--restarts N] [--fewer-ranks] [--np N] [--hostfile FILE] [--pause SECONDS] [--on-stop end|resume]
#       CONFIG [ARGUMENT...]
# The arguments are those of cvae_mpi: --set KEY=VALUE, ... The run is always resumed, and begun where there is nothing to
# resume; with --overwrite it is begun anew, once.
#   --restarts N     how many restarts in a row may bring no new checkpoint (3); one that does begins the count anew
#   --fewer-ranks    each restart has one rank less than the one before, at least one
#   --np N           ranks; as many as there are cores when left out, or slots in the hostfile, and the training can use
#   --hostfile FILE  on those hosts of an Open MPI hostfile that can be used, asked anew at each start; launch/hosts.sh says
#                    what they need
#   --pause SECONDS  before the first restart (1); doubled with each one that brought no new checkpoint, up to a minute
#   --on-stop WHAT   after status 75, which means "resume me" and was not asked for through this script: end (as left out)
#                    or resume
# Not started again: after 0; after 64, 65, 66, 77, 78 (command line, data, files, checkpoint, configuration) and 76
# (diverged), because the same again would end the same; where the program is missing (126, 127); and after TERM, INT,
# HUP, PIPE or USR2, which are passed on to mpirun (HUP and PIPE as TERM), as USR1 is. The exit status is that of the last
# mpirun. What happens is written to standard error and, once there is one, to supervisor.log in the run's folder.
# CVAE_PROGRAM: another program than build/cvae_mpi.
set -uo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=${CVAE_PROGRAM:-$project/build/cvae_mpi}
. "$project/launch/run_folder.sh"

restarts=3
fewer_ranks=
ranks=
hostfile=
pause=1
on_stop=end

usage() {
    echo "supervise.sh: $*" >&2
    exit 64
}
number() {
    [[ ${2:-} =~ ^[0-9]+$ ]] || usage "$1 needs a whole number"
}
while [ $# -gt 0 ]; do
    case $1 in
    --restarts) number "$@" && restarts=$2 && shift ;;
    --np | -np) number "$@" && [ "$2" -gt 0 ] || usage "$1 needs a number of ranks, from 1" && ranks=$2 && shift ;;
    --pause) number "$@" && pause=$2 && shift ;;
    --on-stop) [[ ${2:-} =~ ^(end|resume)$ ]] || usage "$1 needs end or resume" && on_stop=$2 && shift ;;
    --fewer-ranks) fewer_ranks=yes ;;
    --hostfile) [ -r "${2:-}" ] || usage "$1 needs a file" && hostfile=$2 && shift ;;
    --*) usage "$1 is not known here; what is for cvae_mpi stands behind the configuration" ;;
    *) break ;;
    esac
    shift
done
[ $# -gt 0 ] || usage "a configuration is needed"
[ -z "$fewer_ranks" ] || [ -z "$hostfile" ] || [ -n "$ranks" ] || usage "--fewer-ranks of a hostfile needs --np"
config=$1
shift

# The arguments of the program, without those that say how to begin.
arguments=()
begin=--resume
for argument in "$@"; do
    case $argument in
    --overwrite) begin=--overwrite ;;
    --resume) ;;
    *) arguments+=("$argument") ;;
    esac
done
[ -n "$ranks" ] || [ -n "$hostfile" ] || choose_ranks "$(nproc)" "$config" ${arguments[@]+"${arguments[@]}"}

# log WORD...: a line with the time. Kept until the run has a folder: a run that cannot begin should leave none.
folder=
unwritten=
log() {
    local line
    line="$(date '+%Y-%m-%d %H:%M:%S') $*"
    echo "supervise: $line" >&2
    unwritten+=$line$'\n'
    if [ -n "$folder" ] && [ -d "$folder" ] && printf '%s' "$unwritten" 2>/dev/null >>"$folder/supervisor.log"; then
        unwritten=
    fi
}

said_step() {
    [ "$1" -ge 0 ] && echo "step $1" || echo "no checkpoint"
}

# Signals are passed on to mpirun.
. "$project/launch/child.sh"
for signal in TERM INT USR1 USR2; do
    # shellcheck disable=SC2064
    trap "pass_on $signal; log \"$signal \${child:+passed on}\"" "$signal"
done
trap 'pass_on TERM; log "HUP ${child:+passed on as TERM}"' HUP

# What tells a folder from another one of its name: --overwrite sets the old one aside, behind a link what it leads to.
identity() {
    stat -L -c %d:%i "$folder" 2>/dev/null || echo none
}

# Without a folder (a configuration that is wrong) the training says what is wrong.
folder=$(run_folder "$config" ${arguments[@]+"${arguments[@]}"} 2>/dev/null) || folder=
old=$(identity)
reached=-1
[ "$begin" = --overwrite ] || reached=$(newest_step "$folder")
count=0
status=143
while :; do
    [ -z "$stop" ] || { log "$stop while nothing ran" && break; }
    log "starting ${ranks:+$ranks ranks }${hostfile:+on hosts of $hostfile }with $begin, $(said_step "$(newest_step "$folder")")"
    (
        arguments=("$config" "$begin" ${arguments[@]+"${arguments[@]}"})
        if [ -n "$hostfile" ]; then
            exec "$project/launch/hosts.sh" "$hostfile" --answering ${ranks:+-np "$ranks"} "${arguments[@]}"
        fi
        . "$project/launch/mpi_environment.sh" "$ranks"
        exec mpirun -np "$ranks" "$program" "${arguments[@]}"
    ) </dev/null &
    wait_for "$!"
    status=$ended
    step=$(newest_step "$folder")
    why="ended with status $status, $(said_step "$step")"
    # Until the run that was there is set aside, --resume would go on with it.
    [ "$(identity)" = "$old" ] || begin=--resume
    case $status in
    0) log "$why: done" && break ;;
    64 | 65 | 66 | 76 | 77 | 78 | 126 | 127) log "$why: the same again would end the same" && break ;;
    75) [ "$on_stop" = resume ] && [ -z "$stop" ] || { log "$why: stopped, to be resumed" && break; } ;;
    esac
    [ -z "$stop" ] || { log "$why: $stop was passed on" && break; }
    if [ "$begin" = --resume ] && [ "$step" -gt "$reached" ]; then
        reached=$step
        count=0
    fi
    [ "$count" -lt "$restarts" ] || { log "$why: given up after $count restarts without a new checkpoint" && break; }
    count=$((count + 1))
    [ -z "$fewer_ranks" ] || [ "$ranks" -eq 1 ] || ranks=$((ranks - 1))
    seconds=$((pause << (count < 10 ? count - 1 : 9)))
    seconds=$((seconds < 60 || seconds == pause ? seconds : 60))
    log "$why: restart $count of $restarts in $seconds s"
    sleep "$seconds" &
    wait_for "$!"
    status=143
done
exit "$status"
