#!/usr/bin/env -S bash -p --
# Trains on several hosts over ssh: train.sh --hostfile FILE, without building.
#   launch/hosts.sh HOSTFILE [WORD...], in any order; the words are train.sh's
# HOSTFILE is Open MPI's: a host a line, as `node2 slots=16`; as many slots as
# cores when left out. Every host needs: ssh from this one without a password, the
# Open MPI of this one, bash, and the same build of the program at the path that
# it has here (build/cvae_mpi, or CVAE_PROGRAM). Only rank 0 reads files and
# writes the run's folder. It runs on this host if HOSTFILE has it, else on the
# first one. Ranks get this shell's OMPI_*, CVAE_* and OPENBLAS_* variables, as
#   OMPI_MCA_plm_rsh_args="-p 2222 -i KEY"  options of ssh, here and for mpirun
#   OMPI_MCA_btl_tcp_if_include=10.1.0.0/16 the network for the ranks' messages,
#                                           where there are several, or its device
#   OMPI_MCA_oob_tcp_if_include=10.1.0.0/16 the network for mpirun's own messages
# When a host or its link goes away, the job ends within a minute, with status 69
# and a line that names the host. So do the ranks that were cut off, but for those
# of a host of which a line of output is under way: TCP sends that for a quarter
# of an hour. Nothing is lost: `--answering` and `--resume` go on with the hosts
# left, to the same end, and `--restarts N` does that by itself.
[[ $- == *p* ]] || exec bash -p -- "$0" "$@" # without the caller's functions, options and BASH_ENV
script=$(readlink -f -- "${BASH_SOURCE[0]}")
. "${script%/*}/train.sh" --as hosts.sh "$@"
