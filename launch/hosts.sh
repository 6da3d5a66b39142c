#!/usr/bin/env -S bash -p --
# Trains on several hosts over ssh: launch/train.sh --hostfile HOSTFILE, without building.
#   launch/hosts.sh HOSTFILE [WORD...], in any order; the words are those of train.sh
# HOSTFILE is Open MPI's: a host a line, as `node2 slots=16`; as many slots as cores when
# left out. Every host needs: ssh from this one without a password; the Open MPI of this
# one; bash; the program, at the path that it has here (build/cvae_mpi, or CVAE_PROGRAM),
# the same build. Only rank 0 reads files and writes the run's folder. It runs on this
# host if HOSTFILE has it, else on the first one; the others need none of those files.
# Ranks get this shell's OMPI_*, CVAE_* and OPENBLAS_* variables. Ones that help:
#   OMPI_MCA_plm_rsh_args="-p 2222 -i KEY"   options of ssh, for mpirun and for this script
#   OMPI_MCA_btl_tcp_if_include=10.1.0.0/16  the network for the ranks' messages, where
#                                            hosts are in several, or its device
#   OMPI_MCA_oob_tcp_if_include=10.1.0.0/16  the network for mpirun's own, likewise
# When a host or its link goes away, the job ends within a minute (mpi_environment.sh),
# here with status 69 and a line that names the host. So do the ranks that were cut off,
# but for those of a host of which a line of output is under way: TCP sends that for a
# quarter of an hour. Nothing is lost: `--answering` and `--resume` go on with the hosts
# left, to the same end, and `--restarts N` does that by itself.
[[ $- == *p* ]] || exec bash -p -- "$0" "$@" # without the caller's functions, options and BASH_ENV
script=$(readlink -f -- "${BASH_SOURCE[0]}")
. "${script%/*}/train.sh" --as hosts.sh "$@"
