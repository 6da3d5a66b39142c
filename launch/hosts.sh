#!/usr/bin/env bash
# Trains on several hosts over ssh:
#   launch/hosts.sh HOSTFILE [--answering] [-np RANKS] [CONFIG.yaml] [ARGUMENT...], in any order
# HOSTFILE is Open MPI's: a host a line, as `node2 slots=16`; as many slots as cores when left out.
# RANKS: one a slot when left out, as far as the training can use them; more is fine. CONFIG.yaml: launch/train.yaml when left
# out. The arguments are those of cvae_mpi: --resume, --overwrite, --set KEY=VALUE, ...
#   --answering   goes on without hosts that cannot be used, and says which
# Every host needs: ssh from this one without a password; the Open MPI of this one; the program, at the path that it has here
# (build/cvae_mpi, or CVAE_PROGRAM), the same build. Only rank 0 reads files and writes the run's folder. It runs on this host
# if HOSTFILE has it, else on the first one; the others need none of those files.
# Ranks get this shell's OMPI_*, CVAE_* and OPENBLAS_* variables. Ones that help:
#   OMPI_MCA_plm_rsh_args="-p 2222 -i KEY"   options of ssh, for mpirun and for this script
#   OMPI_MCA_btl_tcp_if_include=10.1.0.0/16  the network for the ranks' messages, where hosts are in several, or its device
#   OMPI_MCA_oob_tcp_if_include=10.1.0.0/16  the network for mpirun's own, likewise
# When a host or its link goes away, the job ends within a minute (launch/mpi_environment.sh), here with status 69 and a line
# that names the host. So do the ranks that were cut off, but for those of a host of which a line of output is under way: TCP
# sends that for a quarter of an hour. Nothing is lost: `--answering` and `--resume` go on with the hosts left, to the same end,
# and `launch/supervise.sh --hostfile` does that by itself. Otherwise the exit status is mpirun's.
set -uo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=${CVAE_PROGRAM:-$project/build/cvae_mpi}
. "$project/launch/options.sh"

# fail STATUS WORD...
fail() {
    echo "hosts.sh: ${*:2}" >&2
    exit "$1"
}
hostfile=
answering=
ranks=
config=
arguments=()
while [ $# -gt 0 ]; do
    case $1 in
    -np | -n | --np)
        ranks=${2:-}
        [[ $ranks =~ ^[1-9][0-9]*$ ]] || fail 64 "$1 needs a number of ranks, from 1"
        shift
        ;;
    --answering) answering=yes ;;
    -*)
        arguments+=("$1")
        if takes_value "$1"; then
            [ $# -gt 1 ] || fail 64 "$1 needs a value"
            arguments+=("$2")
            shift
        fi
        ;;
    *)
        if [ -z "$hostfile" ]; then
            hostfile=$1
        elif [ -z "$config" ]; then
            config=$1
        else
            arguments+=("$1")
        fi
        ;;
    esac
    shift
