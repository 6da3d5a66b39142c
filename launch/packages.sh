# Installs the Debian packages that are missing, quietly. To be sourced: install_packages NAME...

install_packages() {
    local missing=() name root=
    for name in "$@"; do
        dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || missing+=("$name")
    done
    if [ ${#missing[@]} -eq 0 ]; then
        return 0
    fi
    if [ "$(id -u)" -ne 0 ]; then
        root=sudo
    fi
    echo "installing ${missing[*]}" >&2
    $root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq update >/dev/null &&
        $root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq -y \
            --no-install-recommends install "${missing[@]}" >/dev/null
}

# What the program is built with and runs on.
BUILD_PACKAGES="gcc libc6-dev make cmake pkg-config openmpi-bin libopenmpi-dev libopenblas-dev libhdf5-dev
    libyaml-dev libxxhash-dev libjansson-dev"
# What its tests need besides.
TEST_PACKAGES="libcmocka-dev procps libxml2-utils"
