# A child process to which this script's signals are passed on. To be sourced; then: COMMAND & wait_for "$!"
# It runs in a process group of its own: Ctrl-C reaches it once, from here. $stop is the last signal that asked for the end,
# as all of them do but USR1. HUP is passed on as TERM: when the terminal closes, only this script gets it. So is PIPE: nobody
# reads this script's lines any more. What was ignored from the start, as HUP after nohup, stays so: it does not reach the child.
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
set -m

# wait_for PROCESS: $ended is its status, however many signals come meanwhile. They reach it.
wait_for() {
    local next
    ended=127
    child=$1
    # One that came before there was a child to pass it on to.
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