done
config=${config:-$project/launch/train.yaml}
[ -n "$hostfile" ] || fail 64 "a hostfile is needed"
[ -r "$hostfile" ] && [ -f "$hostfile" ] || fail 66 "$hostfile: no such hostfile"
mapfile -t lines < <(sed -E 's/#.*//; s/^[[:space:]]+//; /^$/d' "$hostfile")
[ ${#lines[@]} -gt 0 ] || fail 66 "$hostfile: no host stands in it"
[ -x "$program" ] || fail 127 "$program is not here: cmake --preset release && cmake --build --preset release"

. "$project/launch/run_folder.sh"
. "$project/launch/mpi_environment.sh" 1
scratch=$(mktemp -d) || exit 73
trap 'rm -rf "$scratch"' EXIT

# What a host is asked, and answers in so many lines.
question='exec 2>&1; ompi_info --version | head -n 1; "$1" --version | head -n 1; printf "build "; cksum <"$1"; nproc'
answer_lines=4
is_here() {
    local address
    address=$(getent hosts "$1" | sed 's/ .*//;q')
    [[ $address == 127.* || $address == ::1 || " $(hostname) $(hostname -I) " == *" $1 "* ||
        " $(hostname -I) " == *" ${address:-?} "* ]]
}
ask_one() {
    if is_here "$1"; then
        sh -s "$program" <<<"$question"
    else
        # shellcheck disable=SC2086
        timeout 20 ssh -o BatchMode=yes -o ConnectTimeout=5 ${OMPI_MCA_plm_rsh_args:-} "$1" sh -s "$(printf %q "$program")" \
            <<<"$question"
    fi
}
# ask LINE...: asks the hosts of these lines, all at once. $scratch/N.answer and N.status are what the Nth said.
ask() {
    local n=0 line
    for line in "$@"; do
        {
            ask_one "${line%%[[:space:]]*}" >"$scratch/$n.answer" 2>"$scratch/$n.error"
            echo $? >"$scratch/$n.status"
        } &
        n=$((n + 1))
    done
    wait
}
# reached N: whether that host answered, else $why not.
reached() {
    [ "$(cat "$scratch/$1.status")" -eq 0 ] && return
    why=$(tail -n 1 "$scratch/$1.error" | tr -d '\r')
    why=${why:-ssh ended with status $(cat "$scratch/$1.status")}
    return 1
}
# fits N: whether it has what this host has, else $why not. Its last line are its cores.
fits() {
    local line
    reached "$1" || return
    mapfile -t said < <(tail -n "$answer_lines" "$scratch/$1.answer")
    for line in 0 1 2; do
        why="it says '${said[line]:-}' where this host says '${own[line]}'"
        [ "${said[line]:-}" = "${own[line]}" ] || return
    done
}

mapfile -t own < <(sh -s "$program" <<<"$question")
ask "${lines[@]}"
used=()
excess=0
free=0
for n in "${!lines[@]}"; do
    host=${lines[n]%%[[:space:]]*}
    if fits "$n"; then
        used+=("${lines[n]}")
        cores=${said[3]}
        slots=$(sed -nE 's/.*[[:space:]]slots *= *([0-9]+).*/\1/p' <<<"${lines[n]}")
        slots=${slots:-$cores}
        free=$((free + slots))
        excess=$((excess + (slots > cores ? slots - cores : 0)))
    elif [ -n "$answering" ]; then
        echo "hosts.sh: goes on without $host: $why" >&2
    else
        echo "hosts.sh: $host cannot be used: $why" >&2
        bad=yes
    fi
done
[ -z "${bad:-}" ] || exit 69
[ ${#used[@]} -gt 0 ] || fail 69 "no host of $hostfile can be used"
printf '%s\n' "${used[@]}" >"$scratch/hostfile"

if [ -z "$ranks" ]; then
    choose_ranks "$free" "$config" ${arguments[@]+"${arguments[@]}"}
    # mpirun counts slots by itself.
    [ "$ranks" -lt "$free" ] || ranks=
fi
# Ranks too many for the slots are too many for the cores.
[ "${ranks:-0}" -le "$free" ] || excess=$((excess + ranks - free))
. "$project/launch/mpi_environment.sh" "$excess" 0
variables=()
for name in $(compgen -e | grep -E '^(CVAE|OPENBLAS)_'); do
    variables+=(-x "$name")
done
. "$project/launch/child.sh"
mpirun --hostfile "$scratch/hostfile" ${ranks:+-np "$ranks"} ${variables[@]+"${variables[@]}"} \
    "$program" "$config" ${arguments[@]+"${arguments[@]}"} </dev/null &
wait_for "$!"
status=$ended

# The program's own statuses tell the end by themselves, but for 69. What a host's end looks like: mpirun lost its daemon there
# (205) or the ssh session (255), or ranks waited too long (69).
case $status in
0 | 6[4-8] | 7?) exit "$status" ;;
esac
[ -z "$stop" ] || exit "$status"
gone=
ask "${used[@]}"
for n in "${!used[@]}"; do
    reached "$n" || gone+="cvae_mpi: ended: no word from ${used[n]%%[[:space:]]*}: $why"$'\n'
done
case $status in
205 | 255) gone=${gone:-cvae_mpi: ended: a host was out of reach, and all answer again$'\n'} ;;
esac
[ -n "$gone" ] || exit "$status"
printf '%s' "$gone" >&2
echo "cvae_mpi: the same command with --answering and --resume, not --overwrite, goes on from the last checkpoint" >&2
exit 69
