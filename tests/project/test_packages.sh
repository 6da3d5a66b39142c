#!/usr/bin/env bash
# cpack -G DEB makes three packages that lintian finds no errors in.
. "$(dirname "$0")/../support/shell.sh"
skip() {
    echo "skipped: $*" >&2
    exit 77
}
! is_sanitized || skip "packages of a build with sanitizers are for nobody"
for command in dpkg-shlibdeps lintian; do
    command -v "$command" >/dev/null || skip "no $command here (Debian: dpkg-dev lintian)"
done
grep -q '^CMAKE_BUILD_TYPE:STRING=Release' "$(dirname "$program")/CMakeCache.txt" || skip "packages are made of release builds"
cpack --config "$(dirname "$program")/CPackConfig.cmake" -G DEB -B "$scratch" -D CPACK_THREADS=1 >"$scratch/output" 2>&1 || fail "$(cat "$scratch/output")"
version=$("$program" --version | cut -d' ' -f2)
for name in cvae-mpi libcvae0 libcvae-dev; do
    ls "$scratch/${name}_$version-1"_*.deb >/dev/null || fail "$name is missing: $(ls "$scratch")"
done
lintian --fail-on error "$scratch"/*.deb >"$scratch/output" 2>&1 || fail "$(cat "$scratch/output")"
dpkg-deb -f "$scratch"/cvae-mpi_*.deb Depends | grep -q 'openmpi-bin.*libopenmpi3' || fail "$(dpkg-deb -f "$scratch"/cvae-mpi_*.deb Depends)"
! dpkg-deb -f "$scratch"/libcvae0_*.deb Depends | grep -E 'mpi|blas|curl' || fail "libcvae0 depends on what it does not load"
