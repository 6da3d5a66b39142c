# Installs the Debian packages that are missing, quietly. To be sourced: install_packages NAME..., with lists of names among them
# Others may hold the locks, of which apt-get waits for one only, and mirrors fail at times: hence several tries.

install_packages() {
    local missing=() name attempt root=()
    local get=(apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -qq)
    # shellcheck disable=SC2048 # a list is many names
    for name in $*; do
        dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || missing+=("$name")
    done
    if [ ${#missing[@]} -eq 0 ]; then
        return 0
    fi
    if [ "$(id -u)" -ne 0 ]; then
        root=(sudo)
    fi
    echo "installing ${missing[*]}" >&2
    for attempt in 1 2 3 4; do
        [ "$attempt" -eq 1 ] || sleep $((10 * attempt))
        "${root[@]}" env DEBIAN_FRONTEND=noninteractive "${get[@]}" update >/dev/null &&
            "${root[@]}" env DEBIAN_FRONTEND=noninteractive "${get[@]}" -y --no-install-recommends install "${missing[@]}" \
                >/dev/null && return
    done
    return 1
}

# What the program is built with and runs on.
BUILD_PACKAGES="gcc libc6-dev make cmake pkg-config openmpi-bin libopenmpi-dev libopenblas-dev libhdf5-dev
    libyaml-dev libxxhash-dev libutf8proc-dev libjansson-dev libzip-dev libjs-dygraphs"
# What its tests need besides.
TEST_PACKAGES="libcmocka-dev procps libxml2-utils python3 python3-yaml"
