# For test scripts whose programs are not on every machine. To be sourced behind shell.sh.
PATH=$PATH:/usr/sbin:/sbin

skip() {
    echo "skipped: $*" >&2
    exit 77
}

# Installs packages without their daemons being started, also if others do so at the same time.
install_quietly() (
    . "$project/launch/packages.sh"
    policy=/usr/sbin/policy-rc.d
    mark="# no daemons for the tests of cvae_mpi"
    exec 9<"$project/launch/packages.sh"
    flock 9
    # One of ours may be left from a process that was killed.
    if [ ! -e "$policy" ] || grep -q -x "$mark" "$policy"; then
        trap 'rm -f "$policy"' EXIT
        printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
        chmod +x "$policy"
    fi
    install_packages "$@" 9<&-
)

# needs PACKAGES COMMAND...: where a command is missing, ends the script as skipped, or with CVAE_TEST_INSTALL=1 installs them.
needs() {
    local packages=$1 command
    shift
    for command in "$@"; do
        command -v "$command" >/dev/null && continue
        [ "${CVAE_TEST_INSTALL:-}" = 1 ] || skip "no $command here (Debian: $packages; CVAE_TEST_INSTALL=1 installs them)"
        # shellcheck disable=SC2086
        install_quietly $packages
        return
    done
}
