# A child process to which this script's signals are passed on. To be sourced; then: start_child COMMAND... && wait_for "$!"
# It runs in a process group of its own: Ctrl-C reaches it once, from here. $stop is the last signal that asked for the end,
# as all of them do but USR1. HUP is passed on as TERM: when the terminal closes, only this script gets it. So is PIPE: nobody
# reads this script's lines any more. What was ignored from the start, as HUP after nohup, stays so: it does not reach the child.
# Ctrl-Z stops the child and this script, and fg or bg continues both.
child=
stop=
early=
interrupted=
# tell SIGNAL: the child. Until it has become the command it is a copy of this shell, which would lose the signal.
tell() {
    while cmp -s "/proc/$$/cmdline" "/proc/$child/cmdline"; do sleep 0.01; done
    kill "-$1" "$child" 2>/dev/null
}
pass_on() {
    interrupted=yes
    [ "$1" = USR1 ] || stop=$1
    if [ -n "$child" ]; then
        tell "$1"
    else
        early=$stop
    fi
}
for signal in TERM INT USR1 USR2; do
    # shellcheck disable=SC2064
    trap "pass_on $signal" "$signal"
done
trap 'pass_on TERM' HUP PIPE
# pause: stops the child (mpirun stops its ranks, on other hosts, too), then this script by the signal's own action, which the
# kernel leaves out where no shell could continue the script, as in `ssh -t HOST launch/train.sh`. Then CONT would follow at once, and
# of two signals that wait mpirun takes that of the lower number first, CONT: its ranks would stay stopped.
pause() {
    interrupted=yes
    [ -z "$child" ] || kill -TSTP "$child" 2>/dev/null
    trap - TSTP
    kill -TSTP $$
    trap pause TSTP
    sleep 0.5
    [ -z "$child" ] || kill -CONT "$child" 2>/dev/null
}
trap pause TSTP
# The child is never the terminal's foreground. What it prints would stop it where the user has set `stty tostop`.
trap '' TTOU

# start_child COMMAND...: in the background, as process $!. bash has a process group for it only under set -m, and ignores INT
# otherwise; but under set -m `wait` ends where the child is stopped.
start_child() {
    set -m
    "$@" </dev/null &
    set +m
}

# wait_for PROCESS: $ended is its status, however many signals come meanwhile. They reach it.
wait_for() {
    local next
    ended=127
    child=$1
    # A signal that came before there was a child is passed on now.
    [ -z "$early" ] || tell "$early"
    early=
    while :; do
        interrupted=
        wait "$1"
        next=$?
        # 127: its own status, or it was waited for already, and the signal came behind.
        [ "$next" -eq 127 ] || ended=$next
        if [ -z "$interrupted" ] || [ "$next" -eq 127 ]; then
            child=
            return
        fi
    done
}

# be_quiet: from now on mpirun keeps its own lines (up to 11) to itself where a rank fails: the program has said in one why.
# OMPI_MCA_orte_execute_quiet=0 in the caller's environment has them printed.
be_quiet() {
    export OMPI_MCA_orte_execute_quiet=${OMPI_MCA_orte_execute_quiet:-1}
}
# say_end STATUS: the line that no rank can have said, of an mpirun that was quiet. Nothing after the program's own statuses, and
# where somebody asked for the end (129, 130 and 143 are HUP, INT and TERM).
say_end() {
    [ -z "$stop" ] && [ "$OMPI_MCA_orte_execute_quiet" = 1 ] || return 0
    local goes_on='the same command with --resume, not --overwrite, goes on from the last checkpoint'
    case $1 in
    0 | 6[4-9] | 7[0-8] | 129 | 130 | 143) ;;
    # 132 would be ILL, but mpirun ends so, too, where it cannot start a rank.
    131 | 13[3-9] | 14[0-9] | 15[0-9])
        echo "$self: a rank was killed by $(kill -l "$1")$([ "$1" -ne 137 ] || echo ', as where memory is out'); $goes_on" >&2
        ;;
    *) echo "$self: mpirun ended with status $1; OMPI_MCA_orte_execute_quiet=0 has it say why" >&2 ;;
    esac
}
