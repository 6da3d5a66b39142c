# Trains on the hosts of a hostfile: what stands in it, which hosts can be used, what became of them. To be sourced, with what
# words.sh sets.

# read_hostfile FILE: sets ${hosts[@]}, their ${slots[@]} (empty where left out) and their ${host_lines[@]}, which are what mpirun
# is given. Lines may end as Windows ends them. A line that is wrong ends the launcher with its place.
read_hostfile() {
    local n place word words lines
    [ ! -d "$1" ] || fail 66 "$1: a folder, where a hostfile is expected"
    [ -f "$1" ] || fail 66 "$1: no such hostfile"
    [ -r "$1" ] || fail 66 "$1: the hostfile cannot be read"
    hosts=() slots=() host_lines=()
    mapfile -t lines < <(LC_ALL=C sed -E -e $'1s/^\xef\xbb\xbf//' -e 's/\r$//; s/#.*//; s/[[:space:]]*=[[:space:]]*/=/g' <"$1" |
        tr -d '\0')
    for n in "${!lines[@]}"; do
        IFS=$' \t' read -ra words <<<"${lines[n]}" || true
        [ ${#words[@]} -gt 0 ] || continue
        place=$1:$((n + 1))
        [[ ${words[0]} != *=* ]] || fail 65 "$place: no host stands before ${words[0]}"
        [[ ${words[0]} != *[!-A-Za-z0-9_.:@]* && ${words[0]} != -* ]] ||
            fail 65 "$place: $(printf %q "${words[0]}") is no host's name; a line is HOST [slots=N] [max_slots=N]"
        hosts+=("${words[0]}")
        slots+=("")
        host_lines+=("${words[*]}")
        for word in "${words[@]:1}"; do
            [[ $word =~ ^(slots|max[_-]slots)=(.*)$ ]] ||
                fail 65 "$place: $(printf %q "$word") is not known; a line is HOST [slots=N] [max_slots=N]"
            [[ ${BASH_REMATCH[2]} =~ ^[1-9][0-9]{0,5}$ ]] ||
                fail 65 "$place: ${word%%=*} needs a number from 1: $(printf %q "$word")"
            [[ $word != slots=* ]] || slots[-1]=${word#*=}
        done
    done
    [ ${#hosts[@]} -gt 0 ] || fail 66 "$1: no host stands in it"
}

# What a host is asked, and answers in so many lines. The functions that count its cores come first.
# shellcheck disable=SC2016 # what is asked expands there
question='exec 2>&1; ompi_info --version | head -n 1; "$1" --version | head -n 1; printf "build "; cksum <"$1"; mpi_cores'
answer_lines=4
put_question() {
    cat -- "$project/launch/mpi_environment.sh"
    printf '%s\n' "$question"
}
is_here() {
    local address
    address=$(getent hosts "$1" | sed 's/ .*//;q')
    [[ $address == 127.* || $address == ::1 || " $(hostname) $(hostname -I) " == *" $1 "* ||
        " $(hostname -I) " == *" ${address:-?} "* ]]
}
ask_one() {
    local options
    if is_here "$1"; then
        put_question | bash -ps "$program"
    else
        IFS=' ' read -ra options <<<"${OMPI_MCA_plm_rsh_args:-}" || true
        put_question | timeout 20 ssh -o BatchMode=yes -o ConnectTimeout=5 "${options[@]}" "$1" \
            bash -ps "'${program//\'/\'\\\'\'}'"
    fi
}
# ask HOST...: asks the hosts, all at once. $scratch/N.answer and N.status are what the Nth said.
ask() {
    local n=0 host
    for host in "$@"; do
        {
            ask_one "$host" >"$scratch/$n.answer" 2>"$scratch/$n.error"
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
# fits N: whether it has what this host has (${own[@]}), else $why not. Its last line are its cores.
fits() {
    local line
    reached "$1" || return
    mapfile -t said < <(tail -n "$answer_lines" "$scratch/$1.answer")
    for line in 0 1 2; do
        why="it says '${said[line]:-}' where this host says '${own[line]}'"
        [ "${said[line]:-}" = "${own[line]}" ] || return
    done
}
# choose_hosts: sets ${used[@]} to the hosts that can be used and writes $scratch/hostfile of them; $free is the number of their
# slots, $excess how many of these have no core.
choose_hosts() {
    local n own said why bad=
    used=() excess=0 free=0
    mapfile -t own < <(put_question | bash -ps "$program")
    ask "${hosts[@]}"
    for n in "${!hosts[@]}"; do
        if fits "$n"; then
            used+=("${hosts[n]}")
            echo "${host_lines[n]}" >>"$scratch/hostfile"
            free=$((free + ${slots[n]:-${said[3]}}))
            excess=$((excess + (${slots[n]:-0} > said[3] ? slots[n] - said[3] : 0)))
        elif [ -n "$answering" ]; then
            echo "$self: goes on without ${hosts[n]}: $why" >&2
        else
            echo "$self: ${hosts[n]} cannot be used: $why" >&2
            bad=yes
        fi
    done
    [ -z "$bad" ] || exit 69
    [ ${#used[@]} -gt 0 ] || fail 69 "no host of $hostfile can be used"
}
# explain_end STATUS: a line for each host that is gone after mpirun has ended with that status, and how to go on. Fails where the
# end was not a host's.
explain_end() {
    local n why gone=
    # The program's own statuses tell the end by themselves, but for 69. What a host's end looks like: mpirun lost its daemon there
    # (205) or the ssh session (255), or ranks waited too long (69).
    case $1 in
    0 | 6[4-8] | 7?) return 1 ;;
    esac
    [ -z "$stop" ] || return 1
    ask "${used[@]}"
    for n in "${!used[@]}"; do
        reached "$n" || gone+="cvae_mpi: ended: no word from ${used[n]}: $why"$'\n'
    done
    case $1 in
    205 | 255) gone=${gone:-cvae_mpi: ended: a host was out of reach, and all answer again$'\n'} ;;
    esac
    [ -n "$gone" ] || return 1
    printf '%s' "$gone" >&2
    echo "cvae_mpi: the same command with --answering and --resume, not --overwrite, goes on from the last checkpoint" >&2
}

# train_on_hosts: asks them, trains, and ends the launcher.
train_on_hosts() {
    local name variables=()
    scratch=$(mktemp -d) || exit 73
    trap 'rm -rf -- "$scratch"' EXIT
    choose_hosts
    if [ -z "$ranks" ]; then
        choose_ranks "$free" "$config" "${arguments[@]}"
        # mpirun counts slots by itself.
        [ "$ranks" -lt "$free" ] || ranks=
    fi
    # Ranks too many for the slots are too many for the cores.
    [ "${ranks:-0}" -le "$free" ] || excess=$((excess + ranks - free))
    . "$project/launch/mpi_environment.sh" "$excess" 0
    # mpirun of another host's rank 0 has no terminal: that of this launcher is where its lines come to.
    unset CVAE_TERMINAL
    [ ! -t 2 ] || { CVAE_TERMINAL=$(stty size <&2 2>/dev/null) && export CVAE_TERMINAL=${CVAE_TERMINAL#* }; }
    for name in $(compgen -e | grep -E '^(CVAE|OPENBLAS)_'); do
        variables+=(-x "$name")
    done
    . "$project/launch/child.sh"
    be_quiet
    start_child mpirun --hostfile "$scratch/hostfile" ${ranks:+-np "$ranks"} "${variables[@]}" "$program" "$config" \
        "${arguments[@]}" ${begin:+"$begin"}
    wait_for "$!"
    explain_end "$ended" && exit 69
    say_end "$ended"
    exit "$ended"
}
