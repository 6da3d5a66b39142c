# A child process to which this script's signals are passed on. To be sourced; then: COMMAND & wait_for "$!"
# It runs in a process group of its own: Ctrl-C reaches it once, from here. $stop is the last signal that asked for the end,
# as all of them do but USR1.
child=
stop=
interrupted=
pass_on() {
    interrupted=yes
    [ "$1" = USR1 ] || stop=$1
    if [ -n "$child" ]; then
        kill "-$1" "$child" 2>/dev/null
    fi
}
for signal in TERM INT USR1 USR2; do
    # shellcheck disable=SC2064
    trap "pass_on $signal" "$signal"
done
set -m

# wait_for PROCESS: $ended is its status, however many signals come meanwhile. They reach it.
wait_for() {
    local next
    child=$1
    while :; do
        interrupted=
        wait "$1"
        next=$?
        # 127: it was waited for already, and the signal came behind.
        [ "$next" -eq 127 ] || ended=$next
        if [ -z "$interrupted" ] || [ "$next" -eq 127 ]; then
            child=
            return
        fi
    done
}
