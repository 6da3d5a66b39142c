#!/usr/bin/env bash
# src/comm on real ranks: see ranks.c.
. "$(dirname "$0")/../support/shell.sh"
# In a build with the sanitizers: what Open MPI never frees is not ours to find.
export ASAN_OPTIONS=detect_leaks=0
if ! shares_memory; then
    echo "no memory can be shared here: how it is shared was not looked at" >&2
    export CVAE_TEST_UNSHARED=1
fi
for ranks in 1 2 3 5; do
    timeout 100 mpirun -np "$ranks" "$(dirname "$program")/tests/mpi_ranks" || fail "$ranks ranks"
done
