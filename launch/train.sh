#!/usr/bin/env -S bash -p --
# Trains under mpirun, on this machine or on several hosts; with --restarts again
# after a crash, from the newest checkpoint. Builds the program first, where this
# script is the source's; an installed one takes the installed program.
#   launch/train.sh [OPTION...] [CONFIG] [PROGRAM OPTION...], in any order
# CONFIG is launch/train.yaml when left out; `--` ends the options.
#   -np N, --np N, -n N  ranks; when left out as many as there are cores, or slots
#                        in the hostfile, and the training can use
#   --hostfile FILE      trains on these hosts, over ssh: launch/hosts.sh --help
#   --answering          goes on without hosts that cannot be used, and says which
#   --restarts N         starts again after a crash, unless the last N restarts
#                        brought no new checkpoint: launch/supervise.sh --help
#   --fewer-ranks        each restart has one rank less than the one before
#   --pause SECONDS      before the first restart (1); doubled with each one that
#                        brought no new checkpoint, up to a minute
#   --on-stop WHAT       after status 75, "resume me": end (the default) or resume
# The last three imply --restarts 3. The program's options are those of its
# training: --resume, --set KEY=VALUE, ... (build/cvae_mpi train --help).
# Where CVAE_PROGRAM names another program than build/cvae_mpi, nothing is built.
# The exit status is mpirun's; 64 to 69, 73 or 127 for what was refused.
[[ $- == *p* ]] || exec bash -p -- "$0" "$@" # without the caller's functions, options and BASH_ENV
unset CDPATH POSIXLY_CORRECT
set -uo pipefail
script=$(readlink -f -- "${BASH_SOURCE[0]}")
project=${script%/*/*}
# The wrappers hosts.sh and supervise.sh put `--as NAME` first: what messages and --help speak of.
self=train.sh
if [ "${1:-}" = --as ]; then
    self=$2
    shift 2
fi
. "$project/launch/words.sh"
read_words "$@"
. "$project/launch/on_hosts.sh"
[ -z "$hostfile" ] || read_hostfile "$hostfile"

# mpirun and this script keep files of a run's length there.
if [ ! -d "${TMPDIR:-/tmp}" ] || [ ! -w "${TMPDIR:-/tmp}" ]; then
    echo "$self: TMPDIR is no folder to write to: $TMPDIR; /tmp is used" >&2
    export TMPDIR=/tmp
fi
find_program
if [ "$self" = train.sh ] && [ -z "${CVAE_PROGRAM:-}" ] && [ -e "$project/launch/build.sh" ]; then
    . "$project/launch/build.sh" || exit
fi
if [ ! -x "$program" ] || [ -d "$program" ]; then
    fail 127 "$program is not here: cmake --preset release && cmake --build --preset release"
fi
. "$project/launch/run_folder.sh"
. "$project/launch/mpi_environment.sh" 1

if [ -n "$restarts" ]; then
    . "$project/launch/restarts.sh"
    train_with_restarts
elif [ -n "$hostfile" ]; then
    train_on_hosts
fi
[ -n "$ranks" ] || choose_ranks "$(mpi_cores)" "$config" "${arguments[@]}"
. "$project/launch/mpi_environment.sh" "$ranks"
# mpirun gets a process group that the terminal does not reach: HUP would end it, also where it is ignored, as after nohup.
. "$project/launch/child.sh"
be_quiet
start_child mpirun -np "$ranks" "$program" "$config" "${arguments[@]}" ${begin:+"$begin"}
wait_for "$!"
say_end "$ended"
exit "$ended"
