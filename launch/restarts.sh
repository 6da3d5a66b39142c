# Trains and starts again after a crash, from the newest good checkpoint. To be sourced, with what words.sh sets.

# log WORD...: a line with the time. Kept until the run has a folder: a run that cannot begin should leave none.
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
    if [ "$1" -ge 0 ]; then echo "step $1"; else echo "no checkpoint"; fi
}
# What tells a folder from another one of its name: --overwrite sets the old one aside.
identity() {
    stat -L -c %d:%i -- "$folder" 2>/dev/null || echo none
}

# would_end_the_same STATUS: of mpirun.
would_end_the_same() {
    [[ $1 =~ ^(64|65|66|76|77|78|126|127)$ ]]
}

# become_training: what a background process is, until the training ends.
become_training() {
    if [ -n "$hostfile" ]; then
        export CVAE_PROGRAM=$program
        exec bash -p -- "$project/launch/hosts.sh" --hostfile "$hostfile" --answering ${ranks:+-np "$ranks"} \
            "$begin" "${arguments[@]}" -- "$config"
    fi
    . "$project/launch/mpi_environment.sh" "$ranks"
    be_quiet
    exec mpirun -np "$ranks" "$program" "$config" "$begin" "${arguments[@]}"
}

# train_with_restarts: ends the launcher with the last start's status.
train_with_restarts() {
    local old reached=-1 step count=0 status=143 why seconds signal
    begin=${begin:---resume}
    [ -n "$ranks" ] || [ -n "$hostfile" ] || choose_ranks "$(mpi_cores)" "$config" "${arguments[@]}"
    folder=

    # Signals are passed on to mpirun.
    . "$project/launch/child.sh"
    for signal in TERM INT USR1 USR2; do
        # shellcheck disable=SC2064 # the signal's name as it is now
        trap "pass_on $signal; log \"$signal \${child:+passed on}\"" "$signal"
    done
    for signal in HUP PIPE; do
        # shellcheck disable=SC2064
        trap "pass_on TERM; log \"$signal \${child:+passed on as TERM}\"" "$signal"
    done

    # Without a folder (a configuration that is wrong) the training says what is wrong.
    folder=$(run_folder "$config" "${arguments[@]}" 2>/dev/null) || folder=
    old=$(identity)
    [ "$begin" = --overwrite ] || reached=$(newest_step "$folder")
    while :; do
        [ -z "$stop" ] || { log "$stop while nothing ran" && break; }
        log "starting ${ranks:+$ranks ranks }${hostfile:+on hosts of $hostfile }with $begin," \
            "$(said_step "$(newest_step "$folder")")"
        start_child become_training
        wait_for "$!"
        # shellcheck disable=SC2154 # child.sh sets it
        status=$ended
        step=$(newest_step "$folder")
        why="ended with status $status, $(said_step "$step")"
        # Until the run that was there is set aside, --resume would go on with it.
        [ "$(identity)" = "$old" ] || begin=--resume
        if [ "$status" -eq 0 ]; then
            log "$why: done"
            break
        elif would_end_the_same "$status"; then
            log "$why: the same again would end the same"
            break
        elif [ "$status" -eq 75 ] && { [ "$on_stop" = end ] || [ -n "$stop" ]; }; then
            log "$why: stopped, to be resumed"
            break
        elif [ -n "$stop" ]; then
            log "$why: $stop was passed on"
            break
        fi
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
        start_child sleep "$seconds"
        wait_for "$!"
        status=143
    done
    exit "$status"
}
