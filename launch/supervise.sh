#!/usr/bin/env -S bash -p --
# Trains and starts again after a crash: train.sh --restarts 3, without building.
#   launch/supervise.sh [WORD...], in any order; the words are train.sh's
# The run is always resumed, and begun where there is nothing to resume; with
# --overwrite it is begun anew, once. A restart that brings a new checkpoint
# begins the count anew. With --hostfile each start asks the hosts anew, and uses
# those that can be used.
# Not started again: after 0; after 64, 65, 66, 77, 78 (command line, data, files,
# checkpoint, configuration) and 76 (diverged), because the same again would end
# the same; where the program is missing (126, 127); and after TERM, INT, HUP,
# PIPE or USR2, which are passed on to mpirun (HUP and PIPE as TERM), as USR1 is.
# The exit status is that of the last mpirun. What happens is written to standard
# error and, once there is one, to supervisor.log in the run's folder.
[[ $- == *p* ]] || exec bash -p -- "$0" "$@" # without the caller's functions, options and BASH_ENV
script=$(readlink -f -- "${BASH_SOURCE[0]}")
. "${script%/*}/train.sh" --as supervise.sh "$@"
